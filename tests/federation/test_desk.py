"""The desk: reviews of exactly what was shown, take-downs that hold, and what lifts them."""

import pytest

from federation.errors import UnknownRecord
from federation.key import key_of
from federation.push import judge_again, push
from federation.source import Guard
from federation.views import Event, RunStatus
from tests.federation.test_secrecy import everything
from tests.federation.world import World, good, raw, source


def again(world: World, *keys: str) -> list[Event | None]:
    results = judge_again(world.source, keys, world.ledger, world.mappings, world.settings)
    return [result.event for result in results]


def test_a_held_record_is_published_by_its_review(world: World) -> None:
    world.harvest({"1": good(审查结论=None)})
    (waiting,) = world.ledger.desk.waiting()
    assert (waiting.reason, waiting.iri) == ("review-missing", world.iri("1"))
    world.ledger.desk.decide(waiting, "approve", officer="张三", org="保密办", basis="保密法第三十五条")
    assert again(world, waiting.key) == [Event.PUBLISHED]
    assert world.ledger.desk.waiting() == []
    assert world.harvest({"1": good(审查结论=None)}).counts.unchanged == 1
    record = world.ledger.record(world.iri("1"))
    assert record is not None
    assert [(r.org, r.officer) for r in record.record.review] == [("保密办", None)]


def test_another_content_needs_another_review(world: World) -> None:
    world.harvest({"1": good(审查结论=None)})
    (waiting,) = world.ledger.desk.waiting()
    world.ledger.desk.decide(waiting, "approve", officer="张三", org="保密办", basis="x")
    again(world, waiting.key)
    run = world.harvest({"1": good("又改了", 审查结论=None)})
    assert (run.counts.held, run.counts.withdrawn) == (1, 1)
    with pytest.raises(UnknownRecord, match="has changed since"):
        world.ledger.desk.decide(waiting, "approve", officer="张三", org="保密办", basis="x")


def test_a_refusal_refuses(world: World) -> None:
    world.harvest({"1": good(审查结论=None)})
    (waiting,) = world.ledger.desk.waiting("cn-xx")
    world.ledger.desk.decide(waiting, "refuse", officer="张三", org="保密办", basis="x")
    assert again(world, waiting.key) == [None]
    assert world.ledger.status().refused == 1
    with pytest.raises(ValueError, match="approve, refuse, refer"):
        world.ledger.desk.decide(waiting, "maybe", officer="张三", org="保密办", basis="x")
    with pytest.raises(ValueError, match="names its officer"):
        world.ledger.desk.decide(waiting, "approve", officer="", org="保密办", basis="x")


def test_a_take_down_is_at_once_and_survives_the_next_harvests(world: World) -> None:
    records = {"1": good(登记号="9442020Y0001"), "2": good()}
    world.harvest(records)
    (change,) = world.ledger.desk.take_down(world.iri("1"), "权利人申请", officer="李四")
    assert change.event is Event.WITHDRAWN
    stone = world.ledger.tombstone(world.iri("1"))
    assert stone is not None
    assert stone.reason == "cl22/2"
    world.harvest(records)
    world.harvest({**records, "1": good("改了名", 登记号="9442020Y0001")})
    world.harvest({**records, "1": good("换了号"), "9": good("换了主键", 登记号="944 2020Y0001")})
    assert list(world.titles()) == ["2"]
    assert world.remap(force=True).counts.published == 0
    assert world.ledger.desk.take_down(world.iri("1"), "cl22/2", officer="李四") == []


