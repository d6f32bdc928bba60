"""Measurements: each beside the raw parts in the same run, the ratio printed. Results are kept in RESULTS.md."""
