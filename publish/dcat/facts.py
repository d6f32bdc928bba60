"""What is known of a source's public records as a whole: how many, since when, of which years and fields."""

from collections.abc import Sequence

import msgspec

from federation.selection import Order, Selection
from federation.source import Source
from publish import classification
from publish.services import Services
from search.base import FacetCount, Query, SearchError
from vocab.codes import concept

MOST = 500  # values of a facet that are looked at
FIELDS = 8  # of a source that are named


class Facts(msgspec.Struct, frozen=True):
    """`modified` is RFC 3339. `years` (first and last) and `fields` (codes, the most frequent first) are the search engine's."""

    source: Source
    records: dict[str, int]  # by kind
    modified: str
    issued: str | None = None
    years: tuple[str, str] | None = None
    fields: tuple[str, ...] = ()


def published(services: Services) -> list[Source]:
    """The sources that have public records, by id: one that has none yet has nothing to offer."""
    counts = dict(services.view.published_sources())
    return [services.sources[name] for name in sorted(services.sources) if counts.get(name)]


def facts(source: Source, services: Services) -> Facts | None:
    """None when its last public record has just gone. Without search, years and fields are left out."""
    status = services.sources_view.source(source.id)
    latest = services.view.window(Selection(sources=(source.id,)), Order.CHANGED_DOWN, 0, 1)
    if not latest:
        return None
    facets = _facets(source, services)
    return Facts(
        source=source,
        records={kind: count for kind, count in status.published.items() if count},
        modified=latest[0].at,
        issued=status.first_run,
        years=_years(facets.get("year", ())),
        fields=_fields(facets.get("field", ())),
    )


def _facets(source: Source, services: Services) -> dict[str, tuple[FacetCount, ...]]:
    asked = Query(filters={"source": (source.id,)}, facets=("year", "field"), size=1, facet_size=MOST)
    try:
        return services.index.search(asked).facets
    except SearchError:
        return {}


def _years(counts: Sequence[FacetCount]) -> tuple[str, str] | None:
    years = [one.value for one in counts if one.value.isascii() and one.value.isdigit() and len(one.value) == 4]
    return (min(years), max(years)) if years else None


def _fields(counts: Sequence[FacetCount]) -> tuple[str, ...]:
    tops = [one.value for one in counts if concept(one.value) in classification.fields()]
    return tuple(tops[:FIELDS])
