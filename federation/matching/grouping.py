"""Grouping: the clusters around some records are made anew, and it is told whose cluster is another one by it.

A cluster follows from accepted pairs, people's words and the records' completeness alone, so it does not matter when and in
which order they came. What is looked at is the part of the graph of accepted pairs that the records are in, not the whole.
"""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import Connection, case, delete, insert, or_, select

from federation.matching.clusters import Link, Pair, Standing, canonical, clusters
from federation.matching.membership import clusters_of, several
from federation.matching.schema import match_decision, match_member, match_pair, match_record
from vocab.public import Cluster

ACCEPTED = match_pair.c.verdict == "same"


class Decision(msgspec.Struct, frozen=True):
    """What a person said of a pair; `same` None takes earlier words back."""

    one: str
    other: str
    same: bool | None
    by: str
    why: str
    at: str


class Regrouping:
    """Made before pairs or records change around `iris`, settled after it, in one write transaction."""

    def __init__(self, connection: Connection, iris: Collection[str]) -> None:
        self._connection = connection
        self._before = _with_all_members(clusters_of(connection, iris))
        self._around = {*iris, *self._before, *_partners(connection, iris)}

    def settle(self) -> list[str]:
        """Write the clusters as they have to be now; the records whose cluster is another one, in the order of text."""
        if not self._around:
            return []
        reach = _reach(self._connection, self._around)
        before = {**_with_all_members(clusters_of(self._connection, reach)), **self._before}
        after = _clusters(self._connection, reach)
        moved = sorted(iri for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri))
        for some in several(moved):
            self._connection.execute(delete(match_member).where(match_member.c.iri.in_(some)))
        rows = [{"iri": iri, "cluster": after[iri].canonical} for iri in moved if iri in after]
        if rows:
            self._connection.execute(insert(match_member), rows)
        return moved


def decisions_of(connection: Connection) -> list[Decision]:
    """Everything people ever said, oldest first."""
    rows = connection.execute(select(match_decision).order_by(match_decision.c.id))
    return [Decision(r.one, r.other, r.same, r.by, r.why, r.at) for r in rows]


def decided(connection: Connection) -> dict[Pair, Decision]:
    """The last word on each pair."""
    return {(decision.one, decision.other): decision for decision in decisions_of(connection)}


def _with_all_members(known: dict[str, Cluster]) -> dict[str, Cluster]:
    return {iri: cluster for cluster in known.values() for iri in cluster.members}


def _partners(connection: Connection, iris: Collection[str]) -> set[str]:
    """The other records of these records' accepted pairs."""
    one, other = match_pair.c.one, match_pair.c.other
    found: set[str] = set()
    for some in several(sorted(iris)):
        found.update(connection.execute(select(other).where(ACCEPTED, one.in_(some))).scalars())
        found.update(connection.execute(select(one).where(ACCEPTED, other.in_(some))).scalars())
    return found


def _reach(connection: Connection, iris: Iterable[str]) -> set[str]:
    """All records that accepted pairs or people's words lead to from these."""
    same = [pair for pair, decision in decided(connection).items() if decision.same]
    found: set[str] = set()
    new = set(iris)
    while new:
        found |= new
        new = _linked(connection, new)
        new |= {iri for pair in same if not found.isdisjoint(pair) for iri in pair}
        new -= found
    return found


def _linked(connection: Connection, iris: Collection[str]) -> set[str]:
    """What accepted pairs lead to, however many there are on the way: walked by the database."""
    found: set[str] = set()
    one, other = match_pair.c.one, match_pair.c.other
    for some in several(sorted(iris)):
        start = select(match_record.c.iri).where(match_record.c.iri.in_(some))
        way = start.cte("way", recursive=True)
        step = select(case((one == way.c.iri, other), else_=one))
        step = step.select_from(match_pair.join(way, or_(one == way.c.iri, other == way.c.iri)))
        way = way.union(step.where(ACCEPTED))
        found.update(connection.execute(select(way.c.iri)).scalars())
    return found


def _clusters(connection: Connection, iris: Collection[str]) -> dict[str, Cluster]:
    """The clusters as pairs and words make them among records that no pair leads out of."""
    known: dict[str, Standing] = {}
    links: list[Link] = []
    for some in several(sorted(iris)):
        for row in connection.execute(select(match_record).where(match_record.c.iri.in_(some))):
            known[row.iri] = Standing(row.iri, row.filled, row.first)
        pairs = select(match_pair.c.one, match_pair.c.other, match_pair.c.score)
        rows = connection.execute(pairs.where(ACCEPTED, match_pair.c.one.in_(some)))
        links += [Link((row.one, row.other), row.score) for row in rows]
    said = {pair: d for pair, d in decided(connection).items() if all(iri in known for iri in pair)}
    links += [Link(pair, 1.0, decision.by) for pair, decision in said.items() if decision.same]
    apart = [pair for pair, decision in said.items() if decision.same is False]
    made = (Cluster(canonical([known[iri] for iri in group]), group) for group in clusters(links, apart))
    return {iri: cluster for cluster in made for iri in cluster.members}
