"""Asking for a webhook, seeing how it goes and ending it: by pages without JavaScript and by the API, over a real ledger."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from federation.alerts.hooks import AT_HOST, State
from publish.app import create_app
from tests.alerts.conftest import Exchange, titled
from tests.alerts.receiver import Receiver, answering
from tests.publish import fakes, samples

SEARCH = "q=石墨烯&kind=achievement"
ANOTHER_SITE = ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {"Origin": "null"})


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of one database: what both do is shown from the log to the receiver."""
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def site(exchange: Exchange) -> Iterator[TestClient]:
    services = replace(fakes.services(), hooks=exchange.hooks, index=exchange.index)
    with TestClient(create_app(services), base_url=samples.BASE, follow_redirects=False) as client:
        yield client


def once(page: str) -> tuple[str, str]:
    """The path of the page that manages a webhook, and its secret."""
    manage = re.search(rf'href="{samples.BASE}(/follow/webhook/[^"]+)"', page)
    secret = re.search(r"<code>(whsec_[^<]+)</code>", page)
    assert manage
    assert secret
    return manage[1], secret[1]


def test_from_the_search_to_the_end(site: TestClient, exchange: Exchange, receiver: Receiver) -> None:
    assert 'href="/follow/webhook?q=' in site.get("/search", params={"q": "石墨烯"}).text
    form = site.get("/follow/webhook", params={"q": "石墨烯", "kind": "achievement"})
    assert 'name="search" value="kind=achievement&amp;q=%E7%9F%B3' in form.text
    opened = site.post("/follow/webhook", data={"search": SEARCH, "address": receiver.url})
    assert opened.status_code == 200
    path, secret = once(opened.text)
    waiting = site.get(path).text
    assert "等待接收地址返回验证字符串" in waiting
    assert secret not in waiting
    assert f'action="{path}/challenge"' in waiting
    assert exchange.tell().begun == 1
    assert f'action="{path}/pause"' in site.get(path).text
    exchange.harvest(titled("石墨烯导热膜"))
    assert exchange.tell().taken == 1
    assert receiver.events(secret) == [("new", "石墨烯导热膜")]
    assert f'action="{path}/resume"' in site.post(f"{path}/pause").text
    assert f'action="{path}/pause"' in site.post(f"{path}/resume").text
    receiver.answer = answering(503)
    exchange.harvest(titled("石墨烯导热膜", "石墨烯另一项"))
    exchange.tell()
    failing = site.get(path, params={"lang": "en"}).text
    assert "Status 503 was answered" in failing
    assert "Next try" in failing
    for action in ("challenge", "pause", "resume", "stop"):
        assert site.get(f"{path}/{action}").status_code == 405
    assert site.post(f"{path}/stop").status_code == 200
    assert exchange.hooks.all() == []
    assert site.post(f"{path}/stop").status_code == 200
    assert site.get(path).status_code == 404
    assert site.post(f"{path}/pause").status_code == 404


def test_pages_of_a_key_are_kept_and_logged_nowhere(
    site: TestClient, receiver: Receiver, log: list[dict[str, object]]
) -> None:
    opened = site.post("/follow/webhook", data={"search": SEARCH, "address": receiver.url})
    path, secret = once(opened.text)
    for answer in (opened, site.get(path), site.get(path.replace("/follow/webhook", "/api/v1/webhooks"))):
        assert "no-store" in answer.headers["Cache-Control"]
    assert site.get(path).headers["Referrer-Policy"] == "no-referrer"
    assert path.rpartition("-")[2] not in repr(log)
    assert secret not in repr(log)


@pytest.mark.parametrize("headers", ANOTHER_SITE)
def test_a_page_of_another_site_makes_nobody_ask(
    site: TestClient, exchange: Exchange, headers: dict[str, str], receiver: Receiver
) -> None:
    form = {"search": SEARCH, "address": receiver.url}
    assert site.post("/follow/webhook", data=form, headers=headers).status_code == 403
    assert site.post("/api/v1/webhooks", json={"address": receiver.url}, headers=headers).status_code == 403
    assert exchange.hooks.all() == []
    opened = exchange.hooks.ask(receiver.url, "")
    assert site.post(f"/follow/webhook/{opened.key}/stop", headers=headers).status_code == 403
    assert site.delete(f"/api/v1/webhooks/{opened.key}", headers=headers).status_code == 403


def test_one_client_asks_only_so_often(site: TestClient) -> None:
    form = {"search": SEARCH, "address": "no address"}
    answers = [site.post("/follow/webhook", data=form).status_code for _ in range(12)]
    assert answers == [422] * 10 + [429] * 2
    answers = [site.post("/api/v1/webhooks", json={"address": "no address"}).status_code for _ in range(12)]
    assert answers == [400] * 10 + [429] * 2


