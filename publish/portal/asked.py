"""What the address of a search says, and the addresses of the searches beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from starlette.datastructures import QueryParams

from publish.errors import BadParameter
from publish.links import QueryValue, with_query
from search.base import FACETS, Query, Sort
from search.expression import Range

PATH = "/search"
MOST_CHOSEN = 50
BOUNDS = (("price_min", "price_max"), ("year_from", "year_to"))
LONGEST_NUMBER = {"price_min": 12, "price_max": 12, "year_from": 4, "year_to": 4}


@dataclass(frozen=True, slots=True)
class Asked:
    """`chosen`: facet -> values. `bounds`: a name of LONGEST_NUMBER -> whole yuan or a year. `each`: records that are one
    achievement are shown one by one, instead of the first for all."""

    text: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    bounds: Mapping[str, int] = field(default_factory=dict)
    sort: Sort = Sort.RELEVANCE
    each: bool = False
    cursor: str | None = None

    @property
    def narrowed(self) -> bool:
        """Whether anything but the text narrows what is found."""
        return bool(self.chosen or self.bounds)

    @property
    def ranges(self) -> tuple[Range, ...]:
        price = Range("price", self.bounds.get("price_min"), self.bounds.get("price_max"))
        first, last = (self.bounds.get(name) for name in ("year_from", "year_to"))
        years = Range("date", first and f"{first:04d}-01-01", last and f"{last:04d}-12-31")
        return tuple(r for r in (price, years) if (r.low, r.high) != (None, None))

    def query(self, facets: tuple[str, ...] = (), size: int = 20, facet_size: int = 30) -> Query:
        return Query(
            text=self.text,
            filters=dict(self.chosen),
            ranges=self.ranges,
            facets=facets,
            sort=self.sort,
            size=size,
            cursor=self.cursor,
            facet_size=facet_size,
            group=not self.each,
        )

    def parameters(self) -> dict[str, QueryValue | None]:
        """As an address has them, without the page."""
        return {
            "q": self.text,
            **self.chosen,
            **{name: str(bound) for name, bound in self.bounds.items()},
            "sort": None if self.sort is Sort.RELEVANCE else self.sort.value,
            "each": "1" if self.each else None,
        }

    def address(self, path: str = PATH, **changes: QueryValue | None) -> str:
        return with_query(path, {**self.parameters(), **changes})

    def retold(self, text: str) -> "Asked":
        """The same search of another text, from its first page."""
        return replace(self, text=text, cursor=None)

    def without(self, name: str, value: str) -> "Asked":
        """Without one value of a facet."""
        left = tuple(v for v in self.chosen[name] if v != value)
        chosen = {**self.chosen, name: left}
        return replace(self, chosen={n: values for n, values in chosen.items() if values}, cursor=None)

    def unbounded(self, *names: str) -> "Asked":
        bounds = {name: bound for name, bound in self.bounds.items() if name not in names}
        return replace(self, bounds=bounds, cursor=None)


def asked(given: QueryParams, longest: int) -> Asked:
    """Unknown parameters and bounds that are no numbers are left alone: people arrive with all kinds of them. Raises
    BadParameter for a text that is too long."""
    text = given.get("q", "").strip()
    if len(text) > longest:
        raise BadParameter("q", f"The text to search for is longer than {longest} characters.", most=longest)
    chosen = {name: tuple(dict.fromkeys(v for v in given.getlist(name) if v))[:MOST_CHOSEN] for name in FACETS}
    bounds = {name: _number(given.get(name, ""), longest) for name, longest in LONGEST_NUMBER.items()}
    for least, most in BOUNDS:  # given the wrong way round, they are meant the other way
        if (low := bounds[least]) is not None and (high := bounds[most]) is not None and low > high:
            bounds |= {least: high, most: low}
    sort = given.get("sort", Sort.RELEVANCE.value)
    return Asked(
        text=text,
        chosen={name: values for name, values in chosen.items() if values},
        bounds={name: bound for name, bound in bounds.items() if bound is not None},
        sort=Sort(sort) if sort in set(Sort) else Sort.RELEVANCE,
        each=given.get("each") == "1",
        cursor=given.get("cursor") or None,
    )


def _number(text: str, longest: int) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= longest else None
