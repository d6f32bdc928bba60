"""A search index that finds nothing only when there is nothing: never because it was lost and is being built again."""

from collections.abc import Sequence

from federation.ledger import Ledger
from search.base import Hit, Page, Query, SearchIndex, SearchUnavailable, Suggestion


class Filled:
    """Reads an index for the site. One that begins again is served empty until it is built, and the ledger does not know its
    generation: what asks it then is told so, as a harvester that is told of no records may delete all that it has.
    """

    def __init__(self, index: SearchIndex, ledger: Ledger) -> None:
        self._index, self._ledger = index, ledger

    def search(self, query: Query) -> Page:
        """Raises BadQuery, SearchUnavailable."""
        page = self._index.search(query)
        if not page.total and self._begins_again():
            raise SearchUnavailable("the search index was lost and is built again from the ledger")
        return page

    def _begins_again(self) -> bool:
        """Whether nobody has followed the change log to its end with this generation, and there is a change in it."""
        known = self._ledger.cursors.get(self._index.name, self._index.generation)
        return known is None and self._ledger.last_seq() > 0

    def among(self, query: Query, iris: Sequence[str]) -> frozenset[str]:
        return self._index.among(query, iris)

    def suggest(self, prefix: str, size: int = 8) -> list[Suggestion]:
        return self._index.suggest(prefix, size)

    def similar(self, iri: str, size: int = 5) -> list[Hit]:
        return self._index.similar(iri, size)
