"""What hurts people in the systems they use today, reproduced: each test is named by its symptom and names the thread.

Schedules that wait for their old time (GSA/data.gov#4554) are in tests/chengguo/test_scheduler.py.
"""

import time
import tracemalloc
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update

from chengguo.harvesting import Pool
from federation.clock import ago
from federation.errors import NotHeld
from federation.runs import LEASE
from federation.schema import entry, published, source_state
from federation.schema import raw as kept
from federation.schema import run as runs
from federation.source import Guard
from federation.verify import check
from federation.views import Run, RunStatus
from harvesters.base import Harvested, TerminalError, TransientError, Unreadable
from tests.federation.world import Memory, World, good, raw, source

GUARD = Guard(share=0.1, records=5)


def many(count: int, skip: int = 0, **changes: Any) -> dict[str, Any]:
    return {str(n): good(f"成果{n}", **changes) for n in range(skip, count)}


def test_a_job_stays_running_until_somebody_runs_it_again(world: World) -> None:
    """ckan/ckanext-harvest#176, #380; GSA/data.gov#504, #997: dead workers leave jobs "Running" for months."""
    lease = world.ledger.run_book.start("cn-xx", "full")
    with world.ledger.database.touch() as connection:
        connection.execute(update(runs).values(owner="another-machine:1:aa", heartbeat=ago(LEASE + 1)))
    assert world.harvest({"1": good()}).status is RunStatus.DONE  # nobody had to clean up first
    dead = world.ledger.run_book.get(lease.run)
    assert dead is not None
    assert dead.status is RunStatus.INTERRUPTED


def test_a_restarted_queue_multiplies_the_records(world: World) -> None:
    """ckan/ckanext-harvest#420: 7,700 datasets became 1,417,987 queued ids in a day."""
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt):
            world.pull(Memory([raw(i, r) for i, r in many(20).items()], fail_after=15, error=KeyboardInterrupt()))  # type: ignore[arg-type]
    run = world.harvest(many(20))
    with world.ledger.database.read() as connection:
        stored = [
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (entry, kept, published)
        ]
    assert stored == [20, 20, 20]
    assert run.counts.unchanged == 7  # the batch that was committed each time, and not again
    assert world.ledger.last_seq() == 20


def test_records_deleted_at_the_source_stay_for_ever(world: World) -> None:
    """ckan/ckanext-harvest#542, GSA/data.gov#2989 (14,000 stale), datagouv/data.gouv.fr#157."""
    world.harvest(many(5))
    world.harvest(many(5, skip=2))
    world.harvest(many(5, skip=2))
    assert sorted(world.titles()) == ["2", "3", "4"]
    assert world.ledger.tombstone(world.iri("0")) is not None


def test_a_renamed_record_is_deleted_and_made_again(world: World) -> None:
    """ckanext-dcat: identifiers fall back to the title (B2.7), and doubles appear when a link is lost (GSA/data.gov#2744)."""
    world.harvest({"1": good("旧名称")})
    before = world.iri("1")
    world.harvest({"1": good("新名称")})
    assert world.titles() == {"1": "新名称"}
    record = world.ledger.record(before)
    assert record is not None
    assert record.version == 2


def test_a_huge_source_is_held_in_memory_before_anything_is_stored(world: World) -> None:
    """ckan/ckanext-harvest#549: 296,000 records never leave "gather". Here the first are public while others are read."""
    seen: list[int] = []

    def listing() -> Iterator[Harvested]:
        for n in range(60):
            if n % 20 == 0:
                seen.append(world.ledger.last_seq())
            yield raw(str(n), good(f"成果{n}"))

    class Streamed(Memory):
        def records(self, since: datetime | None = None) -> Iterator[Harvested]:
            yield from listing()

    world.pull(Streamed([]))
    assert seen[0] == 0
    assert 0 < seen[1] < seen[2] < 60


