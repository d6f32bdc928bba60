"""The docket: what is shown of a record that waits is what an approval would publish, and nothing that the gate keeps back."""

import msgspec
import pytest

from federation.docket import CHANGED, LOST, Hearing, hearings
from federation.errors import UnknownRecord
from tests.federation.world import World, good, mapping


def heard(world: World) -> list[Hearing]:
    desk = world.ledger.desk
    return list(hearings(desk.waiting(), world.source, world.ledger, world.mappings, world.settings))


def test_what_is_shown_is_what_an_approval_publishes(world: World) -> None:
    world.harvest({"1": good(审查结论=None, 联系人="王某某", 简介="电话13812345678")})
    (hearing,) = heard(world)
    assert (hearing.case.then, hearing.case.still, hearing.case.identifier) == ("published", "", "1")
    waiting = world.ledger.desk.waits(world.iri("1"))
    assert waiting.content.startswith(hearing.case.mark)
    world.ledger.desk.decide(waiting, "approve", officer="张三", org="保密办", basis="x")
    world.remap()
    public = world.ledger.record(world.iri("1"))
    assert public is not None
    assert hearing.record == msgspec.structs.replace(public.record, review=())
    with pytest.raises(UnknownRecord, match="does not wait for a review: it is published"):
        world.ledger.desk.waits(world.iri("1"))


def test_what_an_approval_does_not_settle_is_told(world: World) -> None:
    world.mappings = (mapping(text='\n[fields.exportScreen]\nfrom = "出口"\n'),)
    world.harvest({"1": good(审查结论=None, 出口="pending")})
    (hearing,) = heard(world)
    assert (hearing.case.then, hearing.case.still, hearing.case.title) == ("held", "export-pending", "")
    assert hearing.record is None
    world.ledger.desk.decide(
        world.ledger.desk.waits(world.iri("1")), "refer", officer="张三", org="保密办", basis="报上级"
    )
    world.remap()
    (hearing,) = heard(world)
    assert hearing.case.reason == "review-referred"
    assert [(one.decision, one.basis, one.of_this_content) for one in hearing.decided] == [("refer", "报上级", True)]


def test_a_record_that_other_rules_would_judge_has_to_be_judged_first(world: World) -> None:
    world.harvest({"1": good(审查结论=None)})
    world.mappings = (mapping("1.1.0", text='\n[fields.keywords]\ndefault = ["新"]\n'),)
    (hearing,) = heard(world)
    assert (hearing.case.then, hearing.case.title, hearing.record) == (CHANGED, "", None)


def test_nothing_is_shown_of_what_would_be_secret_by_the_rules_of_today(world: World) -> None:
    world.harvest({"1": good("绝不外泄", 审查结论=None, 备注="秘密★10年")})
    world.mappings = (mapping("1.1.0", text='\n[fields.keywords]\nfrom = "备注"\n'),)
    (hearing,) = heard(world)
    assert (hearing.case.then, hearing.case.still) == ("refused", "secret-marking-in-text")
    assert "绝不外泄" not in repr(hearing)


def test_nothing_is_kept_to_be_judged(world: World) -> None:
    world.harvest({"1": good(审查结论=None)})
    world.mappings = (mapping(kind="demand"),)
    (hearing,) = heard(world)
    assert (hearing.case.then, hearing.case.identifier) == (LOST, "")
