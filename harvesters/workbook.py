"""Rows of Excel workbooks (.xlsx by python-calamine, also .xls), with the checks that must come before the parser.

The parser lays a sheet out as a full rectangle, so one cell at XFD1048576 would ask for 17 billion cells: the positions
used are read from the XML first.
"""

import math
import re
import zipfile
import zlib
from collections.abc import Generator, Iterator
from datetime import date, datetime, time, timedelta
from typing import IO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from harvesters.archive import ZIP_MAGIC, open_archive
from harvesters.base import LimitExceeded, Limits, TerminalError
from harvesters.biff import MAX_CELLS, measure
from harvesters.delimited import Cell, Row

_CHUNK = 256 * 2**10
_PLACE = re.compile(rb"\sr\s*=\s*[\"']([A-Za-z]{0,3})([0-9]{1,10})[\"']")
_SHEET = re.compile(r"\A/?xl/.*sheets/.*\.xml\Z", re.I)


def sheets(file: IO[bytes], name: str, limits: Limits, where: str) -> Generator[tuple[str, Iterator[Row]], None, None]:
    """The rows of each sheet asked for: `name` is one sheet, "*" all visible ones, "" the first visible one."""
    if file.read(4) == ZIP_MAGIC:
        with open_archive(file, limits, where) as archive:
            _measure(archive, where)
    else:
        measure(file, where)
    file.seek(0)
    try:
        with CalamineWorkbook.from_filelike(file) as book:
            for each in _chosen(book, name, where):
                yield each, _rows(book.get_sheet_by_name(each))
    except (CalamineError, ValueError, OSError, zipfile.BadZipFile) as error:
        raise TerminalError(
            f"{where}: the workbook cannot be read ({str(error)[:200]}); save it again as .xlsx"
        ) from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the parser's own crash is no Exception
            raise
        raise TerminalError(f"{where}: the workbook makes the parser fail; save it again as .xlsx") from None


def _measure(archive: zipfile.ZipFile, where: str) -> None:
    """Unpacks every entry once, chunk by chunk: sizes and checksums are true, sheets are not wider than allowed."""
    for entry in archive.infolist():
        sheet = _SHEET.match(entry.filename) is not None
        right = bottom = 0
        tail = b""
        try:
            with archive.open(entry) as stream:
                while chunk := stream.read(_CHUNK):
                    if not sheet:
                        continue
                    text = tail + chunk
                    for letters, digits in _PLACE.findall(text):
                        right, bottom = max(right, _column(letters)), max(bottom, int(digits))
                    tail = text[-40:]
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError) as error:
            raise TerminalError(
                f"{where}: {entry.filename!r} in the archive is broken ({error}); ask for it again"
            ) from None
        if right * bottom > MAX_CELLS:
            raise LimitExceeded(
                f"{where}: a sheet reaches to row {bottom}, column {right}: more than {MAX_CELLS} cells; delete the cells far"
                " out or split the file"
            )


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _chosen(book: CalamineWorkbook, name: str, where: str) -> list[str]:
    tables = [meta for meta in book.sheets_metadata if meta.typ == SheetTypeEnum.WorkSheet]
    visible = [meta.name for meta in tables if meta.visible == SheetVisibleEnum.Visible]
    if name and name != "*":
        if name not in [meta.name for meta in tables]:
            raise TerminalError(
                f"{where}: no sheet {name!r}; visible sheets: {', '.join(visible)}. Edit sheet in [options]"
            )
        return [name]
    if not visible:
        raise TerminalError(f"{where}: the workbook has no visible sheet")
    return visible if name == "*" else visible[:1]


def _rows(sheet: CalamineSheet) -> Iterator[Row]:
    """Rows from the top of the sheet, cells from column A. A vertically merged cell stands in each of its rows."""
    if sheet.start is None:
        return
    shift = sheet.start[1]
    merged = _Merged(sheet.merged_cell_ranges or [])
    for index, cells in enumerate(sheet.iter_rows()):
        row: list[Cell] = [""] * shift
        row.extend(_value(cell) for cell in cells)
        yield index + 1, merged.fill(index, row)


class _Merged:
    """Merged cells of one sheet: only the top left one holds the value."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self._across = {top: end for top, end in ranges if top[1] != end[1]}
        self._down = {top: end for top, end in ranges if top[1] == end[1]}
        self._open: dict[int, tuple[int, Cell]] = {}  # column: last row, value
        self._starts: dict[int, list[int]] = {}
        for row, column in self._down:
            self._starts.setdefault(row, []).append(column)
        self.spans: dict[int, list[tuple[int, int]]] = {}
        for (row, left), (_, right) in self._across.items():
            self.spans.setdefault(row, []).append((left, right))

    def fill(self, index: int, row: list[Cell]) -> list[Cell]:
        for column in self._starts.get(index, ()):
            if column < len(row):
                self._open[column] = (self._down[index, column][0], row[column])
        for column, (last, value) in list(self._open.items()):
            if index > last:
                del self._open[column]
            elif row[column] == "":
                row[column] = value
        # Across: only over part of the row. A cell merged over all of it is a title or a note.
        for left, right in self.spans.get(index, ()):
            if left == 0 and right >= len(row) - 1:
                continue
            for column in range(left + 1, min(right + 1, len(row))):
                row[column] = row[left]
        return row


def _value(cell: object) -> Cell:
    """A JSON value. Whole numbers lose their ".0" (Excel knows floats only); a date at midnight is a date."""
    if isinstance(cell, float):
        if not math.isfinite(cell):
            return None
        return int(cell) if cell.is_integer() and abs(cell) < 2**53 else cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    return cell
