"""Reading ahead: a source is asked for its next records while those it has given are judged and written.

A province that answers after 50 ms keeps a pass waiting for most of its time, and what is done meanwhile costs nothing. The
harvester works in a thread of its own. What it has read and nobody has taken is at most `RECORDS` records, or little more than
`BYTES` bytes.
"""

import threading
from collections.abc import Generator
from datetime import datetime

from federation.bookmarks import places
from harvesters.base import Harvested, Harvester, RawRecord

RECORDS = 2000
BYTES = 16 * 2**20
PATIENCE = 3.0  # seconds that a source which does not answer may hold up the end of its pass

Read = tuple[Harvested, str]


def listed(harvester: Harvester, since: datetime | None, *, ahead: bool) -> Generator[Read, None, None]:
    """Every record with the harvester's position at it. What `records` raises is raised here, after what came before it.

    Close it: the harvester then ends at its next record.
    """
    if ahead:
        return _read_ahead(harvester, since)
    place = places(harvester)
    return ((one, place()) for one in harvester.records(since))


def _read_ahead(harvester: Harvester, since: datetime | None) -> Generator[Read, None, None]:
    ahead = _Ahead(harvester, since)
    # a daemon: a silent province must not hold up the end of the program
    thread = threading.Thread(target=ahead.run, name="read-ahead", daemon=True)
    thread.start()
    try:
        while ready := ahead.take():
            yield from ready
    finally:
        ahead.stop()
        thread.join(PATIENCE)
    if ahead.error is not None:
        raise ahead.error


class _Ahead:
    """What lies between the two threads."""

    def __init__(self, harvester: Harvester, since: datetime | None) -> None:
        self.error: BaseException | None = None
        self._harvester, self._since, self._place = harvester, since, places(harvester)
        self._turn = threading.Condition()
        self._ready: list[Read] = []
        self._bytes = 0  # of them
        self._stopped = self._ended = False

    def run(self) -> None:
        """The harvester's side."""
        try:
            for one in self._harvester.records(self._since):
                if not self._give(one, self._place()):
                    break
        except BaseException as error:  # whatever it is: it is raised where the records are read
            self.error = error
        with self._turn:
            self._ended = True
            self._turn.notify_all()

    def take(self) -> list[Read]:
        """The reader's side: all there is, as soon as there is something; nothing at the end."""
        with self._turn:
            self._turn.wait_for(lambda: self._ready or self._ended)
            ready, self._ready, self._bytes = self._ready, [], 0
            self._turn.notify_all()
            return ready

    def stop(self) -> None:
        with self._turn:
            self._stopped = True
            self._turn.notify_all()

    def _give(self, one: Harvested, position: str) -> bool:
        """Puts it down when there is room; False when nobody wants any more."""
        with self._turn:
            self._turn.wait_for(lambda: self._stopped or (len(self._ready) < RECORDS and self._bytes < BYTES))
            self._ready.append((one, position))
            self._bytes += len(one.body) if isinstance(one, RawRecord) else 0
            self._turn.notify_all()
            return not self._stopped
