"""The page for people: a form, examples, a chart and a table of results, in the site's frame, without JavaScript."""

from collections.abc import Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from federation.graph.answers import GRAPHS, JSON, RESULTS
from federation.graph.base import GraphAnswer
from publish.languages import Lang
from publish.links import safe, with_query
from publish.portal.site import Site
from publish.sparql.chart import Chart, chart
from publish.sparql.examples import EXAMPLES
from publish.sparql.protocol import Question
from vocab.namespaces import Namespaces

HTML = "text/html"
ROWS = 1_000  # shown on a page; downloads have all
TURTLE = "text/turtle"
ASKED = {"SELECT": JSON, "ASK": JSON, "CONSTRUCT": TURTLE, "DESCRIBE": TURTLE}

# The name by which people know each form of an answer, in the order in which the page offers them.
NAMES = {
    "application/sparql-results+json": "JSON",
    "text/csv": "CSV",
    "text/tab-separated-values": "TSV",
    "application/sparql-results+xml": "XML",
    TURTLE: "Turtle",
    "application/ld+json": "JSON-LD",
    "application/n-triples": "N-Triples",
    "application/rdf+xml": "RDF/XML",
}
SHOWN_PREFIXES = ("dcterms", "dcat", "schema", "prov", "skos", "foaf", "sta")


class Cell(msgspec.Struct, frozen=True):
    """One value of a table: its text, the address it links to (http and https only), its language or datatype."""

    text: str
    href: str = ""
    note: str = ""
    language: str = ""


class Table(msgspec.Struct, frozen=True):
    columns: list[str]
    rows: list[list[Cell | None]]
    total: int


class Page:
    """Renders the form, and below it what became of the query."""

    def __init__(self, site: Site) -> None:
        self.site, self.ns = site, site.services.namespaces

    def form(self, request: Request, asked: Question) -> Response:
        """The page without a result."""
        return self._render(request, asked)

    def results(self, request: Request, asked: Question, answer: GraphAnswer) -> Response:
        """The page with the answer: a table, yes or no, or Turtle."""
        if answer.media_type != JSON:
            return self._render(request, asked, text=answer.body.decode("utf-8", "replace"), downloads=GRAPHS)
        document = msgspec.json.decode(answer.body)
        if "boolean" in document:
            return self._render(request, asked, verdict=document["boolean"])
        drawn = chart(document["head"]["vars"], document["results"]["bindings"])
        return self._render(request, asked, table=_table(self.ns, document), drawn=drawn, downloads=RESULTS)

    def failure(
        self, request: Request, asked: Question, message: str, status: int, headers: Mapping[str, str]
    ) -> Response:
        """The page with what went wrong, and the query still in the form."""
        return self._render(request, asked, error=message, status=status, headers=headers)

    def _render(
        self,
        request: Request,
        asked: Question,
        *,
        table: Table | None = None,
        drawn: Chart | None = None,
        text: str = "",
        verdict: bool | None = None,
        error: str = "",
        downloads: Mapping[str, object] | None = None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        english = self.site.reader(request).lang is Lang.EN
        queries = [(e.en if english else e.zh, e.text(self.ns)) for e in EXAMPLES]
        context = {
            "asked": asked,
            "query": asked.query or queries[0][1],
            "examples": [(label, query, _address(query, HTML)) for label, query in queries],
            "formats": NAMES,
            "prefixes": [(name, self.ns.prefixes[name]) for name in SHOWN_PREFIXES],
            "table": table,
            "chart": drawn,
            "rows_shown": ROWS,
            "permalink": self.site.services.settings.base_url + _address(asked.query, HTML, asked),
            "text": text,
            "verdict": verdict,
            "error": error,
            "downloads": [
                (name, media_type, _address(asked.query, media_type, asked))
                for media_type, name in NAMES.items()
                if downloads and media_type in downloads
            ],
        }
        return self.site.page(request, "sparql.html", context, status=status, headers=headers)


def _address(query: str, media_type: str, asked: Question | None = None) -> str:
    """The address of a query's answer in one form, over the dataset that was asked for."""
    graphs = {"default-graph-uri": asked.default_graphs, "named-graph-uri": asked.named_graphs} if asked else {}
    return with_query("/sparql", {**graphs, "format": media_type, "query": query})


def _table(ns: Namespaces, document: dict[str, Any]) -> Table:
    columns = document["head"]["vars"]
    bindings = document["results"]["bindings"]
    rows = [[_cell(ns, row.get(name)) for name in columns] for row in bindings[:ROWS]]
    return Table(columns, rows, len(bindings))


def _cell(ns: Namespaces, term: dict[str, Any] | None) -> Cell | None:
    if term is None:
        return None
    value = term["value"]
    if not isinstance(value, str):
        return Cell(msgspec.json.encode(value).decode())  # a quoted triple
    if term["type"] == "uri":
        return Cell(ns.shorten(value) or value, safe(value) or "")
    datatype = term.get("datatype", "")
    lang = term.get("xml:lang", "")
    return Cell(value, note=lang or (ns.shorten(datatype) or datatype), language=lang)
