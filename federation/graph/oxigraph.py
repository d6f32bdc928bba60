"""The graph in an oxigraph server of ours: beside what every SPARQL store does, it loads in bulk and is rebuilt in a twin."""

import shutil
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from federation.graph.address import Address
from federation.graph.base import GraphAnswer, GraphError, GraphUnavailable
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph_process import OxigraphProcess
from federation.graph.server import GraphDirectory
from federation.graph.store import SparqlStore, key_of
from federation.projection import Projection
from vocab.codes import SCHEME_IDS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import nquads
from vocab.rdf.scheme import concept_nquads

N_QUADS = "application/n-quads"


class OxigraphStore(SparqlStore):
    """The store of a graph directory."""

    def __init__(
        self, address: Address | str, ns: Namespaces, limits: GraphLimits | None, directory: GraphDirectory
    ) -> None:
        super().__init__(address, ns, limits)
        self.directory = directory

    def load(self, body: bytes) -> None:
        """Add N-Quads in bulk, without a transaction: for a store that nobody reads yet."""
        self._wire.write("/store?no_transaction", body, N_QUADS)

    def put_codes(self) -> None:
        """In bulk: in transactions it would take a twin ten seconds."""
        self.load(b"".join(concept_nquads(scheme, self.ns) for scheme in SCHEME_IDS))

    def fresh(self) -> "Twin":
        """An empty store on a new location, served by a child of this process alone."""
        process = OxigraphProcess(self.directory.path / self.directory.new_location(), self.limits)
        process.start()
        return Twin(process, self.ns, self.limits, self.directory)

    def swap(self, twin: Projection) -> None:
        """Serve the twin's location from now on and drop the old one. Raises GraphUnavailable if the owner does not follow."""
        if not isinstance(twin, Twin):
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
        endpoint = self.directory.endpoint()
        return endpoint is not None and endpoint.location == location


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
        new = [public for public in last.values() if key_of(public.iri) not in self._seen]
        old = [public for public in last.values() if key_of(public.iri) in self._seen]
        if new:
            body = nquads(new, self.ns)
            self._settle()
            self._sending = self._sender.submit(self.load, body)
            self._seen.update(key_of(public.iri) for public in new)
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
