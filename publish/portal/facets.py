"""Facets as a page shows them: labelled, narrower values folded under their broader one, with what is chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from publish.labels import REGION_SCHEME, is_grouping
from publish.portal.reader import Reader
from publish.portal.values import chinese
from search.base import FacetCount
from vocab import codes

OPEN = 8  # values shown before "more"
TREES = frozenset({"region", "field", "discipline", "industry"})


@dataclass(frozen=True, slots=True)
class Option:
    """One value; `below` are its narrower ones, `lang` is the label's language where it is not the page's."""

    value: str
    label: str
    lang: str | None
    count: int
    chosen: bool
    below: tuple["Option", ...] = ()

    @property
    def chosen_below(self) -> int:
        """How many of the narrower ones are chosen, however deep."""
        return sum(o.chosen + o.chosen_below for o in self.below)


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
    if name == "region":  # 市辖区 and the like are passed over, unless an address asks for one
        numbers = {value: n for value, n in numbers.items() if value in chosen or not is_grouping(value)}
    options = _options(name, numbers, chosen, reader)
    # What is chosen is never hidden behind "more".
    first = [o for i, o in enumerate(options) if i < OPEN or o.chosen or o.chosen_below]
    more = [o for o in options if o not in first]
    return Facet(name, reader.text(f"facet.{name}"), tuple(first), tuple(more), len(set(chosen)))


def _options(name: str, numbers: Mapping[str, int], chosen: tuple[str, ...], reader: Reader) -> tuple[Option, ...]:
    """Values in their order, children under their parent: years newest first, prices from the lowest, others most frequent
    first."""
    parents = {value: _parent(name, value, numbers) for value in numbers} if name in TREES else {}
    ranked = sorted(numbers, key=_by_amount if name == "price" else lambda v: (-numbers[v], v))
    if name == "year":
        ranked = sorted(numbers, reverse=True)

    def below(parent: str | None) -> Iterable[Option]:
        for value in ranked:
            if parents.get(value) == parent:
                label = _label(name, value, numbers[value], reader)
                children = tuple(below(value)) if parents else ()
                yield Option(value, label, chinese(label, reader), numbers[value], value in chosen, children)

    return tuple(below(None))


def _by_amount(band: str) -> tuple[int, str]:
    """What is to be agreed comes last."""
    low = band.partition("-")[0]
    return (int(low) if low.isdecimal() and len(low) < 16 else 10**16, band)


def _label(name: str, value: str, count: int, reader: Reader) -> str:
    return reader.kinds(value, count) if name == "kind" else reader.facet(name, value)


def _parent(name: str, value: str, numbers: Mapping[str, int]) -> str | None:
    """The nearest broader value that is itself in the list."""
    code = f"{REGION_SCHEME}/{value}" if name == "region" else value
    if codes.concept(code) is None:
        return None
    scheme, _, notation = code.partition("/")
    above = (c.notation if name == "region" else c.code for c in codes.scheme(scheme).ancestors(notation))
    return next((a for a in above if a in numbers and a != value), None)
