"""Coverage: what of a source's kept raw records its mappings use, and what they could not make sense of.

For the source's own people. Values are masked; of fields that are not public no value is shown, and a record whose
secrecy the present rules deny is left out altogether.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

import msgspec

from federation.clock import stamp
from federation.judges import Judges
from federation.ledger import Ledger
from federation.pipeline import INLINE, Pass, Settings
from federation.source import Source
from federation.workbench.rehearsal import some
from harvesters.base import RawRecord
from vocab.decode import DecodeError, decode
from vocab.field import Obligation, fields
from vocab.kinds import KINDS
from vocab.mapping import Context, FieldMapping, MappingError
from vocab.mapping.path import Path, parse
from vocab.mapping.rule import is_empty, shown
from vocab.mapping.target import OURS, slots
from vocab.personal import mask
from vocab.problem import Problem
from vocab.record import Record
from vocab.suggest.declared import reads
from vocab.suggest.dictionary import is_personal
from vocab.suggest.leaves import Steps, leaves, uses
from vocab.suggest.nearest import nearest
from vocab.suggest.shape import shape
from vocab.tree import Tree

EXAMPLES = 3
SHOWN = 80  # characters of an example
PLACES = 2000  # different paths, words and shapes that are counted apart
NEAR = 200  # unknown words, the most frequent first, for which near concepts are looked for
WITHHELD = "(withheld)"
KEYS = ("key", "id_path", "modified", "modified_path", "deleted_path")  # options by which harvesters name paths

Progress = Callable[[int], None]


class Unused(msgspec.Struct, frozen=True):
    """A place in the raw records that no mapping reads, and in how many records it says something."""

    path: str
    records: int
    examples: tuple[str, ...]


class Unknown(msgspec.Struct, frozen=True):
    """A word of the source that no code list or table knows. `near`: codes and labels that resemble it."""

    field: str
    scheme: str
    value: str
    times: int
    near: tuple[str, ...]


class Failure(msgspec.Struct, frozen=True):
    """Values of one shape that a parser could not read, or read with doubts."""

    field: str
    code: str
    shape: str
    times: int
    example: str


class Filled(msgspec.Struct, frozen=True):
    """In how many of the records made a field is filled."""

    kind: str
    field: str
    obligation: str
    filled: int
    records: int


class Coverage(msgspec.Struct, frozen=True):
    """`undecodable`: kept bytes that are not what they promise. `skipped`: records whose secrecy is denied by present rules."""

    source: str
    read: int
    undecodable: int
    skipped: int
    unused: tuple[Unused, ...]
    unknown: tuple[Unknown, ...]
    failures: tuple[Failure, ...]
    fields: tuple[Filled, ...]

    @property
    def never(self) -> tuple[Filled, ...]:
        return tuple(one for one in self.fields if not one.filled)


def cover(
    source: Source,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    *,
    limit: int | None = None,
    progress: Progress | None = None,
    judges: Judges = INLINE,
) -> Coverage:
    """Coverage of the first `limit` kept records, of all when None. Raises LedgerError."""
    work = Pass(source, ledger, mappings, settings, dry=True, judges=judges)
    counted = _Counted(source, mappings, settings.base)
    for batch in some(ledger.raws(source.id, settings.batch), limit):
        # Kept records passed the rules they were judged by; those that other rules have judged are judged again.
        judged = work.begin(batch).hearing.verdicts().judged
        secret = {one.raw.identifier for one in judged if one.secret}
        for one in batch:
            counted.take(one, secret=one.identifier in secret)
        if progress is not None:
            progress(counted.read)
    return counted.told()


class _Place:
    """An unused place."""

    def __init__(self) -> None:
        self.records = 0
        self.examples: dict[str, None] = {}


class _Counted:
    """The aggregates, bounded."""

    def __init__(self, source: Source, mappings: Sequence[FieldMapping], base: str) -> None:
        self._source, self._mappings, self._base = source, tuple(mappings), base
        self._uses = uses([*(path for one in mappings for _, path in reads(one)), *_of_options(source.options)])
        self.read = self._undecodable = self._skipped = 0
        self._unused: dict[Steps, _Place] = {}
        self._unknown: Counter[tuple[str, str, str]] = Counter()  # kind, field, value
        self._failures: Counter[tuple[str, str, str]] = Counter()  # field, code, shape
        self._first: dict[tuple[str, str, str], str] = {}
        self._made: Counter[str] = Counter()
        self._filled: Counter[tuple[str, str]] = Counter()

    def take(self, raw: RawRecord, *, secret: bool) -> None:
        self.read += 1
        if secret:
            self._skipped += 1
            return
        try:
            tree = decode(raw.media_type, raw.body)
        except DecodeError:
            self._undecodable += 1
            return
        self._look(tree)
        context = self._context(raw)
        for mapping in self._mappings:
            mapped = mapping.apply(tree, context)
            for problem in mapped.problems:
                self._problem(mapping.kind, problem)
            if mapped.record is not None:
                self._count(mapping.kind, mapped.record)

    def _look(self, tree: Tree) -> None:
        here: set[Steps] = set()
        for leaf in leaves(tree, self._uses):
            if leaf.used or is_empty(leaf.value):
                continue
            if leaf.steps not in self._unused and len(self._unused) >= PLACES:
                continue
            place = self._unused.setdefault(leaf.steps, _Place())
            place.records += leaf.steps not in here
            here.add(leaf.steps)
            if len(place.examples) < EXAMPLES:
                place.examples[_masked(leaf.steps, leaf.value)] = None

    def _problem(self, kind: str, problem: Problem) -> None:
        if problem.code == "unknown-code":
            place = (kind, problem.path, problem.value or WITHHELD)
            if place in self._unknown or len(self._unknown) < PLACES:
                self._unknown[place] += 1
            return
        place = (problem.path, problem.code, shape(problem.value) if problem.value else WITHHELD)
        if place in self._failures or len(self._failures) < PLACES:
            self._failures[place] += 1
            self._first.setdefault(place, (problem.value or WITHHELD)[:SHOWN])

    def _count(self, kind: str, record: Record) -> None:
        self._made[kind] += 1
        for bound in fields(type(record)):
            if getattr(record, bound.name) != bound.default:
                self._filled[kind, bound.key] += 1

    def _context(self, raw: RawRecord) -> Context:
        source = self._source
        return Context(
            source=source.id,
            local_id=raw.identifier,
            base=self._base,
            region=source.region,
            publisher_zh=source.publisher.zh,
            licence=source.licence,
            fetched=stamp(raw.fetched),
            sha256="",
        )

    def told(self) -> Coverage:
        unused = sorted(self._unused.items(), key=lambda one: -one[1].records)
        failures = self._failures.most_common()
        return Coverage(
            self._source.id,
            self.read,
            self._undecodable,
            self._skipped,
            tuple(Unused(str(Path(steps)), p.records, tuple(p.examples)) for steps, p in unused),
            tuple(self._told_unknown()),
            tuple(Failure(*place, count, self._first[place]) for place, count in failures),
            tuple(self._told_fields()),
        )

    def _told_unknown(self) -> Iterator[Unknown]:
        for number, ((kind, field, value), count) in enumerate(self._unknown.most_common()):
            slot = slots(KINDS[kind].record).get(field)
            scheme = slot.scheme if slot is not None else None
            near = nearest(scheme, value) if scheme and value != WITHHELD and number < NEAR else ()
            yield Unknown(field, scheme or "", value, count, tuple(f"{c.code} {c.zh}" for c in near))

    def _told_fields(self) -> Iterator[Filled]:
        order = list(Obligation)
        for kind in dict.fromkeys(mapping.kind for mapping in self._mappings):
            for bound in sorted(fields(KINDS[kind].record), key=lambda b: order.index(b.field.obligation)):
                if bound.key not in OURS:
                    obligation = bound.field.obligation.value
                    yield Filled(kind, bound.key, obligation, self._filled[kind, bound.key], self._made[kind])


def _of_options(options: Mapping[str, object]) -> Iterator[Path]:
    """Paths that the harvester reads itself: the record's key and date."""
    for name in KEYS:
        given = options.get(name, ())
        for text in (given,) if isinstance(given, str) else given if isinstance(given, Iterable) else ():
            with suppress(MappingError):  # a heading may hold signs that a path cannot
                yield parse(str(text))


def _masked(steps: Steps, value: Tree) -> str:
    if is_personal(steps):
        return WITHHELD
    return mask(shown(value, SHOWN + 40))[0][:SHOWN]
