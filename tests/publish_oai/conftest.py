"""A node's repository over the samples, with every answer checked against the schemas."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from lxml import etree
from starlette.testclient import TestClient

from publish.app import create_app
from publish.settings import SiteLimits
from tests.publish import fakes, samples
from tests.publish_oai.validation import Validate, validator

Ask = Callable[..., "etree._Element"]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the site logs, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def client() -> Iterator[TestClient]:
    records = [*samples.everything(), samples.published(samples.hostile(), 60)]
    services = fakes.services(records, fakes.settings(limits=SiteLimits(oai=7)))
    with TestClient(create_app(services), base_url=samples.BASE) as site:
        yield site


@pytest.fixture
def validate(shared: Path) -> Validate:
    return validator(shared / "conformance" / "oai-pmh", samples.BASE)


@pytest.fixture
def ask(client: TestClient, validate: Validate) -> Ask:
    """The answer to a request of these arguments, valid by the schemas."""

    def ask(**arguments: str) -> "etree._Element":
        answer = client.get("/oai", params={name.rstrip("_"): value for name, value in arguments.items()})
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/xml; charset=utf-8"
        return validate(answer.content)

    return ask
