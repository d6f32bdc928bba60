"""The contract of a search engine: query in, page out. One behaviour suite (`tests/search`) holds for every engine."""

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from search.expression import Chip, Choice, Expression, Misread, Range, both, wanted
from vocab.document import SearchDocument
from vocab.public import PublicRecord

FACETS = ("kind", "region", "field", "discipline", "industry", "stage", "year", "transfer", "price", "source")
OWN = {"price": "price", "date": "year"}  # the facet that a range narrows: its counts ignore that range


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


class Query(msgspec.Struct, frozen=True):
    """What a person asks. `filters`: facet name -> accepted values (any of them); `ranges` must hold as well.

    `cursor` is a previous page's `next`. `group`: of records that are one achievement only the first found is given out.
    """

    text: str = ""
    filters: dict[str, tuple[str, ...]] = {}
    ranges: tuple[Range, ...] = ()
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    size: int = 20
    cursor: str | None = None
    facet_size: int = 30
    group: bool = False

    def conditions(self, but: str | None = None) -> tuple[Choice | Range, ...]:
        """The filters and ranges, without those of the facet `but`: a facet's counts ignore what is chosen in it."""
        choices = (Choice(name, values) for name, values in self.filters.items() if values and name != but)
        return (*choices, *(r for r in self.ranges if OWN[r.field] != but))

    def order(self, expression: Expression) -> Sort:
        """Where no word is wanted there is no relevance: the newest come first."""
        ranks = self.sort is not Sort.RELEVANCE or next(wanted(expression), None) is not None
        return self.sort if ranks else Sort.NEWEST

    def narrowed(self, expression: Expression, but: str | None = None) -> Expression:
        """What is looked for among what the filters leave."""
        return both(expression, *self.conditions(but))


class Part(msgspec.Struct, frozen=True):
    """An organisation of a record, as it is spelt there, and the one it is part of, which was asked for."""

    name: str
    whole: str


class Hit(msgspec.Struct, frozen=True):
    """One found record. `highlights`: text name (title, abstract, and title_en beside a Chinese title) -> pieces of the original,
    matched ones marked True.

    `same`: how many further found records are the same achievement and are folded under this one (`Query.group`). `parts`: by
    which parts of an organisation that was asked for it was found, where the organisation itself is not named.
    """

    document: SearchDocument
    score: float
    highlights: dict[str, tuple[tuple[str, bool], ...]] = {}
    same: int = 0
    parts: tuple[Part, ...] = ()


class FacetCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class Page(msgspec.Struct, frozen=True):
    """`total` counts records, folded ones too. What has to be said to the reader:

    `chips`         how pieces of the text were read, when they were not read as words
    `unmet`         chips that nothing met, so that their pieces were looked for as words instead
    `relaxed`       nothing held every word, so these hold some of them
    `problem`       the first piece of the text that could not be read as it was meant
    `corrected`     a text that would find more, when little was found
    """

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetCount, ...]]
    next: str | None = None
    relaxed: bool = False
    chips: tuple[Chip, ...] = ()
    unmet: tuple[Chip, ...] = ()
    problem: Misread | None = None
    corrected: str | None = None


class Suggestion(msgspec.Struct, frozen=True):
    """A completion. A record's title comes with its kind and IRI; a keyword or an organisation (`kind` "keyword",
    "organisation") with an empty `iri`: it is to be searched for."""

    text: str
    kind: str
    iri: str


class Speller(Protocol):
    """Knows better spellings. Its answer must be a text that records in the index have now: ask `frequency`."""

    def better(self, typed: str, frequency: "Frequency") -> str | None:
        """A better spelling of what was typed without a space, or None. Bounded in time, never raises."""


Frequency = Callable[[str], int]  # how many records of the index hold a text anywhere, now


REFUSALS = (
    "long",  # more characters than `most`
    "values",  # `count` chosen values, more than `most`
    "value",  # a chosen value of more characters than `most`
    "cursor",  # a place in the results that is none
    "stale",  # one in the results of another query
    "deep",  # beyond the `most`th record of an order
    "much",  # more words than the engine takes
)


class SearchError(Exception):
    """The engine could not answer; the message is for a person, the operator who reads the log."""

    told = True  # the projector logs the message, where it would only name what it does not know


class BadQuery(SearchError):
    """The query itself is wrong (unknown facet, broken cursor, too long): names the value and what is allowed.

    What an address of a search page can be wrong in has a code of REFUSALS and the values of its message, to be said in another
    language.
    """

    def __init__(self, message: str, code: str = "", **values: object) -> None:
        super().__init__(message)
        self.code, self.values = code, values


class SearchUnavailable(SearchError):
    """The index is missing, being rebuilt or unreachable."""


class SearchReader(Protocol):
    """What can be asked of an index."""

    def search(self, query: Query) -> Page:
        """Raises BadQuery, SearchUnavailable."""

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        """Which of these records the search finds, all its words held; its page, order and groups play no part.

        Raises BadQuery, SearchUnavailable.
        """

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]: ...

    def similar(self, iri: str, size: int = 5) -> list[Hit]: ...


class SearchIndex(SearchReader, Protocol):
    """A projection (see federation/projection.py) that can be searched."""

    name: str

    @property
    def generation(self) -> str: ...

    def put(self, batch: Sequence[PublicRecord]) -> None: ...

    def remove(self, iris: Sequence[str]) -> None: ...

    def commit(self) -> None: ...

    def contents(self) -> Iterator[tuple[str, int]]: ...

    def fresh(self) -> "SearchIndex": ...

    def swap(self, twin: "SearchIndex") -> None: ...

    def close(self) -> None: ...
