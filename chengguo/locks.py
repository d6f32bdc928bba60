"""Locks of a home: one process per role, and the file says who holds it and since when.

The lock is the kernel's (flock): it ends with its process however that ends, so no lock is ever left behind.
"""

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

import msgspec

from chengguo.errors import Occupied


class Holder(msgspec.Struct, frozen=True):
    """Who holds a lock. `note` says where to find it, e.g. its address."""

    pid: int
    since: str
    note: str = ""


@contextlib.contextmanager
def held(path: Path, role: str, note: str = "") -> Iterator[None]:
    """Hold the role's lock. Raises Occupied, naming the holder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+b") as file:
        if not _taken(file):
            raise Occupied(_told(role, path, _read(file)))
        me = Holder(os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"), note)
        file.seek(0)
        file.truncate()
        file.write(msgspec.json.encode(me))
        file.flush()
        yield


def holder(path: Path) -> Holder | None:
    """Who holds the lock now, or nobody."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return _read(file) or Holder(0, "")
        return None


def _taken(file: IO[bytes]) -> bool:
    """Tried for a moment: `holder`, asking, takes the lock for an instant too."""
    for _ in range(20):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            time.sleep(0.01)
        else:
            return True
    return False


def _read(file: IO[bytes]) -> Holder | None:
    file.seek(0)
    try:
        return msgspec.json.decode(file.read(), type=Holder)
    except msgspec.DecodeError:  # its holder is just writing it
        return None


def _told(role: str, path: Path, who: Holder | None) -> str:
    if who is None:
        return f"{role} is already running on this home ({path} is locked)."
    where = f", {who.note}" if who.note else ""
    return f"{role} is already running on this home: process {who.pid} since {who.since}{where}."
