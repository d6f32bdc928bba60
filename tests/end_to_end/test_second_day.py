"""The second harvest: corrections and withdrawals reach every door, and what did not change writes nothing."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from chengguo.demo.cases import CLASSIFIED, CORRECTED, VANISHED
from chengguo.demo.platforms import PLATFORMS
from tests.end_to_end.hidden import ABOUT, CLASSIFYING, SUFFIXES
from tests.end_to_end.node import Node, Portal, Served

VANISHING = ("beijing", "hubei", "sichuan")
NEW_TITLE = "（更正版）"


def local_id(platform: str, number: int) -> str:
    return next(f.local_id for f in PLATFORMS[platform]().fictions(1) if f.number == number)


@pytest.fixture(scope="module")
def corrected(second_day: Node) -> set[str]:
    return {second_day.iri(name, local_id(name, CORRECTED)) for name in PLATFORMS}


@pytest.fixture(scope="module")
def gone(second_day: Node) -> set[str]:
    vanished = {second_day.iri(name, local_id(name, VANISHED)) for name in VANISHING}
    return vanished | {second_day.iri(name, local_id(name, CLASSIFIED)) for name in CLASSIFYING}


@pytest.fixture(scope="module")
def events(first_day: Node, second_served: Served) -> list[dict[str, Any]]:
    """What the change feed says of the second day."""
    return second_served.portal.changes(first_day.json("status")["seq"])


def test_the_feed_holds_exactly_what_happened(
    events: list[dict[str, Any]], corrected: set[str], gone: set[str]
) -> None:
    told = sorted((event["event"], event["iri"], event["version"]) for event in events)
    assert told == sorted([*(("changed", iri, 2) for iri in corrected), *(("withdrawn", iri, 1) for iri in gone)])


def test_the_feed_goes_on_where_it_stood(first_served: Served, second_served: Served) -> None:
    first, second = first_served.portal.changes(), second_served.portal.changes()
    assert second[: len(first)] == first
    assert [change["seq"] for change in second] == list(range(1, len(second) + 1))


def rows(node: Node, query: str) -> Any:
    connection = sqlite3.connect(f"file:{node.home}/data/ledger.sqlite?mode=ro", uri=True)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_what_did_not_change_wrote_nothing(
    first_day: Node, second_day: Node, corrected: set[str], gone: set[str]
) -> None:
    query = "select iri, version, seq, at, first, digest, record, lineage from published order by iri"
    touched = corrected | gone
    before = [row for row in rows(first_day, query) if row[0] not in touched]
    after = [row for row in rows(second_day, query) if row[0] not in touched]
    assert before == after
    assert len(before) > 3000
    versions = "select iri, version, seq, at, digest from version order by iri, version"
    of_others = [[row for row in rows(node, versions) if row[0] not in touched] for node in (first_day, second_day)]
    assert of_others[0] == of_others[1]
    assert {row[1] for row in rows(second_day, versions) if row[0] in corrected} == {1, 2}


def test_the_second_pass_of_the_day_only_withdraws_what_was_absent_twice(second_day: Node) -> None:
    for name, source in second_day.json("status")["sources"].items():
        counts = source["last_run"]["counts"]
        assert (counts["published"], counts["changed"]) == (0, 0)
        assert counts["withdrawn"] == (1 if name == "beijing" else 0)  # the only one that does not say what it deleted
        told_deleted = 1 if name in ("hubei", "sichuan") else 0  # seen once more, as a deletion
        assert counts["unchanged"] + told_deleted == counts["seen"]


def forms(portal: Portal, iri: str) -> Iterator[tuple[str, str]]:
    yield "page", portal.get(iri.replace("/id/", "/"), accept="text/html", lang="zh").text
    yield "api", portal.get(f"/api/v1/records/{iri.partition('/id/')[2]}").text
    for suffix in SUFFIXES:
        yield suffix, portal.get(f"{iri}.{suffix}").content.decode()


def test_a_correction_is_seen_everywhere(second_served: Served, corrected: set[str]) -> None:
    portal = second_served.portal
    for iri in corrected:
        record = portal.json(f"/api/v1/records/{iri.partition('/id/')[2]}")
        assert record["version"] == 2
        title = record["record"]["title"]["zh"]
        assert title.endswith(NEW_TITLE)
        for door, text in forms(portal, iri):
            assert NEW_TITLE in text or NEW_TITLE.encode("ascii", "backslashreplace").decode() in text, door
        hits = portal.search(q=f'"{title}"')["items"]
        assert [(h["iri"], h["version"]) for h in hits] == [(iri, 2)]
        asked = f"SELECT ?t WHERE {{ GRAPH <{iri}> {{ <{iri}> <http://purl.org/dc/terms/title> ?t }} }}"
        texts = {row["t"] for row in portal.select(asked)}
        assert title in texts
        assert title.removesuffix(NEW_TITLE) not in texts


def test_what_is_gone_leaves_a_tombstone_without_content(
    first_served: Served, second_served: Served, gone: set[str]
) -> None:
    for iri in gone:
        path = f"/api/v1/records/{iri.partition('/id/')[2]}"
        before = first_served.portal.json(path)["record"]
        content = (before["title"]["zh"], before["abstract"]["zh"][:40], before["firstOrg"]["name"])
        endings = (*(f".{suffix}" for suffix in SUFFIXES), *ABOUT)
        for address in (iri, iri.replace("/id/", "/"), path, *(iri + ending for ending in endings)):
            for accept in ("text/html", "application/json", "text/turtle"):
                answer = second_served.portal.get(address, accept=accept)
                assert answer.status_code == 410, (address, accept)
                assert not [text for text in content if text in answer.text], (address, accept)


def test_what_is_gone_is_in_no_list(second_day: Node, second_served: Served, gone: set[str]) -> None:
    portal, status = second_served.portal, second_day.json("status")
    records = portal.records()
    assert not gone & {item["iri"] for item in records}
    hits = [item["iri"] for page in portal.pages("/api/v1/search", size="100") for item in page["items"]]
    assert sorted(hits) == sorted(item["iri"] for item in records)
    facets = portal.search()["facets"]
    assert {f["value"]: f["count"] for f in facets["kind"]} == status["published"]
    values = " ".join(f"<{iri}>" for iri in gone)
    left = f"SELECT ?s ?o WHERE {{ VALUES ?s {{ {values} }} {{ ?s ?p ?o }} UNION {{ GRAPH ?s {{ ?x ?p ?o }} }} }}"
    assert portal.select(left) == []
    assert second_day.json("verify")["equal"] is True


def test_the_runs_say_why(second_day: Node) -> None:
    sources = second_day.json("status")["sources"]
    for name in CLASSIFYING:
        assert sources[name]["refused"]["secret-level-marked"] >= 1
