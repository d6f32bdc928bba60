"""A watched folder: people and machines drop files into it, and some of them are not written to their end yet."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from harvesters.answer import printable
from harvesters.base import LimitExceeded, TerminalError

MAX_FILES = 10_000
_UNFINISHED = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp")  # as senders name them meanwhile


@dataclass(frozen=True, slots=True)
class Look:
    """What lies there: files that are whole, the newest first, and the names of those still being written."""

    ready: tuple[Path, ...]
    waiting: tuple[str, ...]


def look(
    folder: Path, pattern: re.Pattern[str], settle: float, where: str, clock: Callable[[], float] = time.time
) -> Look:
    """The files whose name contains `pattern`; one changed less than `settle` seconds ago waits.

    Raises TerminalError when there is none at all (an empty folder is a lost mount more often than an empty listing),
    LimitExceeded for more than MAX_FILES.
    """
    ready: list[tuple[int, str, Path]] = []
    waiting: list[str] = []
    for count, path in enumerate(folder.iterdir(), 1):
        if count > MAX_FILES:
            raise LimitExceeded(f"{where}: more than {MAX_FILES} files; clear out the old ones")
        name = path.name
        if name.startswith("~$") or name.lower().endswith(_UNFINISHED):
            waiting.append(printable(name))
        elif not name.startswith(".") and pattern.search(name) and path.is_file():
            changed = path.stat().st_mtime_ns
            if clock() - changed / 1e9 < settle:
                waiting.append(printable(name))
            else:
                ready.append((changed, name, path))
    if not ready and not waiting:
        raise TerminalError(f"{where}: holds no file that entry_pattern fits")
    return Look(tuple(path for _, _, path in sorted(ready, reverse=True)), tuple(sorted(waiting)))
