"""XLSX, a workbook for each kind of record: the rows as in CSV, and a sheet that tells what the columns are.

A sheet of Excel has 1,048,576 rows: what is more goes on in further workbooks. A cell holds some 32,000 characters: a longer
text is cut there, and ends with an ellipsis; CSV and JSON Lines have it whole.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from publish.dumps.columns import Cell, columns, row
from publish.dumps.csvw import SEPARATOR, written
from publish.dumps.manifest import STEM, XLSX, File
from publish.dumps.packed import whole
from publish.dumps.sink import Batch
from publish.plain import writable
from vocab.kinds import KINDS

ROWS = 1_000_000  # records of one workbook
LONGEST_CELL = 32_000
EXACT = 2**53  # above it a spreadsheet rounds whole numbers
MADE = datetime(1980, 1, 1)  # noqa: DTZ001 - a date without meaning, so that the same records make the same file


class Workbooks:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._open = {kind: _Book(folder, kind, 1) for kind in KINDS}
        self._full: list[File] = []

    def put(self, batch: Batch) -> None:
        for public in batch.publics:
            book = self._open[public.kind]
            if book.rows == ROWS:
                self._full.append(book.finish())
                book = self._open[public.kind] = _Book(self._folder, public.kind, book.number + 1)
            book.append(row(public))

    def finish(self) -> Iterable[File]:
        files = [*self._full, *(book.finish() for book in self._open.values())]
        return sorted(files, key=lambda file: list(KINDS).index(file.kind))

    def close(self) -> None:
        for book in self._open.values():
            book.close()


class _Book:
    """Rows go to a file beside it at once (`constant_memory`)."""

    def __init__(self, folder: Path, kind: str, number: int) -> None:
        self.number, self.rows = number, 0
        self._kind = kind
        self._folder, self._name = folder, f"{STEM}.{kind}{f'-{number}' if number > 1 else ''}.xlsx"
        self._book = Workbook(str(folder / self._name), {"constant_memory": True, "tmpdir": str(folder)})
        self._book.use_zip64()
        self._book.set_properties({"created": MADE})
        self._sheet = self._book.add_worksheet(kind)
        self._sheet.freeze_panes(1, 0)
        for place, column in enumerate(columns(kind)):
            self._sheet.write_string(0, place, column.name)

    def append(self, cells: list[Cell]) -> None:
        self.rows += 1
        for place, cell in enumerate(cells):
            if cell is not None:
                _put(self._sheet, self.rows, place, cell)

    def finish(self) -> File:
        self._explain()
        self._book.close()
        return whole(self._folder, File(self._name, XLSX, format="xlsx", kind=self._kind, records=self.rows))

    def close(self) -> None:
        """Of one that was not finished, the rows beside it stay in the folder."""
        for sheet in self._book.worksheets():
            sheet._opt_close()
        self._book.fileclosed = True

    def _explain(self) -> None:
        sheet = self._book.add_worksheet("columns")
        for place, line in enumerate(_explained(self._kind)):
            for column, text in enumerate(line):
                sheet.write_string(place, column, text)


def _explained(kind: str) -> Iterator[tuple[str, ...]]:
    yield ("column", "名称", "meaning", "type")
    for column in columns(kind):
        yield (column.name, column.zh, column.en, f"{column.type}, list ({SEPARATOR})" if column.many else column.type)


def _put(sheet: Worksheet, line: int, place: int, cell: Cell) -> None:
    if isinstance(cell, bool):
        sheet.write_boolean(line, place, cell)
    elif isinstance(cell, (int, float, Decimal)) and abs(float(cell)) < EXACT:
        sheet.write_number(line, place, cell)
    else:
        sheet.write_string(line, place, _bounded(written(cell)))


def _bounded(text: str) -> str:
    """A cell of XLSX says itself that it is a text: nothing has to keep it from being a formula."""
    text = writable(text)
    return text if len(text) <= LONGEST_CELL else f"{text[: LONGEST_CELL - 1]}…"
