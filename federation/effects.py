"""Effects: everything one transaction does to records and to the change log, collected and written table by table.

Numbers (`seq`) are given when the effects are written, in a transaction that is alone with the log, so they are
gapless and enter the log in the order of their commits.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, and_, bindparam, delete, insert, select, update
from sqlalchemy.schema import Table

from federation.clock import stamp
from federation.database import Database
from federation.matching.grouping import Regrouping
from federation.matching.membership import several
from federation.public import last_seq
from federation.schema import change, entry, item, offer, problem, published, raw, staged, tombstone, version
from federation.views import Change, Event

Row = dict[str, Any]


class Publication(msgspec.Struct, frozen=True):
    """A public view to put in the place of the one before. Bodies are JSON, `packed*` their zstd."""

    event: Event
    source: str
    key: str
    kind: str
    iri: str
    version: int
    first: str | None
    digest: str
    record: bytes
    lineage: bytes
    packed_record: bytes
    packed_lineage: bytes
    mapping: str
    raw_digest: str


class Withdrawal(msgspec.Struct, frozen=True):
    """A published record to take out. `version` is its last one; `reason` is what the public is told, a code of CL-22."""

    source: str
    key: str
    kind: str
    iri: str
    version: int
    reason: str


class Effects:
    """Belongs to one write transaction; `write` is called once, at its end."""

    def __init__(self, database: Database, connection: Connection) -> None:
        self._database = database
        self._connection = connection
        self.at = stamp()
        self._events: list[Publication | Withdrawal] = []
        self._rows: dict[str, list[Row]] = {"entry": [], "raw": [], "item": [], "problem": []}
        self._states: list[Row] = []
        self._numbers: list[Row] = []
        self._drop_entries: list[Row] = []
        self._drop_raw: list[Row] = []
        self._drop_staged: list[Row] = []
        self._drop_items: list[Row] = []
        self._drop_problems: list[Row] = []
        self._drop_versions: list[Row] = []

    def publish(self, publication: Publication) -> None:
        self._events.append(publication)

    def withdraw(self, withdrawal: Withdrawal) -> None:
        self._events.append(withdrawal)

    def relink(self, iris: Sequence[str]) -> None:
        """Give public records a new version that says what the last one said: other records of their achievement have come
        or gone, which every output shows and `verify` compares by the version."""
        for view in _present(self._connection, iris):
            self._events.append(view)
            self._numbers.append({"s": view.source, "k": view.key, "d": view.kind, "number": view.version})

    def state(self, source: str, key: str, kind: str, state: str, reason: str) -> None:
        """Change the state of an item that stays as it is otherwise."""
        self._states.append({"s": source, "k": key, "d": kind, "state": state, "reason": reason, "at": self.at})
        self._drop_problems.append({"s": source, "k": key, "d": kind})

    def entry(self, row: Row) -> None:
        self._rows["entry"].append(row)

    def raw(self, row: Row) -> None:
        self._rows["raw"].append(row)

    def item(self, row: Row) -> None:
        self._rows["item"].append(row | {"at": self.at})

    def problems(self, source: str, key: str, kind: str, rows: list[Row]) -> None:
        """The problems of an item in the place of those before."""
        self._drop_problems.append({"s": source, "k": key, "d": kind})
        self._rows["problem"].extend(rows)

    def drop_item(self, source: str, key: str, kind: str) -> None:
        self._drop_items.append({"s": source, "k": key, "d": kind})
        self._drop_problems.append({"s": source, "k": key, "d": kind})

    def forget(self, source: str, key: str) -> None:
        """The source no longer holds the record: its raw goes, and should it come back it is new."""
        self._drop_entries.append({"s": source, "k": key})
        self._drop_raw.append({"s": source, "k": key})

    def drop_raw(self, source: str, key: str) -> None:
        self._drop_raw.append({"s": source, "k": key})

    def purge(self, source: str, key: str, iris: list[str]) -> None:
        """Destroy what was stored of a record: raw, what waits for a guard, and every version. The change log keeps numbers and
        IRIs only."""
        self.drop_raw(source, key)
        self._drop_staged.append({"s": source, "k": key})
        self.drop_versions(iris)

    def drop_versions(self, iris: Iterable[str]) -> None:
        """Nothing will ever be published under these IRIs again."""
        self._drop_versions.extend({"i": iri} for iri in iris)

    def write(self) -> list[Change]:
        """The changes, in their order: what was asked for, then what follows for the clusters that withdrawn records were in."""
        groups = Regrouping(self._connection, [e.iri for e in self._events if isinstance(e, Withdrawal)])
        changes = self._log()
        self._delete()
        self._many(entry, self._rows["entry"])
        self._many(raw, self._rows["raw"])
        self._many(item, self._rows["item"])
        self._many(problem, self._rows["problem"])
        here = and_(item.c.source == bindparam("s"), item.c.key == bindparam("k"), item.c.kind == bindparam("d"))
        if self._states:
            self._connection.execute(update(item).where(here), self._states)
        if self._numbers:
            self._connection.execute(update(item).where(here).values(version=bindparam("number")), self._numbers)
        self._publish(changes)
        return changes + self._regrouped(groups)

    def _regrouped(self, groups: Regrouping) -> list[Change]:
        moved = groups.settle()
        if not moved:
            return []
        further = Effects(self._database, self._connection)
        further.relink(moved)
        return further.write()

    def _log(self) -> list[Change]:
        if not self._events:
            return []
        start = last_seq(self._connection) + 1
        changes = [
            Change(
                seq=start + n,
                at=self.at,
                event=event.event if isinstance(event, Publication) else Event.WITHDRAWN,
                kind=event.kind,
                iri=event.iri,
                version=event.version,
            )
            for n, event in enumerate(self._events)
        ]
        self._connection.execute(
            insert(change), [msgspec.structs.asdict(c) | {"event": c.event.value} for c in changes]
        )
        return changes

    def _publish(self, changes: list[Change]) -> None:
        views: dict[str, Row] = {}
        stones: dict[str, Row] = {}
        versions: list[Row] = []
        for event, logged in zip(self._events, changes, strict=True):
            if isinstance(event, Publication):
                views[event.iri] = _view(event, logged)
                stones.pop(event.iri, None)
                versions.append(_version(event, logged))
            else:
                views.pop(event.iri, None)
                stones[event.iri] = _stone(event, logged)
        self._remove(published, "iri", stones)
        self._remove(tombstone, "iri", [i for i, v in views.items() if v["version"] > 1])
        self._many(published, list(views.values()))
        self._many(tombstone, list(stones.values()))
        dropped = {row["i"] for row in self._drop_versions}
        self._many(version, [row for row in versions if row["iri"] not in dropped])

    def _delete(self) -> None:
        for table, rows in ((entry, self._drop_entries), (raw, self._drop_raw), (staged, self._drop_staged)):
            if rows:
                here = and_(table.c.source == bindparam("s"), table.c.key == bindparam("k"))
                self._connection.execute(delete(table).where(here), rows)
        for table, rows in ((item, self._drop_items), (problem, self._drop_problems)):
            if rows:
                here = and_(
                    table.c.source == bindparam("s"), table.c.key == bindparam("k"), table.c.kind == bindparam("d")
                )
                self._connection.execute(delete(table).where(here), rows)
        if self._drop_versions:
            for table in (version, offer):
                self._connection.execute(delete(table).where(table.c.iri == bindparam("i")), self._drop_versions)

    def _remove(self, table: Table, column: str, values: Any) -> None:
        rows = [{"v": value} for value in values]
        if rows:
            self._connection.execute(delete(table).where(table.c[column] == bindparam("v")), rows)

    def _many(self, table: Table, rows: list[Row]) -> None:
        if rows:
            self._connection.execute(self._database.upsert(table), rows)


def _present(connection: Connection, iris: Sequence[str]) -> Iterator[Publication]:
    """What is public of these records now, as their next versions."""
    p, v = published.c, version.c
    same = and_(v.iri == p.iri, v.version == p.version)
    packed = (v.record.label("packed_record"), v.lineage.label("packed_lineage"), v.mapping, v.raw_digest)
    query = select(published, *packed).join(version, same)
    for some in several(iris):
        for row in connection.execute(query.where(p.iri.in_(some)).order_by(p.iri)):
            yield Publication(
                event=Event.CHANGED,
                source=row.source,
                key=row.key,
                kind=row.kind,
                iri=row.iri,
                version=row.version + 1,
                first=row.first,
                digest=row.digest,
                record=row.record,
                lineage=row.lineage,
                packed_record=row.packed_record,
                packed_lineage=row.packed_lineage,
                mapping=row.mapping,
                raw_digest=row.raw_digest,
            )


def _view(event: Publication, logged: Change) -> Row:
    return {
        "iri": event.iri,
        "kind": event.kind,
        "source": event.source,
        "key": event.key,
        "version": event.version,
        "seq": logged.seq,
        "at": logged.at,
        "first": event.first or logged.at,
        "digest": event.digest,
        "record": event.record,
        "lineage": event.lineage,
    }


def _version(event: Publication, logged: Change) -> Row:
    return {
        "iri": event.iri,
        "version": event.version,
        "seq": logged.seq,
        "at": logged.at,
        "digest": event.digest,
        "record": event.packed_record,
        "lineage": event.packed_lineage,
        "mapping": event.mapping,
        "raw_digest": event.raw_digest,
    }


def _stone(event: Withdrawal, logged: Change) -> Row:
    return {
        "iri": event.iri,
        "kind": event.kind,
        "source": event.source,
        "version": event.version,
        "seq": logged.seq,
        "at": logged.at,
        "reason": event.reason,
    }
