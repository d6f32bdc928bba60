from collections.abc import Iterator
from pathlib import Path

import pytest

from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.graph.server import GraphServer
from tests.vocab.rdf.records import NS

LIMITS = GraphLimits(query_seconds=1, grace_seconds=0.5, start_seconds=30, answer_bytes=2 * 2**20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GraphServer]:
    with GraphServer(tmp_path / "graph", LIMITS, interval=0.02) as server:
        yield server


@pytest.fixture
def store(server: GraphServer) -> Iterator[OxigraphStore]:
    store = connect(server.directory.path, NS, LIMITS)
    yield store
    store.close()
