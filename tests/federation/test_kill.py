"""`kill -9` at any instant: nothing is lost, nothing is doubled, the next start goes on."""

import os
import random
import signal
import time
from typing import Any

from federation.ledger import Ledger
from federation.source import Guard
from federation.verify import check
from federation.views import Event, RunStatus
from tests.federation.world import World, good, source

KILLS = 30
RECORDS = 40


def state_of_the_source(round_: int) -> dict[str, Any]:
    """What the source says in a round: some records change, some are deleted, some become secret, some come back."""
    records: dict[str, Any] = {}
    for n in range(RECORDS):
        mood = random.Random(f"{round_ // 5}-{n}").random()
        if mood < 0.15:
            records[str(n)] = None
        elif mood < 0.25:
            records[str(n)] = good(f"秘{n}", 密级="机密")
        else:
            records[str(n)] = good(f"成果{n}，第{int(mood * 10)}稿")
    return records


def harvest(ledger: Ledger, round_: int) -> None:
    world = World(ledger)
    world.source = source(guard=Guard(share=1.0, records=10_000))
    world.harvest(state_of_the_source(round_))


def in_a_child(url: str, round_: int) -> int:
    child = os.fork()
    if child == 0:  # a process of its own: it never returns into the test
        try:
            ledger = Ledger.open(url)
            harvest(ledger, round_)
            os._exit(0)
        finally:
            os._exit(1)
    return child


def test_killed_at_random_moments(url: str, ledger: Ledger, tmp_path: Any) -> None:
    moments = random.Random(20260301)
    started = time.monotonic()
    assert os.waitpid(in_a_child(url, 0), 0)[1] == 0
    usual = time.monotonic() - started
    killed, round_ = 0, 0
    while killed < KILLS:
        round_ += 1
        child = in_a_child(url, round_)
        end = time.monotonic() + moments.random() * usual
        while time.monotonic() < end:
            time.sleep(0.001)
        os.kill(child, signal.SIGKILL)
        _, how = os.waitpid(child, 0)
        killed += os.WIFSIGNALED(how)
        assert round_ < KILLS * 10, "the child is never met alive"
        assert not any(check(ledger).values())
    harvest(ledger, round_)

    undisturbed = Ledger.open(f"sqlite:///{tmp_path}/undisturbed.db")
    harvest(undisturbed, round_)
    assert World(ledger).titles() == World(undisturbed).titles()
    assert not any(check(ledger).values())
    assert_nothing_is_doubled(ledger)
    statuses = {run.status for run in ledger.run_book.of("cn-xx", 1000)}
    assert RunStatus.RUNNING not in statuses
    assert RunStatus.INTERRUPTED in statuses
    undisturbed.close()


def assert_nothing_is_doubled(ledger: Ledger) -> None:
    """Every record's history alternates as it must, each published version once and in order."""
    versions: dict[str, int] = {}
    alive: set[str] = set()
    for change in ledger.changes(0, 100_000):
        if change.event is Event.WITHDRAWN:
            assert change.iri in alive
            alive.remove(change.iri)
            assert change.version == versions[change.iri]
            continue
        assert (change.event is Event.CHANGED) == (change.iri in alive)
        alive.add(change.iri)
        assert change.version == versions.get(change.iri, 0) + 1
        versions[change.iri] = change.version
