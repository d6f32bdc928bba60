"""The rehearsal: what a mapping or policy that is not yet in force would do to the raw records that are kept.

Nothing is asked of the source and nothing is written. Before is what the ledger holds; after is what a remap would make
of it, judged and compared by the very code of a remap. Memory is bounded: records stream, only counts and a few
examples stay.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, func, select

from federation.errors import ConfigurationError
from federation.judge import Judged, JudgedRaw
from federation.judges import Judges
from federation.ledger import Ledger
from federation.pipeline import INLINE, Pass, Settings
from federation.public import records_of
from federation.schema import item, problem, raw
from federation.source import Source
from federation.views import Event
from federation.workbench.preview import FieldDiff, diff
from federation.writer import Result
from harvesters.base import RawRecord
from vocab.kinds import decode_record
from vocab.mapping import FieldMapping
from vocab.problem import Problem
from vocab.record import Record

EXAMPLES = 3  # of each field
SHOWN = 300  # characters of a value in an example
DERIVED = ("quality",)  # fields that follow from the others
PLACES = 2000  # different codes, paths and outcomes that are counted apart; what comes later is not told by name
_POSITION = re.compile(r"\[\d+\]")

Progress = Callable[[int], None]
Place = TypeVar("Place", bound=tuple[str, ...])


class Example(msgspec.Struct, frozen=True):
    """A field of one record before and after, as the JSON of its public view; None where it is absent."""

    identifier: str
    before: str | None
    after: str | None


class FieldChange(msgspec.Struct, frozen=True):
    """In how many public records a field would be added, changed or emptied."""

    kind: str
    field: str
    added: int
    changed: int
    emptied: int
    examples: tuple[Example, ...]


class Move(msgspec.Struct, frozen=True):
    """How many records go from one state to another, and what the public would see of it.

    States are those of an item; "none": there was no such item. `event` is empty when nothing public moves: a published
    record that would be rejected keeps its last good version.
    """

    kind: str
    before: str
    after: str
    reason: str
    event: str
    records: int


class ProblemShift(msgspec.Struct, frozen=True):
    """How many records would get a problem they do not have, or lose one they have."""

    code: str
    path: str
    new: int
    vanished: int


class Comparison(msgspec.Struct, frozen=True):
    """What would come of the kept records. `unchanged` were judged by these very rules already."""

    source: str
    read: int
    unchanged: int
    failed: int
    moves: tuple[Move, ...]
    fields: tuple[FieldChange, ...]
    problems: tuple[ProblemShift, ...]


def kept(ledger: Ledger, source: str) -> int:
    """How many raw records of a source are kept."""
    query = select(func.count()).select_from(raw).where(raw.c.source == source)
    with ledger.database.read() as connection:
        return connection.execute(query).scalar_one()


def compare(
    source: Source,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    *,
    limit: int | None = None,
    progress: Progress | None = None,
    judges: Judges = INLINE,
) -> Comparison:
    """A rehearsal of a remap over the first `limit` kept records, all when None. Raises LedgerError."""
    work = Pass(source, ledger, mappings, settings, dry=True, judges=judges)
    counted = _Counted(source.id)
    for batch in some(ledger.raws(source.id, settings.batch), limit):
        begun = work.begin(batch)
        verdicts = begun.hearing.verdicts()
        counted.pass_over(begun.seen, begun.seen - len(begun.fresh), len(verdicts.traces))
        with ledger.database.read() as connection:
            results = work.writer(connection).store(verdicts.judged, remap=True)
            counted.take(verdicts.judged, results, _Before(connection, source.id, verdicts.judged, results))
        if progress is not None:
            progress(counted.read)
    return counted.told()


def substituted(mappings: Sequence[FieldMapping], drafts: Iterable[FieldMapping]) -> tuple[FieldMapping, ...]:
    """A source's mappings with drafts in the places of those they are to replace. Raises ConfigurationError."""
    result = {mapping.id: mapping for mapping in mappings}
    for draft in drafts:
        if draft.id not in result:
            raise ConfigurationError(
                f"the draft's id {draft.id!r} is no mapping of this source; it has {', '.join(result)}: a draft keeps the id"
                " of the mapping it is to replace"
            )
        result[draft.id] = draft
    return tuple(result.values())


def some(batches: Iterable[list[RawRecord]], limit: int | None) -> Iterator[list[RawRecord]]:
    """The batches of the first `limit` records; all when None."""
    left = limit
    for batch in batches:
        yield batch if left is None else list(islice(batch, left))
        if left is not None and (left := left - len(batch)) <= 0:
            return


