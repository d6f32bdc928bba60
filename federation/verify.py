"""Verify: prove that every output holds exactly what the ledger publishes, and that the ledger agrees with itself."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec
from sqlalchemy import Select, and_, case, func, or_, select

from federation.ledger import Ledger
from federation.matching.schema import match_member
from federation.projection import Projection, remove
from federation.schema import change, item, published, redirect, tombstone, version

BATCH = 1000


class Difference(msgspec.Struct, frozen=True):
    """Records an output lacks, has too many, or has in another version."""

    missing: int = 0
    extra: int = 0
    stale: int = 0

    @property
    def none(self) -> bool:
        return not (self.missing or self.extra or self.stale)


class Verdict(msgspec.Struct, frozen=True):
    """`ledger` counts contradictions inside the ledger, by name; all zero in a sound one."""

    equal: bool
    outputs: dict[str, Difference]
    ledger: dict[str, int]
    repaired: bool = False


def verify(ledger: Ledger, projections: Sequence[Projection], *, repair: bool = False) -> Verdict:
    """Compare every output with the ledger. Run it after `Projector.catch_up`: what lags behind counts as different.

    With `repair`, differences are put right; `equal` still tells how it was found. Memory stays bounded: the comparison
    runs in a temporary database on disk.
    """
    outputs = {projection.name: _compare(ledger, projection, repair) for projection in projections}
    contradictions = check(ledger)
    equal = all(d.none for d in outputs.values()) and not any(contradictions.values())
    return Verdict(equal, outputs, contradictions, repaired=repair and any(not d.none for d in outputs.values()))


def _compare(ledger: Ledger, projection: Projection, repair: bool) -> Difference:
    with closing(sqlite3.connect("")) as table:  # "" is a private file that vanishes with the connection
        table.execute("CREATE TABLE held (iri TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID")
        table.execute("CREATE TABLE truth (iri TEXT PRIMARY KEY, version INTEGER) WITHOUT ROWID")
        start = ledger.last_seq()
        # An output that holds a record twice holds one too much: counted by the OR IGNORE that skips it.
        twice = sum(
            1 - table.execute("INSERT OR IGNORE INTO held VALUES (?, ?)", row).rowcount for row in projection.contents()
        )
        table.executemany("INSERT INTO truth VALUES (?, ?)", _truth(ledger))
        _leave_out(ledger, table, start)
        missing = _iris(table, "SELECT iri FROM truth WHERE iri NOT IN (SELECT iri FROM held)")
        extra = _iris(table, "SELECT iri FROM held WHERE iri NOT IN (SELECT iri FROM truth)")
        stale = _iris(table, "SELECT iri FROM truth JOIN held USING (iri) WHERE truth.version != held.version")
        if repair:
            _repair(ledger, projection, [*missing, *stale], extra, start)
    return Difference(len(missing), len(extra) + twice, len(stale))


def _truth(ledger: Ledger) -> Iterator[tuple[str, int]]:
    with ledger.database.read() as connection:
        rows = connection.execute(select(published.c.iri, published.c.version), execution_options={"yield_per": 5000})
        yield from ((row.iri, row.version) for row in rows)


def _leave_out(ledger: Ledger, table: sqlite3.Connection, before: int) -> None:
    """Records that changed while we were reading prove nothing: the output may have been read before, the ledger after."""
    while changes := ledger.changes(before, BATCH):
        for name in ("held", "truth"):
            table.executemany(f"DELETE FROM {name} WHERE iri = ?", [(c.iri,) for c in changes])  # noqa: S608
        before = changes[-1].seq


def _iris(table: sqlite3.Connection, query: str) -> list[str]:
    return [iri for (iri,) in table.execute(query)]


def _repair(ledger: Ledger, projection: Projection, put: Sequence[str], extra: Sequence[str], seq: int) -> None:
    """`extra` were gone as of change `seq`."""
    for start in range(0, len(put), BATCH):
        records = list(ledger.records(put[start : start + BATCH]).values())
        if records:
            projection.put(records)
    for start in range(0, len(extra), BATCH):
        remove(projection, extra[start : start + BATCH], seq)
    if put or extra:
        projection.commit()
        ledger.cursors.touch(projection.name, projection.generation)


def check(ledger: Ledger) -> dict[str, int]:
    """Contradictions between the tables of the ledger, by name."""
    newest = select(change.c.iri, func.max(change.c.seq).label("seq")).group_by(change.c.iri).subquery()
    last = select(change).join(newest, and_(change.c.iri == newest.c.iri, change.c.seq == newest.c.seq)).subquery()
    alive = last.c.event != "withdrawn"
    log_view = last.outerjoin(published, published.c.iri == last.c.iri)
    log_stone = last.outerjoin(tombstone, tombstone.c.iri == last.c.iri)
    states = published.outerjoin(item, and_(item.c.iri == published.c.iri, item.c.state == "published"))
    versions = published.outerjoin(
        version, and_(version.c.iri == published.c.iri, version.c.version == published.c.version)
    )
    items = item.outerjoin(published, published.c.iri == item.c.iri)
    known = select(published.c.iri).union(select(tombstone.c.iri)).subquery()
    questions = {
        # the log replayed gives the published set, at the same seq and version
        "published-not-in-log": select(func.count())
        .select_from(published.outerjoin(last, last.c.iri == published.c.iri))
        .where(or_(last.c.iri.is_(None), ~alive, last.c.seq != published.c.seq, last.c.version != published.c.version)),
        "logged-not-published": select(func.count()).select_from(log_view).where(alive, published.c.iri.is_(None)),
        "withdrawn-but-published": select(func.count())
        .select_from(log_view)
        .where(~alive, published.c.iri.isnot(None)),
        "withdrawn-without-tombstone": select(func.count())
        .select_from(log_stone)
        .where(~alive, tombstone.c.iri.is_(None)),
        "tombstone-of-published": select(func.count()).select_from(log_stone).where(alive, tombstone.c.iri.isnot(None)),
        "published-without-item": select(func.count()).select_from(states).where(item.c.iri.is_(None)),
        "item-without-published": select(func.count())
        .select_from(items)
        .where(item.c.state == "published", published.c.iri.is_(None)),
        "published-without-version": select(func.count())
        .select_from(versions)
        .where(or_(version.c.iri.is_(None), version.c.digest != published.c.digest)),
        # an address that leads elsewhere is nobody's own, and what it leads to is or was public
        "redirect-of-published": select(func.count()).select_from(
            redirect.join(published, published.c.iri == redirect.c.iri)
        ),
        "redirect-to-nowhere": select(func.count())
        .select_from(redirect.outerjoin(known, known.c.iri == redirect.c.target))
        .where(known.c.iri.is_(None)),
        # those who are one achievement are several, and one of them stands for it
        "cluster-of-one": select(func.count()).select_from(_clusters().having(func.count() < 2).subquery()),
        "cluster-without-its-canonical": select(func.count()).select_from(
            _clusters()
            .having(func.sum(case((match_member.c.iri == match_member.c.cluster, 1), else_=0)) != 1)
            .subquery()
        ),
        "gaps-in-log": select(func.coalesce(func.max(change.c.seq), 0) - func.count()).select_from(change),
    }
    with ledger.database.read() as connection:
        return {name: connection.execute(query).scalar_one() for name, query in questions.items()}


def _clusters() -> Select[tuple[str]]:
    return select(match_member.c.cluster).group_by(match_member.c.cluster)
