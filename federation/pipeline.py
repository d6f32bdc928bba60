"""The pipeline: one way of records into the ledger, for harvest, remap, accept, review and push alike.

digest against the ledger (unchanged records stop here) -> judge in memory -> one transaction per batch.

The two borders for unforeseen errors: `judge_all` holds that of the record, `bordered` here that of the source.
What was committed stays; a batch that is repeated finds its own digests, so nothing is ever stored twice.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date

import msgspec
from sqlalchemy import Connection

from federation.aliases import names_of
from federation.clock import day
from federation.desk import Head
from federation.errors import FederationError
from federation.faults import Faults
from federation.judge import JudgedRaw, Precedents, digest_of
from federation.judges import Bench, Fresh, Hearing, Judges
from federation.key import key_of
from federation.ledger import Ledger
from federation.rekeying import Move
from federation.runs import Lease
from federation.source import Source
from federation.suppression import Suppressed
from federation.tally import Tally
from federation.views import Cause, RunCounts
from federation.writer import Known, Result, Writer, known_of
from harvesters.base import HarvestError, RawRecord, TransientError
from vocab.mapping import FieldMapping

BATCH = 500
INLINE = Judges(0)

Progress = Callable[[RunCounts], None]


class Settings(msgspec.Struct, frozen=True):
    """What every pass needs to know of the node. `base` is its address without a trailing slash.

    `ahead`: sources on the web are asked for more while what they have given is judged and written.
    """

    base: str
    batch: int = BATCH
    ahead: bool = True
    today: date | None = None  # the present day in China when None


class Pass:
    """Belongs to one source and, unless it is a matter of a few records, to one run (`lease`). `dry` writes nothing."""

    def __init__(
        self,
        source: Source,
        ledger: Ledger,
        mappings: Sequence[FieldMapping],
        settings: Settings,
        *,
        lease: Lease | None = None,
        dry: bool = False,
        judges: Judges = INLINE,
    ) -> None:
        self.source, self.ledger, self.lease, self.dry = source, ledger, lease, dry
        self.tally = Tally()
        self.position = ""  # where in its listing the next batch begins
        self.faults = Faults()
        self.settings = settings
        self._mappings = tuple(mappings)
        self._judges = judges
        self._head: Head | None = None
        self._bench = self._new_bench(Suppressed())

    def store(
        self, raws: Sequence[RawRecord], *, force: bool = False, guard: bool = False, remap: bool = False
    ) -> list[Result]:
        """Judge and store records; of those with one key the last counts. Unchanged ones stop here unless `force`."""
        return self.finish(self.begin(raws, force=force), guard=guard, remap=remap)

    def begin(self, raws: Sequence[RawRecord], *, force: bool = False) -> "Begun":
        """The first half of `store`: records that no other batch that is under way holds are being judged."""
        records = {key_of(self.source.id, raw.identifier): raw for raw in raws}
        digests = {key: digest_of(raw) for key, raw in records.items()}
        with self.ledger.database.read() as connection:
            known = known_of(connection, self.source.id, list(digests))
        changed = (key for key, digest in digests.items() if force or not self._unchanged(known.get(key), digest))
        fresh = {key: (records[key], digests[key]) for key in changed}
        back = [key for key in digests if key in known and known[key].missed and key not in fresh]
        return self._begin(fresh, back, seen=len(digests))

    def finish(self, begun: "Begun", *, guard: bool = False, remap: bool = False) -> list[Result]:
        """The second half of `store`: one transaction."""
        self.tally.seen += begun.seen
        self.tally.unchanged += begun.seen - len(begun.fresh)
        if not begun.fresh and not begun.back:
            return []
        run = self.lease.run if guard and self.lease else None
        results = self._commit(begun, guard_run=run, remap=remap)
        self.tally.add(results)
        return results

    def apply(self, raws: Sequence[RawRecord], run: int) -> None:
        """Store records that were staged by a run; they leave the waiting room in the same transaction."""
        fresh = {key_of(self.source.id, raw.identifier): (raw, digest_of(raw)) for raw in raws}
        self.tally.add(self._commit(self._begin(fresh), unstage=run))

    def move(self, moves: Sequence[Move]) -> set[str]:
        """Let records go on under other keys with their addresses; the old keys of those that could. Safe to repeat."""
        olds = {move.new.key: move.gone for move in moves}
        names = {move.new.key: move.old.iri.rpartition("/")[2] for move in moves}
        raws = self.ledger.kept(self.source.id, list(olds))
        fresh = {key_of(self.source.id, raw.identifier): (raw, digest_of(raw)) for raw in raws}
        moved: set[str] = set()

        def store(writer: Writer, judged: Sequence[JudgedRaw]) -> list[Result]:
            done = writer.move(judged, olds)
            moved.clear()  # of a try before this one
            moved.update(done)
            return [result for results in done.values() for result in results]

        self.tally.add(self._alone(self._begin(fresh, names=names), store))
        self.tally.moved += len(moved)
        return {key for new in moved for key in olds[new]}

    def rehearse(self, raw: RawRecord) -> tuple[JudgedRaw | None, list[Result]]:
        """What would become of one record; None when it has not changed."""
        key, digest = key_of(self.source.id, raw.identifier), digest_of(raw)
        with self.ledger.database.read() as connection:
            known = known_of(connection, self.source.id, [key])
        if self._unchanged(known.get(key), digest):
            return None, []
        judged = self._judged(self._begin({key: (raw, digest)}))
        with self.ledger.database.read() as connection:
            return judged[0], self.writer(connection).store(judged)

    def withdraw(self, keys: Sequence[str]) -> list[Result]:
        """Records that their source deleted in so many words: gone at once."""
        database = self.ledger.database
        with database.read() if self.dry else database.write() as connection:
            writer = self.writer(connection)
            results = writer.withdraw(keys)
            if not self.dry:
                self.fence(connection)
                writer.write()
        self.tally.add(results)
        return results

    def writer(self, connection: Connection) -> Writer:
        fingerprint, keeps = self._bench.judge.fingerprint, not self.source.is_a_node
        return Writer(self.ledger.database, connection, self.source.id, fingerprint, keeps_past=keeps)

    def fence(self, connection: Connection) -> None:
        """Nothing is committed for a run that was declared dead meanwhile. Raises LeaseLost."""
        if self.lease is not None:
            self.ledger.run_book.progress(connection, self.lease, self.tally.counts(), self.position)

    def _unchanged(self, old: Known | None, digest: str) -> bool:
        return old is not None and old.digest == digest and old.fingerprint == self._bench.judge.fingerprint

    def _begin(
        self,
        fresh: dict[str, Fresh],
        back: Sequence[str] = (),
        seen: int = 0,
        names: Mapping[str, str] | None = None,
    ) -> "Begun":
        """`names`: by key, those that records are to have from now on."""
        desk, names = self.ledger.desk, names or {}
        with self.ledger.database.read() as connection:
            head = desk.head(connection)
            if head != self._head:
                self._head = head
                self._bench = self._new_bench(desk.suppressed(connection))
            reviews = desk.reviews(connection, self.source.id, list(fresh)) if head.review else {}
            had = names_of(connection, self.source.id, list(fresh)) if head.alias else {}
        known = Precedents(reviews, {**had, **names})
        hearing = self._judges.begin(self._bench, list(fresh.values()), known)
        return Begun(fresh, tuple(back), seen, names, head, hearing)

    def _commit(
        self, begun: "Begun", *, guard_run: int | None = None, remap: bool = False, unstage: int | None = None
    ) -> list[Result]:
        def store(writer: Writer, judged: Sequence[JudgedRaw]) -> list[Result]:
            results = writer.store(judged, guard_run=guard_run, remap=remap)
            if not self.dry:
                writer.mark(() if remap else begun.back, missed=0)
                if unstage is not None:
                    writer.unstage(unstage, list(begun.fresh))
            return results

        return self._alone(begun, store)

    def _alone(self, begun: "Begun", write: "Step") -> list[Result]:
        """Judge without any lock, then write; judge again when the desk has decided something in between."""
        database, desk = self.ledger.database, self.ledger.desk
        while True:
            judged = self._judged(begun)
            with database.read() if self.dry else database.write() as connection:
                if desk.head(connection) == begun.head:
                    writer = self.writer(connection)
                    results = write(writer, judged)
                    if not self.dry:
                        self.fence(connection)
                        writer.write()
                    return results
            begun = self._begin(begun.fresh, begun.back, begun.seen, begun.names)

    def _judged(self, begun: "Begun") -> list[JudgedRaw]:
        verdicts = begun.hearing.verdicts()
        self.faults.extend(verdicts.traces)
        return verdicts.judged

    def _new_bench(self, suppressed: Suppressed) -> Bench:
        today = self.settings.today or day()
        return Bench(self.source, self._mappings, self.settings.base, today, suppressed)


class Begun(msgspec.Struct, frozen=True):
    """A batch between its two halves. `back`: keys that had been missed and are there again; `names`: those that records
    get; `head`: what the desk had decided when judging began.
    """

    fresh: dict[str, Fresh]
    back: tuple[str, ...]
    seen: int
    names: Mapping[str, str]
    head: Head
    hearing: Hearing


Step = Callable[[Writer, Sequence[JudgedRaw]], list[Result]]  # what a transaction does with what was judged


class Failure:
    """Filled by `bordered` when the source could not be read to its end."""

    def __init__(self) -> None:
        self.message = ""
        self.cause: Cause | None = None


@contextmanager
def bordered(faults: Faults) -> Iterator[Failure]:
    """Border of the source: what goes wrong with it is a message of its run. Errors of the ledger and lease go through."""
    failure = Failure()
    try:
        yield failure
    except FederationError:
        raise
    except HarvestError as error:
        failure.message = str(error) or type(error).__name__
        failure.cause = Cause.TRANSIENT if isinstance(error, TransientError) else Cause.TERMINAL
    except Exception as error:
        faults.add(error)
        failure.cause = Cause.OURS
        failure.message = (
            f"the platform failed while reading the source ({type(error).__name__}); see the run's traceback"
        )
