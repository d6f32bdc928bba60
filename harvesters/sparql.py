"""SPARQL 1.1 endpoints (https://www.w3.org/TR/sparql11-protocol/): the records of some classes, or of a query of ours.

Records are listed by keyset paging: the next page begins after the last IRI of this one, until a page is empty, so that an
endpoint that silently gives fewer rows than it was asked for is still read to its end. They are fetched in batches,
each with a count of what should come; a batch that comes short is asked for again in halves.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Annotated, Literal, TypeVar

import msgspec

from harvesters.answer import Answer, decode_loosely, printable
from harvesters.base import Endpoint, Harvested, OptionsError, TerminalError
from harvesters.dcat_record import DATASETS, GONE, NAMED, Identity, Records, is_described
from harvesters.json_text import Malformed, wellformed
from harvesters.listing import Listing
from harvesters.options import read_options, zone
from harvesters.rdf_page import BrokenPage, guess, read
from harvesters.rdf_tree import PREFIXES, Graph, Tangled, expand
from harvesters.secrets import Secrets
from harvesters.session import Busy, Request, Session

T = TypeVar("T")

_RESULTS = "application/sparql-results+json"
_TRIPLES = "application/rdf+xml, application/ld+json;q=0.9, text/turtle;q=0.5"  # the first two show where they end
_EXPLAINED = frozenset({400, 403, 404, 405, 406, 413, 414})
_UNWRITABLE = frozenset('<>"{}|^`\\')  # in an IRI of a query (SPARQL 1.1, IRIREF); besides space and control characters


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`select` finds the records where `classes` do not: a SELECT query of one variable ?record, for example
    "SELECT ?record WHERE { ?record a dcat:Dataset ; dct:publisher <https://kjt.example/> }". The usual prefixes are known.
    """

    classes: tuple[str, ...] = DATASETS  # what is a record: short names or IRIs
    select: str = ""  # a query for ?record instead
    prefixes: dict[str, str] = {}  # further prefixes of select
    graph: str = ""  # only this named graph (default-graph-uri)
    size: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 1000  # IRIs on a page
    batch: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 50  # records fetched at once
    levels: Annotated[int, msgspec.Meta(ge=1, le=4)] = 3  # 1: records alone; 2: with what they point to; and so on
    count: Literal["check", "ignore"] = "check"  # whether as many triples must come as the endpoint counts
    identifier: Identity = "auto"  # what names a record
    deleted_status: tuple[str, ...] = GONE  # last part of an adms:status that means deleted
    utc_offset: str = "+08:00"  # of dates without one
    record_url: str = ""  # a record's page: "https://kjcg.example/item/{id}"; empty: its dcat:landingPage, else its IRI