@pytest.mark.parametrize(("lang", "told"), [("zh", "请填写形如"), ("en", "Write an address like")])
def test_what_is_wrong_is_said_beside_the_field(site: TestClient, lang: str, told: str) -> None:
    page = site.post("/follow/webhook", params={"lang": lang}, data={"search": SEARCH, "address": 'x" onfocus="y'})
    assert page.status_code == 422
    assert told in page.text
    assert 'role="alert"' in page.text
    assert 'onfocus="y' not in page.text


def test_limits_are_told(
    site: TestClient, exchange: Exchange, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(AT_HOST):
        exchange.follow(f"q={n}", receiver)
    form = {"search": SEARCH, "address": receiver.url}
    assert f"同一主机最多 {AT_HOST} 个" in site.post("/follow/webhook", data=form).text
    refused = site.post("/api/v1/webhooks", json={"address": receiver.url, "search": SEARCH})
    assert (refused.status_code, refused.json()["detail"].partition(" ")[0]) == (403, "127.0.0.1")
    monkeypatch.setattr("publish.alerts.opening.WIDEST", 1)
    exchange.harvest(titled("石墨烯甲", "石墨烯乙"))
    assert "缩小检索范围" in site.post("/follow/webhook", data=form).text
    wide = site.post("/api/v1/webhooks", json={"address": receiver.url, "search": SEARCH}).json()
    assert (wide["status"], wide["parameter"]) == (400, "search")
    assert "/api/v1/changes" in wide["detail"]


def test_the_api_from_asking_to_the_end(site: TestClient, exchange: Exchange, receiver: Receiver) -> None:
    document = site.get("/api/v1/openapi.json").json()

    def valid(name: str, answer: object) -> bool:
        schema = {**document["components"]["schemas"][name], "components": document["components"]}
        return jsonschema_rs.validator_for(schema).is_valid(answer)

    opened = site.post("/api/v1/webhooks", json={"address": receiver.url, "search": SEARCH})
    assert opened.status_code == 201
    given = opened.json()
    assert valid("WebhookOpened", given)
    address = opened.headers["Location"].removeprefix(samples.BASE)
    assert address == f"/api/v1/webhooks/{given['key']}"
    assert site.get(given["page"].removeprefix(samples.BASE)).status_code == 200
    exchange.tell()
    exchange.harvest(titled("石墨烯导热膜"))
    exchange.tell()
    for _, body in receiver.got:
        said = json.loads(body)
        assert valid("Envelope_Challenge_" if "challenge" in said["data"] else "Envelope_Changes_", said)
    state = site.get(address).json()
    assert valid("WebhookState", state)
    assert (state["state"], state["waiting"], state["failure"]) == (State.ACTIVE, 0, "")
    assert state["search"].endswith("/search?kind=achievement&q=%E7%9F%B3%E5%A2%A8%E7%83%AF")
    assert given["secret"] not in repr(state)
    assert site.post(f"{address}/pause").json()["state"] == State.PAUSED
    assert site.post(f"{address}/resume").json()["state"] == State.ACTIVE
    assert site.post(f"{address}/challenge").json()["state"] == State.ACTIVE  # it was answered long ago
    assert site.delete(address).status_code == 204
    assert [site.request(m, address).status_code for m in ("GET", "DELETE")] == [404, 404]


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        (b"{", None),
        (b"[]", None),
        (b'{"search": "q=x"}', None),
        (b'{"address": "https://h.example/", "days": 1}', None),
        (b'{"address": "https://h.example/", "search": "date_from=2020-01-01"}', "search"),
        (b"\xff", None),
    ],
)
def test_a_body_that_cannot_be_meant_is_refused(
    site: TestClient, exchange: Exchange, body: bytes, parameter: str | None
) -> None:
    answer = site.post("/api/v1/webhooks", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json().get("parameter")) == (400, parameter)
    assert exchange.hooks.all() == []


def test_a_search_may_be_given_as_its_address(site: TestClient, exchange: Exchange, receiver: Receiver) -> None:
    for search in (f"{samples.BASE}/search?q=膜&sort=newest", "/search?q=膜&lang=en", "?q=膜", "q=膜"):
        site.post("/api/v1/webhooks", json={"address": receiver.url, "search": search})
        exchange.tell()
    assert {held.search for held in exchange.hooks.all()} == {"q=%E8%86%9C"}
    assert len(exchange.hooks.all()) == 4


def test_without_the_setting_nothing_is_offered() -> None:
    with TestClient(create_app(fakes.services()), base_url=samples.BASE) as site:
        assert "/follow/webhook" not in site.get("/search", params={"q": "石墨烯"}).text
        page = site.get("/follow/webhook", params={"q": "石墨烯", "lang": "en"}).text
        assert "This site calls no webhooks" in page
        assert '<input id="address"' not in page
        assert site.post("/follow/webhook", data={"address": "https://h.example/"}).status_code == 404
        assert site.post("/api/v1/webhooks", json={"address": "https://h.example/"}).status_code == 404
