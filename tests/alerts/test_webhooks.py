"""From the change log to a receiver: what it is told, in which order, under which names, and what never."""

from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from federation.alerts import deliveries
from federation.alerts.deliveries import SHARE
from federation.alerts.hooks import State
from federation.alerts.schema import hook
from tests.alerts.conftest import Exchange, titled
from tests.alerts.receiver import Receiver, answering
from tests.federation.world import BASE, good

GRAPHENE = urlencode({"q": "石墨烯"})


def test_what_happens_to_a_searchs_records_is_told_in_order(exchange: Exchange, receiver: Receiver) -> None:
    known = titled("石墨烯旧成果", "石墨烯将撤")
    exchange.harvest(known | titled("水稻插秧机"))
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.harvest(known | titled("水稻插秧机", "石墨烯导热膜") | {"密": good("绝密石墨烯", 密级="机密")})
    exchange.harvest(
        known | {"水稻插秧机": good("石墨烯插秧机"), "石墨烯导热膜": good("石墨烯导热膜", 简介="改写过。")}
    )
    exchange.harvest({**known, "石墨烯将撤": None, "石墨烯旧成果": good("水稻旧成果")})
    assert exchange.tell().taken == 1
    assert receiver.events(opened.secret) == [
        ("new", "石墨烯插秧机"),
        ("new", "石墨烯导热膜"),
        ("withdrawn", exchange.world.iri("石墨烯将撤")),
        ("left", exchange.world.iri("石墨烯旧成果")),
    ]
    (delivery,) = receiver.deliveries(opened.secret)
    seqs = [change["seq"] for change in delivery["changes"]]
    assert seqs == sorted(seqs)
    assert delivery["search"] == f"{BASE}/search?{GRAPHENE}"
    assert "绝密" not in repr(receiver.got)
    exchange.harvest({"石墨烯导热膜": good("石墨烯导热膜", 简介="又改写过。"), "水稻插秧机": good("石墨烯插秧机")})
    assert exchange.tell().taken == 1
    assert receiver.events(opened.secret)[4:] == [("changed", "石墨烯导热膜")]
    assert exchange.tell().taken == 0


def test_what_is_withdrawn_before_it_is_sent_is_sent_to_nobody(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    receiver.statuses = [500]
    exchange.harvest(titled("石墨烯甲", "石墨烯乙"))
    assert exchange.tell().failed == 1
    exchange.harvest({"石墨烯甲": None} | titled("石墨烯乙"))
    assert exchange.tell().taken == 1
    assert exchange.tell().taken == 1
    first, again, last = receiver.deliveries(opened.secret)
    assert first["id"] == again["id"] != last["id"]
    assert [change["record"]["title"]["zh"] for change in again["changes"]] == ["石墨烯乙"]
    assert [(change["event"], change["iri"]) for change in last["changes"]] == [
        ("withdrawn", exchange.world.iri("石墨烯甲"))
    ]


def test_what_went_and_came_back_untold_is_a_change(exchange: Exchange, receiver: Receiver) -> None:
    exchange.harvest(titled("石墨烯甲"))
    opened = exchange.follow(GRAPHENE, receiver)
    for records in ({"石墨烯甲": good("水稻甲")}, titled("石墨烯甲")):
        exchange.harvest(records)
        exchange.messenger.look()
    exchange.tell()
    assert receiver.events(opened.secret) == [("changed", "石墨烯甲")]
    for records in ({"石墨烯甲": good("水稻甲")}, titled("石墨烯甲"), {"石墨烯甲": None}):
        exchange.harvest(records)
        exchange.messenger.look()
    exchange.tell()
    assert receiver.events(opened.secret)[1:] == [("withdrawn", exchange.world.iri("石墨烯甲"))]


def test_a_delivery_keeps_its_news_until_it_is_taken(exchange: Exchange, receiver: Receiver) -> None:
    """Who has taken it, and whose answer was lost, may throw the repetition away: it holds nothing else."""
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.harvest(titled("石墨烯甲"))
    receiver.statuses = [500, 503]
    exchange.tell()
    exchange.harvest({"石墨烯甲": good("石墨烯甲", 简介="改写过。")} | titled("石墨烯乙"))
    exchange.tell()
    exchange.tell()
    exchange.tell()
    told = receiver.deliveries(opened.secret)
    assert len({delivery["id"] for delivery in told[:3]}) == 1
    assert [[c["seq"] for c in delivery["changes"]] for delivery in told[:3]] == [[told[0]["changes"][0]["seq"]]] * 3
    assert sorted(change["event"] for change in told[3]["changes"]) == ["changed", "new"]


def test_many_changes_go_in_shares(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow("", receiver)
    exchange.harvest(titled(*(f"石墨烯成果{n}" for n in range(SHARE + 5))))
    assert exchange.tell().taken == 1
    assert exchange.tell().taken == 1
    first, second = receiver.deliveries(opened.secret)
    assert (len(first["changes"]), first["more"]) == (SHARE, True)
    assert (len(second["changes"]), second["more"]) == (5, False)
    seqs = [change["seq"] for change in first["changes"] + second["changes"]]
    assert seqs == sorted(set(seqs))
    assert len(first["changes"]) * 300 < max(len(body) for _, body in receiver.got) < 256 * 2**10


def test_who_fails_for_days_is_given_up_and_goes_on_where_it_was(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    receiver.answer = answering(500)
    exchange.harvest(titled("石墨烯甲"))
    assert exchange.tell().failed == 1
    held = exchange.state(opened)
    assert (held.state, held.failure, held.attempts, held.waiting) == (State.ACTIVE, "status 500", 1, 1)
    assert held.due > (held.failing or "~")
    assert exchange.messenger.round().failed == 0  # its pause is not over
    with exchange.ledger.database.touch() as connection:
        connection.execute(update(hook).values(failing="2020-01-01T00:00:00.000Z"))
    assert exchange.tell().failed == 1
    assert exchange.state(opened).state is State.GIVEN_UP
    exchange.harvest(titled("石墨烯甲", "石墨烯乙"))
    assert exchange.tell().failed == 0
    receiver.answer = None
    exchange.hooks.resume(opened.key)
    exchange.tell()
    exchange.tell()
    assert receiver.events(opened.secret) == [("new", "石墨烯甲"), ("new", "石墨烯乙")]
    assert exchange.state(opened).failing is None


def test_the_log_is_followed_only_as_far_as_the_index(exchange: Exchange, receiver: Receiver) -> None:
    opened = exchange.follow(GRAPHENE, receiver)
    exchange.harvest(titled("石墨烯甲"), indexed=False)
    assert exchange.tell().taken == 0
    exchange.projector.catch_up()
    assert exchange.tell().taken == 1
    assert receiver.events(opened.secret) == [("new", "石墨烯甲")]


def test_a_search_that_comes_to_find_too_much_is_given_up(
    exchange: Exchange, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "WIDEST", 3)
    opened = exchange.follow("", receiver)
    exchange.harvest(titled("甲", "乙", "丙", "丁"))
    assert exchange.tell().taken == 0
    held = exchange.state(opened)
    assert (held.state, held.failure, held.waiting) == (State.GIVEN_UP, "wide", 0)
    exchange.hooks.resume(opened.key)  # it begins anew, and finds as much
    exchange.tell()
    assert exchange.state(opened).failure == "wide"
