"""Rows of the tables of an HTML page: what many systems give out as "Excel"."""

import io
import re
from collections.abc import Generator, Iterator
from typing import IO

from lxml import etree

from harvesters.base import LimitExceeded, TerminalError
from harvesters.charset import detect
from harvesters.delimited import Cell, Row
from harvesters.xml_tree import forget

MAX_NODES = 200_000  # elements in one row; elements outside rows
MAX_COLUMNS = 16_384  # as Excel has
MAX_ROWS = 1_048_576
_CHUNK = 128 * 2**10
_META = re.compile(rb"charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,40})", re.I)

Element = etree._Element


def rows(file: IO[bytes], charset: str, where: str) -> Generator[Row, None, None]:
    """The rows of all its tables one below the other, numbered from 1; a table inside a cell is text of that cell.

    A cell over several rows stands in each of them, one over several columns in each unless it is alone in its row (a title
    or a note). Raises LimitExceeded, TerminalError.
    """
    spans = _Spans()
    for number, row in enumerate(_rows(file, codec_of(file, charset, where), where), 1):
        if number > MAX_ROWS:
            raise LimitExceeded(f"{where}: more than {MAX_ROWS} rows")
        cells = spans.fill([cell for cell in row if cell.tag in ("td", "th")])
        if len(cells) > MAX_COLUMNS:
            raise LimitExceeded(f"{where}: row {number} has more than {MAX_COLUMNS} cells")
        yield number, cells


def codec_of(file: IO[bytes], charset: str, where: str) -> str:
    """The page's encoding: UTF-16 without a mark, else as of any text; a <meta charset> is a declaration."""
    head = file.read(4096)
    file.seek(0)
    if head[:1] == b"<" and head[1:2] == b"\0":
        return "utf-16-le"
    meta = _META.search(head)
    return detect(file, meta[1].decode() if meta else charset, where)


def _rows(file: IO[bytes], codec: str, where: str) -> Iterator[Element]:
    """The rows of outer tables as they end; each is forgotten when the next is asked for."""
    tables = inside = outside = 0
    for event, element in _events(file, codec, where):
        if element.tag == "table":
            tables += 1 if event == "start" else -1
        if event == "start":
            in_row = inside > 0 or (element.tag == "tr" and tables == 1)
            inside, outside = (inside + 1, outside) if in_row else (0, outside + 1)
            if max(inside, outside) > MAX_NODES:
                raise LimitExceeded(f"{where}: more than {MAX_NODES} elements in one row or outside rows")
        elif element.tag == "tr" and tables == 1:
            yield element
            forget(element)
            inside = 0


def _events(file: IO[bytes], codec: str, where: str) -> Iterator[tuple[str, Element]]:
    parser = etree.HTMLPullParser(
        events=("start", "end"),
        encoding="utf-8",
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    text = io.TextIOWrapper(file, codec, errors="replace", newline="")
    try:
        while chunk := text.read(_CHUNK):
            parser.feed(chunk.replace("\0", "").encode("utf-8", "replace"))
            yield from _elements(parser)
        parser.close()
        yield from _elements(parser)
    except etree.LxmlError as error:
        raise TerminalError(f"{where}: the HTML cannot be read ({str(error)[:200]}); save it as .xlsx") from None
    finally:
        text.detach()


def _elements(parser: etree.HTMLPullParser) -> Iterator[tuple[str, Element]]:
    yield from ((event, element) for event, element in parser.read_events() if isinstance(element, Element))


class _Spans:
    """Cells that reach into rows below theirs."""

    def __init__(self) -> None:
        self._down: dict[int, tuple[int, str]] = {}  # column: rows still to fill, value

    def fill(self, cells: list[Element]) -> list[Cell]:
        row: list[Cell] = []
        alone = len(cells) == 1 and not self._down
        for cell in cells:
            self._above(row)
            text, across, down = _text(cell), _number(cell, "colspan"), _number(cell, "rowspan")
            for offset in range(across):
                if down > 1:
                    self._down[len(row)] = (down - 1, text)
                row.append(text if not (alone and offset) else "")
        self._above(row)
        return row

    def _above(self, row: list[Cell]) -> None:
        """Put in what reaches down to the next places of this row."""
        while len(row) in self._down:
            left, text = self._down[len(row)]
            if left > 1:
                self._down[len(row)] = (left - 1, text)
            else:
                del self._down[len(row)]
            row.append(text)


def _number(cell: Element, name: str) -> int:
    text = (cell.get(name) or "").strip()
    return max(1, min(int(text), MAX_COLUMNS)) if re.fullmatch(r"[0-9]{1,6}", text) else 1


def _text(cell: Element) -> str:
    for line_end in cell.iter("br"):
        line_end.tail = f"\n{line_end.tail or ''}"
    lines = "".join(map(str, cell.itertext())).replace("\u00a0", " ").split("\n")
    return "\n".join(line for line in (" ".join(each.split()) for each in lines) if line)
