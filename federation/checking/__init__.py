"""Checking a file against the unified publication standard before its province joins: read, judged, told, and forgotten."""

from federation.checking.checker import check
from federation.checking.report import Report

__all__ = ["Report", "check"]
