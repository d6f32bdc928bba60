"""Clusters: the records that one achievement has, from accepted pairs. Made anew from the pairs, so always reversible.

A person's word outweighs the rules: a pair called different is never in one cluster, whatever else connects the two.
Pairs are joined in a fixed order (people's first, then by score), so the result depends on the pairs and not on when they came.
Every member names every other, so the rules make no cluster of more than LARGEST: what looks like that is a listing that repeats
itself, or means harm.
"""

from collections.abc import Iterable, Sequence

import msgspec

from federation.matching.subject import Subject

Pair = tuple[str, str]  # IRIs in the order of text
LARGEST = 50  # members of a cluster, unless people say that there are more


class Link(msgspec.Struct, frozen=True):
    """An accepted pair. `score` puts the surer first; `by` is a person's name, or "" for the rules."""

    pair: Pair
    score: float
    by: str = ""


class Standing(msgspec.Struct, frozen=True):
    """What decides which record stands for a cluster: see `Subject`."""

    iri: str
    filled: int
    first: str


def pair_of(one: str, other: str) -> Pair:
    """Raises ValueError for one record twice."""
    if one == other:
        raise ValueError(f"a pair is of two records, not of {one} twice")
    return (one, other) if one < other else (other, one)


class Forest:
    """Union-find over IRIs with pairs that must stay apart."""

    def __init__(self, apart: Iterable[Pair] = ()) -> None:
        self._above: dict[str, str] = {}
        self._members: dict[str, list[str]] = {}
        self._apart: dict[str, set[str]] = {}
        for one, other in apart:
            self._apart.setdefault(one, set()).add(other)
            self._apart.setdefault(other, set()).add(one)

    def root(self, iri: str) -> str:
        above = self._above
        while (parent := above.get(iri, iri)) != iri:
            above[iri] = iri = above.get(parent, parent)
        return iri

    def join(self, one: str, other: str, largest: int | None = None) -> bool:
        """Whether the two are in one cluster now: not when a person called any two of its members different, or there were more
        than `largest`."""
        larger, smaller = self.root(one), self.root(other)
        if larger == smaller:
            return True
        if len(self._of(larger)) < len(self._of(smaller)):
            larger, smaller = smaller, larger
        if largest is not None and len(self._of(larger)) + len(self._of(smaller)) > largest:
            return False
        kept = set(self._of(larger)) if self._apart else set()
        if any(not kept.isdisjoint(self._apart.get(iri, ())) for iri in self._of(smaller)):
            return False
        self._above[smaller] = larger
        self._members[larger] = self._of(larger) + self._members.pop(smaller, [smaller])
        return True

    def clusters(self) -> list[tuple[str, ...]]:
        return sorted(tuple(sorted(members)) for members in self._members.values())

    def _of(self, root: str) -> list[str]:
        return self._members.get(root) or [root]


def clusters(links: Iterable[Link], apart: Iterable[Pair] = ()) -> list[tuple[str, ...]]:
    """The clusters of two and more, members and clusters in the order of text; the same for any order of `links`."""
    forest = Forest(apart)
    for link in sorted(links, key=lambda link: (not link.by, -link.score, link.pair)):
        forest.join(*link.pair, None if link.by else LARGEST)
    return forest.clusters()


def canonical(members: Sequence[Standing | Subject]) -> str:
    """The IRI that stands for a cluster: the most complete record, then the earliest published, then the first IRI.

    Raises ValueError for no members.
    """
    return min(members, key=lambda member: (-member.filled, member.first, member.iri)).iri
