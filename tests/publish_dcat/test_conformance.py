"""The catalogue against the shapes of DCAT-AP, and the page that tells how it did."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import rdflib
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples
from tests.publish_dcat import shapes


def test_no_shape_of_dcat_ap_is_violated(client: TestClient, shared: Path) -> None:
    graph = rdflib.Graph().parse(data=client.get("/catalog.ttl").content, format="turtle")
    found = {name: shapes.check(graph, shared / "conformance" / "dcat-ap" / name) for name in shapes.SHAPES}
    assert len(graph) > 300
    assert {name: dict(one) for name, one in found.items() if any(kind == "Violation" for kind, _ in one)} == {}
    told = shapes.told(found)
    if os.environ.get("CHENGGUO_TEST_WRITE"):
        shapes.write(told)
    assert told == shapes.section()


def test_the_shapes_find_what_is_wrong(client: TestClient, shared: Path) -> None:
    graph = rdflib.Graph().parse(data=client.get("/catalog.ttl").content, format="turtle")
    dataset = rdflib.URIRef(samples.NAMESPACES.source("cn-33"))
    graph.remove((dataset, rdflib.DCTERMS.description, None))
    graph.set((dataset, rdflib.DCTERMS.publisher, rdflib.URIRef("https://data.example.cn/nobody")))
    folder = shared / "conformance" / "dcat-ap" / "3.0.0" / "html" / "shacl"
    assert shapes.check(graph, folder / "shapes.ttl") == {("Violation", "dcterms:description"): 1}
    assert shapes.check(graph, folder / "range.ttl") == {("Violation", "dcterms:publisher"): 1}


def test_a_source_that_says_little_or_something_hostile_conforms_too(services: Services, shared: Path) -> None:
    """No home page, no licence that is an address, a region that is none, quotes and markup in every text."""
    evil = 'a "b" \\ </script> \n\u0000 <x>'
    changed = msgspec.structs.replace(
        services.sources["cn-33"],
        **{
            name: msgspec.structs.replace(services.sources["cn-33"].title, zh=evil, en="")
            for name in ("title", "publisher")
        },
        homepage="javascript:alert(1)",
        licence="免费 <开放>",
        region="999999",
        schedule="30 2 * * *",
        fictional=False,
    )
    site = fakes.settings(contact="https://open.example.cn/?a=<b>", title=changed.title)
    application = create_app(replace(services, settings=site, sources={**services.sources, changed.id: changed}))
    with TestClient(application, base_url=samples.BASE) as client:
        graphs = [
            rdflib.Graph().parse(data=client.get(f"/catalog.{suffix}").content, format=form)
            for suffix, form in (("ttl", "turtle"), ("rdf", "xml"))
        ]
    folder = shared / "conformance" / "dcat-ap" / "3.0.0"
    for graph in graphs:
        for name in ("shacl/dcat-ap-SHACL.ttl", "html/shacl/shapes.ttl", "html/shacl/range.ttl"):
            assert shapes.check(graph, folder / name) == {}, name
        assert not [term for triple in graph for term in triple if str(term).startswith("javascript:")]
