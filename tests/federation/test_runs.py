"""Leases: one live run for each source, dead ones are found, and a run that was declared dead can do no harm."""

import os
import subprocess
import sys
import threading
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from federation.clock import ago, stamp
from federation.errors import LeaseLost, SourceBusy
from federation.ledger import Ledger
from federation.pipeline import Pass
from federation.runs import LEASE, renew
from federation.schema import run
from federation.views import RunStatus
from tests.federation.world import Memory, World, good, raw
from vocab.problem import Problem
from vocab.record import Record
from vocab.validate import validate


def test_one_run_for_each_source(ledger: Ledger) -> None:
    lease = ledger.run_book.start("cn-xx", "full")
    with pytest.raises(SourceBusy, match=rf"process {os.getpid()} on .* since 20.*run {lease.run}"):
        ledger.run_book.start("cn-xx", "full")
    ledger.run_book.start("cn-yy", "full")
    ledger.run_book.close(lease)
    assert ledger.run_book.start("cn-xx", "full").run > lease.run


def test_a_run_whose_process_died_is_found_at_once(ledger: Ledger) -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    lease = ledger.run_book.start("cn-xx", "full")
    with ledger.database.touch() as connection:
        owner = lease.owner.rsplit(":", 2)[0] + f":{child.pid}:aa"
        connection.execute(update(run).values(owner=owner))
    ledger.run_book.start("cn-xx", "full")
    first = ledger.run_book.get(lease.run)
    assert first is not None
    assert first.status is RunStatus.INTERRUPTED


def test_an_expired_lease_is_found_by_whoever_looks(ledger: Ledger) -> None:
    with ledger.database.touch() as connection:
        row = {"source": "cn-xx", "mode": "full", "status": "running", "owner": "elsewhere:1:aa", "counts": "{}"}
        connection.execute(insert(run).values(**row, started=stamp(), heartbeat=ago(LEASE - 5)))
    assert ledger.run_book.reap() == 0
    with ledger.database.touch() as connection:
        connection.execute(update(run).values(heartbeat=ago(LEASE + 1)))
    assert ledger.run_book.reap() == 1
    (found,) = ledger.run_book.of("cn-xx")
    assert found.status is RunStatus.INTERRUPTED


def test_a_run_declared_dead_commits_nothing_more(world: World) -> None:
    lease = world.ledger.run_book.start("cn-xx", "full")
    work = Pass(world.source, world.ledger, world.mappings, world.settings, lease=lease)
    work.store([raw("1", good())])
    with world.ledger.database.touch() as connection:
        connection.execute(update(run).values(status="interrupted"))
    with pytest.raises(LeaseLost, match="declared dead"):
        work.store([raw("2", good())])
    assert list(world.titles()) == ["1"]
    with pytest.raises(LeaseLost), world.ledger.database.touch() as connection:
        renew(connection, lease)


def test_heartbeats_keep_the_lease_and_notice_its_loss(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.runs.BEAT", 0.01)
    lease = ledger.run_book.start("cn-xx", "full")
    with ledger.database.touch() as connection:
        connection.execute(update(run).values(heartbeat=ago(LEASE + 1)))
    with ledger.run_book.heartbeat(lease) as lost:
        from tests.federation.conftest import wait_until

        def fresh() -> bool:
            with ledger.database.read() as connection:
                return bool(connection.execute(select(run.c.heartbeat)).scalar_one() > ago(LEASE))

        wait_until(fresh)
        assert not lost.is_set()
        ledger.run_book.close(lease)
        assert lost.wait(30)


def test_our_own_fault_at_one_record_stops_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.harvest({"2": good("旧二")})

    def fails(record: Record, today: date, *, masked: bool) -> list[Problem]:
        if "坏" in str(record):
            raise RuntimeError(str(record))
        return validate(record, today, masked=masked)

    monkeypatch.setattr("federation.judge.validate", fails)
    found = world.harvest({"1": good("一"), "2": good("坏"), "3": good("三")})
    assert found.status is RunStatus.DONE
    assert (found.counts.published, found.counts.failed) == (2, 1)
    assert world.titles() == {"1": "一", "2": "旧二", "3": "三"}
    trace = world.ledger.run_book.traceback(found.id)
    assert "RuntimeError" in trace
    assert "坏" not in trace
    monkeypatch.undo()
    assert world.harvest({"1": good("一"), "2": good("坏"), "3": good("三")}).counts.changed == 1


def test_our_own_fault_at_the_source_is_told_by_the_run(world: World) -> None:
    found = world.pull(Memory([raw("1", good())], fail_after=1, error=RuntimeError("secret words")))
    assert found.status is RunStatus.FAILED
    assert "RuntimeError" in found.message
    assert "secret words" not in found.message + world.ledger.run_book.traceback(found.id)


def test_an_interrupted_harvest_is_closed(world: World) -> None:
    with pytest.raises(KeyboardInterrupt):
        world.pull(Memory([raw("1", good())], fail_after=1, error=KeyboardInterrupt()))  # type: ignore[arg-type]
    (found,) = world.ledger.run_book.of("cn-xx")
    assert found.status is RunStatus.INTERRUPTED


def test_two_sources_are_written_at_once_and_the_log_has_no_gap(url: str) -> None:
    ledgers = [Ledger.open(url) for _ in range(3)]
    errors: list[Exception] = []

    def work(ledger: Ledger, name: str) -> None:
        from tests.federation.world import source

        world = World(ledger)
        world.source = source(name)
        records = [raw(str(n), good(f"{name}{n}"), name) for n in range(60)]
        try:
            world.pull(Memory(records))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(one, f"cn-{n}")) for n, one in enumerate(ledgers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert [c.seq for c in ledgers[0].changes(0, 1000)] == list(range(1, 181))
    for one in ledgers:
        one.close()


def test_the_public_sees_nothing_of_what_was_refused(world: World) -> None:
    world.harvest({"1": good(), "2": good(密级="秘密"), "3": good(审查结论=None), "4": good("")})
    (public,) = world.ledger.runs("cn-xx")
    assert (public.counts.seen, public.counts.refused, public.counts.held, public.counts.rejected) == (0, 0, 0, 0)
    assert public.counts.published == 1
    assert world.ledger.source("cn-xx").published == {"achievement": 1}
    status = world.ledger.status()
    assert (status.refused, status.held, status.rejected, status.published) == (1, 1, 1, {"achievement": 1})
    assert status.sources["cn-xx"].refused == {"secret-level-marked": 1}
    shown = {problem.code for problem in world.ledger.problems("cn-xx")}
    operators = {problem.code for problem in world.ledger.all_problems("cn-xx")}
    assert "review-missing" in operators - shown
