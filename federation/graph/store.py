"""The graph in a SPARQL 1.1 store: one named graph per record and per code list, written and read over HTTP."""

import hashlib
import math
import secrets
from collections.abc import Iterator, Sequence
from urllib.parse import urlencode

import msgspec

from federation.graph.address import Address, FixedAddress
from federation.graph.answers import GRAPHS, JSON, RESULTS, answer, choose
from federation.graph.base import GraphAnswer, GraphError, GraphUnavailable
from federation.graph.dialect import FORM, OXIGRAPH, Dialect, Writing
from federation.graph.limits import GraphLimits
from federation.graph.wire import Wire, Writer
from federation.projection import Projection
from vocab.codes import SCHEME_IDS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import N_TRIPLES, lines, ntriples
from vocab.rdf.scheme import concept_lines

DIGITS = 256  # parts that everything can be read in


class SparqlStore:
    """A GraphStore over HTTP, in the dialect of the store at `address`; safe to use from many threads."""

    name = "graph"

    def __init__(
        self,
        address: Address | str,
        ns: Namespaces,
        limits: GraphLimits | None = None,
        dialect: Dialect = OXIGRAPH,
        writer: Writer | None = None,
    ) -> None:
        self.address: Address = FixedAddress(address) if isinstance(address, str) else address
        self.ns = ns
        self.limits = limits or GraphLimits()
        self.dialect = dialect
        self._self = f"{ns.base}/sparql#store"
        self._version = ns.expand("dcat:version")
        self._identifier = ns.expand("dcterms:identifier")
        self._wire = Wire(self.address, dialect, self.limits, writer)

    # Reading

    def query(
        self, query: str, accept: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> GraphAnswer:
        """A SPARQL query, answered whole or not at all, in the best format for the Accept header `accept`."""
        fields = [("query", query)]
        fields += [("default-graph-uri", graph) for graph in default_graphs]
        fields += [("named-graph-uri", graph) for graph in named_graphs]
        # Most stores give what fits the query, whichever comes first; Virtuoso gives what comes first.
        graph = choose(accept, {**RESULTS, **GRAPHS}) in GRAPHS
        first, second = (self.dialect.graphs, JSON) if graph else (JSON, self.dialect.graphs)
        media_type, body = self._wire.ask(
            self.dialect.query, urlencode(fields).encode(), FORM, f"{first}, {second};q=0.5"
        )
        return answer(media_type, body, accept, self.limits.answer_rows, own_json=self.dialect.own_json)

    @property
    def generation(self) -> str:
        """The random token inside the store; a store that has none yet gets the code lists, and then one."""
        found = self._token()
        if found is None:
            self.put_codes()
            self.put_token(secrets.token_hex(16))
            found = self._token()
        if found is None:
            raise GraphUnavailable("the store does not keep what is written to it")
        return found

    def _token(self) -> str | None:
        rows = self._rows(f"SELECT ?t {{ GRAPH <{self._self}> {{ <{self._self}> <{self._identifier}> ?t }} }}")
        return rows[0]["t"] if rows else None

    def put_codes(self) -> None:
        """Write the code lists, each into a graph of its own."""
        for scheme in SCHEME_IDS:
            self.put_graph(self.ns.scheme(scheme), (" .\n".join(concept_lines(scheme, self.ns)) + " .\n").encode())

    def put_token(self, token: str) -> None:
        """Be this generation from now on."""
        self.put_graph(self._self, f'<{self._self}> <{self._identifier}> "{token}" .\n'.encode())

    def contents(self) -> Iterator[tuple[str, int]]:
        """(iri, version) of every record in the store, in no order: sorting 200,000 took the store longer than it may take."""
        # Only what is ours: a store may hold graphs of others.
        held = f'GRAPH ?g {{ ?g <{self._version}> ?v }} FILTER(STRSTARTS(STR(?g), "{self.ns.base}/id/"))'
        count = int(self._rows(f"SELECT (COUNT(*) AS ?n) {{ {held} }}")[0]["n"])
        for part in _parts(count, self.dialect.page):
            for row in self._rows(f"SELECT ?g ?v {{ {held} {part} }}"):
                yield row["g"], int(row["v"])

    def _rows(self, query: str) -> list[dict[str, str]]:
        results = msgspec.json.decode(self.query(query, JSON).body)["results"]
        return [{name: term["value"] for name, term in row.items()} for row in results["bindings"]]

    # Writing

    def put(self, batch: Sequence[PublicRecord]) -> None:
        """Replace the graphs of these records, as many at once as the store likes."""
        last = {public.iri: public for public in batch}  # the last of a record counts, as if written one by one
        publics = list(last.values())
        if self.dialect.writing is Writing.GRAPHS:
            for public in publics:
                self.put_graph(public.iri, ntriples(public, self.ns))
            return
        for start in range(0, len(publics), self.dialect.batch):
            self._replace(publics[start : start + self.dialect.batch])

    def _replace(self, publics: Sequence[PublicRecord]) -> None:
        drops = ";\n".join(f"DROP SILENT GRAPH <{public.iri}>" for public in publics)
        graphs = "\n".join(f"GRAPH <{public.iri}> {{\n{_block(public, self.ns)}\n}}" for public in publics)
        self._update(f"{drops};\nINSERT DATA {{\n{graphs}\n}}")

    def remove(self, iris: Sequence[str]) -> None:
        step = self.dialect.batch
        for start in range(0, len(iris), step):
            self._update(";\n".join(f"DROP SILENT GRAPH {_graph(iri)}" for iri in iris[start : start + step]))

    def put_graph(self, iri: str, body: bytes) -> None:
        """Replace the graph of this name by N-Triples."""
        self._wire.write(f"{self.dialect.graph}?{urlencode({'graph': iri})}", body, N_TRIPLES, "PUT")

    def commit(self) -> None:
        """Every write is durable and visible when it returns."""

    def close(self) -> None:
        self._wire.close()

    def _update(self, update: str) -> None:
        if self.dialect.update_type == FORM:
            self._wire.write(self.dialect.update, urlencode({"update": update}).encode(), FORM)
        else:
            self._wire.write(self.dialect.update, update.encode(), self.dialect.update_type)

    # Rebuilding

    def fresh(self) -> Projection:
        """A rebuild of this store in its own place: a store that others run cannot be made twice from here."""
        return Refill(self)

    def swap(self, twin: Projection) -> None:
        """End the rebuild that `fresh` of this store gave. Raises GraphError."""
        if not isinstance(twin, Refill) or twin.store is not self:
            raise GraphError("only what fresh() of this store gave can take its place")
        twin.finish()


class Refill:
    """A store built again in its own place while it serves: every record is replaced by its present state, and what the
    ledger does not have is removed at the end. Until then the store keeps its old token, so a rebuild that was
    interrupted is known as one. For one thread.
    """

    name = "graph"

    def __init__(self, store: SparqlStore) -> None:
        self.store = store
        self.generation = secrets.token_hex(16)
        self._seen: set[bytes] = set()

    def put(self, batch: Sequence[PublicRecord]) -> None:
        self.store.put(batch)
        self._seen.update(key_of(public.iri) for public in batch)

    def remove(self, iris: Sequence[str]) -> None:
        self.store.remove(iris)
        self._seen.difference_update(map(key_of, iris))

    def commit(self) -> None:
        self.store.commit()

    def contents(self) -> Iterator[tuple[str, int]]:
        return self.store.contents()

    def fresh(self) -> Projection:
        raise GraphError("a rebuild is not rebuilt")

    def swap(self, twin: Projection) -> None:
        raise GraphError("a rebuild has no twin")

    def finish(self) -> None:
        """Remove what was not put, renew the code lists, and become the store's generation."""
        self.store.remove([iri for iri, _ in self.store.contents() if key_of(iri) not in self._seen])
        self.store.put_codes()
        self.store.put_token(self.generation)

    def close(self) -> None:
        """What was written stays: each record is one that the ledger has."""


def key_of(iri: str) -> bytes:
    """What is remembered of a record that was put: millions fit into memory."""
    return hashlib.blake2b(iri.encode(), digest_size=12).digest()


def _parts(count: int, page: int) -> Iterator[str]:
    """Filters that together let every record through, each so few that the answer stays below its limit."""
    if count <= page:
        yield ""
        return
    digits = [f'"{n:02x}"' for n in range(DIGITS)]
    parts = min(len(digits), math.ceil(count / page))
    for part in range(parts):
        yield f"FILTER(SUBSTR(MD5(STR(?g)), 1, 2) IN ({', '.join(digits[part::parts])}))"


def _block(public: PublicRecord, ns: Namespaces) -> str:
    return " .\n".join(lines(public, ns))


def _graph(iri: str) -> str:
    """An IRI as it may stand in an update; anything that could end it early is refused."""
    if any(character in '<>"{}|\\^`' or character <= " " for character in iri):
        raise ValueError(f"{iri!r} is not an IRI")
    return f"<{iri}>"
