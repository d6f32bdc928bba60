"""The supervisor with real processes: they are restarted, they end, and none is left behind however it ends itself."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import pytest

from chengguo.child import Backoff, Child, Program, ending
from chengguo.supervisor import Supervisor
from tests.chengguo.processes import alive, descendants, eventually

SLEEPER = (sys.executable, "-S", "-c", "import time; time.sleep(600)")
# A child with a child of its own in its process group, as a web server has workers.
FAMILY = (
    sys.executable,
    "-S",
    "-c",
    "import subprocess, sys; subprocess.run([sys.executable, '-S', '-c', 'import time; time.sleep(601)'])",
)
STUBBORN = (
    sys.executable,
    "-S",
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True); time.sleep(602)",
)

MARK = "CHENGGUO_TEST_HOST"  # in the environment of everything that one host started
HOST = """
import sys, json
from chengguo.child import Backoff, Child, Program
from chengguo.supervisor import Supervisor
programs, grace = json.loads(sys.argv[1]), float(sys.argv[2])
backoff = Backoff(first=0.05, longest=0.2)
Supervisor([Child(Program(n, tuple(a)), backoff) for n, a in programs], grace=grace).run()
print("ended", flush=True)
"""


@contextmanager
def supervised(*argvs: tuple[str, ...], grace: float = 10.0) -> Iterator[subprocess.Popen[str]]:
    programs = json.dumps([(f"p{i}", argv) for i, argv in enumerate(argvs)])
    mark = uuid.uuid4().hex
    host = subprocess.Popen(
        [sys.executable, "-c", HOST, programs, str(grace)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**os.environ, MARK: mark},
    )
    try:
        yield host
    finally:
        host.kill()
        host.wait()
        while left := [process for process in psutil.process_iter() if marked(process, mark)]:
            for process in left:  # also one that was being started just when the host was killed
                with suppress(psutil.NoSuchProcess):
                    process.kill()
        if host.stdout is not None:
            host.stdout.close()


def marked(process: psutil.Process, mark: str) -> bool:
    try:
        return process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def running(host: subprocess.Popen[str], mark: str) -> list[psutil.Process]:
    """Descendants whose command line, after the guard has become them, holds the mark."""

    def line(process: psutil.Process) -> list[str]:
        try:
            return process.cmdline()
        except (psutil.NoSuchProcess, psutil.ZombieProcess):
            return []

    return [p for p in descendants(host.pid) if mark in " ".join(line(p)) and "guarded.py" not in " ".join(line(p))]


def ended(child: Child) -> None:
    """Tend the child until it has ended."""

    def over() -> bool:
        child.tend()
        return not child.running

    eventually(over, "an end")


def one(host: subprocess.Popen[str], mark: str) -> psutil.Process:
    return eventually(lambda: running(host, mark), f"a process with {mark}")[0]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_every_child_and_grandchild(number: signal.Signals) -> None:
    with supervised(SLEEPER, FAMILY) as host:
        eventually(lambda: running(host, "sleep(600)") and len(running(host, "sleep(601)")) == 2, "both parts")
        pids = [p.pid for p in descendants(host.pid)]
        assert len(pids) == 3
        host.send_signal(number)
        output, _ = host.communicate(timeout=30)
        assert (host.returncode, output.splitlines()[-1]) == (0, "ended")
        assert not [pid for pid in pids if alive(pid)]


def test_a_child_that_dies_is_started_again_and_its_family_goes_with_it() -> None:
    with supervised(FAMILY) as host:
        eventually(lambda: len(running(host, "sleep(601)")) == 2, "parent and grandchild")
        [first] = psutil.Process(host.pid).children()
        [grandchild] = first.children()
        first.kill()
        eventually(lambda: not alive(grandchild.pid), "the grandchild to end with its parent")
        again = eventually(lambda: [p for p in running(host, "sleep(601)") if p.pid != first.pid], "a restart")
        assert again[0].pid != first.pid


def test_one_death_leaves_the_others_alone() -> None:
    with supervised(SLEEPER, FAMILY) as host:
        eventually(lambda: len(running(host, "sleep(601)")) == 2, "the family")
        steady, other = one(host, "sleep(600)"), psutil.Process(host.pid).children()[1]
        other.kill()
        eventually(lambda: [p for p in running(host, "sleep(601)") if p.pid != other.pid], "a restart")
        assert alive(steady.pid)


def test_a_killed_supervisor_leaves_no_child() -> None:
    with supervised(SLEEPER, SLEEPER) as host:
        eventually(lambda: len(running(host, "sleep(600)")) == 2, "two children")
        pids = [p.pid for p in descendants(host.pid)]
        host.kill()
        eventually(lambda: not any(alive(pid) for pid in pids), "the children to end")


def test_a_child_that_does_not_listen_is_killed_after_the_grace() -> None:
    with supervised(STUBBORN, grace=0.3) as host:
        assert host.stdout is not None
        assert "ready\n" in iter(host.stdout.readline, "")
        pid = one(host, "sleep(602)").pid
        host.send_signal(signal.SIGTERM)
        assert "ended" in host.communicate(timeout=30)[0]
        assert not alive(pid)


def test_a_second_signal_does_not_wait_for_the_grace() -> None:
    with supervised(STUBBORN, grace=600) as host:
        assert host.stdout is not None
        assert "ready\n" in iter(host.stdout.readline, "")
        pid = one(host, "sleep(602)").pid
        host.send_signal(signal.SIGINT)
        time.sleep(0.05)
        host.send_signal(signal.SIGINT)
        assert "ended" in host.communicate(timeout=30)[0]
        assert not alive(pid)


def test_pauses_double_up_to_a_limit() -> None:
    backoff = Backoff(first=1, longest=5)
    assert [backoff.pause(n) for n in (1, 2, 3, 4, 5000)] == [1, 2, 4, 5, 5]


def test_pauses_begin_again_for_a_process_that_has_lived() -> None:
    now = 0.0
    child = Child(
        Program("quick", (sys.executable, "-S", "-c", "")), Backoff(first=1, longest=9, settled=100), lambda: now
    )

    def up_at(moment: float) -> bool:
        nonlocal now
        now = moment
        child.tend()
        return child.running

    child.start()
    ended(child)
    assert not up_at(0.9)
    assert up_at(1.0)
    ended(child)
    assert not up_at(2.5)  # the second pause is 2 s
    assert up_at(3.0)
    now = 200.0
    ended(child)
    assert not up_at(200.9)
    assert up_at(201.0)  # it had lived: 1 s again
    assert child.restarts == 3
    child.kill()
    eventually(child.gone, "an end")


def test_a_job_runs_once() -> None:
    job = Child(Program("job", (sys.executable, "-S", "-c", "raise SystemExit(3)"), kept=False))
    job.start()
    ended(job)
    job.tend()
    assert (job.running, job.exit_code, job.restarts) == (False, 3, 0)


def test_a_fault_in_the_supervisor_itself_still_ends_the_children() -> None:
    child = Child(Program("p", SLEEPER))
    pids: list[int] = []

    def fault() -> None:
        pids.append(child.pid or 0)
        raise RuntimeError("fault")

    with pytest.raises(RuntimeError, match="fault"):
        Supervisor([child]).run(fault)
    assert pids
    assert not alive(pids[0])


def test_endings_in_words() -> None:
    assert [ending(c) for c in (0, 2, -9, -15, None)] == ["exit code 0", "exit code 2", "SIGKILL", "SIGTERM", "unknown"]


def test_children_get_their_own_environment(tmp_path: Path) -> None:
    out = tmp_path / "out"
    code = f"import os; open({str(out)!r}, 'w').write(os.environ['WHO'])"
    job = Child(Program("job", (sys.executable, "-S", "-c", code), env={"WHO": "甲"}, kept=False))
    job.start()
    ended(job)
    assert out.read_text("utf-8") == "甲"
