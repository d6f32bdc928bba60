"""Warming up: it is done before the first request, and nothing that is down keeps the site from starting."""

import structlog
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples

Log = list[structlog.typing.EventDict]


def parts(log: Log) -> list[object]:
    return [entry["part"] for entry in log if entry["event"] == "not warmed"]


def test_a_site_is_warm_before_it_is_asked(services: Services, log: Log) -> None:
    with TestClient(create_app(services), base_url=samples.BASE):
        assert [entry["event"] for entry in log] == ["warm"]


def test_a_site_starts_without_search_and_says_what_was_left_out(services: Services, log: Log) -> None:
    assert isinstance(services.index, fakes.MemoryIndex)
    services.index.down = True
    with TestClient(create_app(services), base_url=samples.BASE) as client:
        assert parts(log) == ["search"]
        assert client.get("/").status_code == 200
    assert "/secret/path" not in str(log)


def test_an_empty_site_starts(log: Log) -> None:
    with TestClient(fakes.app([]), base_url=samples.BASE) as client:
        assert client.get("/").status_code == 200
    assert parts(log) == []
