"""What a held run would do: counts, and the first records with the fields before and after. Of public records only."""

from collections.abc import Iterator, Sequence

import msgspec
from sqlalchemy import Connection, select

from federation.harvest import ABSENCES
from federation.ledger import Ledger
from federation.pipeline import Pass, Settings
from federation.public import records_of
from federation.rekeying import Unclear, missed_keys, rekeyed
from federation.schema import entry, item, staged
from federation.source import Source
from federation.views import Event
from federation.workbench.preview import FieldDiff, diff
from federation.writer import raw_of
from vocab.kinds import decode_record
from vocab.mapping import FieldMapping
from vocab.public import PublicRecord

FIRST = 20  # records shown of each sort


class Affected(msgspec.Struct, frozen=True, omit_defaults=True):
    """A public record that would change or go. `identifier` and `title` are those it is published under now."""

    iri: str
    identifier: str
    title: str
    event: Event
    diff: tuple[FieldDiff, ...] = ()


class Rekeyed(msgspec.Struct, frozen=True):
    """One record under two keys of its source: the IRI that was known, and the one that came in its place."""

    old: str
    new: str


class HeldDiff(msgspec.Struct, frozen=True):
    """`missing`: public records that two complete passes did not list; `staged`: raw records that changed. First ones shown.

    Of missing records that are public again under another key, `moves` could keep their addresses; `rekeyed` are the first of
    them, `unclear` the first of those of which nobody can say which is which.
    """

    missing: int
    staged: int
    withdraw: tuple[Affected, ...]
    change: tuple[Affected, ...]
    moves: int = 0
    rekeyed: tuple[Rekeyed, ...] = ()
    unclear: tuple[Unclear, ...] = ()


def held_diff(
    run: int,
    source: Source,
    ledger: Ledger,
    mappings: Sequence[FieldMapping],
    settings: Settings,
    first: int = FIRST,
) -> HeldDiff:
    """Raises NotHeld when the run waits for nobody: what it had staged is no more."""
    ledger.run_book.held(run)
    work = Pass(source, ledger, mappings, settings, dry=True)
    with ledger.database.read() as connection:
        missing = _missing(connection, source.id)
        keys = (
            connection.execute(select(staged.c.key).where(staged.c.run == run).order_by(staged.c.key)).scalars().all()
        )
        gone = [_gone(record) for record in records_of(connection, missing[:first]).values()]
        rows = connection.execute(select(staged).where(staged.c.run == run).order_by(staged.c.key).limit(first)).all()
        found = rekeyed(connection, source.id, missed_keys(connection, source.id))
    changed = [affected for row in rows for affected in _changed(work, ledger, row)]
    pairs = tuple(Rekeyed(move.old.iri, move.new.iri) for move in found.moves[:first])
    return HeldDiff(
        len(missing), len(keys), tuple(gone), tuple(changed), len(found.moves), pairs, found.unclear[:first]
    )


def _missing(connection: Connection, source: str) -> list[str]:
    query = (
        select(item.c.iri)
        .join(entry, (entry.c.source == item.c.source) & (entry.c.key == item.c.key))
        .where(item.c.source == source, item.c.state == "published", entry.c.missed >= ABSENCES)
        .order_by(item.c.key)
    )
    return list(connection.execute(query).scalars())


def _changed(work: Pass, ledger: Ledger, row: object) -> Iterator[Affected]:
    """What one staged record would do to what is public. Of an outcome that is not public, only that the record would go."""
    judged, results = work.rehearse(raw_of(row))
    if judged is None:
        return
    before = ledger.records([result.iri for result in results if result.iri])
    for result in results:
        old = before.get(result.iri or "")
        if old is None or result.event is None:
            continue
        if result.event is Event.WITHDRAWN:
            yield _gone(old)
            continue
        one = next((item for item in judged.items if item.kind == result.kind), None)
        if one is not None and one.view is not None:
            yield _affected(old, Event.CHANGED, diff(old.record, decode_record(one.view.record)))


def _gone(record: PublicRecord) -> Affected:
    return _affected(record, Event.WITHDRAWN)


def _affected(record: PublicRecord, event: Event, fields: tuple[FieldDiff, ...] = ()) -> Affected:
    identifier = record.record.source_record_id[0] if record.record.source_record_id else ""
    return Affected(record.iri, identifier, record.record.title.zh or "", event, fields)
