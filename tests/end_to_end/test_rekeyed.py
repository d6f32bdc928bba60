"""A province changes all its keys: a person lets the records keep their addresses, and every output says the same."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.node import Node, serving
from tests.end_to_end.test_bad_input import furnished, line
from tests.harvesters.servers.web import Asked, Reply, Server
from tests.harvesters.servers.web import serving as web

COUNT = 60
NAME = "a-good-one"


class Province:
    """Its listing: records that stay the same under keys that do not."""

    prefix = "n"

    def answer(self, asked: Asked) -> Reply:
        rows = (line(n, 编号=f"{self.prefix}{n}") for n in range(COUNT))
        return Reply(b"".join(rows), media_type="application/x-ndjson")


@pytest.fixture
def province() -> Province:
    return Province()


@pytest.fixture
def server(province: Province) -> Iterator[Server]:
    with web(province.answer) as running:
        yield running


def test_a_province_changes_its_keys(province: Province, server: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", server, NAME)
    node.json("harvest", NAME)
    kept = {node.iri(NAME, f"n{n}") for n in range(COUNT)}
    province.prefix = "m"
    run = held(node)
    assert node.json("status")["published"] == {"achievement": 2 * COUNT}  # twice, until somebody decides
    told = node.json("run", "show", run)
    assert (told["held"]["moves"], len(told["held"]["rekeyed"])) == (COUNT, 20)
    assert f"chengguo harvest --accept {run} --rekey" in node.run("run", "show", run)
    (outcome,) = node.json("harvest", "--accept", run, "--rekey")
    assert outcome["run"]["counts"] == {**outcome["run"]["counts"], "changed": COUNT, "withdrawn": COUNT}
    assert node.json("verify") == {**node.json("verify"), "equal": True}
    with serving(node) as served:
        portal = served.portal
        assert portal.search()["total"] == COUNT
        assert {item["iri"] for item in portal.records()} == kept
        achievement = f"<{node.namespaces.expand('sta:Achievement')}>"
        rows = portal.select(f"SELECT DISTINCT ?s WHERE {{ GRAPH ?s {{ ?s a {achievement} }} }}")
        assert {row["s"] for row in rows} == kept
        events = [change["event"] for change in portal.changes()[-2 * COUNT :]]
        assert sorted(events) == ["changed"] * COUNT + ["withdrawn"] * COUNT
        old, new = node.iri(NAME, "m7"), node.iri(NAME, "n7")
        for path in ("/id", "", "/api/v1/records"):
            asked, leads = (iri.replace(f"{node.base}/id", path) for iri in (old, new))
            answer = portal.get(asked, accept="text/html")
            assert (answer.status_code, answer.headers["location"]) == (301, node.base + leads)
        page = portal.get(new.replace("/id/", "/"), accept="text/html")
        assert (page.status_code, "某种装置7" in page.text) == (200, True)
    assert node.json("harvest", NAME, "--full")[0]["run"]["counts"]["unchanged"] == COUNT


def held(node: Node) -> str:
    """The run that waits."""
    (outcome,) = node.json("harvest", NAME, "--full", code=1)
    assert outcome["run"]["status"] == "held"
    assert "--rekey" in outcome["run"]["message"]
    return str(outcome["run"]["id"])


def test_the_word_without_a_run_is_refused(server: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", server, NAME)
    node.run("harvest", NAME, "--rekey", code=2)
    assert "--rekey goes with --accept RUN" in node.said
