"""The preview: what a harvest would do, record by record and field by field, writing nothing."""

from collections.abc import Iterator, Sequence
from itertools import islice

import msgspec
from sqlalchemy import Connection

from federation.judge import JudgedRaw
from federation.ledger import Ledger
from federation.pipeline import Pass, Settings
from federation.public import records_of
from federation.source import Source
from federation.views import Event
from federation.writer import Result
from harvesters.base import Harvester, RawRecord, Unreadable
from vocab.field import fields
from vocab.kinds import decode_record
from vocab.mapping import FieldMapping
from vocab.problem import Problem
from vocab.record import Record

_ENCODER = msgspec.json.Encoder(decimal_format="string")
EMPTY = ("null", "[]", "{}")  # ways in which JSON says that nothing is there


class FieldDiff(msgspec.Struct, frozen=True):
    """A public field before and after, as JSON; None where it is absent."""

    field: str
    before: str | None
    after: str | None


class Preview(msgspec.Struct, frozen=True):
    """What would become of one record. Of a secret one only its outcome is told, not even its identifier."""

    identifier: str
    kind: str
    outcome: str  # unchanged, published, changed, withdrawn, or a state: refused, held, embargoed, rejected, failed
    reason: str = ""
    iri: str | None = None
    problems: tuple[Problem, ...] = ()
    diff: tuple[FieldDiff, ...] = ()


def preview(
    source: Source,
    harvester: Harvester,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    limit: int = 20,
) -> Iterator[Preview]:
    """The first `limit` records of the source. Raises HarvestError."""
    work = Pass(source, ledger, mappings, settings, dry=True)
    for one in islice(harvester.records(), limit):
        if isinstance(one, Unreadable):
            yield Preview(one.identifier, "", "unreadable", one.reason)
        elif one.deleted:
            yield Preview(one.identifier, "", "withdrawn", "deleted")
        else:
            yield from _shown(work, ledger, one)


def _shown(work: Pass, ledger: Ledger, raw: RawRecord) -> Iterator[Preview]:
    judged, results = work.rehearse(raw)
    if judged is None:
        yield Preview(raw.identifier, "", "unchanged")
        return
    with ledger.database.read() as connection:
        for result in results:
            yield _preview(connection, raw, judged, result)


def _preview(connection: Connection, raw: RawRecord, judged: JudgedRaw, result: Result) -> Preview:
    if judged.secret:
        return Preview("", result.kind, "refused", result.reason)
    one = next((item for item in judged.items if item.kind == result.kind), None)
    after = decode_record(one.view.record) if one is not None and one.view is not None else None
    before = records_of(connection, [result.iri]).get(result.iri) if result.iri else None
    return Preview(
        identifier=raw.identifier,
        kind=result.kind,
        outcome=_outcome(result),
        reason=result.reason,
        iri=result.iri,
        problems=one.problems if one is not None else (),
        diff=diff(before.record if before else None, after) if result.event is not Event.WITHDRAWN else (),
    )


def _outcome(result: Result) -> str:
    if result.event is not None:
        return result.event.value
    return "unchanged" if result.state == "published" else result.state


def diff(before: Record | None, after: Record | None) -> tuple[FieldDiff, ...]:
    """The public fields in which two records differ; provenance left out, which always does."""
    if after is None:
        return ()
    names = [(b.name, b.key) for b in fields(type(after)) if b.name != "provenance"]
    rows = ((key, _json(before, name), _json(after, name)) for name, key in names)
    return tuple(FieldDiff(key, old, new) for key, old, new in rows if old != new)


def _json(record: Record | None, name: str) -> str | None:
    if record is None:
        return None
    written = _ENCODER.encode(getattr(record, name, None)).decode()
    return None if written in EMPTY else written
