"""A table with a header, as people make them: a title above, merged headings, a row of units, notes below.

Each row becomes one JSON object with the headings as keys. A unit is put behind its heading: "意向价格" over "万元" is
"意向价格(万元)". Equal headings get "_2", "_3"; an empty one is "column_N".
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timezone

from harvesters import when
from harvesters.base import JSON, Harvested, TerminalError
from harvesters.delimited import Cell, Row
from harvesters.json_text import encode
from harvesters.listing import Listing
from harvesters.names import compose, record_url

_NOTE = re.compile(r"\s*(?:说明|备注|附注|注释|数据来源|资料来源|合计|总计|小计|填表|制表|注\s*[:：0-9])")
_BREAK = re.compile(r"\s*[\t\r\n]\s*")  # layout of a cell, no part of a key
_INNER = re.compile(r"(?<=[\u2e80-\uffef])\s+(?=[\u2e80-\uffef])")  # a line broken inside a Chinese heading


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things are. Rows count from 1 below the `skip` rows at the top."""

    key: tuple[str, ...]
    columns: tuple[str, ...] = ()  # names, for a table without a heading
    header: int = 1
    header_rows: int = 1
    units: int = 0  # 0: no row of units
    skip: int = 0
    notes: bool = True  # rows of notes at the end are left out
    modified: str = ""
    modified_format: str = "iso"
    zone: timezone = timezone.utc  # noqa: UP017 - the type's own default
    url: str = ""


def records(rows: Iterator[Row], layout: Layout, listing: Listing, where: str, label: str = "") -> Iterator[Harvested]:
    """The rows as records. `where` names the file in messages, `label` in positions of unreadable rows."""
    names = list(layout.columns)
    heading: list[list[str]] = []
    units: list[str] = []
    notes: list[int] = []
    if names:
        _check(names, layout, where)
    first = layout.skip + (1 if names else layout.header)
    last = first - 1 if names else first + layout.header_rows - 1
    unit_row = layout.skip + layout.units if layout.units else 0
    for number, cells in rows:
        empty = number > max(last, unit_row) and not any(_text(cell) for cell in cells)
        if number < first or empty:
            continue
        if number <= last:
            heading.append([_heading(cell) for cell in cells])
            continue
        if number == unit_row:
            units = [_heading(cell) for cell in cells]
            continue
        if not names:
            names = _names(heading, units)
            _check(names, layout, where)
        if layout.notes and _is_note(cells, len(names)):
            notes.append(number)
            continue
        for note in notes:  # data follow, so it was none
            yield listing.unreadable(f"{label}row {note}", "it looks like a note but stands among the data")
        notes.clear()
        yield _record(number, cells, names, layout, listing, label)
    if not names:
        if not heading:
            raise TerminalError(f"{where}: no header at row {first}; check header_row and skip_rows in [options]")
        _check(_names(heading, units), layout, where)


def _record(
    number: int, cells: list[Cell], names: list[str], layout: Layout, listing: Listing, label: str
) -> Harvested:
    position = f"{label}row {number}"
    extra = [cell for cell in cells[len(names) :] if _text(cell)]
    if extra or len(cells) < len(names):
        return listing.unreadable(position, f"{len(cells)} cells under {len(names)} headings")
    row = {
        name: cell for name, cell in zip(names, cells, strict=False) if not name.startswith("column_") or _text(cell)
    }
    parts = [_BREAK.sub(" ", _text(row.get(column))) for column in layout.key]
    if not any(parts):  # some may be empty: what is left still tells the record from others
        return listing.unreadable(position, f"key column {' and '.join(map(repr, layout.key))} is empty")
    identifier = compose(parts)
    stamp = (
        when.parse(_text(row.get(layout.modified)), layout.modified_format, layout.zone) if layout.modified else None
    )
    return listing.record(
        identifier, JSON, encode(row), modified=stamp, url=record_url(layout.url, identifier), position=position
    )


def _check(names: list[str], layout: Layout, where: str) -> None:
    for column in (*layout.key, *([layout.modified] if layout.modified else [])):
        if column not in names:
            shown = ", ".join(name[:40] for name in names[:60])
            raise TerminalError(f"{where}: no column {column!r}; columns: {shown}. Edit key or modified in [options]")


def _names(heading: list[list[str]], units: Sequence[str]) -> list[str]:
    """One name per column, up to the last that has a heading."""
    width = max((len(row) for row in heading), default=0)
    stacked = [[row[column] if column < len(row) else "" for row in heading] for column in range(width)]
    while stacked and not any(stacked[-1]):
        stacked.pop()
    names: list[str] = []
    taken: set[str] = set()
    for index, levels in enumerate(stacked):
        name = "/".join(dict.fromkeys(level for level in levels if level)) or f"column_{index + 1}"
        unit = units[index].strip("()（）") if index < len(units) else ""
        name = f"{name}({unit})" if unit and unit not in name else name
        names.append(_unused(name, taken))
    return names


def _unused(name: str, taken: set[str]) -> str:
    unused, copy = name, 1
    while unused in taken:
        copy += 1
        unused = f"{name}_{copy}"
    taken.add(unused)
    return unused


def _is_note(cells: list[Cell], width: int) -> bool:
    filled = [text for text in map(_text, cells) if text]
    if not filled or width < 2:
        return False
    return _NOTE.match(filled[0]) is not None or (width > 2 and len(filled) == 1)


def _heading(cell: Cell) -> str:
    return " ".join(_INNER.sub("", _text(cell)).split())


def _text(cell: Cell) -> str:
    return "" if cell is None else str(cell).strip()
