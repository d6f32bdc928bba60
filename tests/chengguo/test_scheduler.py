"""The scheduler with real processes and a clock of its own."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chengguo.child import Program
from chengguo.scheduler import Scheduler, delay_of
from federation.schedule import Schedule
from tests.chengguo.processes import eventually

START = datetime(2026, 3, 1, 1, 0, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, **span: float) -> None:
        self.now += timedelta(**span)


class Programs:
    """Jobs that write their source's name into a file, and wait for another file before they end."""

    def __init__(self, out: Path) -> None:
        self.out = out

    def __call__(self, source: str) -> Program:
        code = (
            "import sys, time, pathlib; f = pathlib.Path(sys.argv[1]);"
            "open(f, 'a').write(sys.argv[2] + '\\n')\n"
            "while not f.with_suffix('.go').exists(): time.sleep(0.02)"
        )
        return Program(source, (sys.executable, "-S", "-c", code, str(self.out), source), kept=False)

    def ran(self) -> list[str]:
        return self.out.read_text().split() if self.out.exists() else []

    def let_go(self) -> None:
        self.out.with_suffix(".go").touch()


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    return Programs(tmp_path / "ran")


def made(
    tmp_path: Path,
    programs: Programs,
    clock: Clock,
    schedules: dict[str, str],
    jobs: int = 2,
    *,
    zone: str = "UTC",
    watch: Sequence[Program] = (),
) -> Scheduler:
    def read() -> dict[str, Schedule | None]:
        return {source: Schedule(text, zone) if text else None for source, text in schedules.items()}

    memory = tmp_path / "schedule.json"
    scheduler = Scheduler(read, programs, memory, jobs, clock, spread=timedelta(), watch=watch)
    scheduler.start()
    return scheduler


def idle(scheduler: Scheduler) -> bool:
    scheduler.tend()
    return scheduler.gone()


def test_a_source_runs_when_it_is_due_and_not_before(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    scheduler = made(tmp_path, programs, clock, {"cn-bj": "30 2 * * *", "by-hand": ""})
    programs.let_go()
    scheduler.tend()
    assert scheduler.gone()
    clock.pass_by(minutes=90)
    scheduler.tend()
    eventually(lambda: idle(scheduler), "the job to end")
    assert programs.ran() == ["cn-bj"]
    assert scheduler.due() == {"cn-bj": START.replace(hour=2, minute=30) + timedelta(days=1)}
    scheduler.tend()
    assert programs.ran() == ["cn-bj"]


def test_what_fell_due_while_the_node_was_down_is_caught_up_with(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    programs.let_go()
    first = made(tmp_path, programs, clock, {"a": "0 2 * * *"})
    clock.pass_by(hours=1)
    first.tend()
    eventually(lambda: idle(first), "the job to end")
    clock.pass_by(days=3)
    second = made(tmp_path, programs, clock, {"a": "0 2 * * *"})
    second.tend()
    eventually(lambda: idle(second), "the job to end")
    assert programs.ran() == ["a", "a"]  # once, not once per missed day


def test_no_more_jobs_at_once_than_allowed_and_no_source_twice(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    scheduler = made(tmp_path, programs, clock, dict.fromkeys("abc", "*/5 * * * *"), jobs=2)
    for _ in range(4):
        clock.pass_by(minutes=5)
        scheduler.tend()
    eventually(lambda: len(programs.ran()) == 2, "two jobs")
    scheduler.tend()
    assert sorted(programs.ran()) == ["a", "b"]
    programs.let_go()
    eventually(lambda: idle(scheduler), "all jobs to end")
    assert sorted(programs.ran()) == ["a", "b", "c"]


def test_a_wrong_schedule_stops_no_other(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    scheduler = made(tmp_path, programs, clock, {"bad": "every day", "good": "0 2 * * *"})
    assert list(scheduler.due()) == ["good"]


def test_schedules_are_read_again(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    schedules = {"a": "0 2 * * *"}
    scheduler = made(tmp_path, programs, clock, schedules)
    schedules["b"] = schedules.pop("a")
    clock.pass_by(seconds=61)
    scheduler.tend()
    assert list(scheduler.due()) == ["b"]


def test_ending_leaves_no_job(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    scheduler = made(tmp_path, programs, clock, {"a": "* * * * *"})
    clock.pass_by(minutes=1)
    scheduler.tend()
    eventually(lambda: programs.ran() == ["a"], "the job to run")
    scheduler.terminate()
    eventually(scheduler.gone, "the job to end")


def test_a_changed_schedule_counts_at_once_and_runs_nothing_it_would_have_missed(
    tmp_path: Path, programs: Programs
) -> None:
    clock = Clock()
    programs.let_go()
    schedules = {"a": "0 2 1 1 *"}  # once a year
    scheduler = made(tmp_path, programs, clock, schedules)
    clock.pass_by(hours=4)
    schedules["a"] = "0 3 * * *"
    scheduler.tend()
    assert scheduler.due() == {"a": START.replace(hour=3) + timedelta(days=1)}
    assert scheduler.gone()
    clock.pass_by(hours=22)
    scheduler.tend()
    eventually(lambda: idle(scheduler), "the job to end")
    assert programs.ran() == ["a"]


def test_a_schedule_is_read_in_its_own_time_zone(tmp_path: Path, programs: Programs) -> None:
    here, there = (
        made(tmp_path, programs, Clock(), {"a": "0 3 * * *"}, zone=zone).due()["a"] for zone in ("Asia/Shanghai", "UTC")
    )
    assert here == datetime(2026, 3, 1, 19, 0, tzinfo=UTC)
    assert there == datetime(2026, 3, 1, 3, 0, tzinfo=UTC)


def test_sources_of_one_minute_are_spread_the_same_way_every_time() -> None:
    schedule = Schedule("0 3 * * *")
    delays = {name: delay_of(name, schedule, START) for name in (f"cn-{n}" for n in range(31))}
    assert len(set(delays.values())) > 25
    assert max(delays.values()) < timedelta(minutes=5)
    assert max(delays.values()) > timedelta(minutes=3)
    assert delays == {name: delay_of(name, schedule, START + timedelta(days=9)) for name in delays}
    assert max(delay_of(name, Schedule("* * * * *"), START) for name in delays) < timedelta(seconds=6)


def test_the_watch_runs_when_harvests_have_ended_and_from_time_to_time(tmp_path: Path, programs: Programs) -> None:
    clock = Clock()
    scheduler = made(tmp_path, programs, clock, {"a": "0 2 * * *"}, watch=[programs("watch")])
    programs.let_go()
    scheduler.tend()
    assert programs.ran() == []
    clock.pass_by(hours=1)
    scheduler.tend()
    eventually(lambda: idle(scheduler) and len(programs.ran()) == 2, "harvest and watch to end")
    assert programs.ran() == ["a", "watch"]
    scheduler.tend()
    assert programs.ran() == ["a", "watch"]
    clock.pass_by(minutes=10)
    eventually(lambda: idle(scheduler) and len(programs.ran()) == 3, "the watch to look again")
    assert programs.ran()[2] == "watch"


@pytest.mark.parametrize("text", ["", "every day", "61 * * * *", "0 0 30 2 *", "* * * * * * *"])
def test_what_is_no_schedule_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="minute hour day month weekday"):
        Schedule(text, "UTC").after(START)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Asia"])
def test_what_is_no_time_zone_is_refused_by_name(zone: str) -> None:
    with pytest.raises(ValueError, match="timezone: .*Asia/Shanghai"):
        Schedule("0 3 * * *", zone).after(START)