class _Before:
    """What the ledger holds of a batch: states, problems, public views."""

    def __init__(
        self, connection: Connection, source: str, judged: Sequence[JudgedRaw], results: Sequence[Result]
    ) -> None:
        keys = [one.key for one in judged]
        where = (item.c.source == source, item.c.key.in_(keys))
        rows = connection.execute(select(item.c.key, item.c.kind, item.c.state).where(*where))
        self._states = {(key, kind): state for key, kind, state in rows}
        c = problem.c
        self._problems: dict[tuple[str, str], set[tuple[str, str]]] = {}
        for row in connection.execute(select(c.key, c.kind, c.code, c.path).where(c.source == source, c.key.in_(keys))):
            self._problems.setdefault((row.key, row.kind), set()).add((row.code, _place(row.path)))
        changed = [r.iri for r in results if r.event is Event.CHANGED and r.iri]
        self._records = records_of(connection, changed)

    def state(self, result: Result) -> str:
        state: str = self._states.get((result.key, result.kind), "none")
        return state

    def problems(self, result: Result) -> set[tuple[str, str]]:
        return self._problems.get((result.key, result.kind), set())

    def record(self, result: Result) -> Record | None:
        found = self._records.get(result.iri or "")
        return found.record if found else None


class _Field:
    """The counter of one field."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: list[Example] = []

    def add(self, identifier: str, change: FieldDiff) -> None:
        self.counts["added" if change.before is None else "emptied" if change.after is None else "changed"] += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(Example(identifier, _short(change.before), _short(change.after)))


class _Counted:
    """The aggregates."""

    def __init__(self, source: str) -> None:
        self._source = source
        self.read = self._unchanged = self._failed = 0
        self._moves: Counter[tuple[str, str, str, str, str]] = Counter()
        self._fields: dict[tuple[str, str], _Field] = {}
        self._new: Counter[tuple[str, str]] = Counter()
        self._vanished: Counter[tuple[str, str]] = Counter()

    def pass_over(self, seen: int, unchanged: int, failed: int) -> None:
        self.read += seen
        self._unchanged += unchanged
        self._failed += failed

    def take(self, judged: Sequence[JudgedRaw], results: Sequence[Result], before: _Before) -> None:
        by_key = {one.key: one for one in judged}
        for result in results:
            one = by_key[result.key]
            event = result.event.value if result.event else ""
            _count(self._moves, (result.kind, before.state(result), result.state, result.reason, event))
            if one.secret:  # its outcome is told, and nothing else of it
                continue
            made = next((each for each in one.items if each.kind == result.kind), None)
            self._problems(made.problems if made else (), before.problems(result))
            if made is not None and result.event in (Event.PUBLISHED, Event.CHANGED):
                self._record(one.raw.identifier, made, before.record(result))

    def _problems(self, after: Sequence[Problem], before: set[tuple[str, str]]) -> None:
        now = {(one.code, _place(one.path)) for one in after}
        for place in now - before:
            _count(self._new, place)
        for place in before - now:
            _count(self._vanished, place)

    def _record(self, identifier: str, made: Judged, before: Record | None) -> None:
        after = decode_record(made.view.record) if made.view is not None else None
        for change in diff(before, after):
            if change.field in DERIVED:
                continue
            self._fields.setdefault((made.kind, change.field), _Field()).add(identifier, change)

    def told(self) -> Comparison:
        places = sorted({*self._new, *self._vanished}, key=lambda p: (-max(self._new[p], self._vanished[p]), p))
        order = sorted(self._fields, key=lambda name: (name[0], -self._fields[name].counts.total(), name[1]))
        return Comparison(
            self._source,
            self.read,
            self._unchanged,
            self._failed,
            tuple(Move(*about, records=count) for about, count in self._moves.most_common()),
            tuple(self._told_field(name) for name in order),
            tuple(ProblemShift(*place, self._new[place], self._vanished[place]) for place in places),
        )

    def _told_field(self, name: tuple[str, str]) -> FieldChange:
        one = self._fields[name]
        added, changed, emptied = (one.counts[way] for way in ("added", "changed", "emptied"))
        return FieldChange(*name, added, changed, emptied, tuple(one.examples))


def _count(counter: "Counter[Place]", place: Place) -> None:
    if place in counter or len(counter) < PLACES:
        counter[place] += 1


def _place(path: str) -> str:
    """Positions in lists say nothing about a mapping."""
    return _POSITION.sub("[*]", path)


def _short(value: str | None) -> str | None:
    return value if value is None or len(value) <= SHOWN else f"{value[:SHOWN]}…"
