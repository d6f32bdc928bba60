"""Our own DCAT harvester reads a running node's catalogue, page by page, and loses nothing of it."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pyoxigraph
import pytest
from starlette.applications import Starlette

from harvesters import harvester
from harvesters.dcat_record import NAMED
from harvesters.rdf_tree import PREFIXES
from publish.app import create_app
from publish.dcat.catalogue import triples
from publish.dcat.endpoint import page
from publish.services import Services
from publish.settings import SiteLimits
from tests.harvesters.endpoints import endpoint, read
from tests.publish import fakes
from tests.publish_sparql.loopback import serving_at
from vocab.namespaces import Namespaces

TYPE = pyoxigraph.NamedNode(PREFIXES["rdf"] + "type")


def described(whole: set[pyoxigraph.Triple], node: pyoxigraph.NamedNode) -> Iterator[pyoxigraph.Triple]:
    """All that is said of a node and of what it leads to, up to other datasets, services and code lists."""
    waiting, seen = [node], {node}
    classes = {pyoxigraph.NamedNode(name) for name in NAMED}
    named = {t.subject for t in whole if t.predicate == TYPE and t.object in classes} - {node}
    while waiting:
        subject = waiting.pop()
        for triple in (t for t in whole if t.subject == subject):
            yield triple
            term = triple.object
            if isinstance(term, pyoxigraph.NamedNode) and term not in seen | named and triple.predicate != TYPE:
                seen.add(term)
                waiting.append(term)


@pytest.fixture
def node(services: Services) -> Iterator[Services]:
    made: list[Services] = []

    def make(address: str) -> Starlette:
        settings = fakes.settings(base_url=address, limits=SiteLimits(catalog=1))
        made.append(replace(services, namespaces=Namespaces(address), settings=settings))
        return create_app(made[0])

    with serving_at(make):
        yield made[0]


@pytest.mark.parametrize("path", ["/catalog", "/catalog.rdf", "/catalog.jsonld"])
def test_the_catalogue_is_harvested_back_without_loss(node: Services, path: str) -> None:
    base = node.settings.base_url
    pass_ = harvester("dcat", endpoint(f"{base}{path}"))
    records, unreadable = read(pass_)
    of_sources = [record for record in records if "/source/" in record.identifier]
    assert [r.identifier for r in of_sources] == [f"{base}/source/{name}" for name in ("cn-11", "cn-33", "cn-44")]
    assert len(records) > len(of_sources)  # and a dataset for each year
    assert (unreadable, pass_.complete) == ([], True)
    for number, record in enumerate(of_sources, 1):
        whole = set(triples(page(node, path, number), node))
        tree = json.dumps({"@context": PREFIXES, **json.loads(record.body)})
        found = {q.triple for q in pyoxigraph.parse(tree, format=pyoxigraph.RdfFormat.JSON_LD)}
        expected = set(described(whole, pyoxigraph.NamedNode(record.identifier)))
        assert len(expected) > 100
        assert found == expected
        assert record.modified is not None


def test_the_services_are_harvested_too(node: Services) -> None:
    one = endpoint(f"{node.settings.base_url}/catalog", {"classes": ["dcat:DataService"], "total_items": "ignore"})
    records, _ = read(harvester("dcat", one))
    found = {r.identifier.rpartition("#service-")[2] for r in records}
    assert found == {"api", "sparql", "oai", "ckan", "feed", "offers"}
