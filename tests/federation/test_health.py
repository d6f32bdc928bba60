"""The health of a source: from runs, schedule and time alone, and the same over the ledger of a real pipeline."""

from datetime import UTC, datetime, timedelta

import pytest

from federation.clock import stamp
from federation.runs import histories, run_of
from federation.schedule import Schedule
from federation.source import Guard
from federation.views import Cause, Run, RunCounts, RunStatus
from federation.watch.health import HISTORY, Condition, health_of, reliability
from harvesters.base import TerminalError, TransientError
from tests.federation.world import Memory, World, good, raw, source

NOW = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)
DAILY = Schedule("0 3 * * *")


def passed(status: RunStatus, hours: float = 1, cause: Cause | None = None, mode: str = "full") -> Run:
    at = stamp(NOW - timedelta(hours=hours))
    return Run(int(10_000 - hours), "cn-xx", status, at, at, True, RunCounts(), "what was said", mode, cause)


def judged(*runs: Run, success: float | None = 1, schedule: Schedule | None = DAILY) -> Condition:
    last = None if success is None else stamp(NOW - timedelta(hours=success))
    return health_of(runs, schedule, last, NOW).condition


DONE, FAILED, HELD = RunStatus.DONE, RunStatus.FAILED, RunStatus.HELD


@pytest.mark.parametrize(
    ("schedule", "hours", "condition"),
    [
        (DAILY, 47, Condition.FRESH),
        (DAILY, 49, Condition.LATE),
        (Schedule("0 * * * *"), 3, Condition.LATE),
        (Schedule("0 3 1 * *"), 49, Condition.FRESH),
        (Schedule("0 3 * * 1-5"), 100, Condition.FRESH),  # a week-end is no delay
        (Schedule("0 3 * * 1-5"), 150, Condition.LATE),
        (None, 9000, Condition.FRESH),  # harvested by hand: nobody promised a time
        (Schedule("never"), 9000, Condition.FRESH),  # the file is wrong, which is said elsewhere
    ],
)
def test_late_is_twice_the_period_without_a_good_pass(
    schedule: Schedule | None, hours: float, condition: Condition
) -> None:
    assert judged(passed(DONE, hours), success=hours, schedule=schedule) is condition


def test_what_the_last_pass_was_is_said_first() -> None:
    away, wrong = passed(FAILED, 1, Cause.TRANSIENT), passed(FAILED, 2, Cause.TERMINAL)
    stopped = passed(RunStatus.INTERRUPTED, 1)
    assert judged(success=None) is Condition.NEVER
    assert judged(passed(RunStatus.RUNNING), success=None) is Condition.NEVER
    assert judged(passed(HELD), passed(DONE, 2), success=900) is Condition.HELD
    assert judged(away, away, passed(DONE)) is Condition.UNREACHABLE
    assert judged(away, wrong, passed(DONE)) is Condition.FAILING
    assert judged(passed(RunStatus.RUNNING), wrong) is Condition.FAILING
    assert judged(stopped, passed(DONE)) is Condition.FRESH
    assert judged(stopped, stopped, stopped) is Condition.FAILING
    assert judged(passed(DONE), away, wrong) is Condition.FRESH
    assert judged(passed(RunStatus.DONE, 1, mode="remap"), wrong) is Condition.FAILING


def test_how_long_and_how_often_is_told() -> None:
    runs = [passed(FAILED, n, Cause.TRANSIENT) for n in range(1, 5)] + [passed(DONE, n) for n in range(5, 60)]
    found = health_of(runs, DAILY, runs[4].ended, NOW)
    assert (found.failures, found.since, found.message) == (4, runs[3].started, "what was said")
    assert len(found.history) == HISTORY
    assert found.reliability == round(26 / 30, 3)
    assert found.history[0].cause is Cause.TRANSIENT
    assert reliability([passed(HELD), passed(RunStatus.SUPERSEDED)]) is None


@pytest.mark.parametrize(
    ("error", "cause", "condition"),
    [
        (TransientError("no answer"), Cause.TRANSIENT, Condition.UNREACHABLE),
        (TerminalError("nothing there"), Cause.TERMINAL, Condition.FAILING),
        (RuntimeError("ours"), Cause.OURS, Condition.FAILING),
    ],
)
def test_the_ledger_keeps_why_a_pass_failed(world: World, error: Exception, cause: Cause, condition: Condition) -> None:
    world.harvest({"1": good()})
    run = world.pull(Memory([raw("1", good())], fail_after=0, error=error))
    assert run.cause is cause
    health = world.ledger.status({"cn-xx": DAILY, "cn-yy": None}).sources["cn-xx"].health
    assert health is not None
    assert (health.condition, health.since, health.failures) == (condition, run.started, 1)
    assert health.reliability == 0.5


def test_sources_that_were_never_read_are_listed_with_the_others(world: World) -> None:
    found = world.ledger.status({"cn-yy": DAILY}).sources
    assert found["cn-yy"].health is not None
    assert found["cn-yy"].health.condition is Condition.NEVER


def test_a_held_run_is_seen_by_operators_and_not_by_the_public(world: World) -> None:
    world.source = source(guard=Guard(share=0.1, records=2))
    world.harvest({str(n): good(f"甲{n}") for n in range(9)})
    run = world.harvest({str(n): good(f"乙{n}") for n in range(9)})
    assert run.status is HELD
    operators = world.ledger.status({"cn-xx": DAILY}).sources["cn-xx"].health
    last = world.ledger.source("cn-xx").last_success
    public = health_of(world.ledger.runs("cn-xx", HISTORY), DAILY, last, datetime.now(UTC))
    assert operators is not None
    assert operators.condition is Condition.HELD
    assert public.condition is Condition.FRESH
    assert public.message == ""


def test_histories_are_bounded_for_each_source(world: World) -> None:
    for _ in range(4):
        world.harvest({"1": good()})
    world.remap()
    with world.ledger.database.read() as connection:
        runs = [run_of(row) for row in connection.execute(histories(("full",), 3))]
    assert [run.mode for run in runs] == ["full"] * 3
    assert runs[0].id > runs[2].id