def test_a_take_down_between_judging_and_writing_wins(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The batch was judged before the take-down and is written after it."""
    from federation.pipeline import Begun, Pass

    world.harvest({"1": good()})
    honest = Pass._judged
    rounds: list[int] = []

    def late(self: Pass, begun: Begun) -> object:
        judged = honest(self, begun)
        if not rounds:
            world.ledger.desk.take_down(world.iri("1"), "1", officer="李四")
        rounds.append(1)
        return judged

    monkeypatch.setattr(Pass, "_judged", late)
    world.harvest({"1": good("新")}, accept=True)
    assert len(rounds) > 1
    assert world.titles() == {}


def test_a_lifted_take_down_lets_the_record_come_back(world: World) -> None:
    world.harvest({"1": good()})
    world.ledger.desk.take_down(world.iri("1"), "数据错误", officer="李四", note="查错了")
    assert world.harvest({"1": good()}).counts.published == 0
    assert world.ledger.desk.lift(world.iri("1"), officer="王五", note="没有错").state == "refused"
    assert world.harvest({"1": good()}).counts.published == 1
    (told,) = world.ledger.desk.takedowns()
    assert (told.iri, told.reason, told.ordered.note, told.destroyed) == (world.iri("1"), "cl22/5", "查错了", None)
    assert told.lifted is not None
    assert (told.lifted.officer, told.lifted.note) == ("王五", "没有错")
    with pytest.raises(UnknownRecord, match="is not taken down"):
        world.ledger.desk.lift(world.iri("1"), officer="王五")


def test_what_was_destroyed_is_not_kept_when_it_comes_again(world: World) -> None:
    secret = good("绝不外泄", 登记号="9442020Y0001")
    world.harvest({"1": secret, "2": good()})
    world.ledger.desk.take_down(world.iri("1"), "保密复核", officer="李四", purge=True)
    assert "绝不外泄" not in everything(world.ledger)
    world.harvest({"1": secret, "2": good(), "9": good("绝不外泄", 登记号="944 2020Y0001")})
    world.harvest({"1": {**secret, "简介": "绝不外泄"}, "2": good()})
    world.harvest({"1": b"{ \xe7\xbb\x9d", "2": good()})
    assert "绝不外泄" not in everything(world.ledger)
    assert world.ledger.raw("cn-xx", key_of("cn-xx", "1")) is None
    assert list(world.titles()) == ["2"]
    world.ledger.desk.lift(world.iri("1"), officer="李四")
    assert world.harvest({"1": secret, "2": good()}).counts.published == 1


def test_what_was_taken_down_can_be_destroyed_later(world: World) -> None:
    """First the transmission is stopped and everything preserved, then the order comes (E07)."""
    world.harvest({"1": good("绝不外泄")})
    world.ledger.desk.take_down(world.iri("1"), "来源撤下", officer="李四")
    assert "绝不外泄" in everything(world.ledger)
    seq = world.ledger.last_seq()
    assert world.ledger.desk.take_down(world.iri("1"), "1", officer="王五", note="来函 9 号", purge=True) == []
    assert "绝不外泄" not in everything(world.ledger)
    standing = world.ledger.desk.standing(world.iri("1"))
    assert standing.state == "refused"
    assert standing.down is not None
    assert (standing.down.reason, standing.down.ordered.officer) == ("cl22/6", "李四")
    assert standing.down.destroyed is not None
    assert standing.down.destroyed.officer == "王五"
    world.harvest({"1": good("绝不外泄")})
    assert "绝不外泄" not in everything(world.ledger)
    assert world.ledger.last_seq() == seq  # whether and when it was destroyed is told to nobody


def test_copies_that_were_refused_and_kept_go_with_the_next_harvest(world: World) -> None:
    records = {"1": good(登记号="9442020Y0001"), "9": good("绝不外泄", 登记号="944 2020Y0001")}
    world.harvest({"1": records["1"]})
    world.ledger.desk.take_down(world.iri("1"), "6", officer="李四")
    world.harvest(records)
    assert "绝不外泄" in everything(world.ledger)
    world.ledger.desk.take_down(world.iri("1"), "1", officer="李四", purge=True)
    world.harvest(records)
    assert "绝不外泄" not in everything(world.ledger)


def test_what_waits_for_the_guard_is_destroyed_too(world: World) -> None:
    world.source = source(guard=Guard(share=0.0, records=0))
    world.harvest({"1": good("旧")})
    assert world.harvest({"1": good("绝不外泄")}).status is RunStatus.HELD
    world.ledger.desk.take_down(world.iri("1"), "1", officer="李四", purge=True)
    assert "绝不外泄" not in everything(world.ledger)


def test_several_are_taken_down_together_or_not_at_all(world: World) -> None:
    world.harvest({"1": good(), "2": good()})
    with pytest.raises(UnknownRecord, match="example.org/x"):
        world.ledger.desk.take_down([world.iri("1"), "https://example.org/x"], "1", officer="李四")
    assert list(world.titles()) == ["1", "2"]
    changes = world.ledger.desk.take_down([world.iri("1"), world.iri("2"), world.iri("1")], "1", officer="李四")
    assert [change.iri for change in changes] == [world.iri("1"), world.iri("2")]
    assert world.titles() == {}


def test_what_is_not_public_is_kept_from_becoming_it(world: World) -> None:
    """A record that its source has withdrawn is recognised by what it last said."""
    world.harvest({"1": good(登记号="9442020Y0001"), "2": good(审查结论=None)})
    world.harvest({"1": None, "2": good(审查结论=None)}, full=False)
    assert world.ledger.desk.take_down([world.iri("1"), world.iri("2")], "1", officer="李四") == []
    world.harvest({"7": good("换了主键", 登记号="9442020Y0001"), "2": good("新")})
    assert world.titles() == {}


def test_take_down_says_what_it_needs(world: World) -> None:
    with pytest.raises(UnknownRecord, match="no record https://example.org/x"):
        world.ledger.desk.take_down("https://example.org/x", "1", officer="李四")
    with pytest.raises(ValueError, match="1 保密复核"):
        world.ledger.desk.take_down("https://example.org/x", "不喜欢", officer="李四")


def test_push_is_idempotent_and_tells_each_result(world: World) -> None:
    def send(*raws: object) -> list[tuple[str, Event | None]]:
        results = push(world.source, raws, world.ledger, world.mappings, world.settings)  # type: ignore[arg-type]
        return [(result.state, result.event) for result in results]

    batch = (raw("1", good()), raw("2", good(密级="秘密")), raw("1", good("最后")))
    assert send(*batch) == [("published", Event.PUBLISHED), ("refused", None)]
    assert send(*batch) == []
    assert world.titles() == {"1": "最后"}
    assert send(raw("1", None)) == [("withdrawn", Event.WITHDRAWN)]
    assert world.titles() == {}
