"""The projector: makes every output follow the change log from a durable cursor.

An output is recognised by its generation. One the ledger has no cursor for is new, lost or restored from elsewhere, and is
built again beside the old one, which goes on serving and following until it is swapped. One failing output never
holds up another: each has its own thread and its own back-off.
"""

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec
import structlog

from federation.errors import FederationError, ProjectionFailed
from federation.ledger import Ledger
from federation.projection import Mends, Projection, remove
from federation.views import Change
from vocab.public import PublicRecord

BATCH = 1000
BULK = 2000
POLL = 0.3  # seconds between two looks at the log
PATIENCE = 30.0  # longest pause after failures

Moved = Callable[[str, int], None]  # (projection, records moved)

log = structlog.get_logger()


class OutputState(msgspec.Struct, frozen=True):
    """How one output is doing: `behind` counts changes it has not shown yet."""

    name: str
    seq: int
    behind: int
    failures: int = 0
    error: str = ""


class Projector:
    """Follows with any number of projections. `catch_up` once, or `follow` until told to stop."""

    def __init__(self, ledger: Ledger, projections: Sequence[Projection], *, batch: int = BATCH) -> None:
        names = [projection.name for projection in projections]
        if len(set(names)) != len(names):
            raise ValueError(f"two projections share a name: {', '.join(sorted(names))}")
        self._outputs = {p.name: _Output(ledger, p, batch) for p in projections}

    def catch_up(self, moved: Moved | None = None) -> None:
        """Bring every output up to the present, all at the same time: one waits for its engine while another computes.

        `moved` is called by one output at a time. Raises ProjectionFailed after all have been tried.
        """
        failed: dict[str, Exception] = {}
        together = _Together(moved)

        def follow(name: str, output: _Output) -> None:
            with suppress(_Interrupted):
                try:
                    output.catch_up(together.moved)
                except Exception as error:  # border of the output: the others must not wait for it
                    output.failed(error)
                    failed[name] = error

        threads = [
            threading.Thread(target=follow, args=each, name=f"project-{each[0]}") for each in self._outputs.items()
        ]
        together.run(threads)
        if failed:
            told = "; ".join(f"{name}: {type(error).__name__}: {error}" for name, error in failed.items())
            raise ProjectionFailed(f"not up to date: {told}") from next(iter(failed.values()))

    def rebuild(self, name: str, moved: Moved | None = None) -> None:
        """Build one output again from nothing while the old one keeps serving. Raises KeyError naming the known ones."""
        if name not in self._outputs:
            raise KeyError(f"no output is called {name!r}; there are {', '.join(sorted(self._outputs))}")
        self._outputs[name].rebuild(moved)

    def follow(self, stop: threading.Event, poll: float = POLL) -> None:
        """Follow until `stop` is set; never raises for what an output does."""
        threads = [
            threading.Thread(target=output.follow, args=(stop, poll), name=f"project-{name}", daemon=True)
            for name, output in self._outputs.items()
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def states(self) -> list[OutputState]:
        return [output.state() for output in self._outputs.values()]


class _Interrupted(BaseException):
    """Raised between two batches of an output when the thread that waits for it was interrupted."""


class _Together:
    """Threads that report to one callback, and end at their next report when the caller is interrupted."""

    def __init__(self, moved: Moved | None) -> None:
        self._moved = moved
        self._lock = threading.Lock()
        self._interrupted = False

    def moved(self, name: str, count: int) -> None:
        with self._lock:
            if self._interrupted:
                raise _Interrupted
            if self._moved is not None:
                self._moved(name, count)

    def run(self, threads: Sequence[threading.Thread]) -> None:
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        except BaseException:
            self._interrupted = True
            for thread in threads:
                thread.join()
            raise


class _Output:
    def __init__(self, ledger: Ledger, projection: Projection, batch: int) -> None:
        self._ledger, self._projection, self._batch = ledger, projection, batch
        self._failures, self._error = 0, ""
        self._lock = threading.Lock()  # catch_up and rebuild of one output never run at once

    def follow(self, stop: threading.Event, poll: float) -> None:
        while not stop.is_set():
            pause = poll
            try:
                self.catch_up(None)
                self._failures, self._error = 0, ""
            except Exception as error:  # border of the output, as above
                self.failed(error)
                pause = min(PATIENCE, poll * 2 ** min(self._failures, 10))
            stop.wait(pause)

    def failed(self, error: Exception) -> None:
        self._failures += 1
        told = isinstance(error, FederationError) or getattr(error, "told", False)  # others may quote a record
        self._error = f"{type(error).__name__}: {error}" if told else type(error).__name__
        log.warning("projection.failed", projection=self._projection.name, failures=self._failures, error=self._error)

    def state(self) -> OutputState:
        name = self._projection.name
        cursor = self._ledger.cursors.get(name, self._projection.generation)
        seq = cursor.seq if cursor else 0
        return OutputState(name, seq, self._ledger.last_seq() - seq, self._failures, self._error)

    def catch_up(self, moved: Moved | None) -> None:
        with self._lock:
            if isinstance(self._projection, Mends):
                self._projection.mend()
            cursor = self._ledger.cursors.get(self._projection.name, self._projection.generation)
            if cursor is None or cursor.seq > self._ledger.last_seq():
                # Unknown to the ledger, or ahead of it (the ledger came back from a backup): nothing in it can be trusted.
                if self._ledger.cursors.known(self._projection.name):
                    log.warning(
                        "projection.lost", projection=self._projection.name, doing="it is built again from the ledger"
                    )
                self._rebuild(moved)
            else:
                self._advance(self._projection, cursor.seq, moved)

    def rebuild(self, moved: Moved | None) -> None:
        with self._lock:
            self._rebuild(moved)

    def _advance(self, projection: Projection, after: int, moved: Moved | None) -> int:
        """Apply the log after a `seq`, batch by batch; the cursor moves only after the output's own commit."""
        while True:
            changes, records = self._ledger.delta(after, self._batch)
            if not changes:
                return after
            put, gone = coalesce(changes, records)
            if put:
                projection.put(put)
            if gone:
                remove(projection, gone, changes[-1].seq)
            projection.commit()
            after = changes[-1].seq
            self._ledger.cursors.set(projection.name, projection.generation, after, self._count(projection))
            if moved is not None:
                moved(projection.name, len(put) + len(gone))

    def _rebuild(self, moved: Moved | None) -> None:
        old = self._projection
        serving = self._ledger.cursors.get(old.name, old.generation)
        start = self._ledger.last_seq()
        twin = old.fresh()
        try:
            self._bulk(twin, moved, serving.seq if serving and serving.seq <= start else None)
            # Records that moved while the bulk ran were put with their newer state or are found here again; those that
            # were withdrawn meanwhile are removed here.
            self._ledger.cursors.set(twin.name, twin.generation, start, self._count(twin))
            self._advance(twin, start, moved)
            generation = twin.generation
        except BaseException:
            twin.close()  # nobody else knows of it: its files and its server would stay for ever
            raise
        old.swap(twin)
        self._ledger.cursors.keep_only(old.name, generation)

    def _bulk(self, twin: Projection, moved: Moved | None, serving: int | None) -> None:
        after, pause = 0, time.monotonic() + 1.0
        while page := self._ledger.page(after, BULK):
            twin.put(page)
            after = page[-1].seq
            if moved is not None:
                moved(twin.name, len(page))
            if serving is not None and time.monotonic() > pause:  # the old one stays fresh for its readers
                serving = self._advance(self._projection, serving, None)
                pause = time.monotonic() + 1.0
        twin.commit()

    def _count(self, projection: Projection) -> int:
        """What the output says it holds, if it can; else what the ledger holds, which `verify` proves to be the same."""
        count = getattr(projection, "count", None)
        return int(count()) if callable(count) else sum(self._ledger.counts().values())


def coalesce(changes: Sequence[Change], records: dict[str, PublicRecord]) -> tuple[list[PublicRecord], list[str]]:
    """Several changes of one record in a batch are one: its present state, or its absence."""
    iris = list(dict.fromkeys(change.iri for change in changes))
    return [records[iri] for iri in iris if iri in records], [iri for iri in iris if iri not in records]
