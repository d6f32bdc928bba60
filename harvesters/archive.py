"""ZIP containers (XLSX is one) and gzip, judged before anything is unpacked for real.

Nothing is ever written under a name that an archive gives: members go to nameless temporary files.
"""

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import IO

from harvesters.answer import printable
from harvesters.base import LimitExceeded, Limits, TerminalError

ZIP_MAGIC = b"PK\x03\x04"
GZIP_MAGIC = b"\x1f\x8b\x08"
MAX_ENTRIES = 2000
MAX_RATIO = 200  # bytes out per byte in; only asked of archives that unpack to more than this:
_RATIO_FROM = 8 * 2**20
_CHUNK = 256 * 2**10
_UTF8_NAME = 0x800  # APPNOTE.TXT 4.4.4, bit 11
_LEFTOVERS = frozenset({"thumbs.db", "desktop.ini"})
BROKEN = (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError)


def open_archive(file: IO[bytes], limits: Limits, where: str) -> zipfile.ZipFile:
    """The archive, its directory judged. Raises LimitExceeded for a bomb, TerminalError for a broken or locked archive."""
    file.seek(0)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise TerminalError(f"{where}: not a readable ZIP or XLSX file ({error}); ask for it again") from None
    entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES:
        raise LimitExceeded(f"{where}: {len(entries)} entries in the archive, more than {MAX_ENTRIES}")
    _weigh(total, packed, limits, where)
    if any(entry.flag_bits & 1 for entry in entries):
        raise TerminalError(f"{where}: the archive is locked with a password; ask for it unlocked")
    return archive


def _weigh(total: int, packed: int, limits: Limits, where: str) -> None:
    if total > limits.max_bytes:
        raise LimitExceeded(f"{where}: unpacks to {total} bytes, more than limits.max_bytes = {limits.max_bytes}")
    if total > _RATIO_FROM and total > MAX_RATIO * max(packed, 1):
        raise LimitExceeded(f"{where}: unpacks to {total // max(packed, 1)} times its size, more than {MAX_RATIO}")


def members(archive: zipfile.ZipFile) -> list[tuple[str, zipfile.ZipInfo]]:
    """The files in it by their real names, in the archive's order; without folders and what desktops leave behind."""
    named = [(name_of(entry), entry) for entry in archive.infolist() if not entry.is_dir()]
    return [(name, entry) for name, entry in named if not _is_leftover(name)]


def name_of(entry: zipfile.ZipInfo) -> str:
    """The name of a member. Windows in China writes GBK and no flag; the library then reads code page 437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    for codec in ("utf-8", "gb18030"):
        try:
            return entry.filename.encode("cp437").decode(codec)
        except UnicodeError:
            continue
    return entry.filename


@contextmanager
def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, where: str) -> Iterator[IO[bytes]]:
    """A member's bytes, size and checksum proved. Raises TerminalError."""
    with tempfile.TemporaryFile(prefix="chengguo-") as file:
        try:
            with archive.open(entry) as stream:  # ends at the size that the directory told
                while chunk := stream.read(_CHUNK):
                    file.write(chunk)
        except BROKEN as error:
            raise TerminalError(
                f"{where} is broken in the archive ({printable(str(error))}); ask for it again"
            ) from None
        file.seek(0)
        yield file


@contextmanager
def gunzipped(packed: IO[bytes], limits: Limits, where: str) -> Iterator[IO[bytes]]:
    """What a .gz file holds. Raises LimitExceeded for a bomb, TerminalError for a broken file."""
    size = packed.seek(0, 2)
    packed.seek(0)
    with tempfile.TemporaryFile(prefix="chengguo-") as file:
        try:
            with gzip.GzipFile(fileobj=packed, mode="rb") as stream:
                while chunk := stream.read(_CHUNK):
                    _weigh(file.tell() + len(chunk), size, limits, where)
                    file.write(chunk)
        except BROKEN as error:
            raise TerminalError(
                f"{where}: the gzip file is broken ({printable(str(error))}); ask for it again"
            ) from None
        file.seek(0)
        yield file


def _is_leftover(name: str) -> bool:
    last = PurePosixPath(name.replace("\\", "/")).name
    return name.startswith("__MACOSX/") or last.startswith((".", "~$")) or last.lower() in _LEFTOVERS
