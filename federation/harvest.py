"""The harvest: a pass over a source, what is missing from it, and the mass-change guard's verdict."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection, func, select, update

from federation.ahead import listed
from federation.bookmarks import bookmark_of, go_on, is_unchanged, resume
from federation.clock import now, stamp
from federation.errors import RunError
from federation.guard import above, exceeds, why_held
from federation.judges import Judges
from federation.key import key_of
from federation.ledger import Ledger
from federation.moving import keep_all, keep_found
from federation.pipeline import INLINE, Begun, Failure, Pass, Progress, Settings, bordered
from federation.rekeying import rekeyed
from federation.runs import GuardReport, Lease
from federation.schema import entry, item, published, source_state, staged
from federation.source import Rekey, Source
from federation.views import Run, RunStatus
from federation.writer import raw_of
from harvesters.base import Harvested, Harvester, HarvestError, RawRecord, Unreadable
from vocab.mapping import FieldMapping

OVERLAP = timedelta(
    minutes=5
)  # asked for again at every incremental pass: clocks differ, unchanged records cost little
DEFERRED = 10_000  # records of repeated keys kept to the end of a pass
ABSENCES = 2  # complete passes in a row without a record before it is withdrawn
PAGE = 5000
MARK = 2.0  # seconds
SLOW = 5.0  # seconds after which what a slow source has given is written, be it little


def harvest(
    source: Source,
    harvester: Harvester,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    *,
    full: bool = False,
    dry_run: bool = False,
    accept: bool = False,
    progress: Progress | None = None,
    judges: Judges = INLINE,
) -> Run:
    """Read the source once. Incremental when a high-water mark allows it, unless `full` or a full pass is due.

    `accept` applies what the guard would hold. A dry run writes nothing and returns a run of id 0.
    Raises SourceBusy, LeaseLost, LedgerError; what goes wrong with the source itself is in the run.
    """
    since = None if full else ledger.since(source.id, timedelta(days=source.full_every))
    resume(harvester, ledger.database, source.id, anew=since is None)
    if dry_run:
        return _Harvest(Pass(source, ledger, mappings, settings, dry=True), harvester, since, progress).rehearse()
    mode = "full" if since is None else "incremental"
    with ledger.run_book.leased(source.id, mode) as lease:
        if not full:  # who asks for everything means from the beginning
            go_on(harvester, ledger.database, lease, mode)
        ledger.months.keep(source.id, but=lease.run)  # before anything changes
        with ledger.database.write() as connection:
            ledger.run_book.supersede(connection, source.id)
        work = Pass(source, ledger, mappings, settings, lease=lease, judges=judges)
        _Harvest(work, harvester, since, progress, guarded=not accept).run(lease)
    return _told(ledger, lease)


def accept(
    run: int,
    source: Source,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    *,
    rekey: bool = False,
) -> Run:
    """Apply what a held run had found: its staged changes, and withdrawals of what is missing. Raises NotHeld.

    With `rekey`, missing records that are there again under other keys go on with their addresses and their versions first.
    """
    held = ledger.run_book.held(run)
    if held.source != source.id:
        raise RunError(f"run {run} belongs to source {held.source!r}, not to {source.id!r}")
    with ledger.run_book.leased(source.id, "accept") as lease:
        work = Pass(source, ledger, mappings, settings, lease=lease)
        with bordered(work.faults) as failure:
            _apply_staged(work, run, settings.batch)
            if rekey:
                keep_found(work)
        with ledger.database.write() as connection:
            if not failure.message:  # else it still waits, and nothing goes that might have been moved
                _withdraw(work, connection, _missing(connection, source.id, ABSENCES))
                ledger.run_book.settle(connection, run, f"accepted; applied by run {lease.run}")
            _end(work, connection, lease, failure)
    return _told(ledger, lease)


def remap(
    source: Source,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    *,
    force: bool = False,
    progress: Progress | None = None,
    judges: Judges = INLINE,
) -> Run:
    """Judge the kept raw records again, without touching the source. Those judged by the same rules stop at once."""
    with ledger.run_book.leased(source.id, "remap") as lease:
        work = Pass(source, ledger, mappings, settings, lease=lease, judges=judges)
        with bordered(work.faults) as failure:
            for begun in _ahead(work.begin(batch, force=force) for batch in ledger.raws(source.id, settings.batch)):
                work.finish(begun, remap=True)
                if progress is not None:
                    progress(work.tally.counts())
        with ledger.database.write() as connection:
            _end(work, connection, lease, failure)
    return _told(ledger, lease)


def _ahead(batches: Iterator[Begun]) -> Iterator[Begun]:
    """Each batch when the next one has begun: it is judged while this one is written."""
    last: Begun | None = None
    for begun in batches:
        if last is not None:
            yield last
        last = begun
    if last is not None:
        yield last


class _Harvest:
    """One pass: batches in, then absence and guard. One batch is read and judged while the one before is written."""

    def __init__(
        self,
        work: Pass,
        harvester: Harvester,
        since: datetime | None,
        progress: Progress | None,
        *,
        guarded: bool = True,
    ) -> None:
        self._work, self._harvester, self._since, self._progress = work, harvester, since, progress
        self._guarded = guarded
        self._source, self._ledger = work.source, work.ledger
        self._started = now()
        self._newest: datetime | None = None
        self._seen: set[bytes] = set()  # 16 bytes for each record: 100 MB for a million
        self._marked = time.monotonic()
        self._begun: Begun | None = None  # read, being judged, not yet written
        self._deferred: dict[str, RawRecord] = {}
        self._repeating = _repeating(work)  # keys that came twice in the last full pass
        self._repeated: set[str] = set()  # and in this one

    def rehearse(self) -> Run:
        with bordered(self._work.faults) as failure:
            self._read()
        self._settle()
        status = RunStatus.FAILED if failure.message else RunStatus.DONE
        return Run(
            id=0,
            source=self._source.id,
            status=status,
            started=stamp(self._started),
            ended=stamp(),
            complete=self._complete(failure),
            counts=self._work.tally.counts(),
            message=failure.message or "dry run: nothing was written",
            mode="dry-run",
        )

    def run(self, lease: Lease) -> None:
        work, ledger = self._work, self._ledger
        with ledger.database.read() as connection:
            public = published_of(connection, self._source.id)
        with bordered(work.faults) as failure:
            self._read()
        self._settle()
        complete = self._complete(failure)
        gone = self._absent() if complete else {}
        if gone and self._source.guard.rekey is Rekey.KEEP:
            with bordered(work.faults) as failure:
                gone = keep_all(self._work, gone)
            if failure.message:
                complete, gone = False, {}
        due = [key for key, missed in gone.items() if missed + 1 >= ABSENCES]
        report = self._weigh(due, public, gone)
        held = self._guarded and exceeds(report, self._source.guard)
        if not held:
            with bordered(work.faults) as late:
                _apply_staged(work, lease.run, work.settings.batch)
            if not failure.message:
                failure = late
        with ledger.database.write() as connection:
            writer = work.writer(connection)
            writer.mark(list(gone), missed=entry.c.missed + 1)
            writer.mark(sorted(self._repeated), repeated=True)
            if complete:
                writer.mark(sorted(self._repeating - self._repeated), repeated=False)
            if not held:
                _withdraw(work, connection, due)
                if not failure.message:
                    self._advance(connection, complete)
            said = (
                "the source says that nothing has changed since the last pass" if is_unchanged(self._harvester) else ""
            )
            _end(work, connection, lease, failure, complete=complete, report=report, held=held, said=said)

    def _read(self) -> None:
        batch: list[Harvested] = []
        begins, opened = "", time.monotonic()
        try:
            ahead = self._work.settings.ahead and self._source.is_on_the_web
            with closing(listed(self._harvester, self._since, ahead=ahead)) as found:
                for one, position in found:
                    begins = begins if batch else position
                    batch.append(one)
                    if len(batch) >= self._work.settings.batch or time.monotonic() > opened + SLOW:
                        self._take(batch, begins)
                        batch, opened = [], time.monotonic()
        except HarvestError:
            self._take(batch, begins)  # a source that breaks off early every time would otherwise never get ahead
            raise
        self._take(batch, begins)
        if self._deferred:
            self._store(list(self._deferred.values()))

    def _take(self, batch: Sequence[Harvested], begins: str) -> None:
        """One batch in its own order; of several records with one key the last counts, also across batches.

        `begins`: its position. All batches before it are written when the next transaction ends.
        """
        self._work.position = begins
        last: dict[str, Harvested] = {}
        again: set[str] = set()
        for one in batch:
            key = key_of(self._source.id, one.identifier)
            mark = bytes.fromhex(key)
            if mark in self._seen:
                again.add(key)
            self._seen.add(mark)
            last.pop(key, None)
            last[key] = one
        self._work.tally.add_unreadable(one for one in last.values() if isinstance(one, Unreadable))
        records = [one for one in last.values() if isinstance(one, RawRecord)]
        self._note(records)
        gone = [key_of(self._source.id, raw.identifier) for raw in records if raw.deleted]
        if gone or again:
            self._settle()  # the batch before may hold the same keys
        if gone:
            self._work.withdraw(gone)
            self._work.tally.seen += len(gone)
        self._store([raw for raw in records if not raw.deleted and not self._defer(raw)], sorted(again))

    def _store(self, raws: Sequence[RawRecord], again: Sequence[str] = ()) -> None:
        """`again` are keys that this pass has met before: what they left in the waiting room no longer counts."""
        self._repeated.update(again)
        lease = self._work.lease
        if again and lease is not None:
            with self._ledger.database.touch() as connection:
                self._work.writer(connection).unstage(lease.run, again)
        begun = self._work.begin(raws) if raws else None
        self._settle()
        self._begun = begun

    def _settle(self) -> None:
        """Write the batch that has begun."""
        begun, self._begun = self._begun, None
        if begun is not None:
            self._work.finish(begun, guard=True)
        self._mark()
        if self._progress is not None:
            self._progress(self._work.tally.counts())

    def _mark(self) -> None:
        """Note the position now and then also while nothing is written, as nothing has changed."""
        work = self._work
        if work.lease is None or time.monotonic() < self._marked + MARK:
            return
        self._marked = time.monotonic()
        with self._ledger.database.touch() as connection:
            work.fence(connection)

    def _defer(self, raw: RawRecord) -> bool:
        """Records whose key came twice in an earlier pass wait for the end of this one, else they would change for ever."""
        key = key_of(self._source.id, raw.identifier)
        if key not in self._repeating or len(self._deferred) >= DEFERRED:
            return False
        self._deferred[key] = raw
        return True

    def _note(self, records: Sequence[RawRecord]) -> None:
        dates = [raw.modified for raw in records if raw.modified is not None]
        if dates:
            self._newest = max([*dates, self._newest] if self._newest else dates)

    def _complete(self, failure: Failure) -> bool:
        return self._since is None and not failure.message and self._harvester.complete

    def _absent(self) -> dict[str, int]:
        """Entries that this pass did not see, and how many complete passes had missed them before."""
        with self._ledger.database.read() as connection:
            rows = connection.execute(
                select(entry.c.key, entry.c.missed).where(entry.c.source == self._source.id),
                execution_options={"yield_per": PAGE},
            )
            return {key: missed for key, missed in rows if bytes.fromhex(key) not in self._seen}

    def _weigh(self, due: Sequence[str], public: int, gone: Mapping[str, int]) -> GuardReport:
        withdraw = change = 0
        with self._ledger.database.read() as connection:
            if self._work.lease is not None:
                query = select(func.count()).select_from(staged).where(staged.c.run == self._work.lease.run)
                change = connection.execute(query).scalar_one()
            for start in range(0, len(due), 1000):
                part = due[start : start + 1000]
                query = select(func.count()).select_from(item).where(item.c.state == "published")
                query = query.where(item.c.source == self._source.id, item.c.key.in_(part))
                withdraw += connection.execute(query).scalar_one()
            many = above(len(gone), public, self._source.guard)
            moved = rekeyed(connection, self._source.id, gone).count if many else 0
        allowed = max(self._source.guard.records, int(self._source.guard.share * public))
        return GuardReport(withdraw, change, public, allowed, repeated=len(self._repeated), rekeyed=moved)

    def _advance(self, connection: Connection, complete: bool) -> None:
        """Move the high-water mark, however many single records failed: they are found again by their digests.

        The newest date the source gave, never one in the future; a source without dates counts from our start. That nothing has
        changed is no date: the mark stays.
        """
        if is_unchanged(self._harvester):
            here = source_state.c.source == self._source.id
            connection.execute(update(source_state).where(here).values(success_at=stamp()))
            return
        newest = min(self._newest, self._started) if self._newest is not None else self._started
        values: dict[str, object] = {
            "source": self._source.id,
            "high_water": stamp(newest - OVERLAP),
            "success_at": stamp(),
        }
        if complete:
            values["complete_at"] = stamp()
        values |= bookmark_of(self._harvester)
        statement = self._ledger.database.insert(source_state).values(values)
        updates = {name: value for name, value in values.items() if name != "source"}
        connection.execute(statement.on_conflict_do_update(index_elements=["source"], set_=updates))


def published_of(connection: Connection, source: str) -> int:
    return connection.execute(
        select(func.count()).select_from(published).where(published.c.source == source)
    ).scalar_one()


def _repeating(work: Pass) -> set[str]:
    with work.ledger.database.read() as connection:
        query = select(entry.c.key).where(entry.c.source == work.source.id, entry.c.repeated)
        return set(connection.execute(query).scalars())


def _told(ledger: Ledger, lease: Lease) -> Run:
    run = ledger.run_book.get(lease.run)
    assert run is not None
    return run


def _apply_staged(work: Pass, run: int, size: int) -> None:
    """Store what waited for the verdict; each batch leaves the waiting room in the transaction that stores it."""
    while True:
        with work.ledger.database.read() as connection:
            rows = connection.execute(
                select(staged).where(staged.c.run == run).order_by(staged.c.key).limit(size)
            ).all()
        if not rows:
            return
        work.apply([raw_of(row) for row in rows], run)


def _missing(connection: Connection, source: str, times: int) -> list[str]:
    query = select(entry.c.key).where(entry.c.source == source, entry.c.missed >= times)
    return list(connection.execute(query).scalars())


def _withdraw(work: Pass, connection: Connection, keys: Sequence[str]) -> None:
    if not keys:
        return
    writer = work.writer(connection)
    for start in range(0, len(keys), 1000):
        work.tally.add(writer.withdraw(keys[start : start + 1000]))
    writer.write()


def _end(
    work: Pass,
    connection: Connection,
    lease: Lease,
    failure: Failure,
    *,
    complete: bool = False,
    report: GuardReport | None = None,
    held: bool = False,
    said: str = "",
) -> None:
    report = msgspec.structs.replace(report or GuardReport(), cause=failure.cause)
    remarks = [failure.message, said]
    if work.faults.count and not failure.message:
        remarks.append(f"the platform failed at {work.faults.count} records; see the run's traceback")
    if report.repeated:
        remarks.append(f"the listing repeats {report.repeated:,} keys; of records with one key the last counts")
    remarks.append(work.tally.remark())
    message = "; ".join(filter(None, remarks))
    status = RunStatus.FAILED if failure.message else RunStatus.DONE
    if held:
        status, message = RunStatus.HELD, f"{why_held(report, lease.run)} {message}".strip()
    work.ledger.run_book.end(
        connection,
        lease,
        status,
        work.tally.counts(),
        complete=complete,
        message=message,
        traceback=work.faults.text,
        guard=report,
    )
