"""The extent of the sheets of an old Excel workbook (.xls), read before the parser lays them out as full rectangles.

BIFF8 is a row of records: two bytes type, two bytes length ([MS-XLS] 2.1.4). A file of 6 KB with one cell in the far corner of
each of three sheets costs the parser 1.5 GB.
"""

import struct
from typing import IO

import olefile

from harvesters.base import LimitExceeded, TerminalError

MAX_CELLS = 10_000_000
_BOF = frozenset({0x0809, 0x0409, 0x0209, 0x0009})
# FORMULA, BLANK, NUMBER, LABEL, BOOLERR, RK, LABELSST, MULBLANK, MULRK: all begin with row and column; RSTRING too
_CELLS = frozenset({0x0006, 0x0206, 0x0406, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00FD, 0x00BE, 0x00BD, 0x00D6})
_SEVERAL = frozenset({0x00BD, 0x00BE})  # MULRK, MULBLANK end with their last column


def measure(file: IO[bytes], where: str) -> None:
    """Raises LimitExceeded when its sheets together span more than MAX_CELLS, TerminalError when it is no workbook."""
    file.seek(0)
    try:
        with olefile.OleFileIO(file) as container:
            name = next((each for each in ("Workbook", "Book") if container.exists(each)), "")
            body = container.openstream(name).read() if name else b""
    except (OSError, ValueError, IndexError, struct.error, TypeError, AttributeError) as error:
        raise TerminalError(
            f"{where}: the workbook cannot be read ({str(error)[:200]}); save it again as .xlsx"
        ) from None
    if not body:
        raise TerminalError(f"{where} is no Excel workbook, though of Microsoft's old format: a Word .doc perhaps")
    cells = sum(extent(body))
    if cells > MAX_CELLS:
        raise LimitExceeded(
            f"{where}: its sheets span {cells} cells, more than {MAX_CELLS}; delete the cells far out or split the file"
        )


def extent(body: bytes) -> list[int]:
    """Cells of the rectangle that each sheet spans, from its first to its last used row and column."""
    found: list[int] = []
    top = left = 1 << 16
    bottom = right = -1
    at = 0
    while at + 4 <= len(body):
        kind, size = struct.unpack_from("<HH", body, at)
        at += 4
        if kind in _BOF:
            found.append(_area(top, left, bottom, right))
            top = left = 1 << 16
            bottom = right = -1
        elif kind in _CELLS and size >= 6 and at + size <= len(body):
            row, first = struct.unpack_from("<HH", body, at)
            last = struct.unpack_from("<H", body, at + size - 2)[0] if kind in _SEVERAL else first
            top, bottom = min(top, row), max(bottom, row)
            left, right = min(left, first), max(right, first, last)
        at += size
    return [*found, _area(top, left, bottom, right)]


def _area(top: int, left: int, bottom: int, right: int) -> int:
    return (bottom - top + 1) * (right - left + 1) if bottom >= top and right >= left else 0
