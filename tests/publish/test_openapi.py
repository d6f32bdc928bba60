"""The description is the API: every route is in it, and what a fuzzer makes of it is answered as it says."""

from typing import Any

import jsonschema_rs
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance
from starlette.testclient import TestClient

from publish.api.operations import OPERATIONS
from publish.app import create_app
from publish.settings import RateLimit, SiteLimits
from tests.publish import fakes, samples

UNHURRIED = SiteLimits(rate=RateLimit(per_second=0))  # a fuzzer asks as fast as it can
APP = create_app(fakes.services(site=fakes.settings(base_url="http://testserver", limits=UNHURRIED)))
LINES = ("application/x-ndjson", "application/jsonl", "application/json-lines")
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@schemathesis.serializer(*LINES, WORKBOOK)
def lines(context: Any, value: Any) -> bytes:
    """A body of lines, or of a workbook, as the fuzzer invents it: mostly no JSON at all, and never a workbook."""
    return str(value).encode("utf-8", "surrogatepass")


# A cursor and the search of a webhook are any strings by their schema, and refused unless this site made them or reads them.
# Of a file that is checked the answer says what is wrong with it, whatever it is.
LENIENT: dict[str, list[Any]] = {
    "/search": [positive_data_acceptance],
    "/webhooks": [positive_data_acceptance],
    "/validate": [positive_data_acceptance, negative_data_rejection],
}
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
    path = case.operation.path
    lenient = next((checks for end, checks in LENIENT.items() if path.endswith(end)), [])
    if path.endswith("/search") and "cursor" not in case.query:
        lenient = []
    answer = case.call()
    if answer.status_code in (413, 414):  # refused before anything is read; schemathesis does not count that as refused
        assert answer.json()["status"] == answer.status_code
        return
    case.validate_response(answer, excluded_checks=lenient)
