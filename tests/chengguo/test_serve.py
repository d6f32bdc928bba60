"""The served node: one per home, whole again after any death, and nothing left behind however it ends."""

import signal
import socket
from pathlib import Path

import pytest
import requests

from chengguo.home import Home, create
from tests.chengguo.commands import refused, run
from tests.chengguo.nodes import children, free_port, served
from tests.chengguo.processes import alive, descendants, eventually


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    create(Home(folder))
    for file in folder.glob("sources/*"):
        file.unlink()
    return folder


def answers(port: int, path: str = "/readyz") -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}{path}", timeout=5).status_code == 200
    except requests.RequestException:
        return False


def test_a_node_from_start_to_end(home: Path) -> None:
    port = free_port()
    with served(home, port) as (process, said):
        assert f"http://localhost:{port}/" in said[-1]
        assert answers(port)

        told = refused("serve", "--port", str(free_port()), "--home", home)
        assert f"process {process.pid}" in told
        assert f"http://localhost:{port}/" in told

        assert run("project", "--home", home).returncode == 0  # done by the projector that runs
        assert run("verify", "--home", home).returncode == 0
        assert run("project", "--rebuild", "search", "--home", home).returncode == 0

        for mark in ("chengguo.web", "chengguo project", "oxigraph serve", "chengguo.graph_owner"):
            victims = eventually(lambda m=mark: children(process, m), mark)  # type: ignore[misc]
            victims[0].kill()
            gone = {victim.pid for victim in victims[:1]}
            eventually(lambda m=mark, g=gone: [p for p in children(process, m) if p.pid not in g], f"{mark} again")  # type: ignore[misc]
        eventually(lambda: answers(port), "a ready node")
        eventually(lambda: children(process, "oxigraph serve"), "the store of the new owner")

        pids = [child.pid for child in descendants(process.pid)]
        assert len(pids) >= 5
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
        assert process.returncode == 0
        eventually(lambda: not any(alive(pid) for pid in pids), "every child to end")


def test_a_killed_node_leaves_nothing_and_starts_again(home: Path) -> None:
    port = free_port()
    for _ in range(2):
        with served(home, port) as (process, _said):
            pids = [child.pid for child in descendants(process.pid)]
            process.kill()
            eventually(lambda pids=pids: not any(alive(pid) for pid in pids), "every child to end")  # type: ignore[misc]


def test_a_port_in_use_is_named(home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        told = refused("serve", "--port", str(port), "--home", home)
    assert f"port {port} of 127.0.0.1 is in use" in told
    assert "--port" in told
