"""The contract of a search engine: query in, page out. One behaviour suite (`tests/search`) holds for every engine."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Protocol

import msgspec

from vocab.document import SearchDocument
from vocab.public import PublicRecord

FACETS = ("kind", "region", "field", "stage", "year", "transfer", "source")


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"


class Query(msgspec.Struct, frozen=True):
    """What a person asks. `filters`: facet name -> accepted values (any of them). `cursor` is a previous page's `next`."""

    text: str = ""
    filters: dict[str, tuple[str, ...]] = {}
    facets: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    size: int = 20
    cursor: str | None = None
    facet_size: int = 30


class Hit(msgspec.Struct, frozen=True):
    """One found record. `highlights`: text name (title, abstract) -> pieces of the original, matched ones marked True."""

    document: SearchDocument
    score: float
    highlights: dict[str, tuple[tuple[str, bool], ...]] = {}


class FacetCount(msgspec.Struct, frozen=True):
    value: str
    count: int


class Page(msgspec.Struct, frozen=True):
    """`relaxed`: nothing held every word, so these hold some of them; to be said to the reader."""

    total: int
    hits: tuple[Hit, ...]
    facets: dict[str, tuple[FacetCount, ...]]
    next: str | None = None
    relaxed: bool = False


class Suggestion(msgspec.Struct, frozen=True):
    """A completion. A record's title comes with its kind and IRI; a keyword or an organisation (`kind` "keyword",
    "organisation") with an empty `iri`: it is to be searched for."""

    text: str
    kind: str
    iri: str


class SearchError(Exception):
    """The engine could not answer; the message is for a person."""


class BadQuery(SearchError):
    """The query itself is wrong (unknown facet, broken cursor, too long): names the value and what is allowed."""


class SearchUnavailable(SearchError):
    """The index is missing, being rebuilt or unreachable."""


class SearchIndex(Protocol):
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

    def search(self, query: Query) -> Page:
        """Raises BadQuery, SearchUnavailable."""

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]: ...

    def similar(self, iri: str, size: int = 5) -> list[Hit]: ...
