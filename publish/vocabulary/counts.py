"""How many public records there are under the codes of a list, where the search engine counts by it."""

from collections.abc import Mapping
from types import MappingProxyType

from publish.links import with_query
from search.base import Query, SearchError, SearchReader
from search.limits import MOST_FACET_VALUES
from vocab.codes import Concept, Scheme
from vocab.namespaces import REGION_SCHEME

FACETS: Mapping[str, str] = MappingProxyType(
    {
        "cl04": "stage",
        "cl10": "field",
        "cl11": "field",
        "cl15": "transfer",
        "gbt13745-2009": "discipline",
        "gbt4754-2017": "industry",
        REGION_SCHEME: "region",
    }
)


class Counts:
    """The counts of one list, asked for at once. Without an answer nothing is known, and the page stands all the same."""

    def __init__(self, codes: Scheme, index: SearchReader) -> None:
        self.facet = FACETS.get(codes.id)
        self._numbers = self._ask(index) if self.facet else None

    @property
    def known(self) -> bool:
        return self._numbers is not None

    def of(self, concept: Concept) -> int | None:
        """Public records under a concept and those below it; None when nobody counts them, or it is among the rarest."""
        if self._numbers is None:
            return None
        rarest = None if len(self._numbers) == MOST_FACET_VALUES else 0
        return self._numbers.get(_value(concept), rarest)

    def search(self, concept: Concept) -> str | None:
        """The search that finds them."""
        return with_query("/search", {self.facet: _value(concept)}) if self.facet else None

    def _ask(self, index: SearchReader) -> dict[str, int] | None:
        facet = self.facet or ""
        try:
            page = index.search(Query(size=0, facets=(facet,), facet_size=MOST_FACET_VALUES))
        except SearchError:
            return None
        return {count.value: count.count for count in page.facets.get(facet, ())}


def _value(concept: Concept) -> str:
    """How the engine knows a concept: divisions by their bare digits, others by their code."""
    return concept.notation if concept.scheme == REGION_SCHEME else concept.code
