"""A whole node whose index is in a cluster: commands, the served portal, an outage, and a ledger that came back from a backup."""

import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
import structlog

from chengguo import search_engine
from chengguo.home import Home, create
from chengguo.projecting import Work
from federation.ledger import Ledger
from federation.projection import Projection
from tests.chengguo.commands import run
from tests.chengguo.processes import eventually
from tests.end_to_end.node import Node, Portal, serving
from tests.federation.world import BASE, World, good
from tests.search.servers.elasticsearch import PASSWORD, Server
from tests.search.servers.gate import Gate, gate_to

SECRET = "node.password"


class NodeBehaviour:
    """Its subclass stands in the file whose tests share a server."""

    @pytest.fixture
    def gate(self, elasticsearch_server: Server) -> Iterator[Gate]:
        with gate_to(int(elasticsearch_server.cluster.urls[0].rpartition(":")[2])) as gate:
            yield gate

    @pytest.fixture
    def home(self, elasticsearch_server: Server, gate: Gate, tmp_path: Path) -> Path:
        """A home without sources, whose node finds the cluster through the gate."""
        cluster = elasticsearch_server.cluster
        search: dict[str, object] = {
            "engine": "elasticsearch",
            "urls": [f"https://127.0.0.1:{gate.port}"],
            "index": f"chengguo-{secrets.token_hex(4)}",
            "replicas": 0,
            "username": cluster.credentials.username,
            "password": f"file:{SECRET}",
            "ca_file": "authority.pem",
            "timeout": 5,
        }
        home = Home(tmp_path / "home")
        create(home, {"search": search, "site": {"base_url": BASE}})
        for file in home.sources.glob("*"):
            file.unlink()
        (home.root / SECRET).write_text(PASSWORD)
        shutil.copyfile(cluster.ca_file, home.root / "authority.pem")
        return home.root

    def test_commands_follow_and_prove(self, home: Path) -> None:
        _harvest(home, lambda world: world.harvest({str(n): good(f"成果{n}") for n in range(12)}))
        assert _output(_json("project", home=home))["seq"] == 12
        _harvest(home, lambda world: world.harvest({"0": good("改"), "1": None}, complete=False))
        assert _json("verify", home=home)["outputs"]["search"] == {"missing": 0, "extra": 0, "stale": 0}
        found = _json("status", home=home)["outputs"]["search"]
        assert (found["seq"], found["records"]) == (14, 11)

    def test_a_ledger_from_a_backup_is_the_truth(self, home: Path) -> None:
        """The cluster then holds newer states than the ledger knows, and keeps them against older ones."""
        ledger_file, saved = home / "data" / "ledger.sqlite", home / "saved.sqlite"
        with _work(home) as (ledger, work):
            World(ledger).harvest({str(n): good(f"成果{n}") for n in range(8)})
            work.do("catch-up")
        shutil.copyfile(ledger_file, saved)
        with _work(home) as (ledger, work):
            World(ledger).harvest({"2": good("后来改了"), "3": None, "9": good("后来的")}, complete=False)
            work.do("catch-up")
        shutil.copyfile(saved, ledger_file)
        with _work(home) as (ledger, work):
            World(ledger).harvest({str(n): good(f"另一件{n}") for n in range(2, 6)}, complete=False)
            assert not msgspec.json.decode(work.do("repair"))["equal"]
            assert msgspec.json.decode(work.do("verify"))["equal"]

    def test_the_portal_stays_up_while_the_cluster_is_gone(self, home: Path, gate: Gate) -> None:
        _harvest(home, lambda world: world.harvest({str(n): good(f"石墨烯{n}") for n in range(3)}))
        with serving(Node(home, BASE)) as served:
            portal = served.portal
            eventually(lambda: _titles(portal) == {"石墨烯0", "石墨烯1", "石墨烯2"}, "the records are found")
            gate.close()
            record = portal.records()[0]["iri"].removeprefix(f"{BASE}/id")
            for address in ("/", record, "/about", "/api/v1/changes"):
                assert portal.get(address).status_code == 200, address
            told = portal.get("/api/v1/search?q=石墨烯")
            assert (told.status_code, told.json()["title"]) == (503, "Search unavailable")
            assert portal.get("/search?q=石墨烯").status_code == 503
            assert str(gate.port) not in told.text
            _harvest(home, lambda world: world.harvest({"4": good("石墨烯4"), "1": None}, complete=False))
            gate.open()
            eventually(lambda: _titles(portal) == {"石墨烯0", "石墨烯2", "石墨烯4"}, "it caught up")


def _harvest(home: Path, what: Callable[[World], object]) -> None:
    """Into the ledger of a home, from a harvester in memory."""
    ledger = Ledger.open(f"sqlite:///{home / 'data' / 'ledger.sqlite'}")
    with structlog.testing.capture_logs():
        what(World(ledger))
    ledger.close()


@contextmanager
def _work(home: Path) -> Iterator[tuple[Ledger, Work]]:
    """A projector with the node's search index as its only output, in this process."""
    found = Home(home)
    ledger = Ledger.open(f"sqlite:///{home / 'data' / 'ledger.sqlite'}")
    index = search_engine.index(found, found.settings({}))
    with structlog.testing.capture_logs():
        yield ledger, Work(ledger, [cast(Projection, index)])
    index.close()
    ledger.close()


def _json(*arguments: str, home: Path, code: int = 0) -> Any:
    done = run(*arguments, "--json", "--home", home)
    assert done.returncode == code, done
    return msgspec.json.decode(done.stdout)


def _output(states: list[dict[str, Any]]) -> dict[str, Any]:
    [search] = [state for state in states if state["name"] == "search"]
    return search


def _titles(portal: Portal) -> set[str]:
    found = portal.get("/api/v1/search")
    assert found.status_code in (200, 503), found.text
    return {item["title"]["zh"] for item in found.json()["items"]} if found.status_code == 200 else set()
