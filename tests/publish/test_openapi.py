"""The description is the API: every route is in it, and what a fuzzer makes of it is answered as it says."""

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from publish.api.operations import OPERATIONS
from publish.app import create_app
from tests.publish import fakes, samples

APP = create_app(fakes.services(site=fakes.settings(base_url="http://testserver")))
LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@schemathesis.serializer(*LINES, WORKBOOK)
def lines(context: Any, value: Any) -> bytes:
    """A body of lines, or of a workbook, as the fuzzer invents it: mostly no JSON at all, and never a workbook."""
    return str(value).encode("utf-8", "surrogatepass")


SCHEMA = schemathesis.openapi.from_asgi("/api/v1/openapi.json", APP)


def test_every_route_of_the_api_is_described(client: TestClient) -> None:
    paths = {getattr(r, "path", "").replace(":path}", "}") for r in APP.routes}
    described = client.get("/api/v1/openapi.json").json()["paths"]
    assert {path for path in paths if path.startswith("/api/v1")} == set(described)
    methods = ("get", "put", "post", "delete")
    names = [path[method]["operationId"] for path in described.values() for method in methods if method in path]
    assert (
        len(names) == len(set(names)) == len(OPERATIONS) + 11
    )  # the description itself, three that push, one that checks, and six of webhooks


@pytest.mark.parametrize("path", ["/search?q=石墨烯", "/records?size=100", "/sources", "/sources/cn-33", "/changes"])
def test_answers_are_valid_by_the_description(client: TestClient, path: str) -> None:
    document = client.get("/api/v1/openapi.json").json()
    template = path.partition("?")[0].replace("cn-33", "{id}")
    content = document["paths"]["/api/v1" + template]["get"]["responses"]["200"]["content"]
    schema = {**content["application/json"]["schema"], "components": document["components"]}
    jsonschema_rs.validator_for(schema).validate(client.get("/api/v1" + path).json())


def test_links_in_the_description_use_the_configured_address(client: TestClient) -> None:
    assert client.get("/api/v1/openapi.json").json()["servers"] == [{"url": samples.BASE}]


@SCHEMA.parametrize()
@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_fuzzed(case: Any) -> None:
    # A cursor is any string by its schema, and refused unless this site made it; so is a file that can be read.
    path = case.operation.path
    invented = ("cursor" in case.query and path.endswith("/search")) or path.endswith("/validate")
    answer = case.call()
    if answer.status_code in (413, 414):  # refused before anything is read; schemathesis does not count that as refused
        assert answer.json()["status"] == answer.status_code
        return
    case.validate_response(answer, excluded_checks=[positive_data_acceptance] if invented else [])
