"""The site in process, over the samples in memory."""

from collections.abc import Iterator

import pytest
import structlog
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples


@pytest.fixture
def services() -> Services:
    return fakes.services()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), base_url=samples.BASE, follow_redirects=False) as site:
        yield site


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the site logs, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries
