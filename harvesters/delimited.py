"""Rows of CSV and TSV files, streamed."""

import csv
import io
import re
from collections.abc import Generator, Iterator
from typing import IO

from harvesters.base import TerminalError

_CANDIDATES = ("\t", ",", ";", "，", "|")
_QUOTED = re.compile(r'"[^"]*"?')

Cell = object
Row = tuple[int, list[Cell]]  # number in the file from 1, cells


def rows(file: IO[bytes], codec: str, delimiter: str, longest: int, where: str) -> Generator[Row, None, None]:
    """Every row. An empty `delimiter` is found from the first lines. Close the generator before the file.

    Raises TerminalError for a quote that is never closed: it has swallowed the rows below it.
    """
    csv.field_size_limit(max(longest, csv.field_size_limit()))  # process-wide in the library: only ever raised
    text = io.TextIOWrapper(file, codec, errors="replace", newline="")
    try:
        source = _Lines(text, delimiter or _delimiter(text))
        for number, cells in enumerate(source.reader, 1):
            if source.ended:
                raise TerminalError(f"{where}: a quote opened in row {number} is never closed; mend the file there")
            yield number, list(cells)
    except csv.Error as error:
        raise TerminalError(f"{where}: no CSV: {error}") from None
    finally:
        text.detach()


class _Lines:
    """The lines for a CSV reader. A reader that asks on past the last one before it gives a row is inside a quote."""

    def __init__(self, text: io.TextIOWrapper, delimiter: str) -> None:
        self.ended = False
        self._text = text
        self.reader = csv.reader(self._lines(), delimiter=delimiter)

    def _lines(self) -> Iterator[str]:
        first = self._text.readline().lstrip("\ufeff")  # a mark of GB 18030, or a second one of UTF-8
        if first:
            yield first
        while line := self._text.readline():  # not `yield from`: that would close the text with the generator
            yield line
        self.ended = True


def _delimiter(text: io.TextIOWrapper) -> str:
    """The candidate found most often in the first lines, outside quotes; the text is left at its start."""
    start = text.tell()
    head = _QUOTED.sub("", text.read(16 * 2**10))
    text.seek(start)
    return max(_CANDIDATES, key=lambda each: (head.count(each), -_CANDIDATES.index(each)))
