"""Those who follow a node's feeds, written from the specifications and with nothing of ours: all they know is an address.

Each remembers what it has read, may be asked to `poll` at any time, and holds what it then believes to be public.
"""

import json
import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urljoin

import rdflib
from lxml import etree
from rdflib.graph import DATASET_DEFAULT_GRAPH_ID
from rdflib.namespace import RDF, XSD
from rdflib.term import Node

Fetch = Callable[[str], bytes]

TREE, LDES = rdflib.Namespace("https://w3id.org/tree#"), rdflib.Namespace("https://w3id.org/ldes#")
AS = rdflib.Namespace("https://www.w3.org/ns/activitystreams#")
ATOM = {
    "a": "http://www.w3.org/2005/Atom",
    "at": "http://purl.org/atompub/tombstones/1.0",
    "fh": "http://purl.org/syndication/history/1.0",
}
TRUE = rdflib.Literal("true", datatype=XSD.boolean)


class Page(NamedTuple):
    """A page of an event stream: what it says, and the graphs of its members."""

    told: rdflib.Graph
    graphs: dict[str, rdflib.Graph]


def parsed(body: bytes, address: str) -> Page:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's parser of TriG uses what rdflib has renamed
        found = rdflib.Dataset().parse(data=body, format="trig", publicID=address)
        graphs = {str(graph.identifier): graph for graph in found.graphs()}
        return Page(graphs.pop(str(DATASET_DEFAULT_GRAPH_ID)), graphs)


class LdesClient:
    """Replicates an event stream: follows `tree:relation` from the root, emits each member once, and keeps of every object the
    member with the highest `ldes:sequencePath`. `state`: IRI -> the triples of its last member's graph."""

    def __init__(self, fetch: Fetch, root: str) -> None:
        self._fetch, self._root = fetch, root
        self._emitted: set[str] = set()
        self._immutable: dict[str, tuple[str, ...]] = {}  # what a page that is read for good leads to
        self._last: dict[str, int] = {}
        self.state: dict[str, frozenset[str]] = {}

    def poll(self) -> None:
        todo, seen = [self._root], set[str]()
        context = rdflib.Graph()
        while todo:
            address = todo.pop()
            if address in seen:
                continue
            seen.add(address)
            if address in self._immutable:
                todo += self._immutable[address]
                continue
            page = parsed(self._fetch(address), address)
            if address == self._root:
                context = page.told
            todo += self._read(page, context, address)

    def _read(self, page: Page, context: rdflib.Graph, address: str) -> tuple[str, ...]:
        """Where the page leads to."""
        node, told = rdflib.URIRef(address), page.told
        (stream,) = context.subjects(TREE.view, rdflib.URIRef(self._root))
        assert (stream, RDF.type, LDES.EventStream) in context
        order = context.value(stream, LDES.sequencePath)
        numbers = {str(member): int(str(told.value(member, order))) for member in told.objects(stream, TREE.member)}
        for member in sorted(numbers.keys() - self._emitted, key=lambda member: numbers[member]):
            self._emitted.add(member)
            self._emit(page, context, stream, member, numbers[member])
        ahead = tuple(str(told.value(relation, TREE.node)) for relation in told.objects(node, TREE.relation))
        if (node, LDES.immutable, TRUE) in told:
            self._immutable[address] = ahead
        return ahead

    def _emit(self, page: Page, context: rdflib.Graph, stream: Node, member: str, number: int) -> None:
        node = rdflib.URIRef(member)
        iri = str(page.told.value(node, context.value(stream, LDES.versionOfPath)))
        if number < self._last.get(iri, 0):
            return
        self._last[iri] = number
        if (node, RDF.type, context.value(stream, LDES.versionDeleteObject)) in page.told:
            self.state.pop(iri, None)
        else:
            graph = page.graphs.get(member, ())
            self.state[iri] = frozenset(" ".join(term.n3() for term in triple) for triple in graph)


