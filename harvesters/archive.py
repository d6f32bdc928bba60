"""ZIP containers (XLSX is one) judged before anything is unpacked for real."""

import zipfile
from typing import IO

from harvesters.base import LimitExceeded, Limits, TerminalError

MAX_ENTRIES = 2000
MAX_RATIO = 200  # bytes out per byte in; only asked of archives that unpack to more than this:
_RATIO_FROM = 8 * 2**20


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
    if total > limits.max_bytes:
        raise LimitExceeded(f"{where}: unpacks to {total} bytes, more than limits.max_bytes = {limits.max_bytes}")
    if total > _RATIO_FROM and total > MAX_RATIO * max(packed, 1):
        raise LimitExceeded(f"{where}: unpacks to {total // max(packed, 1)} times its size, more than {MAX_RATIO}")
    if any(entry.flag_bits & 1 for entry in entries):
        raise TerminalError(f"{where}: the archive is locked with a password; ask for it unlocked")
    return archive
