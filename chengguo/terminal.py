"""What commands show: results on standard output, everything else on standard error."""

import sys
from collections.abc import Sequence
from typing import Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from chengguo.errors import ChengguoError

PIPED = 160  # columns where nobody's window sets them: tables stay whole in files and pipes


def results() -> Console:
    """For what was asked for."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPED)


def remarks() -> Console:
    """For progress, hints and errors."""
    return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty())


def agree(question: str, yes: bool) -> None:
    """Ask; `yes` has answered already. Raises typer.Abort, or ChengguoError where nobody can be asked."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise ChengguoError(f"{question} There is no terminal to ask at: say --yes. Nothing was done.")
    typer.confirm(question, abort=True, err=True)


def print_json(value: Any) -> None:
    """One JSON value, readable, in UTF-8 whatever the locale says."""
    text = msgspec.json.format(msgspec.json.encode(value), indent=2)
    sys.stdout.buffer.write(text + b"\n")
    sys.stdout.flush()


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], title: str | None = None) -> Table:
    """A table; columns named with a leading # hold numbers."""
    made = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        made.add_column(column.lstrip("#"), justify="right" if column.startswith("#") else "left")
    for row in rows:
        made.add_row(
            *(cell if isinstance(cell, str) else f"{cell:,}" if isinstance(cell, int) else str(cell) for cell in row)
        )
    return made