class AtomClient:
    """Reconstructs an archived feed (RFC 5005, section 4.2), with tombstones. `state`: IRI -> (updated, title)."""

    def __init__(self, fetch: Fetch, feed: str) -> None:
        self._fetch, self._feed = fetch, feed
        self._archives: set[str] = set()
        self._gone: dict[str, str] = {}
        self.state: dict[str, tuple[str, str]] = {}

    def poll(self) -> None:
        address, fresh = self._feed, list[etree._Element]()
        while address and address not in self._archives:
            document = etree.fromstring(self._fetch(address))
            fresh.append(document)
            if document.find("fh:archive", ATOM) is not None:
                self._archives.add(address)
            older = document.find("a:link[@rel='prev-archive']", ATOM)
            address = "" if older is None else urljoin(address, older.get("href") or "")
        for document in reversed(fresh):
            self._take(document)

    def _take(self, document: etree._Element) -> None:
        for entry in document.iterfind("a:entry", ATOM):
            iri, updated, title = (entry.findtext(f"a:{name}", "", ATOM) for name in ("id", "updated", "title"))
            if updated >= max(self.state.get(iri, ("", ""))[0], self._gone.get(iri, "")):
                self.state[iri] = (updated, title)
        for stone in document.iterfind("at:deleted-entry", ATOM):
            iri, when = stone.get("ref") or "", stone.get("when") or ""
            if when >= self.state.get(iri, ("", ""))[0]:
                self.state.pop(iri, None)
                self._gone[iri] = max(when, self._gone.get(iri, ""))


class ChangesClient:
    """Follows the change log in JSON from a number. `state`: IRI -> version."""

    def __init__(self, fetch: Fetch, changes: str) -> None:
        self._fetch, self._changes = fetch, changes
        self._after = 0
        self.state: dict[str, int] = {}

    def poll(self) -> None:
        for change in self._news():
            self._after = change["seq"]
            if change["event"] == "withdrawn":
                self.state.pop(change["iri"], None)
            else:
                self.state[change["iri"]] = change["version"]

    def _news(self) -> Iterator[dict[str, Any]]:
        address = f"{self._changes}?after={self._after}&size=3"
        while address:
            answer = json.loads(self._fetch(address))
            yield from answer["changes"]
            address = answer["next"]


class ResourceSyncClient:
    """Baseline from the resource list, then change lists (Z39.99, sections 12 and 13). `state`: the addresses there are."""

    def __init__(self, fetch: Fetch, site: str) -> None:
        self._fetch, self._site = fetch, site
        self._lists: dict[str, str] = {}
        self._closed: set[str] = set()  # change lists that are read and have an end
        self.state: set[str] = set()

    def poll(self) -> None:
        if not self._lists:
            self._begin()
        for address in self._files(self._lists["changelist"]):
            if address not in self._closed:
                self._apply(address)

    def _begin(self) -> None:
        description = etree.fromstring(self._fetch(f"{self._site}/.well-known/resourcesync"))
        capabilities = etree.fromstring(self._fetch(description.findtext("s:url/s:loc", "", RS)))
        for one in capabilities.iterfind("s:url", RS):
            self._lists[_fact(one, "capability")] = one.findtext("s:loc", "", RS)
        for address in self._files(self._lists["resourcelist"]):
            found = etree.fromstring(self._fetch(address))
            self.state |= {one.findtext("s:loc", "", RS) for one in found.iterfind("s:url", RS)}

    def _files(self, index: str) -> list[str]:
        found = etree.fromstring(self._fetch(index))
        return [one.findtext("s:loc", "", RS) for one in found.iterfind("s:sitemap", RS)]

    def _apply(self, address: str) -> None:
        found = etree.fromstring(self._fetch(address))
        for one in found.iterfind("s:url", RS):
            change = self.state.discard if _fact(one, "change") == "deleted" else self.state.add
            change(one.findtext("s:loc", "", RS))
        if _fact(found, "until"):
            self._closed.add(address)


RS = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "rs": "http://www.openarchives.org/rs/terms/"}


def _fact(element: etree._Element, name: str) -> str:
    facts = element.find("rs:md", RS)
    return "" if facts is None else facts.get(name) or ""
