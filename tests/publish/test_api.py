"""The JSON API: shapes that others rely on, paging without loss, errors in one shape."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from publish.app import create_app
from publish.services import Services
from tests.publish import fakes, samples

API = "/api/v1"


def walk(client: TestClient, path: str, items: str) -> list[Any]:
    """Everything behind `next`."""
    found: list[Any] = []
    address: str | None = path
    while address:
        page = client.get(address).json()
        found += page[items]
        assert page["next"] is None or page["next"].startswith(samples.BASE)
        address = page["next"]
    return found


def test_search_has_the_promised_shape(client: TestClient) -> None:
    found = client.get(API + "/search?q=石墨烯").json()
    assert set(found) >= {"total", "items", "facets", "next", "relaxed"}
    item = found["items"][0]
    assert item["title"] == {"zh": "石墨烯基导热膜制备技术", "en": "Graphene-based thermal conductive film"}
    assert {"iri", "kind", "score", "highlight"} <= set(item)
    assert item["highlight"]["title"][0] == ["石墨烯", True]
    assert {"value": "330000", "label": "浙江省", "count": 1} in found["facets"]["region"]


def test_filters_take_several_values_and_labels_a_language(client: TestClient) -> None:
    found = client.get(API + "/search?region=110000&region=440000&kind=achievement&lang=en&facet=region").json()
    counted = {f["value"]: f["count"] for f in found["facets"]["region"]}
    assert found["total"] == counted["110000"] + counted["440000"]
    assert list(found["facets"]) == ["region"]
    assert {f["label"] for f in found["facets"]["region"]} >= {"Beijing", "Guangdong"}


def test_search_pages_lose_and_repeat_nothing(client: TestClient) -> None:
    found = [item["iri"] for item in walk(client, API + "/search?q=示例&size=7&sort=newest", "items")]
    total = client.get(API + "/search?q=示例").json()["total"]
    assert len(found) == len(set(found)) == total > 7


def test_records_and_changes_page_through_everything(client: TestClient) -> None:
    everything = samples.everything()
    records = walk(client, API + "/records?size=10", "items")
    assert [r["iri"] for r in records] == [r.iri for r in everything]
    demands = walk(client, API + "/records?kind=demand&size=1", "items")
    assert [r["kind"] for r in demands] == ["demand"]
    changes = walk(client, API + "/changes?size=11", "changes")
    assert [c["seq"] for c in changes] == list(range(1, len(everything) + 2))
    assert set(changes[0]) == {"seq", "at", "event", "kind", "iri", "version"}
    assert changes[-1]["event"] == "withdrawn"


def test_a_record_by_short_and_by_full_address(client: TestClient) -> None:
    iri = samples.full_achievement().identifier
    short = client.get(f"{API}/records/{iri.partition('/id/')[2]}").json()
    full = client.get(f"{API}/records/{iri.replace('/', '%2F').replace(':', '%3A')}").json()
    assert short == full
    assert short["record"]["firstOrg"]["name"] == "浙江示例新材料研究院"
    assert short["record"]["price"]["min"] == "300000"
    assert "contactPerson" not in short["record"]


def test_sources_say_nothing_of_refused_records(client: TestClient) -> None:
    found = client.get(API + "/sources/cn-33")
    assert found.json()["runs"][0]["published"] == 34
    for text in (found.text, client.get(API + "/sources").text, client.get("/source/cn-33").text):
        assert "refused" not in text
        assert "rejected" not in text
        assert "internal detail" not in text
        assert "413141" not in text.replace(",", "")


def test_suggestions(client: TestClient) -> None:
    found = client.get(API + "/suggest?q=石墨").json()["suggestions"]
    assert found[0]["text"] == "石墨烯基导热膜制备技术"


@pytest.mark.parametrize(
    ("path", "parameter", "allowed"),
    [
        ("/search?colour=red", "colour", "q"),
        ("/search?size=0", "size", None),
        ("/search?size=many", "size", None),
        ("/search?sort=best", "sort", "newest"),
        ("/search?facet=colour", "facet", "region"),
        ("/search?q=a&q=b", "q", None),
        ("/search?q=" + "长" * 501, "q", None),
        ("/records?kind=cat", "kind", "achievement"),
        ("/records?cursor=-1", "cursor", None),
        ("/suggest", "q", None),
        ("/changes?after=x", "after", None),
        ("/sources?x=1", "x", None),
    ],
)
def test_bad_parameters_are_named(client: TestClient, path: str, parameter: str, allowed: str | None) -> None:
    answer = client.get(API + path)
    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["parameter"]) == (400, 400, parameter)
    assert allowed is None or allowed in problem["allowed"]


def test_every_error_has_one_shape(services: Services) -> None:
    app = create_app(services)
    with TestClient(app, base_url=samples.BASE) as client:
        answers = [
            client.get(API + "/search?cursor=broken"),
            client.get(API + "/records/achievement/none"),
            client.get(API + "/sources/none"),
            client.get(API + "/nothing"),
            client.get(f"{API}/records/{fakes.WITHDRAWN}"),
            client.post(API + "/search"),
            client.request("GET", API + "/search", content=b"x" * 100_000),
            client.get(API + "/search?q=" + "x" * 9000),
        ]
        assert isinstance(services.index, fakes.MemoryIndex)
        services.index.down = True
        answers.append(client.get(API + "/search"))
    assert [a.status_code for a in answers] == [400, 404, 404, 404, 410, 405, 413, 414, 503]
    for answer in answers:
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert {"type", "title", "status", "detail", "instance"} <= set(problem)
        assert problem["status"] == answer.status_code
        assert problem["type"].startswith(samples.BASE + "/about#problem-")
    assert answers[-1].headers["retry-after"] == "5"
    assert "/secret/path" not in answers[-1].text
    assert "GET" in answers[5].headers["allow"]


def test_an_unexpected_failure_shows_nothing_and_is_logged(
    services: Services, log: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("password is hunter2")

    monkeypatch.setattr(services.view, "page", broken)
    with TestClient(create_app(services), base_url=samples.BASE) as client:
        answer = client.get(API + "/records")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.headers["content-security-policy"]
    assert [e["event"] for e in log if e["log_level"] == "error"] == ["request failed"]


def test_conditional_head_and_cross_origin(client: TestClient) -> None:
    first = client.get(API + "/records", headers={"Origin": "https://other.example"})
    assert first.headers["access-control-allow-origin"] == "*"
    assert client.get(API + "/records", headers={"If-None-Match": first.headers["etag"]}).status_code == 304
    head = client.head(API + "/records")
    assert (head.status_code, head.headers["content-type"]) == (200, "application/json")
    assert json.loads(first.content)["items"]
