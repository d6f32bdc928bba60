"""Others read a running node as it is: pyshacl, told nothing but an address."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pyshacl
import pytest

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes
from tests.publish_sparql.loopback import serving_at
from vocab.namespaces import Namespaces

# pyshacl reads an address into a dataset of rdflib in ways that rdflib wants to give up.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.* is deprecated:DeprecationWarning")


@pytest.fixture
def node(services: Services) -> Iterator[str]:
    with serving_at(
        lambda address: create_app(
            replace(services, namespaces=Namespaces(address), settings=fakes.settings(base_url=address))
        )
    ) as address:
        yield address


def judged(data: str, shapes: Path) -> tuple[bool, str]:
    """What pyshacl finds at an address: whether it conforms, and why not."""
    conforms, _, text = pyshacl.validate(data, shacl_graph=str(shapes), inference="none")
    return conforms, text


def test_pyshacl_finds_the_served_catalogue_to_conform(node: str, shared: Path) -> None:
    shapes = shared / "conformance" / "dcat-ap" / "3.0.0" / "html" / "shacl" / "shapes.ttl"
    assert judged(f"{node}/catalog", shapes) == (True, "Validation Report\nConforms: True\n")


def test_pyshacl_judges_what_the_node_says_and_not_nothing(node: str, tmp_path: Path) -> None:
    (tmp_path / "strict.ttl").write_text(
        """@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix dcat: <http://www.w3.org/ns/dcat#> .
        [] a sh:NodeShape ; sh:targetClass dcat:Dataset ; sh:property [ sh:path dcat:nowhere ; sh:minCount 1 ] ."""
    )
    conforms, text = judged(f"{node}/catalog", tmp_path / "strict.ttl")
    assert not conforms
    assert f"<{node}/source/cn-33>" in text
