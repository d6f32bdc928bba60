"""The dataset of everything: the files of the newest dump, as the catalogue and VoID offer them."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyoxigraph
import pytest
import rdflib
from starlette.testclient import TestClient

from publish.app import create_app
from publish.dumps.shelf import Kept, Shelf
from tests.dumps.conftest import maker, world
from tests.federation.world import BASE, World
from tests.publish import fakes
from tests.publish_dcat import shapes
from tests.publish_dcat.test_catalogue import said

__all__ = ["world"]

DATASET = f"{BASE}/.well-known/void#dataset"
FORMATS = ("jsonl", "csv", "xlsx", "nq", "ttl")


@pytest.fixture
def kept(world: World, tmp_path: Path) -> Kept:
    return maker(world, tmp_path, formats=FORMATS).make()


@pytest.fixture
def client(world: World, tmp_path: Path) -> Iterator[TestClient]:
    services = replace(fakes.over(world.ledger, world.source, BASE), dumps=Shelf(tmp_path / "home/data/dumps"))
    with TestClient(create_app(services), base_url=BASE, follow_redirects=False) as site:
        yield site


def stated(client: TestClient, path: str) -> rdflib.Graph:
    return rdflib.Graph().parse(data=client.get(path, headers={"Accept": "text/turtle"}).content, format="turtle")


def test_every_file_with_records_is_a_distribution_that_proves_itself(client: TestClient, kept: Kept) -> None:
    body = client.get("/catalog.ttl").content
    found = {quad.triple for quad in pyoxigraph.parse(body, format=pyoxigraph.RdfFormat.TURTLE)}
    assert said(found, DATASET, "void:entities") == ["5"]
    ones = said(found, DATASET, "dcat:distribution")
    files = {file.name: file for file in kept.dump.files if file.records}
    assert {one.partition("#dump-")[2] for one in ones} == set(files)
    assert len(ones) == len(FORMATS)
    for one in ones:
        file = files[one.partition("#dump-")[2]]
        (address,) = said(found, one, "dcat:downloadURL")
        (sum_of,) = said(found, one, "spdx:checksum")
        sent = client.get(address.removeprefix(BASE))
        assert sent.content == (kept.folder / file.name).read_bytes()
        assert said(found, one, "dcat:byteSize") == [str(len(sent.content))]
        assert said(found, sum_of, "spdx:checksumValue") == [file.sha256]
        packed = [] if file.format == "xlsx" else ["https://www.iana.org/assignments/media-types/application/zstd"]
        assert said(found, one, "dcat:compressFormat") == packed


# Of a size the shapes generated from DCAT-AP 3 want another datatype than those written by hand beside them, so one of the two
# is always violated: the specification is followed.
CONTRADICTIONS = {"3.0.0": {"3.0.0/html/shacl/shapes.ttl": {"dcat:byteSize": len(FORMATS)}}, "2.1.1": {}}


@pytest.mark.parametrize("profile", CONTRADICTIONS)
def test_no_shape_is_violated_but_where_they_contradict_each_other(
    client: TestClient, kept: Kept, shared: Path, profile: str
) -> None:
    graph, violated = stated(client, f"/catalog.ttl?profile={profile}"), {}
    for name in (one for one in shapes.SHAPES if one.startswith(profile)):
        found = shapes.check(graph, shared / "conformance" / "dcat-ap" / name)
        violated[name] = {path: n for (severity, path), n in found.items() if severity == "Violation"}
    assert {name: one for name, one in violated.items() if one} == CONTRADICTIONS[profile]


def test_void_names_the_files_with_linked_data(client: TestClient, kept: Kept) -> None:
    dumps = stated(client, "/.well-known/void").objects(rdflib.URIRef(DATASET), rdflib.VOID.dataDump)
    assert {str(one) for one in dumps} == {f"{BASE}/dumps/{kept.name}/records.{name}.zst" for name in ("nq", "ttl")}


def test_a_take_down_takes_it_out_of_both(world: World, client: TestClient, kept: Kept) -> None:
    world.ledger.desk.take_down(world.iri("1"), "cl22/2", officer="李四")
    for path in ("/catalog.ttl", "/.well-known/void"):
        assert kept.name not in client.get(path, headers={"Accept": "text/turtle"}).text
