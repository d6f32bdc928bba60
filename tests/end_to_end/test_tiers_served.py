"""City, province and nation, three homes and three served nodes: what goes below is gone above, whoever dies meanwhile."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from chengguo.home import Home, create
from tests.chengguo.nodes import free_port
from tests.chengguo.processes import eventually
from tests.end_to_end.doors import DOORS, shown
from tests.end_to_end.killing import killed
from tests.end_to_end.node import Node, Portal, serving
from tests.end_to_end.test_bad_input import JSONL, MAPPING, MEGABYTE, SOURCE, line
from tests.harvesters.servers.web import Asked, Reply, Server
from tests.harvesters.servers.web import serving as web

COUNT = 300  # several pages of an upstream's records
NAME = "a-good-one"
TIERS = ("city", "province", "nation")
PROV = "http://www.w3.org/ns/prov#"
BELOW = """
id = "below"
title = {{ zh = "下级平台" }}
protocol = "node"
url = "http://127.0.0.1:{port}"
region = "110000"
publisher = {{ zh = "某厅" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["node-achievement"]
[options]
size = 20
[limits]
allow_private = true
retries = 1
backoff = 0.01
[disclosure]
mode = "blanket"
public_funding = "declared"
declaration = {{ by = "某厅", date = "2026-01-05", basis = "主动公开" }}
"""


class City:
    """What the city's only source lists: all records but those that are `absent`, some `renamed`."""

    def __init__(self) -> None:
        self.absent: set[int] = set()
        self.renamed: dict[int, str] = {}

    def answer(self, asked: Asked) -> Reply:
        rows = (line(n, 名称=self.renamed.get(n, title(n))) for n in range(COUNT) if n not in self.absent)
        return Reply(b"".join(rows), media_type="application/x-ndjson")


def title(number: int) -> str:
    return f"某种装置{number}号"


class Tier:
    """A home and where its node is served."""

    def __init__(self, node: Node, port: int) -> None:
        self.node, self.port = node, port
        self.portal = Portal(port, node.base)

    def records(self) -> dict[str, str]:
        """Title -> IRI of what is public here."""
        return {record["record"]["title"]["zh"]: record["iri"] for record in self.portal.records()}


@pytest.fixture
def city() -> City:
    return City()


@pytest.fixture
def tiers(city: City, tmp_path: Path) -> Iterator[tuple[Tier, Tier, Tier]]:
    with web(city.answer) as server, ExitStack() as stack:
        made = [Tier(_home(tmp_path / name, server, None), free_port()) for name in TIERS[:1]]
        for name in TIERS[1:]:
            made.append(Tier(_home(tmp_path / name, server, made[-1].port), free_port()))
        for each in made:
            stack.callback(each.portal.close)
        lowest, middle, highest = made
        yield lowest, middle, highest


def _home(folder: Path, server: Server, below: int | None) -> Node:
    base = f"https://{folder.name}.example"
    create(Home(folder), {"site": {"base_url": base}})
    for file in folder.glob("sources/*"):
        file.unlink()
    if below is None:
        (folder / "mappings" / "plain.toml").write_text(MAPPING, "utf-8")
        address = f"{server.url}/{NAME}"
        text = SOURCE.format(id=NAME, protocol="file", url=address, options=JSONL, max_bytes=MEGABYTE)
        (folder / "sources" / f"{NAME}.toml").write_text(text, "utf-8")
    else:
        (folder / "sources" / "below.toml").write_text(BELOW.format(port=below), "utf-8")
    return Node(folder, base)


@pytest.mark.timeout(900)  # thirty processes, one after the other
def test_what_goes_below_is_gone_above_whoever_dies_meanwhile(city: City, tiers: tuple[Tier, Tier, Tier]) -> None:
    lowest, middle, highest = tiers
    lowest.node.run("harvest", NAME)
    with serving(lowest.node, lowest.port), serving(highest.node, highest.port):
        with serving(middle.node, middle.port):
            middle.node.run("harvest", "below")
            highest.node.run("harvest", "below")
        first = highest.records()
        assert first.keys() == set(map(title, range(COUNT)))
        something_happens(city, lowest)
        highest.node.run("harvest", "below", code=1)  # the province is down, and nobody there to say what is gone
        assert highest.records() == first
        for seconds in (0.6, 1.2):
            killed(middle.node, ("harvest", "below"), seconds)
        with serving(middle.node, middle.port):
            middle.node.run("harvest", "below")
            killed(highest.node, ("harvest", "below"), 1.0)
            highest.node.run("harvest", "below")
            for each in tiers:
                assert each.records().keys() == first.keys() - set(map(title, (3, 4, 5))) | {"更正过的装置"}, (
                    each.node.base
                )
                assert each.node.json("verify")["equal"] is True
                stream = "".join(each.portal.get(f"/feed/records/page/{number}.nq").text for number in range(2))
                assert title(6) in stream
                assert not [number for number in (3, 4, 5) if title(number) in stream]
            for number in (3, 4):
                answer = highest.portal.get(first[title(number)], accept="application/json")
                assert (answer.status_code, title(number) in answer.text) == (410, False)
                assert title(number) not in str(highest.portal.search(q=title(number)))
            assert_way_is_told(tiers)


def something_happens(city: City, tier: Tier) -> None:
    """The source withdraws one record and corrects another, a person takes a third one down."""
    city.absent, city.renamed = {3}, {5: "更正过的装置"}
    for _ in range(2):  # absence has to be seen twice
        tier.node.run("harvest", NAME, "--full")
    tier.node.run("dump")
    iri = tier.records()[title(4)]
    eventually(lambda: shown(tier.portal, iri, title(4)) == set(DOORS), "the record behind every door")
    page = f"{tier.node.base}/achievement/{iri.rpartition('/')[2]}"
    (told,) = tier.node.json("takedown", page, "--reason", "来源撤下", "--officer", "李四", "--yes")
    assert told["iri"] == iri
    since = time.monotonic()
    eventually(lambda: not shown(tier.portal, iri, title(4)), "a record that is gone from every door")
    print(f"gone everywhere {time.monotonic() - since:.1f} s after the command")
    stone = tier.portal.get("/oai", verb="GetRecord", metadataPrefix="oai_dc", identifier=iri).text
    assert '<header status="deleted">' in stone
    assert {"event": "withdrawn", "iri": iri}.items() <= tier.portal.changes()[-1].items()


def assert_way_is_told(tiers: tuple[Tier, Tier, Tier]) -> None:
    """The nation's record names the province's and the city's, and whose they are."""
    city, province, nation = (each.records()[title(7)] for each in tiers)
    told = tiers[2].portal.get(f"{nation}.nt").text
    for above, below in ((nation, province), (province, city)):
        assert f"<{above}> <{PROV}wasDerivedFrom> <{below}>" in told
    for iri, each in ((province, tiers[1]), (city, tiers[0])):
        assert f"<{iri}> <{PROV}wasAttributedTo> <{each.node.base}>" in told
