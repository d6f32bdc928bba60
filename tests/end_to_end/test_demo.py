"""The main job: one command harvests the fictional provinces, and every door shows the same records."""

import gzip
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import jsonschema_rs
import pyoxigraph
import pyshacl
import pytest
import zstandard
from rdflib import Graph

from tests.end_to_end.conftest import copied
from tests.end_to_end.node import Node, Served, serving
from vocab.kinds import KINDS
from vocab.standard.versions import current

SHAPED = 12  # records of each kind whose graph is held against the shapes
RDF_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


@pytest.fixture(scope="module")
def status(first_day: Node) -> Any:
    return first_day.json("status")


def test_status_has_the_agreed_shape(status: Any) -> None:
    assert set(status["published"]) == {"achievement", "demand", "organisation"}
    assert all(isinstance(count, int) and count > 0 for count in status["published"].values())
    assert status["refused"] > 0
    assert status["held"] > 0
    records, matching = sum(status["published"].values()), status["matching"]
    assert (matching["clusters"], matching["merged"], matching["behind"]) == (1, 1, 0)
    # A first harvest: one change per record, and one more for each of the two that are one achievement.
    assert status["seq"] == matching["seq"] == records + 2
    assert status["outputs"] == {name: {"seq": status["seq"], "records": records} for name in ("search", "graph")}
    assert set(status["sources"]) == {"beijing", "beijing-units", "guangdong", "hubei", "shanghai", "sichuan"}
    assert sum(source["published"] for source in status["sources"].values()) == records


def test_every_door_counts_the_same(first_day: Node, first_served: Served, status: Any) -> None:
    portal, published = first_served.portal, status["published"]
    total = sum(published.values())

    found = portal.search()
    assert found["total"] == total
    assert {f["value"]: f["count"] for f in found["facets"]["kind"]} == published
    sources = {name: numbers["published"] for name, numbers in status["sources"].items() if numbers["published"]}
    assert {f["value"]: f["count"] for f in found["facets"]["source"]} == sources
    for kind, count in published.items():
        assert portal.search(kind=kind)["total"] == count

    records = portal.records()
    assert Counter(item["kind"] for item in records) == published
    assert len({item["iri"] for item in records}) == total
    assert [item["seq"] for item in records] == sorted(item["seq"] for item in records)
    assert {item["version"] for item in records} == {1, 2}
    newest = {change["iri"]: change for change in portal.changes()}
    assert sorted(newest.values(), key=lambda change: change["seq"]) == [
        {
            "event": "published" if i["version"] == 1 else "changed",
            **{k: i[k] for k in ("seq", "at", "kind", "iri", "version")},
        }
        for i in records
    ]


def test_every_door_names_the_other_record_of_an_achievement(first_served: Served, first_day: Node) -> None:
    portal = first_served.portal
    one, other = (item["iri"] for item in portal.records() if item["version"] == 2)
    answers = [portal.json(f"/api/v1/records/{iri.partition('/id/')[2]}") for iri in (one, other)]
    assert [answer["same_as"] for answer in answers] == [[other], [one]]
    (canonical,) = {answer["cluster"] for answer in answers}
    found = {
        i["iri"]: i.get("cluster") for i in portal.search(q=answers[0]["record"]["title"]["zh"], size="100")["items"]
    }
    assert (found[one], found[other]) == (canonical, canonical)
    same = first_day.namespaces.expand("prov:alternateOf")
    rows = portal.select(f"SELECT ?s ?o WHERE {{ GRAPH ?s {{ ?s <{same}> ?o }} }}")
    assert {(row["s"], row["o"]) for row in rows} == {(one, other), (other, one)}


def test_the_graph_holds_every_record_with_its_class(first_served: Served, first_day: Node, status: Any) -> None:
    iris = {item["iri"]: item["kind"] for item in first_served.portal.records()}
    classes = {first_day.namespaces.expand(KINDS[kind].rdf_class): kind for kind in status["published"]}
    values = " ".join(f"<{name}>" for name in classes)
    rows = first_served.portal.select(
        f"SELECT ?s ?class WHERE {{ VALUES ?class {{ {values} }} GRAPH ?s {{ ?s a ?class }} }}"
    )
    assert {row["s"]: classes[row["class"]] for row in rows} == iris
    assert len(rows) == len(iris)


@pytest.mark.parametrize("compression", ["zstd", "gzip"])
def test_a_dump_is_whole(first_day: Node, status: Any, tmp_path: Path, compression: str) -> None:
    folder, published = tmp_path / "dump", status["published"]
    made = first_day.json("dump", folder, "--compression", compression)
    assert (made["records"], made["seq"]) == (sum(published.values()), status["seq"])
    lines_of_sums = [line.partition("  ") for line in (folder / "SHA256SUMS").read_text().splitlines()]
    sums = {name: digest for digest, _, name in lines_of_sums}
    assert set(sums) == {path.name for path in folder.iterdir()} - {"SHA256SUMS"}
    for name, digest in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
    lines = unpacked(next(folder.glob("records.jsonl.*"))).splitlines()
    assert len(lines) == made["records"]
    assert sum(bool(json.loads(line)["same_as"]) for line in lines) == 2
    quads = pyoxigraph.parse(unpacked(next(folder.glob("records.nq.*"))), pyoxigraph.RdfFormat.N_QUADS)
    typed = Counter(q.object.value for q in quads if q.predicate.value == RDF_TYPE and q.subject == q.graph_name)
    for kind, count in published.items():
        assert typed[first_day.namespaces.expand(KINDS[kind].rdf_class)] == count


def unpacked(path: Path) -> bytes:
    body = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().stream_reader(body).read()


def test_what_is_published_is_valid_by_the_standard_that_is_served(first_served: Served, status: Any) -> None:
    portal, standard = first_served.portal, f"/standard/{current().number}"
    validators = {
        kind: jsonschema_rs.validator_for(portal.json(f"{standard}/{kind}.published.schema.json"))
        for kind in status["published"]
    }
    records = portal.records()
    wrong = {
        item["iri"]: error.message for item in records for error in validators[item["kind"]].iter_errors(item["record"])
    }
    assert wrong == {}
    shapes = Graph().parse(data=portal.get(f"{standard}/shapes.ttl").text, format="turtle")
    some = [[item for item in records if item["kind"] == kind][:SHAPED] for kind in status["published"]]
    data = Graph()
    for item in (item for every in some for item in every):
        data.parse(data=portal.get(f"/id/{item['iri'].partition('/id/')[2]}.nt").text, format="nt")
    conforms, _, told = pyshacl.validate(data, shacl_graph=shapes)
    assert conforms, told


def test_verify_proves_it(first_day: Node) -> None:
    verdict = first_day.json("verify")
    assert verdict["equal"] is True
    assert verdict["outputs"] == {name: {"missing": 0, "extra": 0, "stale": 0} for name in ("search", "graph")}


def test_verify_finds_and_repairs_what_was_lost(first_day: Node, tmp_path: Path) -> None:
    node = copied(first_day, tmp_path / "home")
    with serving(node) as served:
        lost = served.portal.records()[:3]
        store = json.loads((node.home / "data" / "graph" / "endpoint.json").read_bytes())["url"]
        drop = "; ".join(f"DROP GRAPH <{item['iri']}>" for item in lost)
        httpx2.post(f"{store}/update", data={"update": drop}).raise_for_status()
        assert node.json("verify", code=1)["outputs"]["graph"] == {"missing": 3, "extra": 0, "stale": 0}
        assert node.json("verify", "--repair", code=1)["repaired"] is True
        assert node.json("verify")["equal"] is True
        assert served.interrupt() == 0
