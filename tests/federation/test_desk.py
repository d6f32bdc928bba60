"""The desk: reviews of exactly what was shown, take-downs that hold, and what lifts them."""

import pytest

from federation.errors import UnknownRecord
from federation.push import judge_again, push
from federation.views import Event
from tests.federation.world import World, good, raw


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
    change = world.ledger.desk.take_down(world.iri("1"), "权利人申请", officer="李四")
    assert change is not None
    assert change.event is Event.WITHDRAWN
    stone = world.ledger.tombstone(world.iri("1"))
    assert stone is not None
    assert stone.reason == "cl22/2"
    world.harvest(records)
    world.harvest({**records, "1": good("改了名", 登记号="9442020Y0001")})
    world.harvest({**records, "1": good("换了号"), "9": good("换了主键", 登记号="944 2020Y0001")})
    assert list(world.titles()) == ["2"]
    assert world.remap(force=True).counts.published == 0
    assert world.ledger.desk.take_down(world.iri("1"), "cl22/2", officer="李四") is None


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
    assert [(iri, reason) for iri, reason, _ in world.ledger.desk.suppressions()] == [(world.iri("1"), "cl22/5")]
    assert world.ledger.desk.lift(world.iri("1")) >= 1
    assert world.harvest({"1": good()}).counts.published == 1


def test_take_down_with_purge_leaves_no_content(world: World) -> None:
    from tests.federation.test_secrecy import everything

    world.harvest({"1": good("绝不外泄")})
    world.ledger.desk.take_down(world.iri("1"), "保密复核", officer="李四", purge=True)
    assert "绝不外泄" not in everything(world.ledger)


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
