"""The docket: what waits for a secrecy review, with exactly what an approval would publish (E01, E04).

Each record is judged as it is kept, by the rules of today and as if it were approved. So nothing is shown that the gate would
not let out then, and it is told beforehand where an approval alone does not settle the matter.
"""

from collections.abc import Iterator, Sequence

import msgspec

from federation.aliases import names_of
from federation.clock import day
from federation.desk import Decided, Waiting
from federation.judge import Judge, Judged, Precedents, digest_of
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.source import Source
from harvesters.base import RawRecord
from vocab.kinds import decode_record
from vocab.mapping import FieldMapping
from vocab.problem import Problem
from vocab.record import Record
from vocab.values import PartialDate, Precision, Review

CHANGED, LOST = "changed", "lost"  # what no approval can be made of: another content by now, or nothing kept
MARK = 12  # characters that tell one content from another


class Case(msgspec.Struct, frozen=True):
    """A record that waits. `mark` stands for its content; `since` is RFC 3339 in UTC.

    `then` is what an approval makes of it: published, or another state for the reason `still`; `changed` when its mapping or
    policy has changed since it was judged, `lost` when nothing is kept to judge. `title` is told of what would be published.
    """

    iri: str
    source: str
    kind: str
    identifier: str
    reason: str
    since: str
    mark: str
    title: str
    then: str
    still: str


class Hearing(msgspec.Struct, frozen=True):
    """A case with what would be public of the record (None unless an approval publishes it), its problems, and what was
    decided here before."""

    case: Case
    record: Record | None
    problems: tuple[Problem, ...]
    decided: tuple[Decided, ...]


def hearings(
    waiting: Sequence[Waiting], source: Source, ledger: Ledger, mappings: Sequence[FieldMapping], settings: Settings
) -> Iterator[Hearing]:
    """Of records of one source, in their order."""
    today, keys = settings.today or day(), [one.key for one in waiting]
    with ledger.database.read() as connection:
        judge = Judge(source, mappings, settings.base, today, ledger.desk.suppressed(connection))
        names = names_of(connection, source.id, keys)
    approval = Review("approve", date=PartialDate(today.isoformat(), Precision.DAY))
    for one in waiting:
        raw = ledger.raw(source.id, one.key)
        approved = Precedents({(one.key, one.content): (approval,)}, names)
        judged = _judged(judge, raw, approved, one) if raw else None
        yield _hearing(one, raw, judged, ledger.desk.decided(one))


def unheard(one: Waiting) -> Case:
    """A record whose source has no file any more."""
    return _case(one, "", "", LOST, "")


def _judged(judge: Judge, raw: RawRecord, approved: Precedents, one: Waiting) -> Judged | None:
    items = judge.judge(raw, digest_of(raw), approved).items
    return next((item for item in items if item.kind == one.kind), None)


def _hearing(one: Waiting, raw: RawRecord | None, judged: Judged | None, decided: Sequence[Decided]) -> Hearing:
    if raw is None or judged is None:
        return Hearing(unheard(one), None, (), tuple(decided))
    if judged.secret:  # by rules that are stricter than those it was judged by
        return Hearing(_case(one, "", "", judged.state, judged.reason), None, (), tuple(decided))
    if judged.content != one.content:
        return Hearing(_case(one, raw.identifier, "", CHANGED, ""), None, (), tuple(decided))
    record = _without_approval(decode_record(judged.view.record)) if judged.view else None
    title = record.title.zh if record else ""
    case = _case(one, raw.identifier, title, judged.state, judged.reason)
    return Hearing(case, record, judged.problems, tuple(decided))


def _case(one: Waiting, identifier: str, title: str, then: str, still: str) -> Case:
    mark = one.content[:MARK]
    return Case(one.iri, one.source, one.kind, identifier, one.reason, one.since, mark, title, then, still)


def _without_approval(record: Record) -> Record:
    """The review that was supposed is the last one."""
    return msgspec.structs.replace(record, review=record.review[:-1])
