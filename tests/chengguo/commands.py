"""The command line as its users meet it: real processes, their output and exit codes."""

import os
import subprocess
import sys
from pathlib import Path

COMMAND = (sys.executable, "-m", "chengguo")


def environment(**more: str) -> dict[str, str]:
    """Ours without any setting of whoever runs the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CHENGGUO_")}
    return {**kept, "COLUMNS": "200", **more}


def run(*arguments: str | Path, cwd: Path | None = None, **env: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
        cwd=cwd,
        env=environment(**env),
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def start(*arguments: str | Path, **env: str) -> subprocess.Popen[str]:
    """A process of its own session, as from a terminal of its own."""
    return subprocess.Popen(
        [*COMMAND, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(**env),
        start_new_session=True,
    )


def refused(*arguments: str | Path, cwd: Path | None = None, **env: str) -> str:
    """What is said to a command that cannot be carried out, in one paragraph."""
    done = run(*arguments, cwd=cwd, **env)
    assert (done.returncode, done.stdout) == (2, ""), done
    return " ".join(done.stderr.split())
