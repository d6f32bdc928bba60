"""DCAT catalogues (https://www.w3.org/TR/vocab-dcat-3/) in Turtle, N-Triples, RDF/XML or JSON-LD, also on several pages.

Pages are linked by Hydra: hydra:next of the page's hydra:view (https://www.hydra-cg.com/spec/latest/core/#collections),
or the older hydra:nextPage. The body of a record is the tree of `harvesters.rdf_tree`.
"""

from collections.abc import Generator, Iterator
from datetime import datetime
from functools import partial
from typing import Literal
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from harvesters import when
from harvesters.answer import Answer, printable
from harvesters.base import Endpoint, Harvested, RawRecord, TerminalError
from harvesters.dcat_record import (
    CATALOGUE,
    DATASETS,
    GONE,
    NAMED,
    Identity,
    Records,
    found,
    is_described,
    kinds_described,
    listed,
)
from harvesters.listing import Listing
from harvesters.options import read_options, zone
from harvesters.rdf_page import ACCEPT, FORMATS, BrokenPage, Format, guess, read
from harvesters.rdf_tree import Graph, Tangled, expand, is_blank
from harvesters.secrets import Secrets
from harvesters.session import Busy, Request, Session
from harvesters.validators import Conditional

_STALE = 3  # so many pages without a new dataset: the catalogue has no end
_CATALOGUES = frozenset({CATALOGUE, expand("hydra:Collection"), expand("hydra:PagedCollection")})


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`classes` are short names or IRIs; add dcat:DataService to list services too. `identifier` "auto" is the IRI, and
    dct:identifier where a dataset is a blank node. A title never names a record.
    """

    format: Literal["auto", "turtle", "n-triples", "rdf-xml", "json-ld"] = "auto"  # by Content-Type and first bytes
    classes: tuple[str, ...] = DATASETS  # what is a record
    identifier: Identity = "auto"  # what names a record
    deleted_status: tuple[str, ...] = GONE  # last part of an adms:status that means deleted
    total_items: Literal["check", "ignore"] = "check"  # whether hydra:totalItems must be reached
    since_param: str = ""  # asks for datasets changed since (ckanext-dcat: modified_since); empty: every pass is whole
    since_format: str = "%Y-%m-%d"  # as modified_format of json_api
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"; empty: its dcat:landingPage, else its IRI


class Dcat(Conditional):
    """One pass over a catalogue. A dataset that two pages describe is yielded twice; the later one wins.

    A catalogue of one page that has not changed is not sent again. Of several pages the first does not tell whether the others
    have changed.
    """

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        super().__init__(endpoint)
        self._endpoint = endpoint
        self._options = read_options(endpoint, "dcat", Options)
        self._classes = frozenset(expand(name) for name in self._options.classes)
        self._zone = zone(f"source {endpoint.source!r}", self._options.utc_offset)
        self._complete = False

    @property
    def complete(self) -> bool:
        return self._complete

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        """Raises HarvestError, after what was read before the failure."""
        self._complete = False
        listing, o = Listing(self._endpoint), self._options
        longest = self._endpoint.limits.max_record_bytes
        records = Records(listing, longest, o.identifier, o.deleted_status, self._zone, o.record_url)
        with Session(self._endpoint) as session:
            whole = yield from self._pages(session, listing, records, self._first(since))
        self._complete = whole and since is None and not listing.nameless

    def _first(self, since: datetime | None) -> Request:
        params = {}
        if since is not None and self._options.since_param:
            params[self._options.since_param] = when.write(since, self._options.since_format, self._zone)
        return self._request(self._endpoint.url, params)

    def _request(self, url: str, params: dict[str, str]) -> Request:
        form = self._options.format
        accept = ACCEPT if form == "auto" else f"{FORMATS[form].media_type}, */*;q=0.1"
        return Request(url, params=params, headers={"Accept": accept})

    def _pages(
        self, session: Session, listing: Listing, records: Records, request: Request
    ) -> Generator[Harvested, None, bool]:
        """Yields the records of all pages; returns whether as many came as were announced."""
        trail = _Trail(request.url, self._endpoint.limits.max_records)
        while True:
            listing.page()
            reads = partial(self._graph, session, request.url)
            graph = session.fetch(request, reads) if trail.number else self._document(session, request, reads)
            if graph is None:
                self._unchanged = True
                return False
            nodes = found(graph, self._classes)
            content = set[int]()
            for each in self._read(session, records, graph, nodes, trail.number + 1):
                if isinstance(each, RawRecord):
                    content.add(hash((each.identifier, each.deleted, each.body)))
                yield each
            fault = trail.add(graph, nodes, content)
            url = None if fault else self._next(session, graph, request.url)
            if fault or url in trail.visited:
                what = fault or "its pages run in a circle"
                raise TerminalError(session.say(request.url, f"{what}: the province must mend the paging (hydra:next)"))
            if url is None:
                break
            trail.visited.add(url)
            request = self._request(url, {})
        if not trail.catalogue:
            what = (
                f"it has no record of class {' or '.join(self._options.classes)}; it describes {kinds_described(graph)}"
            )
            raise TerminalError(session.say(request.url, f"{what}: check url and classes"))
        for node in trail.missing() if expand("dcat:Dataset") in self._classes else ():
            yield listing.unreadable(printable(node, 200), "the catalogue lists it, and no page describes it")
        if trail.number > 1 or request.params:  # what was asked by a date is another document each time
            self._noted = self._noted.without(self._endpoint.url)
        self._keep()
        checked = self._options.total_items == "check"
        return not checked or listing.distinct + listing.nameless >= trail.announced

    def _read(
        self, session: Session, records: Records, graph: Graph, nodes: list[str], page: int
    ) -> Iterator[Harvested]:
        trees = records.trees(graph, self._classes)
        try:
            for index, node in enumerate(nodes, 1):
                yield records.one(graph, trees, node, f"page {page}, dataset {index}")
        except Tangled as error:
            raise TerminalError(session.say(self._endpoint.url, f"page {page} cannot be read: {error}")) from None

    def _graph(self, session: Session, url: str, answer: Answer) -> Graph:
        """The page's triples; relative IRIs are resolved against the address that was asked."""
        session.refuse_html(answer, "a DCAT catalogue")
        try:
            form: Format = (
                guess(answer.media_type, answer.body) if self._options.format == "auto" else self._options.format
            )
            return read(answer.body, form, url, answer.charset)
        except BrokenPage as error:
            message = session.say(answer.url, session.mask(str(error)))
            if error.truncated:
                raise Busy(f"{message}; it stops in the middle") from None
            raise TerminalError(message) from None

    def _next(self, session: Session, graph: Graph, url: str) -> str | None:
        """The address of the next page, on the source's own host. Raises TerminalError."""
        named = sorted(_next_named(graph, url))
        if len(named) > 1:
            raise TerminalError(
                session.say(url, f"it names {len(named)} next pages: the province must mend hydra:next")
            )
        if not named:
            return None
        try:
            address = urlsplit(urljoin(url, named[0]))
            home = urlsplit(self._endpoint.url)
            same = address.hostname == home.hostname and (address.port == home.port or address.scheme != home.scheme)
        except ValueError:
            same = False
        if not same:
            host = printable(session.mask(named[0]), 200)
            what = f"its next page is on another host ({host}): set url to that host, or ask the province to mend hydra:next"
            raise TerminalError(session.say(url, what))
        # A catalogue behind a proxy often writes http:// where it is asked by https://.
        return urlunsplit(address._replace(scheme=home.scheme, netloc=home.netloc, fragment=""))


