import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from federation.graph.base import GraphUnavailable
from federation.graph.connect import connect, connect_or_start
from federation.graph.oxigraph_process import STARTED_BY, executable
from federation.graph.server import GraphDirectory, GraphServer
from tests.federation_graph.asking import record
from tests.federation_graph.conftest import LIMITS
from tests.vocab.rdf.records import NS

OWNER = """
import sys, time
from pathlib import Path
from federation.graph.server import GraphServer
with GraphServer(Path(sys.argv[1])) as server:
    print(server.child.pid, flush=True)
    time.sleep(60)
"""


def test_a_directory_has_one_owner(server: GraphServer) -> None:
    other = GraphServer(server.directory.path, LIMITS)
    with pytest.raises(GraphUnavailable, match="another process serves"):
        other.start()
    assert server.child.answers()


def test_a_command_uses_the_store_that_is_served(server: GraphServer) -> None:
    pid = server.child.pid
    with connect_or_start(server.directory.path, NS, LIMITS) as store:
        store.put([record(1)])
        assert dict(store.contents()) == {record(1).iri: 1}
    assert server.child.pid == pid
    assert server.child.answers()


def test_a_command_alone_starts_its_own_and_leaves_nothing_running(tmp_path: Path) -> None:
    with connect_or_start(tmp_path / "graph", NS, LIMITS) as store:
        store.put([record(1)])
        endpoint = GraphDirectory(tmp_path / "graph").endpoint()
    assert endpoint is not None
    assert not psutil.pid_exists(endpoint.pid)
    with connect_or_start(tmp_path / "graph", NS, LIMITS) as store:
        assert dict(store.contents()) == {record(1).iri: 1}
        twin = store.fresh()
        twin.put([record(2)])
        store.swap(twin)
    with connect_or_start(tmp_path / "graph", NS, LIMITS) as store:
        assert dict(store.contents()) == {record(2).iri: 1}


def gone(pid: int) -> bool:
    """Whether the process has ended (the one that nobody waits for stays as a zombie)."""
    deadline = time.monotonic() + 10
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels do not end a child with its parent")
def test_the_child_ends_with_its_killed_owner(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    owner = subprocess.Popen([sys.executable, "-c", OWNER, str(path)], stdout=subprocess.PIPE, text=True)
    assert owner.stdout
    child = int(owner.stdout.readline())
    owner.kill()
    owner.wait()
    owner.stdout.close()
    assert gone(child)


def test_a_child_left_behind_is_ended_by_the_next_owner(tmp_path: Path) -> None:
    path = tmp_path / "graph"
    path.mkdir()
    command = [executable(), "serve", "--location", str(path / "store-left"), "--bind", "127.0.0.1:0"]
    nobody = {**os.environ, STARTED_BY: "1"}  # its starter is not its parent any more
    left = subprocess.Popen(command, env=nobody, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with GraphServer(path, LIMITS) as server:
        assert gone(left.pid)
        assert server.child.answers()
    left.wait()


def test_without_an_owner_the_store_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(GraphUnavailable, match="nobody serves"):
        connect(tmp_path, NS).query("ASK {}", "*/*")


@pytest.mark.parametrize("content", ["", "../elsewhere", "store-../x", "\u6587"])
def test_a_pointer_that_is_no_location_is_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / "current").write_text(content, encoding="utf-8")
    name = GraphDirectory(tmp_path).location()
    assert name.startswith("store-")
    assert name == GraphDirectory(tmp_path).location()
