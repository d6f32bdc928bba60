"""The records of each year as a dataset, and the series that these datasets make (DCAT 3, section 12)."""

from collections.abc import Iterator, Sequence

import msgspec

from federation.source import Name
from publish.dcat import authority, doors
from publish.dcat.authority import Key, entry
from publish.dcat.nodes import address, both, joint_dataset, period, publisher
from publish.export import MOST
from publish.links import with_query
from publish.services import Services
from search.base import Query, SearchError
from vocab.rdf.graph import Graph
from vocab.rdf.terms import string, typed

LONGEST = 100  # years that are told, the newest
TITLE = Name("各年公开成果", "Public records by year")
DESCRIPTION = Name(
    "按成果年份划分的公开记录，每年一个数据集。",
    "The public records by the year of the result: a dataset for each year.",
)


class Year(msgspec.Struct, frozen=True):
    """How many records there are of a year."""

    year: str
    records: int


def years(services: Services) -> list[Year]:
    """From the earliest on. Without search there are none."""
    try:
        found = services.index.search(Query(facets=("year",), size=1, facet_size=500)).facets["year"]
    except SearchError:
        return []
    told = [Year(one.value, one.count) for one in found if one.value.isascii() and one.value.isdigit()]
    return sorted((one for one in told if len(one.year) == 4), key=lambda one: one.year)[-LONGEST:]


def describe(graph: Graph, told: Sequence[Year], services: Services, contact: str) -> list[str]:
    """The terms of the datasets, which are described, and the series with them."""
    series = f"<{graph.iri}#years>"
    found: list[str] = []
    for one in told:
        node = _year(graph, one, services, contact)
        graph.add(node, "dcat:inSeries", series)
        if found:
            graph.add(node, "dcat:prev", found[-1])
        found.append(node)
    if found:
        _series(graph, series, told, services, contact)
        graph.add(series, "dcat:first", found[0])
        graph.add(series, "dcat:last", found[-1])
    return found


def _series(graph: Graph, node: str, told: Sequence[Year], services: Services, contact: str) -> None:
    for name in ("dcat:Resource", "dcat:DatasetSeries"):
        graph.type(node, name)
    both(graph, node, "dcterms:title", TITLE)
    both(graph, node, "dcterms:description", DESCRIPTION)
    graph.add(node, "dcterms:publisher", publisher(graph, services.settings.title))
    graph.add(node, "dcat:contactPoint", contact)
    graph.add(node, "dcterms:temporal", period(graph, f"<{graph.iri}#period-years>", told[0].year, told[-1].year))


def _year(graph: Graph, one: Year, services: Services, contact: str) -> str:
    node = f"<{graph.iri}#year-{one.year}>"
    joint_dataset(graph, node, services, contact)
    both(graph, node, "dcterms:title", Name(f"{one.year} 年公开成果", f"Public records of {one.year}"))
    zh, en = (
        f"各来源公开的 {one.year} 年成果，共 {one.records} 条。",
        f"What the sources publish of {one.year}: records in all {one.records}.",
    )
    both(graph, node, "dcterms:description", Name(zh, en))
    graph.add(node, "dcterms:identifier", string(f"year-{one.year}"))
    graph.add(node, "void:entities", typed(str(one.records), "integer"))
    graph.add(node, "dcterms:temporal", period(graph, f"<{graph.iri}#period-{one.year}>", one.year, one.year))
    for distribution in _distributions(graph, one, services):
        graph.add(node, "dcat:distribution", distribution)
    return node


def _distributions(graph: Graph, one: Year, services: Services) -> Iterator[str]:
    """Files where they are whole: an export ends after MOST records. The interface has all of them, page by page."""
    asked = {"year": one.year}
    if one.records <= MOST:
        for name, title, form in (("csv", "CSV", authority.CSV), ("jsonl", "JSON Lines", authority.JSON)):
            place = address(graph, with_query(f"/search.{name}", asked), services)
            node = _distribution(graph, f"{name}-{one.year}", Name(title, title), form, place)
            both(graph, node, "dcterms:description", Name(f"{one.records} 条记录。", f"{one.records} records."))
            graph.add(node, "dcat:downloadURL", place)
            yield node
    place = address(graph, with_query("/api/v1/search", asked), services)
    node = _distribution(graph, f"api-{one.year}", Name("JSON 接口", "JSON API"), authority.JSON, place)
    both(graph, node, "dcterms:description", Name(doors.API.zh_text, doors.API.en_text))
    graph.add(node, "dcat:accessService", f"<{graph.iri}#service-{doors.API.name}>")
    yield node


def _distribution(graph: Graph, name: str, title: Name, form: Key, place: str) -> str:
    node = f"<{graph.iri}#{name}>"
    graph.type(node, "dcat:Distribution")
    both(graph, node, "dcterms:title", title)
    graph.add(node, "dcat:accessURL", place)
    graph.add(node, "dcterms:format", entry(graph, form))
    graph.add(node, "dcatap:availability", entry(graph, authority.AVAILABLE))
    return node
