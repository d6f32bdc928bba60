"""What can be had of a source now, as dcat:Distribution: files of its records, and the doors that have all of them."""

from collections.abc import Iterator
from typing import NamedTuple

from federation.source import Name, Source
from publish.dcat import authority, doors
from publish.dcat.authority import Key, described, entry
from publish.dcat.doors import Door
from publish.dcat.nodes import address, both, media_type
from publish.export import MOST
from publish.licences import licence
from publish.links import with_query
from publish.oai.sets import of_source
from publish.services import Services
from vocab.authorities import licences
from vocab.rdf.graph import Graph
from vocab.rdf.terms import external, string


class Form(NamedTuple):
    """A way to have a dataset: `path` is an address of the site; `media_type` is empty for one that IANA does not know."""

    name: str
    zh: str
    en: str
    path: str
    format: Key
    media_type: str = ""
    door: Door | None = None  # None: a file


def forms(source: Source) -> Iterator[Form]:
    """What can be had now."""
    mine = {"source": source.id}
    listed = {"verb": "ListRecords", "metadataPrefix": "oai_dc", "set": of_source(source.id)}
    sheet = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    yield Form("csv", "CSV 表格", "CSV", with_query("/search.csv", mine), authority.CSV, "text/csv")
    yield Form("xlsx", "Excel 表格", "Spreadsheet", with_query("/search.xlsx", mine), authority.XLSX, sheet)
    yield Form("jsonl", "JSON Lines", "JSON Lines", with_query("/search.jsonl", mine), authority.JSON)
    yield Form(
        "api",
        "JSON 接口",
        "JSON API",
        with_query("/api/v1/search", mine),
        authority.JSON,
        "application/json",
        doors.API,
    )
    yield Form("oai", "OAI-PMH 集合", "OAI-PMH set", with_query("/oai", listed), authority.XML, "text/xml", doors.OAI)


def distribution(graph: Graph, form: Form, source: Source, services: Services) -> str:
    node, place = f"<{graph.iri}#{form.name}-{source.id}>", address(graph, form.path, services)
    graph.type(node, "dcat:Distribution")
    both(
        graph,
        node,
        "dcterms:title",
        Name(f"{source.title.zh}：{form.zh}", f"{source.title.en or source.id}: {form.en}"),
    )
    graph.add(node, "dcat:accessURL", place)
    if form.door:
        graph.add(node, "dcat:accessService", f"<{graph.iri}#service-{form.door.name}>")
        both(graph, node, "dcterms:description", Name(form.door.zh_text, form.door.en_text))
    else:
        graph.add(node, "dcat:downloadURL", place)
        both(graph, node, "dcterms:description", Name(f"至多 {MOST} 条记录。", f"{MOST} records at most."))
    graph.add(node, "dcterms:format", entry(graph, form.format))
    if form.media_type:
        graph.add(node, "dcat:mediaType", media_type(graph, form.media_type))
    graph.add(node, "dcatap:availability", entry(graph, authority.AVAILABLE))
    if terms := _licence(graph, source):
        graph.add(node, "dcterms:license", terms)
    return node


def _licence(graph: Graph, source: Source) -> str | None:
    known = licence(source.licence)
    node = external(known.href) if known.href else None
    if node:
        graph.type(node, "dcterms:LicenseDocument")
        graph.add(node, "dcterms:title", string(known.name))
        if same := licences().get(known.name):
            graph.add(node, "skos:exactMatch", described(graph, same))
    return node
