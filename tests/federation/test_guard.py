"""Deletion rules and the mass-change guard."""

from typing import Any

import pytest

from federation.errors import NotHeld, RunError
from federation.source import Guard
from federation.verify import check
from federation.views import RunStatus
from harvesters.base import Harvested, Unreadable
from tests.federation.world import Memory, World, good, raw, source


def many(count: int, title: str = "成果", skip: int = 0) -> dict[str, object]:
    return {str(n): good(f"{title}{n}") for n in range(skip, count)}


def test_absence_counts_only_after_two_complete_passes(world: World) -> None:
    world.harvest(many(5))
    assert world.harvest(many(5, skip=1)).counts.withdrawn == 0
    assert world.harvest(many(5, skip=1)).counts.withdrawn == 1
    assert sorted(world.titles()) == ["1", "2", "3", "4"]
    assert world.harvest(many(5, skip=1)).counts.withdrawn == 0
    assert not any(check(world.ledger).values())


def test_absence_is_forgotten_when_the_record_comes_back(world: World) -> None:
    world.harvest(many(5))
    for _ in range(3):
        world.harvest(many(5, skip=1))
        world.harvest(many(5))
        break
    assert world.harvest(many(5, skip=1)).counts.withdrawn == 0
    assert len(world.titles()) == 5


def test_judging_again_says_nothing_of_absence(world: World) -> None:
    world.harvest(many(5))
    world.harvest(many(5, skip=1))
    world.remap()
    world.remap(force=True)
    assert world.harvest(many(5, skip=1)).counts.withdrawn == 1


@pytest.mark.parametrize(
    "options", [{"complete": False}, {"fail_after": 3}, {"fail_after": 4}], ids=["incomplete", "broken", "broken-late"]
)
def test_an_incomplete_or_failed_pass_proves_nothing(world: World, options: dict[str, Any]) -> None:
    world.harvest(many(5))
    for _ in range(3):
        run = world.harvest(many(5, skip=1), **options)
        assert run.counts.withdrawn == 0
        assert not run.complete
    assert len(world.titles()) == 5
    assert run.status is (RunStatus.FAILED if "fail_after" in options else RunStatus.DONE)


def test_a_failed_pass_keeps_what_it_read(world: World) -> None:
    run = world.harvest(many(20), fail_after=15)
    assert run.status is RunStatus.FAILED
    assert run.message == "the source closed the connection"
    assert len(world.titles()) == 15  # two whole batches of seven and the one it broke off in


def test_an_unreadable_record_is_not_absent(world: World) -> None:
    world.harvest(many(3))
    for _ in range(3):
        records: list[Harvested] = [
            Unreadable("cn-xx", "0", "row 1 is torn"),
            raw("1", good("成果1")),
            raw("2", good("成果2")),
        ]
        run = world.pull(Memory(records))
        assert (run.counts.unreadable, run.counts.withdrawn) == (1, 0)
    assert len(world.titles()) == 3


def test_mass_withdrawal_waits_for_a_person(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    world.harvest(many(40, skip=10))
    run = world.harvest(many(40, skip=10))
    assert run.status is RunStatus.HELD
    assert f"--accept {run.id}" in run.message
    assert len(world.titles()) == 40
    report = world.ledger.run_book.guard(run.id)
    assert (report.withdraw, report.change, report.published) == (10, 0, 40)
    accepted = world.accept(run.id)
    assert accepted.counts.withdrawn == 10
    assert len(world.titles()) == 30
    assert world.ledger.run_book.of("cn-xx", 2)[1].status is RunStatus.DONE
    with pytest.raises(NotHeld, match="does not wait"):
        world.accept(run.id)
    assert not any(check(world.ledger).values())


def test_below_the_guard_nothing_waits(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=10))
    world.harvest(many(40))
    world.harvest(many(40, skip=10))
    assert world.harvest(many(40, skip=10)).counts.withdrawn == 10


def test_mass_change_waits_and_nothing_of_it_is_applied(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    run = world.harvest({**many(40, "改名"), "new": good("新来")})
    assert run.status is RunStatus.HELD
    assert (run.counts.changed, run.counts.published) == (0, 1)
    assert world.titles()["0"] == "成果0"
    assert world.accept(run.id).counts.changed == 40
    assert world.titles()["0"] == "改名0"
    assert world.harvest({**many(40, "改名"), "new": good("新来")}).counts.unchanged == 41


def test_schema_drift_that_would_close_records_waits_too(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    run = world.harvest({str(n): good(f"成果{n}", 课题来源=None) for n in range(40)})
    assert run.status is RunStatus.HELD
    assert len(world.titles()) == 40


def test_a_later_run_takes_the_place_of_a_held_one(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    held = world.harvest(many(40, "改名"))
    assert world.harvest(many(40)).status is RunStatus.DONE
    with pytest.raises(NotHeld, match="superseded"):
        world.accept(held.id)
    assert world.titles()["0"] == "成果0"


def test_accepting_in_advance(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    assert world.harvest(many(40, "改名"), accept=True).counts.changed == 40


def test_a_run_is_accepted_for_its_own_source_only(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=5))
    world.harvest(many(40))
    held = world.harvest(many(40, "改名"))
    world.source = source("cn-yy")
    with pytest.raises(RunError, match="belongs to source 'cn-xx'"):
        world.accept(held.id)