def test_hours_of_a_slow_source_are_lost_when_it_breaks_off(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page every few seconds fills no batch for an hour: what has come is written all the same."""
    monkeypatch.setattr("federation.harvest.SLOW", 0.0)
    seen: list[int] = []

    class Slow(Memory):
        def records(self, since: datetime | None = None) -> Iterator[Harvested]:
            for n in range(6):
                time.sleep(0.001)
                yield raw(str(n), good(f"成果{n}"))
                seen.append(world.ledger.last_seq())

    world.pull(Slow([]))
    assert seen == [0, 1, 2, 3, 4, 5]  # one is judged while the one before is written


def test_errors_while_listing_are_reported_as_zeros(world: World) -> None:
    """GSA/data.gov#3532: "0/0/0/0" and no word of why."""
    run = world.pull(Memory([], fail_after=0, error=TerminalError("the listing is an HTML login page")))
    assert run.status is RunStatus.FAILED
    assert run.message == "the listing is an HTML login page"


def test_one_odd_character_rejects_the_whole_source(world: World) -> None:
    """GSA/datagov-ckan-multi#472, ckanext-harvest#96: a tag's charset or one bad byte ends the harvest."""
    records = {"1": good("一"), "2": b'{"\xff', "3": good("三\x00号"), "4": good("四 ①№℃ 䶮𬭎")}
    run = world.harvest(records)
    assert run.status is RunStatus.DONE
    assert {"1", "4"} <= set(world.titles())


def test_one_monstrous_record_kills_the_worker(world: World) -> None:
    """GSA/data.gov#4583: one dataset with 8,327 distributions ends the process. Here memory stays bounded and others pass."""
    monster = good("巨大的记录", 简介="字" * 400_000, 完成单位="；".join(f"单位{n}" for n in range(8327)))
    tracemalloc.start()
    try:
        run = world.harvest({"1": good("一"), "2": monster, "3": good("三")})
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert run.status is RunStatus.DONE
    assert {"1", "3"} <= set(world.titles())
    assert peak < 200 * 2**20


def test_deleting_what_is_deleted_crashes(world: World) -> None:
    """ckan/ckanext-dcat#238."""
    world.harvest({"1": good("一"), "2": good("二")})
    for _ in range(3):
        run = world.harvest({"1": good("一"), "2": None})
        assert run.status is RunStatus.DONE
    assert list(world.titles()) == ["1"]
    assert [change.event.value for change in world.ledger.changes(0, 99)].count("withdrawn") == 1
    assert world.harvest({"1": good("一"), "2": good("二")}).counts.published == 1


def test_half_a_listing_deletes_the_other_half(world: World) -> None:
    """ckanext-dcat, rdf.py (B2.5): a page that repeats the first ends the loop, and the rest is deleted."""
    world.harvest(many(40))
    for _ in range(4):
        assert world.harvest(many(20), complete=False).counts.withdrawn == 0
    assert len(world.titles()) == 40


def test_an_empty_answer_orphans_everything(world: World) -> None:
    """GetDKAN/dkan#2918, #2829: the source is down or its cache is gone, and all its datasets go."""
    world.source = source(guard=GUARD)
    world.harvest(many(40))
    down = TransientError("connection refused")
    assert world.pull(Memory([], fail_after=0, error=down)).counts.withdrawn == 0
    for _ in range(3):
        run = world.harvest({})
        assert run.counts.withdrawn == 0
    assert run.status is RunStatus.HELD
    assert len(world.titles()) == 40


def test_one_failing_harvest_stops_all_that_follow() -> None:
    """GetDKAN/dkan#2891."""

    def fails(_: object) -> Run:
        raise RuntimeError

    outcomes = Pool(1, lambda *_: None).run([("bad", fails), ("worse", fails)], lambda _: None)
    assert [outcome.source for outcome in outcomes] == ["bad", "worse"]
    assert all(outcome.error for outcome in outcomes)


def test_the_source_changed_its_identifiers_and_everything_is_there_twice(world: World) -> None:
    """datagouv/data.gouv.fr#680, #1511, #1761: told on the first pass, and nothing is withdrawn without a person."""
    world.source = source(guard=GUARD)
    world.harvest(many(30))
    run = world.harvest({f"new-{key}": value for key, value in many(30).items()})
    assert run.status is RunStatus.HELD
    assert "re-keyed: 30" in run.message
    with pytest.raises(NotHeld):
        world.ledger.run_book.held(run.id - 1)


def test_one_bad_record_makes_every_later_harvest_longer(world: World) -> None:
    """CKAN's window starts at the last error-free job: here the mark moves on however many records fail."""
    marks = []
    for day in range(3):
        moment = datetime.fromisoformat("2026-01-01T00:00:00+00:00") + timedelta(days=day)
        records: list[Harvested] = [Unreadable("cn-xx", "9", "torn"), raw("1", good(f"第{day}版"), modified=moment)]
        world.pull(Memory(records))
        with world.ledger.database.read() as connection:
            marks.append(connection.execute(select(source_state.c.high_water)).scalar_one())
    assert marks == sorted(set(marks))
    assert not any(check(world.ledger).values())
