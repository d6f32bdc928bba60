"""What needs a person: each matter appears, names what settles it, goes when it is settled, and tells nothing secret."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from federation.clock import now, stamp
from federation.errors import ConfigurationError, NotHeld
from federation.schedule import Schedule
from federation.schema import source_state
from federation.source import Guard
from federation.views import Event, RunStatus
from federation.watch.attention import Concern, Matter, attention
from federation.workbench.held import held_diff
from harvesters.base import TerminalError, TransientError
from tests.federation.world import Memory, World, good, mapping, raw, source
from vocab.problem import Problem
from vocab.record import Record

DAILY = {"cn-xx": Schedule("0 3 * * *")}
TERMINAL, TRANSIENT = TerminalError("页面说：机密"), TransientError("no answer")


def matters(world: World, **faults: ConfigurationError) -> dict[Concern, Matter]:
    return {one.concern: one for one in attention(world.ledger.database, DAILY, faults)}


def fail(world: World, error: Exception, times: int) -> None:
    for _ in range(times):
        world.pull(Memory([raw("1", good())], fail_after=0, error=error))


def many(count: int, title: str, **changes: Any) -> dict[str, Any]:
    return {str(n): good(f"{title}{n}", **changes) for n in range(count)}


def test_a_healthy_node_needs_nobody(world: World) -> None:
    world.harvest({"1": good()})
    assert matters(world) == {}


@pytest.mark.parametrize(("error", "concern"), [(TERMINAL, Concern.FAILING), (TRANSIENT, Concern.UNREACHABLE)])
def test_a_source_calls_when_it_failed_three_times_in_a_row(world: World, error: Exception, concern: Concern) -> None:
    world.harvest({"1": good()})
    fail(world, error, 2)
    assert matters(world) == {}
    fail(world, error, 1)
    first = matters(world)[concern]
    fail(world, error, 1)
    assert matters(world)[concern].digest == first.digest  # the fourth failure is no news
    assert str(error) in first.detail
    assert str(error) not in first.said
    world.harvest({"1": good()})
    assert matters(world) == {}


def test_a_held_run_is_told_with_its_numbers_and_its_commands(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=2))
    world.harvest(many(9, "甲"))
    run = world.harvest(many(9, "乙"))
    found = matters(world)[Concern.HELD]
    assert found.command == f"chengguo run show {run.id}; chengguo harvest --accept {run.id}"
    assert "9 changed" in found.detail
    world.accept(run.id)
    assert matters(world) == {}


def test_records_that_wait_for_a_review_are_told_until_somebody_has_decided(world: World) -> None:
    world.harvest({"1": good(审查结论=None), "2": good()})
    found = matters(world)[Concern.REVIEW]
    assert (found.command, found.detail) == ("chengguo review list --source cn-xx", "1 records")
    world.harvest({"1": good(审查结论=None), "2": good(), "3": good("绝不外泄", 审查结论=None)})
    assert matters(world)[Concern.REVIEW].digest == found.digest
    assert "绝不外泄" not in repr(matters(world))
    world.harvest({"1": good(), "2": good(), "3": good(审查结论="refuse")})
    assert matters(world) == {}


def test_a_source_that_nobody_harvests_any_more_is_noticed(world: World) -> None:
    world.harvest({"1": good()})
    with world.ledger.database.touch() as connection:
        connection.execute(update(source_state).values(success_at=stamp(now() - timedelta(days=3))))
    assert matters(world)[Concern.LATE].command == "chengguo harvest cn-xx"


def test_a_wrong_file_is_told(world: World) -> None:
    found = matters(world, **{"cn-zz": ConfigurationError("sources/cn-zz.toml: url: is missing")})
    assert found[Concern.CONFIGURATION].command == "chengguo source check cn-zz"
    assert "url: is missing" in found[Concern.CONFIGURATION].detail


def test_records_that_failed_by_our_own_fault_are_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(record: Record, today: object, *, masked: bool) -> list[Problem]:
        raise RuntimeError

    monkeypatch.setattr("federation.judge.validate", fails)
    run = world.harvest({"1": good(), "2": good("二")})
    found = matters(world)[Concern.OWN_FAULT]
    assert found.said.startswith("2 records of cn-xx failed by a fault of the platform")
    assert found.command == f"chengguo run show {run.id}"
    monkeypatch.undo()
    world.harvest({"1": good(), "2": good("二")})
    assert matters(world) == {}


def test_many_unknown_codes_of_public_records_are_told_and_those_of_others_never(world: World) -> None:
    lines = '\n[fields.stage]\nfrom = "阶段"\nlookup = "cl04"\n'
    world.mappings = (mapping(text=lines),)
    world.harvest(many(9, "甲", 阶段="孵化期"))
    assert matters(world) == {}
    public, refused = many(20, "甲", 阶段="孵化期"), {f"s{n}": good(密级="秘密", 阶段="绝密阶段") for n in range(20)}
    rejected = {f"r{n}": good("", 阶段="不合格阶段") for n in range(20)}
    world.harvest({**public, **refused, **rejected})
    found = matters(world)[Concern.UNKNOWN_CODES]
    assert found.said == "100% of the published records of cn-xx have values of stage that no code list knows: “孵化期”"
    assert found.command == "chengguo remap cn-xx"
    world.mappings = (mapping("1.1.0"),)
    world.remap()
    assert matters(world) == {}


def test_what_a_held_run_would_do_is_shown_field_by_field(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=2))
    world.harvest(many(30, "甲"))
    world.harvest({k: v for k, v in many(30, "甲").items() if int(k) > 3})
    changed = {k: v for k, v in many(30, "乙", 联系人="王某").items() if int(k) > 3}
    changed["5"] = good("机密的新名称", 公开属性="不公开")
    run = world.harvest(changed)
    assert run.status is RunStatus.HELD
    assert len(held_diff(run.id, world.source, world.ledger, world.mappings, world.settings).change) == 20
    found = held_diff(run.id, world.source, world.ledger, world.mappings, world.settings, first=100)
    assert (found.missing, found.staged) == (4, 26)
    assert sorted(one.identifier for one in found.withdraw) == ["0", "1", "2", "3"]
    by_identifier = {one.identifier: one for one in found.change}
    title = next(change for change in by_identifier["10"].diff if change.field == "title")
    assert ("甲10" in (title.before or ""), "乙10" in (title.after or "")) == (True, True)
    assert (by_identifier["5"].event, by_identifier["5"].diff) == (Event.WITHDRAWN, ())
    assert "王某" not in str(found)
    assert "机密的新名称" not in str(found)
    world.accept(run.id)
    with pytest.raises(NotHeld):
        held_diff(run.id, world.source, world.ledger, world.mappings, world.settings)


def test_a_listing_that_repeats_its_own_keys_is_told(world: World) -> None:
    twice = [raw("1", good("一")), raw("2", good("二")), raw("1", good("又一"))]
    assert world.pull(Memory(twice)).message == "the listing repeats 1 keys; of records with one key the last counts"