class Sparql:
    """One pass over an endpoint. Records without an IRI cannot be asked for, and are not listed."""

    Options = Options

    def __init__(self, endpoint: Endpoint, secrets: Secrets) -> None:
        self._endpoint = endpoint
        self._options = o = read_options(endpoint, "sparql", Options)
        self._classes = frozenset(expand(name) for name in o.classes)
        where = f"source {endpoint.source!r} (sources/{endpoint.source}.toml, [options])"
        for iri in (*self._classes, *o.prefixes.values(), *filter(None, [o.graph])):
            if not _is_writable(iri) or ":" not in iri:
                raise OptionsError(f"{where}: {iri!r} is no IRI; known prefixes are {', '.join(PREFIXES)}")
        if o.select and "?record" not in o.select:
            raise OptionsError(f"{where}: select must find ?record")
        self._zone = zone(where, o.utc_offset)
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
            for page in self._pages(session, listing):
                for start in range(0, len(page), o.batch):
                    yield from self._batch(session, listing, records, page[start : start + o.batch])
        self._complete = since is None and not listing.nameless

    # The list of records.

    def _pages(self, session: Session, listing: Listing) -> Iterator[list[str]]:
        """IRIs, page by page, in the order of their characters. Raises TerminalError for an endpoint that keeps no order."""
        last = ""
        while True:
            listing.page()
            rows = self._ask(session, self._list_query(last), _RESULTS, partial(self._rows, session, "record"))
            page = [iri for iri in dict.fromkeys(rows) if iri > last]
            if not rows:
                return
            if len(page) != len(rows) or page != sorted(page):
                what = "the endpoint does not keep ORDER BY and FILTER over STR(?record): its records cannot be paged"
                raise TerminalError(session.say(self._endpoint.url, what))
            yield page
            last = page[-1]

    def _list_query(self, last: str) -> str:
        o = self._options
        classes = " ".join(f"<{iri}>" for iri in sorted(self._classes))
        find = f"{{ {o.select} }}" if o.select else f"VALUES ?class {{ {classes} }} ?record a ?class ."
        after = f" FILTER(STR(?record) > {_string(last)})" if last else ""
        prologue = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in (PREFIXES | o.prefixes).items())
        return (
            f"{prologue}SELECT DISTINCT ?record WHERE {{ {find} FILTER(isIRI(?record)){after} }}"
            f" ORDER BY STR(?record) LIMIT {o.size}"
        )

    # The records.

    def _batch(self, session: Session, listing: Listing, records: Records, iris: Sequence[str]) -> Iterator[Harvested]:
        """The records of these IRIs, in halves where the endpoint gives less than it has."""
        askable = [iri for iri in iris if _is_writable(iri)]
        for iri in (iri for iri in iris if not _is_writable(iri)):
            yield listing.unreadable(printable(iri, 200), "its IRI holds characters that no query can hold")
        if not askable:
            return
        pattern = self._pattern(askable)
        query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}"
        graph = self._ask(session, query, _TRIPLES, partial(self._graph, session))
        missing = self._missing(session, pattern, graph)
        if missing and len(askable) > 1:
            half = len(askable) // 2
            yield from self._batch(session, listing, records, askable[:half])
            yield from self._batch(session, listing, records, askable[half:])
        elif missing:
            yield listing.unreadable(printable(askable[0], 200), f"the endpoint withholds {missing} of its triples")
        else:
            yield from self._described(session, listing, records, graph, askable)

    def _described(
        self, session: Session, listing: Listing, records: Records, graph: Graph, iris: Sequence[str]
    ) -> Iterator[Harvested]:
        trees = records.trees(graph, self._classes)
        for iri in iris:
            if not is_described(graph, iri):
                yield listing.unreadable(printable(iri, 200), "the endpoint lists it and says nothing else of it")
                continue
            try:
                yield records.one(graph, trees, iri, printable(iri, 200))
            except Tangled as error:
                raise TerminalError(
                    session.say(self._endpoint.url, f"{error}: lower batch or levels in [options]")
                ) from None

    def _pattern(self, iris: Sequence[str]) -> str:
        """Every triple of the records, and of what they point to, as far as `levels` goes and no other record begins.

        A VALUES stands in every branch of the UNION, as a group is evaluated alone (SPARQL 1.1, 18.2).
        """
        values = " ".join(f"<{iri}>" for iri in iris)
        records = ", ".join(f"<{iri}>" for iri in sorted(NAMED | self._classes))
        branches = [f"{{ VALUES ?s {{ {values} }} ?s ?p ?o }}"]
        for level in range(1, self._options.levels):
            nodes = ["?n0", *(f"?n{number}" for number in range(1, level)), "?s"]
            steps = " ".join(f"{nodes[i]} ?p{i} {nodes[i + 1]} ." for i in range(level))
            stops = " ".join(
                f"FILTER NOT EXISTS {{ {node} a ?c{i} FILTER(isIRI({node}) && ?c{i} IN ({records})) }}"
                for i, node in enumerate(nodes[1:])
            )
            branches.append(f"{{ VALUES ?n0 {{ {values} }} {steps} ?s ?p ?o . {stops} }}")
        return " UNION ".join(branches)

    def _missing(self, session: Session, pattern: str, graph: Graph) -> int:
        """How many triples the endpoint counts beyond those that came."""
        if self._options.count == "ignore":
            return 0
        query = f"SELECT (COUNT(*) AS ?triples) WHERE {{ SELECT DISTINCT ?s ?p ?o WHERE {{ {pattern} }} }}"
        rows = self._ask(session, query, _RESULTS, partial(self._rows, session, "triples"))
        if len(rows) != 1 or not rows[0].isdigit():
            raise TerminalError(
                session.say(self._endpoint.url, 'the endpoint cannot count: set count = "ignore" in [options]')
            )
        return max(0, int(rows[0]) - len(graph))

    # How it is asked.

    def _ask(self, session: Session, query: str, accept: str, read: "partial[T]") -> T:
        form = {"query": query} | ({"default-graph-uri": self._options.graph} if self._options.graph else {})
        request = Request(self._endpoint.url, "POST", form=form, headers={"Accept": accept}, accept_status=_EXPLAINED)
        return session.fetch(request, read)

    def _rows(self, session: Session, variable: str, answer: Answer) -> list[str]:
        """The values of one variable (https://www.w3.org/TR/sparql11-results-json/)."""
        self._refuse(session, answer, "SPARQL results")
        try:
            found = msgspec.json.decode(wellformed(answer.body, answer.charset), type=_Results)
        except Malformed as error:
            raise self._unread(session, f"what is not JSON: {error}", error.truncated) from None
        except msgspec.ValidationError as error:
            raise self._unread(session, f"what are not SPARQL results: {error}") from None
        if any(variable not in row for row in found.results.bindings):
            raise self._unread(session, f"rows without ?{variable}: check select in [options]")
        return [row[variable].value for row in found.results.bindings]

    def _graph(self, session: Session, answer: Answer) -> Graph:
        self._refuse(session, answer, "RDF")
        if not answer.body.strip():
            return Graph()
        try:
            return read(answer.body, guess(answer.media_type, answer.body), self._endpoint.url, answer.charset)
        except BrokenPage as error:
            raise self._unread(session, str(error), error.truncated) from None

    def _refuse(self, session: Session, answer: Answer, promised: str) -> None:
        session.refuse_html(answer, promised)
        if answer.status in _EXPLAINED:
            reason = printable(session.mask(decode_loosely(answer.body[:2000], answer.charset)), 200)
            what = f"the endpoint answers status {answer.status}: {reason or 'no reason given'} (check url, select and graph)"
            raise TerminalError(session.say(answer.url, what))

    def _unread(self, session: Session, what: str, truncated: bool = False) -> Busy | TerminalError:
        """An answer that stops in the middle is what endpoints give that ran out of time."""
        message = session.say(self._endpoint.url, f"the endpoint answers {printable(session.mask(what), 300)}")
        return Busy(f"{message}; lower size, batch or levels in [options]") if truncated else TerminalError(message)


class _Binding(msgspec.Struct, frozen=True):
    value: str


class _Bindings(msgspec.Struct, frozen=True):
    bindings: list[dict[str, _Binding]]


class _Results(msgspec.Struct, frozen=True):
    results: _Bindings


def _is_writable(iri: str) -> bool:
    return not _UNWRITABLE & set(iri) and all(each > " " for each in iri)


def _string(text: str) -> str:
    """A SPARQL string of any text."""
    return '"' + "".join(_ESCAPES.get(each, each) for each in text) + '"'


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
