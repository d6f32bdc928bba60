"""Locks: one holder, named to the others, and gone with its process."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chengguo import locks
from chengguo.errors import Occupied

HOLD = """
import sys, pathlib, time
from chengguo import locks
with locks.held(pathlib.Path(sys.argv[1]), "A server", note="at http://localhost:1/"):
    print("held", flush=True)
    time.sleep(600)
"""


def test_a_lock_is_free_again_after_its_block(tmp_path: Path) -> None:
    path = tmp_path / "run" / "x.lock"
    assert locks.holder(path) is None
    for _ in range(2):
        with locks.held(path, "A server"):
            pass
        assert locks.holder(path) is None


def test_the_second_is_told_who_holds_it_and_a_kill_frees_it(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    other = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        who = locks.holder(path)
        assert who is not None
        assert (who.pid, who.note) == (other.pid, "at http://localhost:1/")
        told = re.escape(f"process {other.pid} since {who.since}, at http://localhost:1/.")
        with (
            pytest.raises(Occupied, match=f"A server is already running on this home: {told}"),
            locks.held(path, "A server"),
        ):
            pytest.fail("two held it")
    finally:
        other.send_signal(signal.SIGKILL)
        other.communicate()
    with locks.held(path, "A server"):
        assert locks.holder(path) is not None


def test_a_holder_that_has_not_yet_written_is_still_a_holder(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with locks.held(path, "A server"):
        path.write_bytes(b"")
        assert locks.holder(path) is not None
        with pytest.raises(Occupied, match="x.lock is locked"), locks.held(path, "A server"):
            pytest.fail("two held it")
