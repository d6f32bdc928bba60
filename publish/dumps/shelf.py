"""The dumps that are kept, each in a folder of its own that is named by what is in it: `<seq>-<digest of its checksums>`.

A dump is written beside them and comes in by one rename, so that it is there as a whole or not at all. The same
records make the same name: a dump of a state that is here already is this one.
"""

import hashlib
import os
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from publish.dumps.manifest import CHECKSUMS, MANIFEST, Dump, File
from publish.dumps.standing import Standing

NAME = re.compile(r"([0-9]{1,18})-([0-9a-f]{16})")
NEW, GONE = ".new-", ".gone-"  # what begins so is being written, or taken away
AGAIN = "again"  # a file that stands for: a dump was taken away and has to be written again


class Kept(msgspec.Struct, frozen=True):
    """A dump on the shelf. `written` is RFC 3339: when it came in."""

    name: str
    folder: Path
    dump: Dump
    written: str

    @property
    def seq(self) -> int:
        return self.dump.seq

    @property
    def at(self) -> str:
        return self.dump.at

    def file(self, name: str) -> File | None:
        """A file of it by its name."""
        told = (File(MANIFEST, "application/json"), File(CHECKSUMS, "text/plain"))
        return next((file for file in (*self.dump.files, *told) if file.name == name), None)


def seq_of(name: str) -> int | None:
    """The `seq` that a dump of this name is of, whether it is here or not; None for what is no name of a dump."""
    found = NAME.fullmatch(name)
    return int(found[1]) if found else None


def begin(folder: Path) -> Path:
    """An empty folder inside, to write a dump into. What earlier ones have left behind is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{NEW}*"):
        shutil.rmtree(left, ignore_errors=True)
    new = folder / f"{NEW}{os.getpid()}"
    new.mkdir()
    return new


class Shelf:
    """Any process may read it. One at a time writes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def dumps(self) -> list[Kept]:
        """What is kept, the newest state first; of one state, the one that came last."""
        found = [kept for name in self._names() if (kept := self.get(name))]
        return sorted(found, key=lambda kept: (kept.seq, kept.written), reverse=True)

    def empty(self) -> bool:
        """Whether nothing is kept, without reading any of it."""
        return not self._names()

    def get(self, name: str) -> Kept | None:
        """The dump of this name; None when there is none, or it cannot be read."""
        folder = self.folder / name
        if not NAME.fullmatch(name):
            return None
        try:
            dump = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Dump)
            written = datetime.fromtimestamp((folder / CHECKSUMS).stat().st_mtime, UTC)
        except (OSError, msgspec.DecodeError):
            return None
        return Kept(name, folder, dump, written.isoformat(timespec="seconds").replace("+00:00", "Z"))

    def awaited(self) -> bool:
        """Whether a dump was taken away and has not been written again."""
        return (self.folder / AGAIN).exists()

    def begin(self) -> Path:
        """An empty folder for a dump that is to come in."""
        for left in self.folder.glob(f"{GONE}*"):
            shutil.rmtree(left, ignore_errors=True)
        return begin(self.folder)

    def admit(self, new: Path, dump: Dump) -> Kept:
        """Take in what was written into a folder of `begin`. Other dumps of the same state go."""
        sums = new / CHECKSUMS
        name = f"{dump.seq}-{hashlib.sha256(sums.read_bytes()).hexdigest()[:16]}"
        if self.get(name) is None:
            self._drop(name)  # what cannot be read
            for path in (new / MANIFEST, sums, new):
                _sync(path)
            os.replace(new, self.folder / name)
            _sync(self.folder)
        else:
            shutil.rmtree(new)
        for kept in self.dumps():
            if kept.seq == dump.seq and kept.name != name:
                self._drop(kept.name)
        found = self.get(name)
        if found is None:
            raise FileNotFoundError(2, "the dump has gone while it came in", str(self.folder / name))
        return found

    def revoke(self, standing: Standing) -> int:
        """Take away every dump that does not stand any more. Returns how many."""
        fallen = [name for name in self._names() if (kept := self.get(name)) is None or not standing.stands(kept)]
        if fallen:
            (self.folder / AGAIN).touch()
        for name in fallen:
            self._drop(name)
        return len(fallen)

    def settle(self, keep: int) -> None:
        """A dump has come in: nothing is awaited, and of earlier ones so many stay."""
        (self.folder / AGAIN).unlink(missing_ok=True)
        for kept in self.dumps()[1 + keep :]:
            self._drop(kept.name)

    def _names(self) -> list[str]:
        if not self.folder.is_dir():
            return []
        return [path.name for path in self.folder.iterdir() if NAME.fullmatch(path.name)]

    def _drop(self, name: str) -> None:
        """Gone at once, then file by file."""
        gone = self.folder / f"{GONE}{name}-{os.getpid()}"
        with suppress(FileNotFoundError):  # another process was faster
            os.replace(self.folder / name, gone)
        shutil.rmtree(gone, ignore_errors=True)


EMPTY = Shelf(Path(os.devnull))  # of a site that has no dumps


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
