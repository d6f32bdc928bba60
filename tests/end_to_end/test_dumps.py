"""Dumps as their users meet them: `serve` and `dump` in processes of their own, killed, stopped and overtaken by take-downs."""

import json
import random
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chengguo.home import Home, create
from federation.ledger import Ledger
from publish.dumps.shelf import NEW, Shelf
from tests.chengguo.commands import COMMAND, environment
from tests.chengguo.processes import eventually
from tests.dumps.reading import json_lines, proved
from tests.end_to_end.conftest import copied
from tests.end_to_end.node import Node, serving
from tests.federation.world import BASE, World, good

RECORDS = 300
LENGTH = 20_000  # characters that hardly compress: no buffer between server and client holds the whole file
HANGUL = range(0xAC00, 0xD7A4)  # where no word stands that the gate looks for
FILE = "records.jsonl.zst"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A home with many records and one dump of them."""
    folder = tmp_path_factory.mktemp("dumps") / "home"
    create(Home(folder), {"site": {"base_url": BASE}, "dumps": {"formats": ["jsonl"], "schedule": ""}})
    for file in folder.glob("sources/*"):
        file.unlink()
    moments = random.Random(1)
    ledger = Ledger.open(f"sqlite:///{folder}/data/ledger.sqlite")
    texts = {str(n): "".join(map(chr, moments.choices(HANGUL, k=LENGTH))) for n in range(RECORDS)}
    World(ledger).harvest({n: good(f"成果{n}号", 简介=text) for n, text in texts.items()})
    ledger.close()
    node = Node(folder, BASE)
    assert node.json("dump")["records"] == RECORDS
    return node


@pytest.fixture
def node(filled: Node, tmp_path: Path) -> Node:
    return copied(filled, tmp_path / "home")


@pytest.fixture
def world(node: Node) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{node.home}/data/ledger.sqlite")
    yield World(ledger)
    ledger.close()


def shelf(node: Node) -> Shelf:
    return Shelf(node.home / "data" / "dumps")


def take_down(world: World, key: str) -> None:
    assert world.ledger.desk.take_down(world.iri(key), "cl22/2", officer="李四")


def iris(folder: Path) -> set[str]:
    return {line["iri"] for line in json_lines(folder)}


def dumping(node: Node) -> "subprocess.Popen[str]":
    """`chengguo dump`, met while it writes."""
    command = [*COMMAND, "dump", "--home", str(node.home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment())
    eventually(lambda: process.poll() is not None or list(shelf(node).folder.glob(f"{NEW}*/*")), "a dump begun")
    return process


class Slow:
    """A client that has asked for a file and reads it when it is told to."""

    def __init__(self, port: int, path: str) -> None:
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        self.head, _, self.body = self._socket.recv(4096).partition(b"\r\n\r\n")

    def rest(self) -> bytes:
        self._socket.settimeout(60)
        try:
            while block := self._socket.recv(2**20):
                self.body += block
        except ConnectionError:  # cut
            pass
        finally:
            self._socket.close()
        return self.body


def test_a_take_down_closes_what_is_offered_and_sent_and_another_dump_takes_its_place(node: Node, world: World) -> None:
    (old,) = shelf(node).dumps()
    place, size = f"/dumps/{old.name}/{FILE}", (old.folder / FILE).stat().st_size
    with serving(node) as served:
        assert served.portal.get(f"/dumps/latest/{FILE}").headers["location"] == f"{BASE}{place}"
        assert len(served.portal.get(place).content) == size
        keeper = served.children("chengguo dump", "--follow")[0]
        keeper.send_signal(signal.SIGSTOP)  # nobody tidies up: the door alone must hold
        slow = Slow(served.portal.port, place)
        assert slow.head.startswith(b"HTTP/1.1 200")
        time.sleep(1.5)
        take_down(world, "7")
        assert served.portal.get(place).status_code == 410
        assert served.portal.get(f"/dumps/latest/{FILE}").status_code == 503
        assert served.portal.json("/dumps/index.json") == {"state": "writing", "dumps": []}
        assert (old.folder / FILE).exists()
        assert len(slow.rest()) < size
        keeper.kill()  # and its successor does what it left
        led = eventually(lambda: served.portal.get(f"/dumps/latest/{FILE}").headers.get("location"), "another dump")
        (new,) = shelf(node).dumps()
        assert led == f"{BASE}/dumps/{new.name}/{FILE}"
        assert iris(new.folder) == {world.iri(str(n)) for n in range(RECORDS) if n != 7}
        assert proved(new.folder)
        assert {path.name for path in shelf(node).folder.iterdir()} == {new.name}
        assert served.portal.get(place).status_code == 410
        assert served.interrupt() == 0
        assert "Traceback" not in served.said


def test_a_take_down_while_a_dump_is_written_is_not_in_it(node: Node, world: World) -> None:
    process = dumping(node)
    process.send_signal(signal.SIGSTOP)
    take_down(world, "3")
    process.send_signal(signal.SIGCONT)
    said = process.communicate(timeout=120)[1]
    assert process.returncode == 0, said
    (kept,) = shelf(node).dumps()
    assert iris(kept.folder) == {world.iri(str(n)) for n in range(RECORDS) if n != 3}


def test_a_dump_that_is_killed_leaves_the_earlier_one_and_is_written_again(node: Node, world: World) -> None:
    (old,) = shelf(node).dumps()
    world.harvest({"new": good("新成果")}, complete=False)
    moments = random.Random(2)
    for _ in range(5):
        process = dumping(node)
        time.sleep(moments.uniform(0, 0.5))
        process.kill()
        process.communicate()
        assert shelf(node).dumps()[-1] == old
        assert all(proved(kept.folder) for kept in shelf(node).dumps())
    assert node.json("dump")["records"] == RECORDS + 1
    assert [kept.dump.records for kept in shelf(node).dumps()] == [RECORDS + 1, RECORDS]
    assert not list(shelf(node).folder.glob(f"{NEW}*"))


def test_what_was_missed_at_night_is_written_when_the_node_is_served(node: Node, world: World) -> None:
    world.harvest({"new": good("新成果")}, complete=False)
    text = (node.home / "chengguo.toml").read_text("utf-8")
    (node.home / "chengguo.toml").write_text(text.replace('schedule = ""', 'schedule = "30 3 * * *"'), "utf-8")
    (node.home / "data/run/dumps.json").write_bytes(json.dumps("2026-01-01T00:00:00Z").encode())
    with serving(node) as served:
        eventually(lambda: len(shelf(node).dumps()) == 2, "the dump of last night")
        listed = served.portal.json("/dumps/index.json")["dumps"]
        assert [dump["records"] for dump in listed] == [RECORDS + 1, RECORDS]
        assert "chengguo dump" not in served.portal.get("/dumps/", accept="text/html").text
        assert served.interrupt() == 0
