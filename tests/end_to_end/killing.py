"""Commands killed with `kill -9` at random moments, over homes with two small sources; used by the tests of it.

The tests are files of their own, so that several processes share them.
"""

import random
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

from chengguo.demo import servers
from chengguo.home import Home, create
from tests.chengguo.commands import COMMAND, environment
from tests.end_to_end.node import Node

KILLS = 15  # of each test
RECORDS = 60  # of each source
SOURCES = ("hubei", "sichuan")
COMMANDS = (("harvest", "--all"), ("project",))


@contextmanager
def two_platforms() -> Iterator[servers.Platforms]:
    with servers.running(lambda: 1, port=0) as running:
        for name in SOURCES:
            platform: Any = running.platforms[name]
            platform.first_day = platform.first_day[:RECORDS]
        yield running


def made(folder: Path, platforms: servers.Platforms, batch: int) -> Node:
    create(Home(folder), {"harvest": {"batch_size": batch}}, demonstration=True)
    for file in folder.glob("sources/*.toml"):
        if file.stem not in SOURCES:
            file.unlink()
            continue
        usual = f"http://{servers.HOST}:{servers.PORT}"
        file.write_text(file.read_text("utf-8").replace(usual, platforms.url), "utf-8")
    return Node(folder, "http://localhost:8080")


def finished(node: Node) -> None:
    """Whatever the last death left: a harvest ends well now, and the outputs are caught up with and proved."""
    node.run("harvest", "--all")
    assert node.json("verify")["equal"] is True


def content(node: Node) -> list[Any]:
    """What is public, without times and numbers."""
    connection = sqlite3.connect(f"file:{node.home}/data/ledger.sqlite?mode=ro", uri=True)
    try:
        return connection.execute("select iri, kind, version from published order by iri").fetchall()
    finally:
        connection.close()


def assert_nothing_doubled(node: Node) -> None:
    """One item, one version, one change, one document and one named graph for each record."""
    status, records = node.json("status"), content(node)
    assert len(records) == RECORDS * len(SOURCES)
    assert {version for _, _, version in records} == {1}
    assert status["seq"] == len(records)
    assert all(output == {"seq": len(records), "records": len(records)} for output in status["outputs"].values())
    connection = sqlite3.connect(f"file:{node.home}/data/ledger.sqlite?mode=ro", uri=True)
    try:
        for table in ("version", "change"):
            iris = [row[0] for row in connection.execute(f"select iri from {table}")]
            assert sorted(iris) == [iri for iri, _, _ in records], table
        assert connection.execute("select count(*) from run where status = 'running'").fetchone() == (0,)
    finally:
        connection.close()


def stores_of(node: Node) -> list[int]:
    """The graph stores that run on this home."""
    return [
        process.pid
        for process in psutil.process_iter(["cmdline"])
        if any(argument.startswith(str(node.home / "data")) for argument in process.info["cmdline"] or ())
    ]


def killed(node: Node, command: tuple[str, ...], seconds: float) -> tuple[bool, float]:
    """Run the command and kill it when it has worked so long: whether it was met alive, and how long it has worked.

    Work is time on the processor: on a busy machine moments would else be other moments each time.
    """
    process = subprocess.Popen(
        [*COMMAND, *command, "--home", str(node.home)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
        start_new_session=True,
    )
    worked = 0.0
    while process.poll() is None and worked < seconds:
        with suppress(psutil.NoSuchProcess):
            times = psutil.Process(process.pid).cpu_times()
            worked = times.user + times.system
        time.sleep(0.005)
    process.kill()
    said = process.communicate()[1]
    assert "Traceback" not in said, said
    assert process.returncode in (0, -9), said
    return process.returncode == -9, worked


def kill_at_random(folder: Path, batch: int, seed: int) -> None:
    """Kill harvests of this batch size, and projects, and prove each time that the next start puts everything right."""
    with two_platforms() as platforms:
        reference = made(folder / "undisturbed", platforms, batch)
        usual = [killed(reference, command, float("inf"))[1] for command in COMMANDS]
        moments = random.Random(seed)
        deaths, tries = 0, 0
        while deaths < KILLS:
            node = made(folder / f"home-{deaths}", platforms, batch)
            for _ in range(10):  # then whole; and a new home, so that there is work again
                tries += 1
                which = moments.randrange(len(COMMANDS))
                deaths += killed(node, COMMANDS[which], moments.uniform(0.3, 1.0) * usual[which])[0]
            assert tries < KILLS * 5, "the commands are never met alive"
            finished(node)
            assert content(node) == content(reference)
            assert_nothing_doubled(node)
            assert not stores_of(node), "a store was left running"
