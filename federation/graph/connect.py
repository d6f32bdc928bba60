"""Connecting to the graph of a home: the store that a running process serves, else one of our own for as long as we need it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import urllib3

from federation.graph.address import DirectoryAddress
from federation.graph.base import GraphUnavailable
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.graph.oxigraph_process import ASK
from federation.graph.server import GraphDirectory, GraphServer
from vocab.namespaces import Namespaces


@contextmanager
def connect_or_start(path: Path, ns: Namespaces, limits: GraphLimits | None = None) -> Iterator[OxigraphStore]:
    """The store of the graph directory `path`. Raises GraphUnavailable when its owner does not come up in time."""
    server = GraphServer(path, limits)
    started = _start(server)
    store = connect(path, ns, limits)
    try:
        yield store
    finally:
        store.close()
        if started:
            server.stop()


def connect(path: Path, ns: Namespaces, limits: GraphLimits | None = None) -> OxigraphStore:
    """The store of the graph directory, wherever its owner serves it now; asks nothing yet."""
    directory = GraphDirectory(path)
    return OxigraphStore(DirectoryAddress(directory), ns, limits, directory)


def _start(server: GraphServer) -> bool:
    """Own the directory, or wait for the process that does."""
    deadline = time.monotonic() + server.limits.start_seconds
    while time.monotonic() < deadline:
        if server.start_if_free():
            return True
        if _answers(server.directory):
            return False
        time.sleep(0.05)
    raise GraphUnavailable(f"the owner of {server.directory.path} does not serve the graph")


def _answers(directory: GraphDirectory) -> bool:
    endpoint = directory.endpoint()
    if endpoint is None:
        return False
    try:
        return urllib3.request("GET", f"{endpoint.url}/query?query={ASK}", timeout=2, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False
