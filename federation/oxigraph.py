"""The graph in an oxigraph server: one named graph per record and per code list, written and read over HTTP (SPARQL 1.1)."""

import hashlib
import math
import secrets
import shutil
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from urllib.parse import urlencode

import msgspec
import urllib3

from federation.answers import ASKED, JSON, answer
from federation.graph import (
    GraphAnswer,
    GraphError,
    GraphUnavailable,
    QueryRefused,
    QueryTimeout,
    QueryTooLarge,
)
from federation.graph_address import Address, FixedAddress
from federation.graph_server import GraphDirectory
from federation.oxigraph_process import GraphLimits, OxigraphProcess
from vocab.codes import SCHEME_IDS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import lines, nquads
from vocab.rdf.scheme import concept_nquads

UPDATE, N_QUADS, FORM = "application/sparql-update", "application/n-quads", "application/x-www-form-urlencoded"
BATCH = 500  # records per update: 1,055-1,534 records/s against 480-790 one by one
PAGE = 200_000  # records of one answer when all are asked for


class OxigraphStore:
    """A GraphStore over HTTP; safe to use from many threads."""

    name = "graph"

    def __init__(
        self,
        address: Address | str,
        ns: Namespaces,
        limits: GraphLimits | None = None,
        directory: GraphDirectory | None = None,
    ) -> None:
        self.address: Address = FixedAddress(address) if isinstance(address, str) else address
        self.ns = ns
        self.limits = limits or GraphLimits()
        self.directory = directory
        self._self = f"{ns.base}/sparql#store"
        self._version = ns.expand("dcat:version")
        self._identifier = ns.expand("dcterms:identifier")
        self._http = urllib3.PoolManager(maxsize=16, retries=False)

    # Reading

    def query(
        self, query: str, accept: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> GraphAnswer:
        """A SPARQL query, answered whole or not at all, in the best format for the Accept header `accept`."""
        fields = [("query", query)]
        fields += [("default-graph-uri", graph) for graph in default_graphs]
        fields += [("named-graph-uri", graph) for graph in named_graphs]
        seconds = self.limits.query_seconds + self.limits.grace_seconds
        media_type, body = self._send("/query", urlencode(fields).encode(), FORM, seconds)
        return answer(media_type, body, accept)

    @property
    def generation(self) -> str:
        """The random token inside the store; a store that has none yet gets the code lists, and then one."""
        found = self._token()
        if found is None:
            self.load(b"".join(concept_nquads(scheme, self.ns) for scheme in SCHEME_IDS))
            line = f"<{self._self}> <{self._identifier}>"
            self._update(
                f'INSERT {{ GRAPH <{self._self}> {{ {line} "{secrets.token_hex(16)}" }} }} '
                f"WHERE {{ FILTER NOT EXISTS {{ GRAPH <{self._self}> {{ {line} ?token }} }} }}"
            )
            found = self._token()
        if found is None:
            raise GraphUnavailable("the store does not keep what is written to it")
        return found

    def _token(self) -> str | None:
        rows = self._rows(f"SELECT ?t {{ GRAPH <{self._self}> {{ <{self._self}> <{self._identifier}> ?t }} }}")
        return rows[0]["t"] if rows else None

    def contents(self) -> Iterator[tuple[str, int]]:
        """(iri, version) of every record in the store, in no order: sorting 200,000 took the store longer than it may take."""
        held = f"GRAPH ?g {{ ?g <{self._version}> ?v }}"
        count = int(self._rows(f"SELECT (COUNT(*) AS ?n) {{ {held} }}")[0]["n"])
        for part in _parts(count):
            for row in self._rows(f"SELECT ?g ?v {{ {held} {part} }}"):
                yield row["g"], int(row["v"])

    def _rows(self, query: str) -> list[dict[str, str]]:
        results = msgspec.json.decode(self.query(query, JSON).body)["results"]
        return [{name: term["value"] for name, term in row.items()} for row in results["bindings"]]

    # Writing

    def put(self, batch: Sequence[PublicRecord]) -> None:
        """Replace the graphs of these records, a few hundred in one atomic update."""
        last = {public.iri: public for public in batch}  # the last of a record counts, as if written one by one
        publics = list(last.values())
        for start in range(0, len(publics), BATCH):
            self._replace(publics[start : start + BATCH])

    def _replace(self, publics: Sequence[PublicRecord]) -> None:
        drops = ";\n".join(f"DROP SILENT GRAPH <{public.iri}>" for public in publics)
        graphs = "\n".join(f"GRAPH <{public.iri}> {{\n{_block(public, self.ns)}\n}}" for public in publics)
        self._update(f"{drops};\nINSERT DATA {{\n{graphs}\n}}")

    def remove(self, iris: Sequence[str]) -> None:
        for start in range(0, len(iris), BATCH):
            self._update(";\n".join(f"DROP SILENT GRAPH {_graph(iri)}" for iri in iris[start : start + BATCH]))

    def put_graph(self, iri: str, body: bytes) -> None:
        """Replace a graph that is no record's (a code list, statistics) by N-Triples. Atomic."""
        self._send(f"/store?{urlencode({'graph': iri})}", body, "application/n-triples", method="PUT")

    def load(self, body: bytes) -> None:
        """Add N-Quads in bulk, without a transaction: for a store that nobody reads yet."""
        self._send("/store?no_transaction", body, N_QUADS)

    def commit(self) -> None:
        """Every write is durable and visible when it returns."""

    def close(self) -> None:
        self._http.clear()

    # Rebuilding

    def fresh(self) -> "Twin":
        """An empty store on a new location, served by a child of this process alone."""
        if self.directory is None:
            raise GraphError(
                f"the store at {self.address.url()} is not ours to replace: repair it with verify --repair"
            )
        process = OxigraphProcess(self.directory.path / self.directory.new_location(), self.limits)
        process.start()
        return Twin(process, self.ns, self.limits, self.directory)

    def swap(self, twin: object) -> None:
        """Serve the twin's location from now on and drop the old one. Raises GraphUnavailable if the owner does not follow."""
        if not isinstance(twin, Twin) or self.directory is None:
            raise GraphError("only a twin that fresh() of this store gave can take its place")
        location = twin.process.location.name
        twin.finish()
        self.directory.point_to(location)
        deadline = time.monotonic() + self.limits.start_seconds
        while not self._serves(location):
            if time.monotonic() > deadline:
                raise GraphUnavailable(f"the owner of {self.directory.path} does not serve {location}")
            time.sleep(0.02)
        self.directory.drop_others(location)

    def _serves(self, location: str) -> bool:
        endpoint = self.directory.endpoint() if self.directory else None
        return endpoint is not None and endpoint.location == location

    # Talking

    def _update(self, update: str) -> None:
        self._send("/update", update.encode(), UPDATE)

    def _send(
        self, path: str, body: bytes, content_type: str, seconds: float | None = None, method: str = "POST"
    ) -> tuple[str, bytes]:
        """Media type and body of a 2xx answer. Raises GraphError. `seconds` bounds the whole exchange."""
        limit = self.limits.write_seconds if seconds is None else seconds
        deadline = time.monotonic() + limit
        headers = {"Content-Type": content_type, "Accept": ASKED}
        try:
            response = self._http.request(
                method,
                self.address.url() + path,
                body=body,
                headers=headers,
                # The connect limit also holds for sending the body, and a store that is busy loading reads slowly.
                timeout=urllib3.Timeout(connect=limit, read=limit),
                preload_content=False,
            )
            return self._read(response, deadline)
        except urllib3.exceptions.ReadTimeoutError as error:
            self.address.overrun()
            raise QueryTimeout(f"the store did not answer within {limit:g} s") from error
        except urllib3.exceptions.HTTPError as error:
            raise GraphUnavailable("the store is down, starting or ended while it answered") from error

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> tuple[str, bytes]:
        whole = False
        try:
            body = self._collect(response, deadline)
            whole = True
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()  # half read: the connection cannot be used again, and the store sees us leave
        if response.status // 100 == 2:
            return response.headers.get("Content-Type", ""), body
        message = body[:2000].decode("utf-8", "replace").strip()
        if response.status in (502, 503, 504):
            raise GraphUnavailable(f"the store answered {response.status}")
        raise QueryRefused(message or f"the store answered {response.status}")

    def _collect(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        pieces, size = [], 0
        for piece in response.stream(2**16):
            size += len(piece)
            if size > self.limits.answer_bytes:
                raise QueryTooLarge(f"the answer is larger than {self.limits.answer_bytes:,} bytes: add a LIMIT")
            if time.monotonic() > deadline:
                self.address.overrun()
                raise QueryTimeout("the answer took too long: ask for less, or page through it")
            pieces.append(piece)
        return b"".join(pieces)


class Twin(OxigraphStore):
    """An empty store that takes bulk loads, until `swap` gives its location to the one it was made from.

    One load is under way while the caller makes the next: the server works in a process of its own. What fails is
    raised by the next call. For one thread.
    """

    def __init__(
        self, process: OxigraphProcess, ns: Namespaces, limits: GraphLimits, directory: GraphDirectory
    ) -> None:
        super().__init__(process.url, ns, limits, directory)
        self.process = process
        self._seen: set[bytes] = set()
        self._sender = ThreadPoolExecutor(1, "graph-load")
        self._sending: Future[None] | None = None

    def put(self, batch: Sequence[PublicRecord]) -> None:
        """New records in bulk; a record that is here already is replaced, as bulk loading only adds."""
        last = {public.iri: public for public in batch}
        new = [public for public in last.values() if _key(public.iri) not in self._seen]
        old = [public for public in last.values() if _key(public.iri) in self._seen]
        if new:
            body = nquads(new, self.ns)
            self._settle()
            self._sending = self._sender.submit(self.load, body)
            self._seen.update(_key(public.iri) for public in new)
        if old:
            self._settle()
            super().put(old)

    def remove(self, iris: Sequence[str]) -> None:
        self._settle()
        super().remove(iris)

    def commit(self) -> None:
        """Raises GraphError when the load that was under way failed."""
        self._settle()

    def query(
        self, query: str, accept: str, default_graphs: Sequence[str] = (), named_graphs: Sequence[str] = ()
    ) -> GraphAnswer:
        self._settle()
        return super().query(query, accept, default_graphs, named_graphs)

    def _settle(self) -> None:
        """Wait for the load under way. Raises GraphError when it failed."""
        sending, self._sending = self._sending, None
        if sending is not None:
            sending.result()

    def finish(self) -> None:
        """End the child, so that the owner can open the location."""
        self.generation  # noqa: B018  # a store without its token would look like a lost one
        self._sender.shutdown()
        super().close()
        self.process.stop()

    def close(self) -> None:
        """Throw the twin away, unless it was swapped in."""
        self.process.stop()  # a load under way fails by it
        self._sender.shutdown(cancel_futures=True)
        super().close()
        if self.directory and self.directory.location() != self.process.location.name:
            shutil.rmtree(self.process.location, ignore_errors=True)


def _parts(count: int) -> Iterator[str]:
    """Filters that together let every record through, each so few that the answer stays below its limit."""
    if count <= PAGE:
        yield ""
        return
    digits = [f'"{n:02x}"' for n in range(256)]
    parts = min(len(digits), math.ceil(count / PAGE))
    for part in range(parts):
        yield f"FILTER(SUBSTR(MD5(STR(?g)), 1, 2) IN ({', '.join(digits[part::parts])}))"


def _block(public: PublicRecord, ns: Namespaces) -> str:
    return " .\n".join(lines(public, ns))


def _key(iri: str) -> bytes:
    return hashlib.blake2b(iri.encode(), digest_size=12).digest()


def _graph(iri: str) -> str:
    """An IRI as it may stand in an update; anything that could end it early is refused."""
    if any(character in '<>"{}|\\^`' or character <= " " for character in iri):
        raise ValueError(f"{iri!r} is not an IRI")
    return f"<{iri}>"
