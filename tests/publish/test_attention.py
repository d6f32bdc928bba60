"""What needs a person, at an address: for those who were given one, and a place where nothing lives for all others."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from starlette.testclient import TestClient

from chengguo.attention_feed import Door, address
from federation.errors import LedgerBusy
from federation.ledger import Ledger
from federation.tokens import Tokens
from federation.watch.attention import Concern, Matter
from publish.app import create_app
from publish.attention import ATOM, PACE
from tests.publish import fakes, samples

HELD = Matter(
    "cn-xx/held/7", Concern.HELD, "cn-xx", "run 7 waits", "chengguo run show 7", "2026-03-01T00:00:00.000Z", "王某"
)


class Address:
    """A site with the feed, and secrets that open it or do not."""

    def __init__(self, ledger: Ledger) -> None:
        self.tokens = Tokens(ledger.database)
        self.matters: list[Matter] = [HELD]
        self.fails = False
        self.token, self.secret = self.tokens.create("值班", role="attention")
        services = replace(fakes.services(), attention=Door(self.tokens, self._told))
        self.client = TestClient(create_app(services), base_url=samples.BASE, raise_server_exceptions=False)

    def _told(self) -> list[Matter]:
        if self.fails:
            raise LedgerBusy("the ledger /srv/secret/path is busy")
        return self.matters

    def get(self, secret: str, **headers: str) -> Any:
        return self.client.get(address("", secret), headers=headers)


@pytest.fixture
def feed(tmp_path: Path) -> Iterator[Address]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield Address(ledger)
    ledger.close()


def test_whoever_has_the_address_reads_what_needs_a_person(feed: Address) -> None:
    answer = feed.get(feed.secret)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/atom+xml")
    root = etree.fromstring(answer.content)
    assert root.findtext(f"{{{ATOM}}}entry/{{{ATOM}}}title") == "cn-xx: held"
    assert "王某" not in answer.text
    feed.matters = []
    assert etree.fromstring(feed.get(feed.secret).content).find(f"{{{ATOM}}}entry") is None


def test_it_is_kept_by_no_cache_and_told_to_no_crawler(feed: Address) -> None:
    answer = feed.get(feed.secret)
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "noindex" in answer.headers["x-robots-tag"]
    assert feed.secret not in answer.text  # what is handed on does not hand on the right to read
    for path in ("/robots.txt", "/sitemap.xml", "/", "/about"):
        assert "attention" not in feed.client.get(path).text


def test_nothing_lives_there_for_anybody_else(feed: Address) -> None:
    _, operator = feed.tokens.create("o", role="operator")
    _, province = feed.tokens.create("p", source="cn-xx")
    changed = feed.secret[:-1] + ("A" if feed.secret[-1] != "A" else "B")
    for secret in (operator, province, changed, feed.secret.upper(), "x", "%00", "cgt_"):
        answer = feed.get(secret)
        assert answer.status_code == 404
        assert "cn-xx" not in answer.text
    feed.tokens.revoke(feed.token.id)
    assert feed.get(feed.secret).status_code == 404


def test_its_token_opens_nothing_else(feed: Address) -> None:
    assert not feed.token.may_push("cn-xx")


def test_the_secret_is_in_no_log(feed: Address, log: list[dict[str, Any]]) -> None:
    feed.get(feed.secret)
    feed.client.get(f"/feed/attention/{feed.secret}/")  # and not when it is mistyped
    feed.client.get(f"/feed/attention{feed.secret}")
    feed.client.post(f"/feed/attention/{feed.secret}")
    feed.fails = True
    assert feed.get(feed.secret).status_code == 503
    assert len(log) >= 5
    assert feed.secret.rpartition("_")[2] not in str(log)


def test_a_failure_tells_nothing_of_the_node(feed: Address) -> None:
    feed.fails = True
    answer = feed.get(feed.secret, Accept="application/json")
    assert (answer.status_code, "/srv/" in answer.text) == (503, False)


def test_who_reads_too_often_or_guesses_waits(feed: Address) -> None:
    statuses = [feed.get("guess").status_code for _ in range(PACE.burst + 1)]
    assert statuses == [404] * PACE.burst + [429]


def test_without_the_service_nothing_is_there() -> None:
    with TestClient(create_app(fakes.services()), base_url=samples.BASE) as client:
        assert client.get("/feed/attention/x").status_code == 404