class _Trail:
    """What the pages showed so far, and whether they lead anywhere. Names are kept as hashes."""

    def __init__(self, first: str, most: int) -> None:
        self.visited = {first}
        self.number = self.announced = 0
        self.seen = set[int]()
        self.catalogue = False  # whether this is one at all, be it an empty one
        self._most = most
        self._contents = set[int]()
        self._listed: dict[str, None] = {}
        self._stale = 0

    def add(self, graph: Graph, nodes: list[str], content: set[int]) -> str:
        """Takes note of a page; says what is wrong with it as a page, if anything."""
        self.number += 1
        before = len(self.seen)
        members = listed(graph)
        resources = (
            node for node in graph if (graph.types(node) & NAMED or node in members) and is_described(graph, node)
        )
        self.seen |= {hash((self.number, node) if is_blank(node) else node) for node in (*nodes, *resources)}
        self.catalogue = self.catalogue or bool(nodes) or any(graph.types(node) & _CATALOGUES for node in graph)
        self.announced = max(self.announced, *_totals(graph), 0)
        self._listed |= dict.fromkeys(node for node in members if hash(node) not in self.seen)
        if len(self._listed) > self._most:
            return f"it lists more than {self._most} datasets (limits.max_records) that it does not describe"
        again = bool(content) and hash(frozenset(content)) in self._contents
        self._contents.add(hash(frozenset(content)))
        self._stale = self._stale + 1 if len(self.seen) == before else 0
        return "its pages repeat" if again or self._stale >= _STALE else ""

    def missing(self) -> Iterator[str]:
        """What was listed and never described."""
        return (node for node in self._listed if hash(node) not in self.seen)


def _next_named(graph: Graph, url: str) -> set[str]:
    """Next pages as this page names them; what it says of itself, or of its view, comes before all else."""
    views = {view for node in graph for view in graph.nodes(node, "hydra:view")} | {url}
    every = {node: set(graph.texts(node, "hydra:next", "hydra:nextPage")) for node in graph}
    own = {text for node, texts in every.items() if node in views for text in texts}
    return own or {text for texts in every.values() for text in texts}


def _totals(graph: Graph) -> Iterator[int]:
    for node in graph:
        for text in graph.texts(node, "hydra:totalItems"):
            if text.isascii() and text.isdigit() and len(text) < 19:
                yield int(text)
