"""The matcher: subjects in, pairs with evidence and verdict out; one newcomer at a time or all of them, to the same end."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import msgspec

from federation.matching.blocking import BLOCK, keys
from federation.matching.clusters import Link, Pair, clusters, pair_of
from federation.matching.evidence import Evidence, evidence
from federation.matching.score import Judgement, Verdict, judge
from federation.matching.subject import Subject


class Match(msgspec.Struct, frozen=True):
    """Two records that are the same or may be, and why."""

    pair: Pair
    evidence: Evidence
    judgement: Judgement


def compare(one: Subject, other: Subject) -> Match:
    """Symmetric. Raises ValueError for one record twice."""
    found = evidence(one, other)
    return Match(pair_of(one.iri, other.iri), found, judge(found))


class Matcher:
    """Holds subjects in memory. What it holds of a record goes with the record; people's decisions stay."""

    def __init__(self) -> None:
        self._subjects: dict[str, Subject] = {}
        self._keys: dict[str, frozenset[int]] = {}
        self._blocks: dict[int, set[str]] = defaultdict(set)
        self._partners: dict[str, dict[str, Match]] = defaultdict(dict)
        self._said: dict[Pair, bool] = {}
        self.compared = 0

    def put(self, subject: Subject, own: frozenset[int] | None = None) -> None:
        """Add a record, or its newer version in place of the older; `own` are its keys, when they are known already."""
        if self._subjects.get(subject.iri) == subject:
            return
        self.remove(subject.iri)
        own = keys(subject) if own is None else own
        for iri in sorted(self._neighbours(own)):
            self._compare(subject, self._subjects[iri])
        self.know(subject, own)

    def know(self, subject: Subject, own: frozenset[int]) -> None:
        """Add a new record under these of its keys: it is compared with those that come after it, not with those that are there."""
        self._subjects[subject.iri], self._keys[subject.iri] = subject, own
        for key in own:
            self._blocks[key].add(subject.iri)

    def remove(self, iri: str) -> None:
        """Forget a record: its keys, and all evidence that it is part of."""
        self._subjects.pop(iri, None)
        for key in self._keys.pop(iri, ()):
            self._blocks[key].discard(iri)
            if not self._blocks[key]:
                del self._blocks[key]
        for other in self._partners.pop(iri, {}):
            self._partners[other].pop(iri, None)

    def decide(self, one: str, other: str, *, same: bool | None) -> None:
        """A person's word on a pair; None takes it back."""
        pair = pair_of(one, other)
        if same is None:
            self._said.pop(pair, None)
        else:
            self._said[pair] = same

    def matches(self) -> Iterator[Match]:
        """Every pair that is the same or a candidate, once, in the order of text."""
        for iri in sorted(self._partners):
            yield from (match for other, match in sorted(self._partners[iri].items()) if iri < other)

    def clusters(self) -> list[tuple[str, ...]]:
        said = {pair: same for pair, same in self._said.items() if all(iri in self._subjects for iri in pair)}
        links = [Link(pair, 1.0, "person") for pair, same in said.items() if same]
        links += [Link(m.pair, m.judgement.score) for m in self.matches() if m.judgement.verdict is Verdict.SAME]
        return clusters(links, [pair for pair, same in said.items() if not same])

    def _neighbours(self, own: Iterable[int]) -> set[str]:
        found: set[str] = set()
        for key in own:
            block = self._blocks.get(key, ())
            if len(block) <= BLOCK:  # a larger one says nothing: a generic title, a project of hundreds of results
                found.update(block)
        return found

    def _compare(self, one: Subject, other: Subject) -> None:
        self.compared += 1
        match = compare(one, other)
        if match.judgement.verdict is not Verdict.DIFFERENT:
            self._partners[one.iri][other.iri] = self._partners[other.iri][one.iri] = match
