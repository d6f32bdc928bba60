"""A node's catalogue over the samples."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import msgspec
import pyoxigraph
import pytest
import structlog
from starlette.testclient import TestClient

from federation.source import Name, Source
from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples

Triples = set[pyoxigraph.Triple]
Read = Callable[..., Triples]
FORMATS = {
    "ttl": pyoxigraph.RdfFormat.TURTLE,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "rdf": pyoxigraph.RdfFormat.RDF_XML,
    "nt": pyoxigraph.RdfFormat.N_TRIPLES,
}


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the site logs, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def services() -> Services:
    """Three sources with records, and one that has none."""
    made = fakes.services()
    silent = replace_source(made, "cn-33", id="cn-00", title=Name("尚无公开记录的来源", "Nothing public yet"))
    return replace(made, sources={**made.sources, **silent})


def replace_source(services: Services, name: str, **changes: object) -> dict[str, Source]:
    """A source with other members, by its id."""
    one = msgspec.structs.replace(services.sources[name], **changes)
    return {one.id: one}


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), base_url=samples.BASE, follow_redirects=False) as site:
        yield site


@pytest.fixture
def read(client: TestClient) -> Read:
    """The triples of an address of data, in the format its name ends in."""

    def read(path: str = "/catalog.ttl") -> Triples:
        answer = client.get(path)
        assert answer.status_code == 200, answer.text
        suffix = path.partition("?")[0].rpartition(".")[2]
        return {quad.triple for quad in pyoxigraph.parse(answer.content, format=FORMATS[suffix])}

    return read
