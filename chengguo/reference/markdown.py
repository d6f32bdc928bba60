"""Markdown as the generated pages use it: headings, tables, and the prose of docstrings."""

import inspect
from collections.abc import Iterable, Sequence


def heading(title: str, origin: str) -> list[str]:
    """The beginning of a page; `origin` says what it is made from."""
    return [f"# {title}", "", f"Generated from {origin} by `python -m chengguo.reference`.", ""]


def table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """A table with an empty line below it; no lines at all without rows."""
    body = [_row(row) for row in rows]
    return [_row(columns), "|" + "---|" * len(columns), *body, ""] if body else []


def code(text: object) -> str:
    return f"`{text}`" if text not in (None, "") else ""


def documentation(thing: object) -> str:
    """A docstring as one paragraph. A regular expression in it is no link."""
    return " ".join(inspect.cleandoc(thing.__doc__ or "").split()).replace("](", "]\\(")


def finished(lines: Iterable[str]) -> str:
    """The page: one line end at its end."""
    return "\n".join(lines).rstrip("\n") + "\n"


def _row(cells: Iterable[object]) -> str:
    return "|" + "|".join(f" {_cell(cell)} " if _cell(cell) else " " for cell in cells) + "|"


def _cell(cell: object) -> str:
    return " ".join(str(cell).split()).replace("|", "\\|")
