"""Dumps are made here: one at a time on a home, in turns, and again at once when what is kept may not be shown any more.

The lock is of the kernel, so whoever dies lets go of it, and leaves a folder that the next one removes.
"""

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from chengguo import locks
from chengguo.errors import ChengguoError, Failed, Occupied, SettingsError
from chengguo.home import Home
from chengguo.settings import Dumps
from federation.errors import LedgerError
from federation.schedule import Schedule
from federation.views import PublicView
from publish.dumps.manifest import CHECKSUMS, MANIFEST, Compression, Dump
from publish.dumps.shelf import Kept, Shelf, begin
from publish.dumps.standing import Standing
from publish.dumps.write import write
from vocab.namespaces import Namespaces

TRIES = 3  # when something is withdrawn while a dump is written
POLL = 1.0  # seconds between two looks at what was withdrawn
PATIENCE = 60.0  # longest pause after failures
SETTLING = timedelta(seconds=30)  # without a change, before the first dump of a node is written
REST = 3.0  # how many times as long as the last one took a dump is not written again, so that harvests get on

Moved = Callable[[int], None]
log = structlog.get_logger("chengguo.dumps")


class Maker:
    """Writes dumps of one home, to its shelf or to any folder."""

    def __init__(self, home: Home, view: PublicView, namespaces: Namespaces, settings: Dumps) -> None:
        self.shelf = Shelf(home.dumps)
        self._lock = home.run / "dump.lock"
        self._view, self._namespaces, self._settings = view, namespaces, settings
        self._standing = Standing(view)

    @property
    def seq(self) -> int:
        """Of the last change that a dump made now would hold."""
        return self._view.last_seq()

    def revoke(self) -> int:
        """Take away what may not be shown any more. Returns how many dumps."""
        return self.shelf.revoke(self._standing)

    def make(self, moved: Moved = lambda n: None) -> Kept:
        """A dump on the shelf. Raises Occupied, Failed."""
        with self._alone():
            for _ in range(TRIES):
                self.revoke()
                with self._written(self.shelf.begin(), moved) as (new, dump):
                    if not self._standing.stands(dump):
                        continue
                    kept = self.shelf.admit(new, dump)
                if self._standing.stands(kept):
                    self.shelf.settle(self._settings.keep)
                    return kept
            self.revoke()
        raise _disturbed()

    def make_in(self, folder: Path, moved: Moved = lambda n: None) -> Dump:
        """A dump in a folder of the caller's, whose files stay until the new ones are whole. Raises Occupied, Failed."""
        if folder.resolve().is_relative_to(self.shelf.folder.resolve()):
            raise ChengguoError(f"{folder} is where the portal's dumps are kept: to write one there, name no folder")
        with self._alone():
            for _ in range(TRIES):
                with self._written(begin(folder), moved) as (new, dump):
                    if self._standing.stands(dump):
                        _replace(folder, new, dump)
                        return dump
        raise _disturbed()

    @contextmanager
    def _written(self, new: Path, moved: Moved) -> Iterator[tuple[Path, Dump]]:
        """A dump in this folder, which is gone afterwards if nobody has taken it."""
        compression = Compression(self._settings.compression)
        try:
            yield new, write(self._view, self._namespaces, new, self._settings.formats, compression, moved)
        finally:
            shutil.rmtree(new, ignore_errors=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with locks.held(self._lock, "A dump"):
            yield


class Keeper:
    """Follows the schedule and the withdrawals, for as long as the node is served."""

    def __init__(
        self, maker: Maker, settings: Dumps, memory: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """`memory` is the file that says when the last one was begun: one that was missed is caught up with."""
        self._maker, self._now = maker, now
        self._schedule = schedule_of(settings)
        self._memory = memory
        self._began = _remembered(memory) or _remember(memory, now())
        self._rest_until = now()
        self._seen = 0, now()  # the last change, and since when it is the last one

    def round(self) -> Kept | None:
        """What is to be done now: take away, and write when it is time. Raises LedgerError, Failed, OSError."""
        self._revoke()
        again = self._maker.shelf.awaited()
        if not (self._due() or (self._now() >= self._rest_until if again else self._first())):
            return None
        began = self._now()
        try:
            kept = self._maker.make(lambda count: self._revoke())
        except Occupied:  # somebody writes one by hand
            return None
        finally:
            self._rest_until = self._now() + (self._now() - began) * REST
        self._began = _remember(self._memory, began)
        log.info("dump written", name=kept.name, records=kept.dump.records)
        return kept

    def _revoke(self) -> None:
        if fallen := self._maker.revoke():
            log.info("dumps revoked: something was withdrawn since", dumps=fallen)

    def _first(self) -> bool:
        """Whether there is none yet, and the first harvests have come to rest: nobody need wait for the night."""
        if self._schedule is None or not self._maker.shelf.empty():
            return False
        seq, now = self._maker.seq, self._now()
        if seq != self._seen[0]:
            self._seen = seq, now
        return seq > 0 and now - self._seen[1] >= SETTLING

    def _due(self) -> bool:
        return self._schedule is not None and self._schedule.after(self._began) <= self._now()


def follow(keeper: Keeper) -> None:
    """Until interrupted."""
    failures = 0
    while True:
        try:
            keeper.round()
            failures = 0
        except (LedgerError, Failed, OSError) as error:  # a busy ledger or a full disk: it is tried again
            failures += 1
            log.warning("dump failed", failures=failures, error=str(error))
        time.sleep(min(PATIENCE, POLL * 2 ** min(failures, 10)))


def schedule_of(settings: Dumps) -> Schedule | None:
    """When dumps are written; None for never by themselves. Raises SettingsError."""
    if not settings.schedule:
        return None
    schedule = Schedule(settings.schedule, settings.timezone)
    try:
        schedule.after(datetime.now(UTC))
    except ValueError as error:
        raise SettingsError(f"[dumps] {error}") from error
    return schedule


def _replace(folder: Path, new: Path, dump: Dump) -> None:
    """The new files in the place of the old ones, the checksums last; what only the old dump had goes with it."""
    names = [*(file.name for file in dump.files), MANIFEST, CHECKSUMS]
    for name in _named(folder / MANIFEST) - set(names):
        (folder / name).unlink(missing_ok=True)
    for name in names:
        os.replace(new / name, folder / name)


def _named(manifest: Path) -> set[str]:
    """The files of the dump that is there, by their bare names."""
    try:
        files = msgspec.json.decode(manifest.read_bytes(), type=Dump).files
    except (OSError, msgspec.DecodeError):
        return set()
    return {file.name for file in files if Path(file.name).name == file.name}


def _disturbed() -> Failed:
    return Failed(
        "records were withdrawn each time while the dump was written, so it may not be kept: "
        "run the command again when the harvest has ended"
    )


def _remembered(path: Path) -> datetime | None:
    try:
        return msgspec.json.decode(path.read_bytes(), type=datetime)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def _remember(path: Path, moment: datetime) -> datetime:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(moment))
    os.replace(new, path)
    return moment
