"""The pages: asking, confirming and ending over HTTP, against a real ledger and a real mail server."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from federation.alerts.subscriptions import MOST, WAITING, BadAddress, address_of
from publish.app import create_app
from publish.services import Services
from tests.alerts.conftest import Scene, link
from tests.publish import fakes, samples

READER = "reader@example.cn"
SEARCH = {"search": "q=石墨烯&kind=achievement", "days": "7"}
ANOTHER_SITE = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
)


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of one database: what both do is shown from the log to the mailbox."""
    return f"sqlite:///{tmp_path}/ledger.db"


@pytest.fixture
def site(scene: Scene) -> Iterator[TestClient]:
    services: Services = replace(fakes.services(), following=scene.ledger.subscriptions)
    with TestClient(create_app(services), base_url=samples.BASE, follow_redirects=False) as client:
        yield client


def asked(site: TestClient, scene: Scene, address: str = READER, **more: str) -> str:
    """Ask, and the path that the letter links to."""
    answer = site.post("/follow", data={**SEARCH, "address": address, **more})
    assert answer.status_code == 200
    scene.teller.round()
    return f"/follow/{link(scene.mailbox.of(address)[-1])}"


def test_from_the_search_to_the_end(site: TestClient, scene: Scene) -> None:
    assert 'href="/follow?q=' in site.get("/search", params={"q": "石墨烯"}).text
    form = site.get("/follow", params={"q": "石墨烯", "kind": "achievement"})
    assert 'name="search" value="kind=achievement&amp;q=%E7%9F%B3' in form.text
    path = asked(site, scene)
    for _ in range(2):  # opening a link, as mail scanners do, changes nothing
        assert f'action="{path}/confirm"' in site.get(path).text
    assert site.get(f"{path}/confirm").status_code == 405
    assert scene.ledger.subscriptions.confirmed() == []
    assert f'action="{path}/stop"' in site.post(f"{path}/confirm").text
    (held,) = scene.ledger.subscriptions.confirmed()
    assert (held.address, held.days, held.search) == (READER, 7, "kind=achievement&q=%E7%9F%B3%E5%A2%A8%E7%83%AF")
    assert site.get(f"{path}/stop").status_code == 200
    assert len(scene.ledger.subscriptions.confirmed()) == 1
    one_click = site.post(f"{path}/stop", data={"List-Unsubscribe": "One-Click"}, headers={"Origin": "null"})
    assert one_click.status_code == 200
    assert scene.ledger.subscriptions.confirmed() == []
    assert site.post(f"{path}/stop").status_code == 200
    assert site.get(path).status_code == 404
    assert site.post(f"{path}/confirm").status_code == 404


def test_what_is_followed_is_told_by_condition(site: TestClient) -> None:
    text = site.get("/follow", params={"q": "石墨烯", "year": ["2023", "2024"], "region": "310000", "lang": "en"}).text
    for title, values in (("Year", "2023; 2024"), ("Region", "Shanghai")):
        assert text.count(f"<dt>{title}</dt><dd>{values}</dd>") == 1


def test_a_search_leads_to_letters_where_they_are_sent(site: TestClient) -> None:
    assert 'href="/follow?' in site.get("/search?q=a").text
    with TestClient(create_app(fakes.services()), base_url=samples.BASE) as silent:
        page = silent.get("/search?q=a").text
        assert 'href="/follow?' not in page
        assert 'href="/search.atom?' in page


@pytest.mark.parametrize("headers", ANOTHER_SITE)
def test_a_form_of_another_site_is_refused(site: TestClient, scene: Scene, headers: dict[str, str]) -> None:
    answer = site.post("/follow", data={**SEARCH, "address": READER}, headers=headers)
    assert answer.status_code == 403
    assert scene.ledger.outbox.waiting(10) == []


