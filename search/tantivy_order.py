"""What is found in one of its orders: pages of it, where the next one begins, and which of some records comes first."""

from abc import ABC, abstractmethod
from typing import Any

import tantivy
from tantivy import Occur
from tantivy import Query as Q

from search.base import BadQuery, Sort
from search.cursor import Cursor, broken
from search.tantivy_schema import schema, stored

NEARBY = 100  # hits around the expected place in which the last page's last hit is looked for
DEEPEST = (
    100_000  # hits of an order by score or title that can be given out: the engine sorts all that come before a page
)

Address = tuple[Any, tantivy.DocAddress]
Page = tuple[int, list[Address], int]  # total, hits of the page and one more when there is one, its offset


class Order(ABC):
    """`found` says what is found; subclasses say how it is ordered (`how`) and where a page begins."""

    how: dict[str, Any]

    def __init__(self, searcher: tantivy.Searcher, found: tantivy.Query) -> None:
        self._searcher = searcher
        self._found = found

    @abstractmethod
    def page(self, after: Cursor | None, size: int) -> Page:
        """Raises BadQuery for a cursor of another order."""

    def first_of(self, some: tantivy.Query) -> tuple[int, tantivy.DocAddress | None]:
        """(how many of these records are found, the one that comes first)"""
        both = Q.boolean_query([(Occur.Must, self._found), (Occur.Must, Q.const_score_query(some, 0.0))])
        result = self._searcher.search(both, 1, count=True, **self.how)
        return total(result), result.hits[0][1] if result.hits else None

    def _fetch(self, offset: int, limit: int, count: bool = False) -> tantivy.SearchResult:
        return self._searcher.search(self._found, limit, count=count, offset=offset, **self.how)

    def _page(self, start: int, size: int) -> Page:
        result = self._fetch(start, size + 1, True)
        return total(result), list(result.hits), start


class ByOffset(Order):
    """Counts what was given out, as the engine does."""

    def page(self, after: Cursor | None, size: int) -> Page:
        if after and after.offset > DEEPEST:
            reason = f"this order can be followed to its {DEEPEST}th record; sort by newest or oldest to read on"
            raise BadQuery(reason, "deep", most=DEEPEST)
        return self._page(self.start(after) if after else 0, size)

    @abstractmethod
    def start(self, after: Cursor) -> int:
        """The offset of what comes after the cursor's hit. Raises BadQuery."""


class ByScore(ByOffset):
    how = {"weight_by_field": "newness"}

    def start(self, after: Cursor) -> int:
        """The offset after the last hit given out: where it stands now, else the first hit that scores no more than it did."""
        if isinstance(after.key, str):
            raise broken()
        last = after.offset - 1
        if last < 0:
            return 0
        here = self._fetch(last, 1).hits
        if here and self._iri(here[0]) == after.iri:
            return after.offset
        start = max(0, last - NEARBY)
        near = self._fetch(start, 2 * NEARBY).hits
        for place, hit in enumerate(near):
            if self._iri(hit) == after.iri:
                return start + place + 1
        return next((start + place for place, hit in enumerate(near) if hit[0] <= after.key), after.offset)

    def _iri(self, hit: Address) -> str:
        return stored(self._searcher, hit[1])[0].iri


class ByTitle(ByOffset):
    how = {"order_by_field": "by_title", "order": tantivy.Order.Asc}

    def start(self, after: Cursor) -> int:
        """The offset of the first hit whose key is greater than the last one's: at once when nothing moved, else by halving."""
        if not isinstance(after.key, str):
            raise broken()
        last = self._fetch(after.offset - 1, 1).hits if after.offset else []
        if last and last[0][0] == after.key:
            return after.offset
        low, high = 0, max(after.offset, 1)
        while (hit := self._fetch(high, 1).hits) and hit[0][0] <= after.key:
            low, high = high, high * 2
        while low < high:
            middle = (low + high) // 2
            hit = self._fetch(middle, 1).hits
            low, high = (middle + 1, high) if hit and hit[0][0] <= after.key else (low, middle)
        return low


class ByDate(Order):
    """Goes on from a key, whatever the offset: the hundred-thousandth page costs what the first one does."""

    def __init__(self, searcher: tantivy.Searcher, found: tantivy.Query, sort: Sort) -> None:
        super().__init__(searcher, found)
        self._newest = sort is Sort.NEWEST
        self.how = {"order_by_field": "by_date", "order": tantivy.Order.Desc if self._newest else tantivy.Order.Asc}

    def page(self, after: Cursor | None, size: int) -> Page:
        if after is None:
            return self._page(0, size)
        if not isinstance(after.key, int):
            raise broken()
        low, high = (None, after.key) if self._newest else (after.key, None)
        rest = Q.range_query(schema(), "by_date", tantivy.FieldType.Integer, low, high, low is None, high is None)
        following = Q.boolean_query([(Occur.Must, self._found), (Occur.Must, rest)])
        hits = self._searcher.search(following, size + 1, count=False, **self.how).hits
        return total(self._searcher.search(self._found, 1)), list(hits), after.offset


def total(result: tantivy.SearchResult) -> int:
    return int(result.count or 0)  # type: ignore[attr-defined]  # there, but not in the engine's stubs
