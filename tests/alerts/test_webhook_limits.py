"""Webhooks and their limits: who is called at all, how often, and what a receiver is told of a record."""

import json
from datetime import timedelta
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

import pytest

from chengguo.calling import Caller
from federation.alerts.callback import BadAddress
from federation.alerts.deliveries import TRIES
from federation.alerts.hooks import ALL_WAITING, AT_HOST, WAITING, Hooks, State, TooMany
from federation.clock import moment, now
from tests.alerts.conftest import Exchange, titled
from tests.alerts.receiver import Receiver, answering
from tests.federation.world import good

GRAPHENE = urlencode({"q": "石墨烯"})


@pytest.fixture
def url(tmp_path: Path) -> str:
    """Of one database: what both do is shown from the log to the receiver."""
    return f"sqlite:///{tmp_path}/ledger.db"


def test_a_record_is_summed_up_with_its_addresses(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow("", receiver)
    exchange.harvest({"x": good("石墨烯含量<5%的膜")})
    exchange.tell()
    (change,) = receiver.deliveries(opened.secret)[0]["changes"]
    record = change["record"]
    assert change["iri"] == exchange.world.iri("x")
    assert (record["kind"], record["version"], record["source"]) == ("achievement", 1, "cn-xx")
    assert record["title"] == {"zh": "石墨烯含量<5%的膜"}
    assert record["url"] == change["iri"].replace("/id/", "/")


def test_an_address_that_does_not_echo_is_told_nothing(exchange: Exchange, receiver: Receiver) -> None:
    receiver.echo = False
    opened = exchange.hooks.ask(receiver.url, GRAPHENE)
    exchange.harvest(titled("石墨烯导热膜"))
    for _ in range(TRIES + 2):
        exchange.tell()
    assert len(receiver.got) == TRIES
    assert receiver.deliveries(opened.secret) == []
    assert (exchange.state(opened).state, exchange.state(opened).failure) == (State.ASKED, "echo")
    receiver.echo = True
    exchange.hooks.challenge(opened.key)
    assert exchange.tell().begun == 1
    assert exchange.state(opened).state is State.ACTIVE


def test_a_server_that_repeats_what_it_gets_has_not_agreed(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.hooks.ask(receiver.url, GRAPHENE)
    exchange.tell()
    token = json.loads(receiver.got[0][1])["data"]["challenge"]
    exchange.hooks.end(opened.key)
    receiver.echo = False
    opened = exchange.hooks.ask(receiver.url, GRAPHENE)
    for body in (token.encode(), receiver.got[0][1], b""):
        receiver.answer = answering(200, body)
        exchange.tell()
    assert exchange.state(opened).state is State.ASKED


def test_what_came_and_went_untold_is_not_told(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.harvest(titled("石墨烯甲"))
    exchange.messenger.look()
    exchange.harvest({"石墨烯甲": None})
    assert exchange.tell().taken == 0
    assert receiver.events(opened.secret) == []


def test_a_body_is_bounded_and_says_where_the_rest_is(
    exchange: Exchange, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("publish.alerts.parcels.LARGEST", 1000)
    opened = exchange.follow("", receiver)
    exchange.harvest(titled(*(f"石墨烯成果{n}" for n in range(9))))
    exchange.tell()
    (delivery,) = receiver.deliveries(opened.secret)
    summed = ["record" in change for change in delivery["changes"]]
    assert summed == sorted(summed, reverse=True)
    assert 0 < sum(summed) < len(summed) == 9


def test_pauses_grow_and_a_receiver_may_ask_for_more(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.harvest(titled("石墨烯甲"))
    pauses = []
    for _ in range(4):
        receiver.statuses = [500]
        exchange.tell()
        pauses.append(_pause(exchange, opened.key))
    assert all(later > earlier for earlier, later in zip(pauses, pauses[1:], strict=False))
    receiver.answer = answering(429, Retry_After="50000")
    exchange.tell()
    assert _pause(exchange, opened.key) > 49_000


def _pause(exchange: Exchange, key: str) -> float:
    found = exchange.hooks.get(key)
    assert found is not None
    return (moment(found.due) - now()).total_seconds()


def test_a_receiver_that_says_gone_is_called_no_more(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    receiver.answer = answering(410)
    exchange.harvest(titled("石墨烯甲"))
    exchange.tell()
    assert exchange.state(opened).state is State.GIVEN_UP


def test_a_pause_keeps_what_there_is_to_tell(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.hooks.pause(opened.key)
    exchange.harvest(titled("石墨烯甲"))
    assert exchange.tell().taken == 0
    assert exchange.state(opened).waiting == 1
    exchange.hooks.resume(opened.key)
    assert exchange.tell().taken == 1
    exchange.hooks.end(opened.key)
    exchange.harvest(titled("石墨烯甲", "石墨烯乙"))
    assert exchange.tell().taken == 0
    assert receiver.events(opened.secret) == [("new", "石墨烯甲")]


def test_no_host_has_many_and_none_is_called_by_many_at_once(exchange: Exchange, receiver: Receiver) -> None:
    for n in range(AT_HOST):
        exchange.follow(urlencode({"q": f"石墨烯{n}"}), receiver)
    with pytest.raises(TooMany, match="has 10 webhooks already"):
        exchange.hooks.ask(receiver.url, "")
    exchange.hooks.ask("https://other.example/hook", "")
    for one in exchange.hooks.all()[1:]:
        exchange.hooks.forget(one.id)
    exchange.follow("q=石墨烯", receiver)
    exchange.harvest(titled("石墨烯0甲"))
    assert exchange.tell().taken == 1


def test_askings_that_nobody_answers_are_few_and_forgotten(exchange: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    ask = exchange.hooks.ask
    for n in range(WAITING):
        ask(f"https://host.example/{n}", "")
    with pytest.raises(TooMany):
        ask("https://HOST.example./x", "")
    for n in range(ALL_WAITING - WAITING):
        ask(f"https://host{n}.example/", "")
    with pytest.raises(TooMany):
        ask("https://another.example/", "")
    with pytest.raises(TooMany, match="takes 3 webhooks"):
        Hooks(exchange.ledger.database, 3).ask("https://another.example/", "")
    monkeypatch.setattr("federation.alerts.hooks.stamp", lambda *_: "2999-01-01T00:00:00.000Z")
    exchange.hooks.forget_unused()
    assert exchange.hooks.all() == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://host.example/",
        "https://",
        "https://user:secret@host.example/",
        "https://host.example/#part",
        "https://host.example/\r\nX: y",
        "https://主机.example/",
        "https://host.example:0/",
        "https://host.example:99999/",
        "https://host.example:25/",
        "https://host.example:6379/",
        "https://[::1/",
        "//host.example/",
        "https://host.example/" + "x" * 2000,
    ],
)
def test_what_is_no_address_of_a_webhook(exchange: Exchange, address: str) -> None:
    with pytest.raises(BadAddress):
        Hooks(exchange.ledger.database).ask(address, "")
    assert exchange.hooks.all() == []


def test_a_private_address_is_not_called(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.hooks.ask(receiver.url, "")
    guarded = exchange.made(partial(Caller, contact="", allow_private=False))
    assert guarded.round().failed == 1
    assert exchange.state(opened).failure == "refused"
    assert receiver.got == []


def test_secrets_are_in_no_log(exchange: Exchange, receiver: Receiver, log: list[dict[str, object]]) -> None:
    receiver.statuses = [500]
    opened = exchange.hooks.ask(receiver.url, GRAPHENE)
    exchange.tell()
    exchange.tell()
    assert any(entry["event"] == "webhooks.failed" for entry in log)
    for secret in (opened.secret, opened.key, "token=abc"):
        assert secret not in repr(log)
    assert opened.secret not in repr(opened)
    assert opened.key not in repr(opened)


def test_one_that_cannot_be_reached_keeps_nobody_waiting(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.hooks.ask("http://127.0.0.2:9/", GRAPHENE)
    exchange.harvest(titled("石墨烯甲"))
    told = exchange.tell()
    assert (told.taken, told.failed) == (1, 1)
    assert receiver.events(opened.secret) == [("new", "石墨烯甲")]


def test_a_wrong_key_opens_nothing(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.hooks.ask(receiver.url, "")
    number, _, secret = opened.key.partition("-")
    for key in ("", number, f"{number}-", f"{number}-{secret[:-1]}", f"{'0' * 16}-{secret}", f"{number}-{secret}x"):
        assert exchange.hooks.get(key) is None
        assert not exchange.hooks.end(key)
    assert exchange.hooks.get(opened.key) is not None


def test_patience_is_a_setting(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    receiver.answer = answering(500)
    exchange.harvest(titled("石墨烯甲"))
    calling = partial(Caller, contact="", allow_private=True)
    exchange.made(calling, timedelta(seconds=0)).round()
    assert exchange.state(opened).state is State.GIVEN_UP
