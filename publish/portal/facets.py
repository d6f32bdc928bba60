"""Facets as a page shows them: labelled, narrower values under their broader one, with what is chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from publish.labels import REGION_SCHEME, facet_label
from publish.portal.reader import Reader
from search.base import FacetCount
from vocab import codes

OPEN = 8  # values shown before "more"


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    count: int
    chosen: bool
    depth: int


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    title: str
    first: tuple[Option, ...]
    more: tuple[Option, ...]
    chosen: int


def facets_of(
    counts: Mapping[str, Sequence[FacetCount]], chosen: Mapping[str, tuple[str, ...]], reader: Reader
) -> tuple[Facet, ...]:
    """One facet per name of `counts` that has values, in that order."""
    found = (_facet(name, counts[name], chosen.get(name, ()), reader) for name in counts)
    return tuple(facet for facet in found if facet.first)


def _facet(name: str, counts: Sequence[FacetCount], chosen: tuple[str, ...], reader: Reader) -> Facet:
    numbers = {c.value: c.count for c in counts} | {v: 0 for v in chosen if v not in {c.value for c in counts}}
    options = [
        Option(value, facet_label(name, value, reader.services, reader.lang), numbers[value], value in chosen, depth)
        for value, depth in _ordered(name, numbers)
    ]
    # What is chosen is never hidden behind "more".
    first = [o for i, o in enumerate(options) if i < OPEN or o.chosen]
    more = [o for i, o in enumerate(options) if i >= OPEN and not o.chosen]
    return Facet(name, reader.text(f"facet.{name}"), tuple(first), tuple(more), sum(o.chosen for o in options))


def _ordered(name: str, numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """Values with their depth: years newest first, others most frequent first, children under their parent."""
    if name == "year":
        return [(value, 0) for value in sorted(numbers, reverse=True)]
    parents = {value: _parent(name, value, numbers) for value in numbers}
    ranked = sorted(numbers, key=lambda v: (-numbers[v], v))
    return [pair for value in ranked if parents[value] is None for pair in _branch(value, ranked, parents, 0)]


def _branch(value: str, ranked: Sequence[str], parents: Mapping[str, str | None], depth: int) -> list[tuple[str, int]]:
    below = [child for child in ranked if parents[child] == value]
    return [(value, depth), *(pair for child in below for pair in _branch(child, ranked, parents, depth + 1))]


def _parent(name: str, value: str, numbers: Mapping[str, int]) -> str | None:
    """The nearest broader value that is itself in the list."""
    code = f"{REGION_SCHEME}/{value}" if name == "region" else value
    if codes.concept(code) is None:
        return None
    scheme, _, notation = code.partition("/")
    above = (c.notation if name == "region" else c.code for c in codes.scheme(scheme).ancestors(notation))
    return next((a for a in above if a in numbers and a != value), None)
