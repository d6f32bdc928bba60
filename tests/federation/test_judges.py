"""Judging in processes gives what judging in the pass itself gives, whatever happens to the processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from federation.judges import Judges
from federation.ledger import Ledger
from federation.verify import check
from tests.federation.conftest import wait_until
from tests.federation.world import Memory, World, good, raw

MANY = 60


@pytest.fixture
def judges() -> Iterator[Judges]:
    opened = Judges(2, few=0)
    yield opened
    opened.close()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Callable[[], World]]:
    ledgers: list[Ledger] = []

    def another() -> World:
        ledgers.append(Ledger.open(f"sqlite:///{tmp_path}/{len(ledgers)}.db"))
        return World(ledgers[-1])

    yield another
    for ledger in ledgers:
        ledger.close()


def listing() -> dict[str, Any]:
    records: dict[str, Any] = {}
    for n in range(MANY):
        records[f"{n}"] = good(f"成果{n}", 联系人="张三 13800138000")
        records[f"secret-{n}"] = good(f"秘{n}", 密级="机密")
        records[f"broken-{n}"] = b"{"
        records[f"unknown-{n}"] = good(f"未知{n}", 公开属性="看情况")
    return records


def states(world: World) -> list[object]:
    """What the ledger made of every record, without its times."""
    problems = world.ledger.problems("cn-xx")
    page = [(one.iri, one.version, one.record.title) for one in world.ledger.page(0, 10_000)]
    return [world.titles(), problems, page, [change.event for change in world.ledger.changes(0, 10_000)]]


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if _judges(child)]


def _judges(child: psutil.Process) -> bool:
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.NoSuchProcess:  # it has ended since it was listed
        return False


def test_processes_judge_as_the_pass_does(pair: Callable[[], World], judges: Judges) -> None:
    alone, helped = pair(), pair()
    first = alone.harvest(listing())
    raws = [raw(key, body) for key, body in listing().items()]
    second = helped.pull(Memory(raws), judges=judges)
    assert workers()
    assert second.counts == first.counts
    assert states(helped) == states(alone)
    assert helped.remap(force=True, judges=judges).counts == alone.remap(force=True).counts


def test_the_last_record_of_a_key_counts_also_across_batches(world: World, judges: Judges) -> None:
    world.harvest({"1": good("甲")})
    raws = [raw("1", good("乙")), *(raw(f"{n}", good(f"其他{n}")) for n in range(2, 9)), raw("1", good("甲"))]
    world.pull(Memory(raws), judges=judges, accept=True)
    assert world.titles()["1"] == "甲"


def test_killed_processes_cost_time_and_nothing_else(world: World, judges: Judges) -> None:
    class Assassin(Memory):
        def records(self, since: Any = None) -> Iterator[Any]:
            for n, record in enumerate(super().records(since)):
                if n == 30:
                    for process in workers():
                        with suppress(psutil.NoSuchProcess):  # when one of them dies, the pool ends the others
                            process.kill()
                yield record

    records = [raw(f"{n}", good(f"成果{n}")) for n in range(MANY)]
    run = world.pull(Assassin(records), judges=judges)
    assert run.counts.published == MANY
    assert len(world.titles()) == MANY
    assert not any(check(world.ledger).values())


PARENT = """
import sys, time
sys.path.insert(0, {root!r})
if __name__ == "__main__":
    from federation.judge import Precedents
    from federation.judges import Bench, Judges
    from federation.suppression import Suppressed
    from tests.federation.world import TODAY, good, mapping, raw, source
    judges = Judges(2, few=0)
    bench = Bench(source(), [mapping()], "https://example.org", TODAY, Suppressed())
    assert len(judges.begin(bench, [(raw("1", good()), "d")], Precedents()).verdicts().judged) == 1
    print("judged", flush=True)
    time.sleep(600)
"""


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGINT])
def test_processes_end_with_their_parent(tmp_path: Path, sign: signal.Signals) -> None:
    script = tmp_path / "parent.py"
    script.write_text(PARENT.format(root=str(Path(__file__).resolve().parents[2])), "utf-8")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"judged\n"
        family = psutil.Process(parent.pid).children(recursive=True)
        assert family
        os.kill(parent.pid, sign)
        parent.wait(30)
        wait_until(lambda: not any(alive(one) for one in family), 30)


def alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_few_records_start_no_process(world: World) -> None:
    judges = Judges(2)
    world.pull(Memory([raw("1", good())]), judges=judges)
    assert not workers()
    judges.close()
