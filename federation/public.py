"""`PublicView` over the ledger: the only door to published content."""

from collections.abc import Sequence
from typing import Any

import zstandard
from sqlalchemy import Connection, Row, func, select

from federation import listing
from federation.aliases import target_of
from federation.database import Database
from federation.matching.membership import clusters_of
from federation.schema import change, published, removal, tombstone, version
from federation.selection import Listed, Order, Selection
from federation.views import Change, Event, Memento, Move, Tombstone
from vocab.kinds import decode_record
from vocab.public import Cluster, PublicRecord

MAX_PAGE = 10_000


class PublicReader:
    """Implements `federation.selection.ListedView`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, iri: str) -> PublicRecord | None:
        return self.records([iri]).get(iri)

    def records(self, iris: Sequence[str]) -> dict[str, PublicRecord]:
        with self._database.read() as connection:
            return records_of(connection, iris)

    def page(self, after: int, limit: int, kind: str | None = None) -> list[PublicRecord]:
        query = select(published).where(published.c.seq > after).order_by(published.c.seq).limit(min(limit, MAX_PAGE))
        if kind is not None:
            query = query.where(published.c.kind == kind)
        with self._database.read() as connection:
            rows = connection.execute(query).all()
            clusters = clusters_of(connection, [row.iri for row in rows])
            return [_record(row, bytes, clusters.get(row.iri)) for row in rows]

    def tombstone(self, iri: str) -> Tombstone | None:
        with self._database.read() as connection:
            row = connection.execute(select(tombstone).where(tombstone.c.iri == iri)).first()
        return None if row is None else Tombstone(**row._mapping)

    def living(self, iri: str) -> str | None:
        with self._database.read() as connection:
            return target_of(connection, iri)

    def changes(self, after: int, limit: int) -> list[Change]:
        with self._database.read() as connection:
            return changes_of(connection, after, limit)

    def moves(self, after: int, limit: int) -> list[Move]:
        with self._database.read() as connection:
            return moves_of(connection, after, min(limit, MAX_PAGE))

    def last_seq(self) -> int:
        with self._database.read() as connection:
            return last_seq(connection)

    def last_withdrawal(self, after: int) -> int:
        query = select(func.max(change.c.seq)).where(change.c.seq > after, change.c.event == Event.WITHDRAWN.value)
        with self._database.read() as connection:
            return connection.execute(query).scalar() or 0

    def counts(self) -> dict[str, int]:
        query = select(published.c.kind, func.count()).group_by(published.c.kind).order_by(published.c.kind)
        with self._database.read() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def listed(self, selection: Selection, after: int, limit: int) -> list[Listed]:
        with self._database.read() as connection:
            return listing.listed(connection, selection, after, min(limit, MAX_PAGE))

    def latest(self, selection: Selection, before: int, limit: int) -> list[Listed]:
        with self._database.read() as connection:
            return listing.latest(connection, selection, before, min(limit, MAX_PAGE))

    def size(self, selection: Selection) -> int:
        with self._database.read() as connection:
            return listing.size(connection, selection)

    def window(self, selection: Selection, order: Order, start: int, limit: int) -> list[Listed]:
        with self._database.read() as connection:
            return listing.window(connection, selection, order, start, min(limit, MAX_PAGE))

    def count(self, selection: Selection) -> int:
        with self._database.read() as connection:
            return listing.count(connection, selection)

    def published_sources(self) -> list[tuple[str, int]]:
        with self._database.read() as connection:
            return listing.published_sources(connection)

    def versions(self, iri: str) -> list[Memento]:
        query = (
            select(version.c.version, version.c.at, version.c.digest)
            .join(published, published.c.iri == version.c.iri)
            .where(version.c.iri == iri)
            .order_by(version.c.version)
        )
        with self._database.read() as connection:
            return [Memento(*row) for row in connection.execute(query)]

    def version(self, iri: str, number: int) -> PublicRecord | None:
        query = (
            select(version, published.c.kind, published.c.source, published.c.first)
            .join(published, published.c.iri == version.c.iri)
            .where(version.c.iri == iri, version.c.version == number)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else _record(row, zstandard.decompress)

    def removed(self, iri: str, number: int) -> Tombstone | None:
        query = (
            select(published.c.kind, published.c.source, published.c.seq, removal.c.reason, removal.c.at)
            .join(removal, removal.c.iri == published.c.iri)
            .where(published.c.iri == iri, removal.c.version == number)
        )
        with self._database.read() as connection:
            row = connection.execute(query).first()
        return None if row is None else Tombstone(iri=f"{iri}/version/{number}", version=number, **row._mapping)

    def delta(self, after: int, limit: int) -> tuple[list[Change], dict[str, PublicRecord]]:
        """Changes and the present state of the records they speak of, from one snapshot: what a projection needs."""
        with self._database.read() as connection:
            changes = changes_of(connection, after, limit)
            return changes, records_of(connection, sorted({c.iri for c in changes}))


def changes_of(connection: Connection, after: int, limit: int) -> list[Change]:
    query = select(change).where(change.c.seq > after).order_by(change.c.seq).limit(limit)
    return [
        Change(seq=r.seq, at=r.at, event=Event(r.event), kind=r.kind, iri=r.iri, version=r.version)
        for r in connection.execute(query)
    ]


def moves_of(connection: Connection, after: int, limit: int) -> list[Move]:
    earlier = change.alias()
    before = select(func.max(earlier.c.seq)).where(earlier.c.iri == change.c.iri, earlier.c.seq < change.c.seq)
    columns = (change.c.seq, change.c.at, func.coalesce(before.scalar_subquery(), 0))
    query = select(*columns).where(change.c.seq > after).order_by(change.c.seq).limit(limit)
    return [Move(*row) for row in connection.execute(query)]


def records_of(connection: Connection, iris: Sequence[str]) -> dict[str, PublicRecord]:
    found: dict[str, PublicRecord] = {}
    for start in range(0, len(iris), 1000):
        some = iris[start : start + 1000]
        clusters = clusters_of(connection, some)
        rows = connection.execute(select(published).where(published.c.iri.in_(some)))
        found.update((row.iri, _record(row, bytes, clusters.get(row.iri))) for row in rows)
    return found


def last_seq(connection: Connection) -> int:
    return connection.execute(select(func.max(change.c.seq))).scalar() or 0


def _record(row: Row[Any], unpack: Any = bytes, cluster: Cluster | None = None) -> PublicRecord:
    return PublicRecord(
        iri=row.iri,
        kind=row.kind,
        source=row.source,
        version=row.version,
        seq=row.seq,
        at=row.at,
        first=row.first,
        digest=row.digest,
        record=decode_record(unpack(row.record)),
        lineage_json=unpack(row.lineage),
        cluster=cluster,
    )
