"""Counts of a search by organisation, group and kind, as the index has them."""

from collections.abc import Iterator, Sequence

import msgspec

from publish.ckan import names
from publish.ckan.arguments import Arguments
from publish.ckan.asked import Asked
from publish.ckan.errors import ValidationError
from publish.labels import facet_label
from publish.languages import Lang
from publish.services import Services
from search.base import FacetCount, Query

FACETS = {"organization": "source", "groups": "field", "extras_kind": "kind"}  # CKAN's name -> the index's
LIMIT, MOST = "facet.limit", 1_000


class FacetItem(msgspec.Struct, frozen=True):
    name: str
    display_name: str
    count: int


class Facet(msgspec.Struct, frozen=True):
    title: str
    items: tuple[FacetItem, ...]


def counted(services: Services, asked: Asked, given: Arguments) -> dict[str, Facet]:
    """The facets of `facet.field`. Raises ValidationError, SearchError."""
    wanted = given.several("facet.field") if given.flag("facet", True) else ()
    for name in wanted:
        if name not in FACETS:
            raise ValidationError("facet.field", f"{name[:40]!r} is not counted; counted are {', '.join(FACETS)}")
    limit = given.text(LIMIT).strip()
    most = MOST if limit in ("-1", "0") else given.number(LIMIT, 50, MOST)
    if not wanted or asked.nothing:
        return {name: Facet(name, ()) for name in wanted}
    if asked.narrow:
        raise ValidationError("facet.field", "nothing is counted under metadata_modified, id, name or excluded groups")
    fields = tuple(dict.fromkeys(FACETS[name] for name in wanted))
    query = Query(asked.words, asked.filters, facets=fields, size=0, facet_size=MOST)
    counts = services.index.search(query).facets
    found = {name: _items(FACETS[name], counts[FACETS[name]], asked, services) for name in wanted}
    return {name: Facet(name, tuple(items)[:most]) for name, items in found.items()}


def by_name(services: Services, name: str) -> dict[str, int]:
    """How many datasets there are of each value of a facet."""
    items = counted(services, Asked(), Arguments({"facet.field": [name], LIMIT: "-1"}))[name].items
    return {item.name: item.count for item in items}


def _items(facet: str, counts: Sequence[FacetCount], asked: Asked, services: Services) -> Iterator[FacetItem]:
    """What the index counted, under CKAN's names: a facet's own filter leaves only what was chosen."""
    chosen = asked.filters.get(facet)
    for count in counts:
        name = _name(facet, count.value)
        if name and (not chosen or count.value in chosen):
            yield FacetItem(name, facet_label(facet, count.value, services, Lang.ZH), count.count)


def _name(facet: str, value: str) -> str | None:
    if facet == "source":
        return names.organisation(value)
    if facet == "field":  # the index counts the narrower ones as well
        return names.group(value) if names.group(value) in names.groups() else None
    return value
