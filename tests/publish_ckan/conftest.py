"""CKAN's API of a node over the samples."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples

Call = Callable[..., Any]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What the site logs, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries


@pytest.fixture
def services() -> Services:
    return fakes.services()


@pytest.fixture
def client(services: Services) -> Iterator[TestClient]:
    with TestClient(create_app(services), base_url=samples.BASE) as site:
        yield site


@pytest.fixture
def call(client: TestClient) -> Call:
    """The result of an action, by JSON as ckanapi asks."""

    def call(action: str, **arguments: object) -> Any:
        answer = client.post(f"/api/3/action/{action}", json=arguments)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        assert body["success"] is True
        assert body["help"] == f"{samples.BASE}/api/3/action/help_show?name={action}"
        return body["result"]

    return call


@pytest.fixture
def refused(client: TestClient) -> Callable[..., tuple[int, Any]]:
    """Status and error of an action that must fail."""

    def refused(action: str, **arguments: object) -> tuple[int, Any]:
        answer = client.post(f"/api/3/action/{action}", json=arguments)
        body = answer.json()
        if isinstance(body, str):
            return answer.status_code, body
        assert body["success"] is False
        return answer.status_code, body["error"]

    return refused
