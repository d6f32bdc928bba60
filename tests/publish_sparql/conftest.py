import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.server import GraphServer
from federation.graph.store import SparqlStore
from publish.assets import Assets
from publish.portal.site import make_site
from publish.sparql import routes
from tests.publish import fakes
from tests.vocab.rdf.records import NS, achievement, published

LIMITS = GraphLimits(query_seconds=1, grace_seconds=0.5, start_seconds=30, answer_bytes=2**18)


def application(store: SparqlStore, mark: Callable[[], str] | None = None) -> Starlette:
    """The endpoint alone, over this store, in the frame of a site without records."""
    site = fakes.services([], fakes.settings(base_url=NS.base))
    services = replace(site, graph=store, namespaces=NS, graph_mark=mark)
    assets = Assets()
    return Starlette(routes=[*assets.routes(), *routes(make_site(services, assets))])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    path: Path = tmp_path_factory.mktemp("home") / "graph"
    with GraphServer(path, LIMITS, interval=0.02) as server:
        store = connect(path, NS, LIMITS)
        store.put([published(achievement(f"石墨烯 {number}", str(number)), str(number)) for number in range(50)])
        store.close()
        yield server


@pytest.fixture(scope="module")
def store(server: GraphServer) -> Iterator[SparqlStore]:
    store = connect(server.directory.path, NS, LIMITS)
    yield store
    store.close()


@pytest.fixture(scope="module")
def app(store: SparqlStore) -> Starlette:
    return application(store)


@pytest.fixture(scope="module")
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app) as client:
        yield client


@pytest.fixture
def victim() -> Iterator[tuple[str, list[str]]]:
    """A server inside the network that nobody may reach through us: its address, and who connected."""
    visits: list[str] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def accept() -> None:
        while True:
            try:
                connection, address = listener.accept()
            except OSError:
                return
            visits.append(str(address))
            connection.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}/sparql", visits
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()
