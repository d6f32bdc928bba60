"""A served node as its users run it: a process with its children, on a port of its own."""

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.chengguo.commands import start
from tests.chengguo.processes import descendants, eventually


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@contextmanager
def served(home: Path, port: int, **env: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A node that said it is ready, and what it said until then. Nothing of it is left afterwards."""
    process = start("serve", "--port", str(port), "--home", home, CHENGGUO_HTTP_WORKERS="1", **env)
    said: list[str] = []
    left: list[psutil.Process] = []
    try:
        assert process.stdout is not None
        for line in iter(process.stdout.readline, ""):
            said.append(line)
            if "Ready:" in line:
                break
        assert said
        assert "Ready:" in said[-1], "".join(said)
        yield process, said
    finally:
        left = descendants(process.pid)
        process.kill()
        process.communicate()
        for other in left:
            if other.is_running():
                other.kill()


def children(process: subprocess.Popen[str], mark: str) -> list[psutil.Process]:
    found = []
    for child in descendants(process.pid):
        try:
            line = " ".join(child.cmdline())
        except psutil.Error:
            continue
        if mark in line and "guarded.py" not in line:
            found.append(child)
    return found


def kill(process: subprocess.Popen[str], mark: str, killed: set[int]) -> None:
    """End the child whose command line holds `mark` as a power cut would; `killed` are those that were ended before."""

    def living() -> list[psutil.Process]:
        return [child for child in children(process, mark) if child.pid not in killed]

    victim = eventually(living, f"{mark} runs")[0]
    victim.kill()
    killed.add(victim.pid)
