"""Several harvesting processes on one PostgreSQL: real commands, a commit that comes late, a reader that follows, and `kill -9`."""

import json
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, select

from federation.ledger import Ledger
from federation.schema import published
from federation.verify import check
from federation.views import RunStatus
from tests.chengguo.commands import run, start
from tests.federation.conftest import wait_until
from tests.federation.test_kill import assert_nothing_is_doubled
from tests.federation.world import good, mapping
from tests.harvesters.servers.web import Asked, Reply, serving

pytestmark = pytest.mark.postgresql
SOURCES = ("cn-aa", "cn-bb", "cn-cc")
RECORDS, PAGE = 240, 20
LATENCY = 0.1  # seconds of one page, so that the processes are at work at the same time
LATE = """
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.5); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER late AFTER INSERT ON change DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.seq % 100 = 7) EXECUTE FUNCTION late();
"""  # the numbers are given and the rows are there: only the commit waits
SOURCE = """
id = "{id}"
title = {{ zh = "某省科技成果" }}
protocol = "json_api"
url = "{url}/{id}"
region = "110000"
publisher = {{ zh = "某省科学技术厅" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["cn-xx"]
[options]
size = {size}
record_path = "rows"
total_path = "total"
[limits]
allow_private = true
"""


def page(asked: Asked) -> Reply:
    time.sleep(LATENCY)
    start = (int(asked.query["page"]) - 1) * PAGE
    rows = [good(f"{asked.path}的成果{n}") | {"id": str(n)} for n in range(start, min(start + PAGE, RECORDS))]
    return Reply(json.dumps({"total": RECORDS, "rows": rows}).encode())


class Reader:
    """Follows the change log as every output does: what it has passed it never asks for again."""

    def __init__(self, url: str) -> None:
        self.seen: list[int] = []
        self._ledger = Ledger.open(url)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self._thread.start()

    def _follow(self) -> None:
        while not self._done.wait(0.005):
            self._look()
        self._look()
        self._ledger.close()

    def _look(self) -> None:
        after = self.seen[-1] if self.seen else 0
        self.seen += [change.seq for change in self._ledger.changes(after, 1000)]

    def end(self) -> list[int]:
        self._done.set()
        self._thread.join()
        return self.seen


class Node:
    """A home whose ledger is on PostgreSQL, and its commands."""

    def __init__(self, folder: Path, url: str, provinces: str) -> None:
        self.home = folder / "home"
        self.environment = {
            "CHENGGUO_LEDGER_URL": url,
            "CHENGGUO_HARVEST_BATCH_SIZE": str(PAGE),
            "CHENGGUO_HARVEST_PROCESSES": "1",
        }
        assert run("init", self.home).returncode == 0
        (self.home / "mappings" / "cn-xx.toml").write_text(mapping().text, "utf-8")
        for name in SOURCES:
            text = SOURCE.format(id=name, url=provinces, size=PAGE)
            (self.home / "sources" / f"{name}.toml").write_text(text, "utf-8")
        self.ledger = Ledger.open(url)
        self.reader = Reader(url)
        self._started: list[subprocess.Popen[str]] = []

    def close(self) -> None:
        for process in self._started:
            process.kill()
            process.communicate()
        self.reader.end()
        self.ledger.close()

    def start(self, name: str) -> subprocess.Popen[str]:
        self._started.append(start("harvest", name, "--home", self.home, **self.environment))
        return self._started[-1]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return run(*arguments, "--home", self.home, cwd=None, **self.environment)

    def published(self, name: str) -> int:
        with self.ledger.database.read() as connection:
            query = select(func.count()).select_from(published).where(published.c.source == name)
            return connection.execute(query).scalar_one()

    def is_running(self, name: str) -> bool:
        return any(one.status is RunStatus.RUNNING for one in self.ledger.run_book.of(name))


@pytest.fixture
def node(tmp_path: Path, postgresql_url: str) -> Iterator[Node]:
    with serving(page) as provinces:
        made = Node(tmp_path, postgresql_url, provinces.url)
        with psycopg.connect(postgresql_url) as connection:
            connection.execute(LATE)
        yield made
        made.close()


def said(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=240)
    return process.returncode, output


def test_several_processes_skip_nothing_and_double_nothing(node: Node) -> None:
    processes = {name: node.start(name) for name in SOURCES}
    wait_until(lambda: node.is_running("cn-aa"))
    second = node.start("cn-aa")  # the lease is the first one's
    wait_until(lambda: node.published("cn-bb") >= 2 * PAGE)
    processes["cn-bb"].send_signal(signal.SIGKILL)

    code, words = said(second)
    assert (code, "cn-aa is being harvested by process" in words) == (1, True), words
    assert said(processes["cn-bb"])[0] == -signal.SIGKILL
    assert said(processes["cn-aa"])[0] == said(processes["cn-cc"])[0] == 0
    again = node.run("harvest", "cn-bb", "--json")
    assert again.returncode == 0, again.stderr

    last = node.ledger.last_seq()
    assert node.reader.end() == list(range(1, last + 1))
    assert last == len(SOURCES) * RECORDS
    assert [node.published(name) for name in SOURCES] == [RECORDS] * len(SOURCES)
    assert_nothing_is_doubled(node.ledger)
    assert not any(check(node.ledger).values())
    assert_runs(node, json.loads(again.stdout))
    verified = node.run("verify", "--json")
    assert (verified.returncode, json.loads(verified.stdout)["equal"]) == (0, True)


def assert_runs(node: Node, again: Any) -> None:
    """The killed run is told as such, and the one after it went on."""
    statuses = [one.status for one in node.ledger.run_book.of("cn-bb")]
    assert statuses == [RunStatus.DONE, RunStatus.INTERRUPTED]
    assert again[0]["run"]["counts"]["published"] < RECORDS
    assert [one.status for one in node.ledger.run_book.of("cn-aa")] == [RunStatus.DONE]
