"""The pages of an event stream as N-Quads: a tree (https://w3id.org/tree/specification) of root, blocks and pages.

Relations speak of the number of a change and not of its time: changes of one transaction share a time, and a clock may be set back.
"""

from collections.abc import Iterator

from federation.views import Change
from publish.dcat.nodes import both
from publish.errors import NotFound
from publish.feed import members, spans
from publish.feed.spans import Span
from publish.feed.stream import Stream
from publish.services import Services
from vocab.rdf.graph import TRUE, Graph, Terms
from vocab.rdf.terms import typed

ROOT, BLOCK, PAGE = "", "block", "page"


class Tree:
    """The documents of one stream in one form: `suffix` is that of their addresses, with its dot, or nothing."""

    def __init__(self, stream: Stream, services: Services, suffix: str) -> None:
        self.stream = stream
        self._services = services
        self._suffix = suffix
        self._terms = Terms(services.namespaces)
        self.name = f"{services.namespaces.base}{stream.path}#stream"

    def address(self, level: str, number: int = 0) -> str:
        place = f"/{level}/{number}" if level else ""
        return f"{self._services.settings.base_url}{self.stream.path}{place}{self._suffix}"

    def root(self) -> bytes:
        graph = self._graph(self.address(ROOT))
        newest = self._services.view.last_seq()
        self._described(graph)
        self._lead(graph, BLOCK, spans.blocks(newest), newest)
        return _text(graph)

    def block(self, number: int) -> tuple[bytes, bool]:
        """The document, and whether it stays as it is. Raises NotFound."""
        newest, span = self._known(spans.block(number))
        graph = self._graph(self.address(BLOCK, number), full=span.full(newest))
        self._lead(graph, PAGE, spans.pages(span, newest), newest)
        return _text(graph), span.full(newest)

    def page(self, number: int) -> tuple[bytes, bool]:
        """As `block`. A full page of whole records gains nothing, and yet loses what is changed or withdrawn."""
        newest, span = self._known(spans.page(number))
        graph = self._graph(self.address(PAGE, number), full=span.full(newest))
        if self.stream.whole:
            return _text(graph) + self._records(span), False
        found = members.every(span, self._services)
        return _text(graph) + b"".join(self._member(change) for change in found), span.full(newest)

    def _records(self, span: Span) -> bytes:
        ns = self._services.namespaces
        parts = []
        for change, record in members.standing(span, self._services):
            parts.append(self._member(change))
            if record is not None:
                parts.append("".join(members.payload(change, record, ns)).encode())
        return b"".join(parts)

    def _member(self, change: Change) -> bytes:
        link = f"<{self.name}> {self._terms.name('tree:member')} <{members.name(change)}> .\n"
        return (link + "".join(members.described(change))).encode()

    def _known(self, span: Span) -> tuple[int, Span]:
        newest = self._services.view.last_seq()
        if not 0 < span.first <= newest:
            raise NotFound(f"The log ends with number {newest}; this page of it is not there yet.")
        return newest, span

    def _graph(self, address: str, *, full: bool = False) -> Graph:
        """A node of the tree. What cannot gain anything says so: who has read it need not come back."""
        graph = Graph(self._terms, address)
        graph.type(f"<{self.name}>", "ldes:EventStream")
        graph.type(graph.subject, "tree:Node")
        graph.add(f"<{self.name}>", "tree:view", f"<{self.address(ROOT)}>")
        if full:
            graph.add(graph.subject, "ldes:immutable", TRUE)
        return graph

    def _described(self, graph: Graph) -> None:
        """What a client has to know of the stream before it reads on."""
        node, name = f"<{self.name}>", self._terms.name
        graph.type(graph.subject, "ldes:EventSource")
        both(graph, node, "dcterms:title", self.stream.title)
        both(graph, node, "dcterms:description", self.stream.description)
        paths = {"timestamp": "as:published", "sequence": "schema:position", "versionOf": "as:object"}
        graph.add_all(node, {f"ldes:{what}Path": name(path) for what, path in paths.items()})
        kinds = {"Create": "as:Create", "Update": "as:Update", "Delete": "as:Delete"}
        graph.add_all(node, {f"ldes:version{what}Object": name(kind) for what, kind in kinds.items()})
        if self.stream.whole:
            policy = f"<{graph.iri}#retention>"
            graph.add(graph.subject, "ldes:retentionPolicy", policy)
            for kind in ("ldes:RetentionPolicy", "ldes:LatestVersionSubset"):  # the second is what older clients know
                graph.type(policy, kind)
            graph.add_all(policy, dict.fromkeys(("ldes:versionAmount", "ldes:amount"), typed("1", "integer")))

    def _lead(self, graph: Graph, level: str, below: Iterator[Span], newest: int) -> None:
        for span in below:
            self._relation(graph, "tree:GreaterThanOrEqualToRelation", span.first, self.address(level, span.number))
            if span.full(newest):
                self._relation(graph, "tree:LessThanOrEqualToRelation", span.last, self.address(level, span.number))

    def _relation(self, graph: Graph, kind: str, value: int, target: str) -> None:
        node = graph.node("relation", kind)
        graph.add(graph.subject, "tree:relation", node)
        graph.add(node, "tree:path", self._terms.name("schema:position"))
        graph.add(node, "tree:value", typed(str(value), "integer"))
        graph.add(node, "tree:node", f"<{target}>")


def _text(graph: Graph) -> bytes:
    return (" .\n".join(graph.lines) + " .\n").encode()
