"""Real listings, harvested by the program as it is shipped: what is published is counted the same at every door."""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import zstandard

from chengguo.home import Home, create
from tests.end_to_end.node import Node, Served, serving
from tests.real.listings import chinaxiv, data_gov, nssfc
from tests.real.serving import Listings, furnish, listings
from vocab.kinds import KINDS

pytestmark = pytest.mark.shared
EVERY = 10
KEY = ("项目名称", "立项时间", "项目负责人")


class Harvested:
    """A node after one harvest of the listings."""

    def __init__(self, node: Node, listings: Listings, outcomes: list[Any]) -> None:
        self.node = node
        self.listings = listings
        self.outcomes = {outcome["source"]: outcome["run"] for outcome in outcomes}
        self.status = node.json("status")


@pytest.fixture(scope="module")
def harvested(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Harvested]:
    home = tmp_path_factory.mktemp("real") / "home"
    create(Home(home))
    with listings(shared, EVERY) as found:
        furnish(home, found.urls)
        node = Node(home, "http://localhost:8080")
        node.run("source", "check")
        outcomes = node.json("harvest", "--all")
        node.run("project")
        yield Harvested(node, found, outcomes)


@pytest.fixture(scope="module")
def served(harvested: Harvested) -> Iterator[Served]:
    with serving(harvested.node) as running:
        yield running


def rows(shared: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(nssfc(shared, EVERY).decode("gb18030"))))


def test_nearly_every_record_is_published(harvested: Harvested, shared: Path) -> None:
    """The rest has a reason: a paper without title, a row without organisation."""
    sources = harvested.status["sources"]
    papers, datasets = chinaxiv(shared, EVERY), data_gov(shared, EVERY)
    assert sources["data-gov"]["published"] == len(datasets)
    assert sources["chinaxiv"]["published"] >= 0.99 * len(papers)
    projects = {tuple(row[name] for name in KEY) for row in rows(shared) if all(row[name] for name in KEY)}
    counts = harvested.outcomes["nssfc"]["counts"]
    assert counts["seen"] + counts["unreadable"] == len(projects) + sum(
        not all(row[name] for name in KEY) for row in rows(shared)
    )
    assert sources["nssfc"]["published"] >= 0.99 * len(projects)
    for name, numbers in sources.items():
        assert harvested.outcomes[name]["status"] == "done"
        assert numbers.get("failed", 0) == 0
        assert numbers.get("rejected", 0) <= 0.01 * numbers["published"]
        assert not numbers.get("refused")


def test_every_door_counts_the_same(harvested: Harvested, served: Served, tmp_path: Path) -> None:
    published, portal = harvested.status["published"], served.portal
    assert published["achievement"] > 1900
    assert published["project"] > 2900
    found = portal.search()
    assert {f["value"]: f["count"] for f in found["facets"]["kind"]} == published
    assert found["total"] == sum(published.values())
    assert Counter(item["kind"] for item in portal.records()) == published
    for kind, count in published.items():
        name = harvested.node.namespaces.expand(KINDS[kind].rdf_class)
        asked = f"SELECT (COUNT(?s) AS ?n) WHERE {{ GRAPH ?s {{ ?s a <{name}> }} }}"
        assert [row["n"] for row in portal.select(asked)] == [str(count)]
    harvested.node.run("dump", tmp_path)
    body = zstandard.ZstdDecompressor().stream_reader((tmp_path / "records.jsonl.zst").read_bytes()).read()
    assert Counter(json.loads(line)["kind"] for line in body.splitlines()) == published
    assert harvested.node.json("verify")["equal"] is True


def test_real_titles_are_found(harvested: Harvested, served: Served) -> None:
    portal, sources = served.portal, Counter[str]()
    for item in portal.records()[::400]:
        title = item["record"]["title"]
        text = (title.get("zh") or title["en"]).replace('"', " ")
        hits = portal.search(q=text[:60], size="20")["items"]
        assert item["iri"] in {hit["iri"] for hit in hits} or sum(h["title"] == title for h in hits) > 1, text
        assert portal.get(item["iri"].replace("/id/", "/"), accept="text/html").status_code == 200
        assert portal.get(f"{item['iri']}.ttl").status_code == 200
        sources[item["source"]] += 1
    assert set(sources) == {"chinaxiv", "data-gov", "nssfc"}


def test_english_records_are_found_in_english(served: Served) -> None:
    found = served.portal.search(source="data-gov", q="water", size="20")
    assert found["total"] > 5
    assert all(item["title"]["en"] and not item["title"]["zh"] for item in found["items"])


def test_a_second_harvest_changes_nothing(harvested: Harvested) -> None:
    before = harvested.node.json("status")["seq"]
    harvested.node.run("harvest", "--all", "--full")
    assert harvested.node.json("status")["seq"] == before


def test_what_the_repository_deletes_is_gone_everywhere(harvested: Harvested, served: Served) -> None:
    repository, node, portal = harvested.listings.repository, harvested.node, served.portal
    public = {item["record"]["sourceRecordId"][0] for item in portal.records() if item["source"] == "chinaxiv"}
    chosen = [record.identifier for record in repository.records if record.identifier in public][::100]
    assert len(chosen) > 3
    before = node.json("status")["seq"]
    repository.records = [
        replace(record, deleted=True, datestamp="2099-01-01T00:00:00Z") if record.identifier in chosen else record
        for record in repository.records
    ]
    node.run("harvest", "chinaxiv")
    node.run("project")
    gone = [node.iri("chinaxiv", identifier) for identifier in chosen]
    events = portal.changes(before)
    assert sorted((event["event"], event["iri"]) for event in events) == sorted(("withdrawn", iri) for iri in gone)
    for iri in gone:
        assert portal.get(iri).status_code == 410
        assert portal.select(f"SELECT ?p WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} LIMIT 1") == []
    hits = [
        item["iri"] for page in portal.pages("/api/v1/search", size="100", source="chinaxiv") for item in page["items"]
    ]
    assert not set(gone) & set(hits)
    assert node.json("verify")["equal"] is True