def test_the_answer_tells_nothing_of_who_is_known(site: TestClient, scene: Scene) -> None:
    first = site.post("/follow", data={**SEARCH, "address": READER}).text
    again = site.post("/follow", data={**SEARCH, "address": READER.upper()}).text
    assert again == first
    assert len(scene.ledger.outbox.waiting(10)) == 1


def test_nobodys_mailbox_can_be_filled(scene: Scene) -> None:
    ask = scene.ledger.subscriptions.ask
    assert [ask(READER, f"q={n}", "zh", 1) for n in range(WAITING + 2)] == [True] * WAITING + [False] * 2


def test_an_address_follows_so_many_searches(scene: Scene) -> None:
    for n in range(MOST):
        scene.follow(f"q={n}")
    assert not scene.ledger.subscriptions.ask(READER, "q=more", "zh", 1)


def test_one_client_asks_only_so_often(site: TestClient) -> None:
    answers = [site.post("/follow", data={**SEARCH, "address": f"a{n}@example.cn"}) for n in range(12)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[-1].headers["Retry-After"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "no",
        "a@b",
        "a@b.c\r\nBcc: x@y.zz",
        "a b@example.cn",
        '"a"@example.cn',
        "a@-x.cn",
        "<a@example.cn>",
        "汉@例.cn",
    ]
    + ["a" * 65 + "@example.cn", "a@" + "b." * 130 + "cn", "a@[127.0.0.1]", "a@example.cn,b@example.cn"],
)
def test_what_is_no_address_is_said_so(site: TestClient, scene: Scene, address: str) -> None:
    with pytest.raises(BadAddress):
        address_of(address)
    answer = site.post("/follow", data={**SEARCH, "address": address})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert scene.ledger.outbox.waiting(10) == []


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({**SEARCH, "address": READER, "days": "2"}, 400),
        ({**SEARCH, "address": READER, "search": "q=" + "长" * 501}, 400),
        ({**SEARCH, "address": READER, "search": "&".join(["q=1"] * 101)}, 400),
    ],
)
def test_what_the_form_never_sends_is_refused(site: TestClient, data: dict[str, str], status: int) -> None:
    assert site.post("/follow", data=data).status_code == status


def test_a_wrong_key_opens_nothing(site: TestClient, scene: Scene) -> None:
    path = asked(site, scene)
    number, _, secret = path.removeprefix("/follow/").partition("-")
    for key in (number, f"{number}-", f"{number}-{secret[:-1]}", f"{'0' * 16}-{secret}", f"{number}-{secret}x"):
        assert site.get(f"/follow/{key}").status_code == 404
        site.post(f"/follow/{key}/stop")
    assert site.get(path).status_code == 200


def test_pages_of_a_key_are_kept_and_logged_nowhere(
    site: TestClient, scene: Scene, log: list[dict[str, object]]
) -> None:
    path = asked(site, scene)
    answer = site.get(path)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"]
    assert path.rpartition("-")[2] not in repr(log)
    assert READER not in repr(log)


def test_without_a_mail_server_the_feed_is_offered() -> None:
    with TestClient(create_app(fakes.services()), base_url=samples.BASE) as site:
        page = site.get("/follow", params={"q": "石墨烯", "lang": "en"}).text
        assert "This site sends no mail" in page
        assert "/search.atom?q=" in page
        assert '<input id="address"' not in page
        assert site.post("/follow", data={**SEARCH, "address": READER}).status_code == 404


def test_what_nobody_confirms_is_forgotten(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    assert scene.ledger.subscriptions.ask(READER, "q=1", "zh", 1)
    monkeypatch.setattr("federation.alerts.subscriptions.stamp", lambda *_: "2999-01-01T00:00:00.000Z")
    scene.ledger.subscriptions.forget_unconfirmed()
    assert scene.ledger.outbox.waiting(10) == []
    monkeypatch.undo()
    assert scene.ledger.subscriptions.ask(READER, "q=1", "zh", 1)
