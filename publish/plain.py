"""Texts as spreadsheets and feeds can hold them: without what XML 1.0 forbids, and no formulas."""

import re

# A cell that begins so is a formula to spreadsheets, also in full width and behind white space.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠|%]|[\t\r\n]")
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def writable(text: str) -> str:
    return UNWRITABLE.sub("", text)


def harmless(text: str) -> str:
    """A cell of CSV that no spreadsheet runs: an apostrophe goes before what it would take for a formula."""
    return f"'{text}" if FORMULA.match(text) else text
