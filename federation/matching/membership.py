"""Membership: in which cluster public records are now."""

from collections.abc import Collection, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import Connection, select

from federation.matching.schema import match_member
from vocab.public import Cluster

SEVERAL = 500  # values in one condition of a query
T = TypeVar("T")


def clusters_of(connection: Connection, iris: Collection[str]) -> dict[str, Cluster]:
    """The clusters of these records; those that stand alone have none. One value for all members of a cluster."""
    c = match_member.c
    own: dict[str, str] = {}
    for some in several(sorted(iris)):
        own.update((r.iri, r.cluster) for r in connection.execute(select(c.iri, c.cluster).where(c.iri.in_(some))))
    members: dict[str, list[str]] = {}
    for some in several(sorted(set(own.values()))):
        for row in connection.execute(select(c.iri, c.cluster).where(c.cluster.in_(some))):
            members.setdefault(row.cluster, []).append(row.iri)
    made = {canonical: Cluster(canonical, tuple(sorted(iris))) for canonical, iris in members.items()}
    return {iri: made[cluster] for iri, cluster in own.items()}


def several(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The values in parts that one condition of a query can hold."""
    return (values[start : start + SEVERAL] for start in range(0, len(values), SEVERAL))
