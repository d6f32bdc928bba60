"""Dumps: everything that is public, as files. What they are is in `manifest`, how they are kept in `shelf`."""
