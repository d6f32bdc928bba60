"""Whether records of re-keyed sources kept their addresses, told from the change log and nothing that moved them."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import zstandard
from sqlalchemy import select

from federation.ledger import Ledger
from federation.schema import redirect, version
from federation.views import Event
from federation.writer import source_withdrew
from vocab.kinds import decode_record


@dataclass
class Address:
    """An IRI: when it was public (numbers of changes), and the registration number of what it showed."""

    iri: str
    number: str = ""
    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def public_at(self, seq: int) -> bool:
        return sum(start < seq for start in self.starts) > sum(end < seq for end in self.ends)


def moved(ledger: Ledger) -> dict[str, str]:
    with ledger.database.read() as connection:
        return {row.iri: row.target for row in connection.execute(select(redirect))}


def lost(ledger: Ledger, sources: Collection[str]) -> Iterator[str]:
    """Records of these sources that live under a younger address than they could.

    An older address of the same number was withdrawn as missing while the younger one was public already.
    """
    addresses = _addresses(ledger)
    by_number: dict[str, list[Address]] = {}
    for one in addresses.values():
        if one.number:
            by_number.setdefault(one.number, []).append(one)
    for living in ledger.page(0, 10_000):
        if living.source not in sources:
            continue
        here = addresses[living.iri]
        for other in by_number.get(here.number, ()):
            stone = ledger.tombstone(other.iri) if other.starts[0] < here.starts[0] else None
            if stone and stone.reason == source_withdrew() and here.public_at(stone.seq):
                yield f"{living.source}: {here.number} lives at {here.iri}, not at {other.iri}, which was older"


def _addresses(ledger: Ledger) -> dict[str, Address]:
    found: dict[str, Address] = {}
    after = 0
    while changes := ledger.changes(after, 5000):
        for change in changes:
            one = found.setdefault(change.iri, Address(change.iri))
            if change.event is Event.PUBLISHED:
                one.starts.append(change.seq)
            elif change.event is Event.WITHDRAWN:
                one.ends.append(change.seq)
        after = changes[-1].seq
    with ledger.database.read() as connection:
        for row in connection.execute(select(version.c.iri, version.c.record)):
            found[row.iri].number = _number(zstandard.decompress(row.record))
    for iri, target in moved(ledger).items():
        found[iri].number = found[target].number
    return found


def _number(body: bytes) -> str:
    return getattr(decode_record(body), "registration_no", None) or ""
