"""Freshness: how long a change takes until people and programs find it, at a served node that others are searching.

    python -m benchmarks.freshness [RECORDS] [--changes N] [--every MS] [--clients N] [--takedowns N]

A platform pushes one record after the other, new ones and new states of old ones by turns. From the moment at which one is
sent, three doors are asked for it every 100 ms: the search API, SPARQL and OAI-PMH. That moment is before the commit, so the
times are upper bounds. Target: p95 of 2 seconds from commit to found.

Then records are taken down by the command line, one after the other. Two times are told until no door shows a record: from the
start of the command, most of which is the start of Python, and from the decision that it writes down. Target: 5 seconds.
"""

import argparse
import itertools
import os
import platform
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
import requests

from benchmarks.whole_way import ROOT, Watch, with_listing
from chengguo.demo.corpus import Province
from chengguo.demo.platforms.beijing import CITIES, row
from federation.clock import moment, now
from tests.chengguo.nodes import free_port

SOURCE = """id = "pushed"
title = { zh = "测量", en = "Benchmark" }
protocol = "push"
url = ""
region = "110000"
publisher = { zh = "测量", en = "Benchmark" }
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["beijing"]
"""
LOOK = 0.1  # seconds between two looks for a change
SINCE = 40  # states between two of one record: the first must not be gone before it was seen
LOST = 60.0  # seconds after which it is given up
THINK = 0.2  # seconds a client reads its page
TEXTS = ("发动机", "水稻 育种", "涂层", "智能控制", "低成本 制造", "北京", "neural network", "数字孪生")
DOORS = ("search", "sparql", "oai")

Row = dict[str, Any]


class Change(msgspec.Struct, frozen=True):
    """What was sent: the record's address, its version, and a word that only this state of it has."""

    iri: str
    version: int
    word: str
    at: float


class Portal:
    """A served node as its clients see it."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._local = threading.local()

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session

    def search(self, text: str) -> list[str]:
        asked = {"q": text, "size": 5}
        return [item["iri"] for item in self._get("/api/v1/search", asked).json()["items"]]

    def push(self, key: str, record: Row, word: str) -> Change:
        at = time.perf_counter()
        answer = self._session().put(
            f"{self._url}/api/v1/sources/pushed/records/{quote(key, safe='')}",
            data=msgspec.json.encode(record),
            headers={"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"},
            timeout=60,
        )
        answer.raise_for_status()
        (outcome,) = answer.json()["outcomes"]
        return Change(outcome["iri"], outcome["version"], word, at)

    def shows(self, door: str, change: Change) -> bool:
        if door == "search":
            return change.iri in self.search(change.word)
        if door == "oai":
            asked = {"verb": "GetRecord", "identifier": change.iri, "metadataPrefix": "oai_dc"}
            return change.word in self._get("/oai", asked).text
        query = f'ASK {{ GRAPH <{change.iri}> {{ ?r <http://www.w3.org/ns/dcat#version> "{change.version}" }} }}'
        answer = self._get("/sparql", {"query": query}, {"Accept": "application/sparql-results+json"})
        return bool(answer.json()["boolean"])

    def _get(self, path: str, asked: Row, headers: dict[str, str] | None = None) -> requests.Response:
        answer = self._session().get(f"{self._url}{path}", params=asked, headers=headers, timeout=60)
        answer.raise_for_status()
        return answer


@contextmanager
def served(home: Path, port: int) -> Iterator[None]:
    """A node with everything that belongs to it, once it is ready."""
    environment = {**os.environ, "CHENGGUO_HTTP_RATE_PER_SECOND": "0"}
    command = [sys.executable, "-m", "chengguo", "serve", "--port", str(port), "--home", str(home)]
    process = subprocess.Popen(
        command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert process.stdout is not None
    said = next((line for line in process.stdout if "Ready:" in line), None)
    threading.Thread(target=process.stdout.read, daemon=True).start()  # a full pipe would hold it up
    try:
        if said is None:
            sys.exit("the node did not start")
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def token(home: Path) -> str:
    command = [sys.executable, "-m", "chengguo", "token", "create", "--source", "pushed", "--name", "bench", "--json"]
    done = subprocess.run([*command, "--home", str(home)], check=True, capture_output=True, cwd=ROOT)
    return str(msgspec.json.decode(done.stdout)["secret"])


def states(count: int, name: str = "fresh") -> Iterator[tuple[str, Row, str]]:
    """(key, record, the word that only this state has): new records and, by turns, new states of those sent SINCE states ago."""
    rows = [row(fiction) for fiction in Province("110000", CITIES, f"{name.upper()}-{{n:06d}}").achievements(count)]
    new, old = iter(rows), iter(rows)
    for number in range(count):
        record = next(old if number > SINCE and number % 2 else new)
        word = f"{name}{number:06d}x"
        yield record["成果编号"], {**record, "成果名称": f"{record['成果名称'].strip('《》')} {word}"}, word


def seen(portal: Portal, door: str, change: Change) -> float:
    """Seconds from sending to seen; infinite for what is lost."""
    while time.perf_counter() - change.at < LOST:
        if portal.shows(door, change):
            return time.perf_counter() - change.at
        time.sleep(LOOK)
    return float("inf")


def take_downs(portal: Portal, home: Path, count: int) -> Iterator[tuple[float, float]]:
    """Seconds to gone behind every door: from the start of each command, and from the time that it wrote down itself."""
    command = [sys.executable, "-m", "chengguo", "takedown", "--reason", "6", "--officer", "bench", "--yes", "--json"]
    for key, record, word in states(min(count, SINCE), "gone"):
        change = portal.push(key, record, word)
        if max(seen(portal, door, change) for door in DOORS) == float("inf"):
            sys.exit(f"{change.iri} was never seen")
        at = time.perf_counter()
        asked = [*command, change.iri, "--home", str(home)]
        done = subprocess.run(asked, check=True, capture_output=True, cwd=ROOT).stdout
        while any(portal.shows(door, change) for door in DOORS):
            time.sleep(LOOK)
        ordered = moment(msgspec.json.decode(done)[0]["ordered"]["at"])
        yield time.perf_counter() - at, (now() - ordered).total_seconds()


@contextmanager
def searched(portal: Portal, clients: int) -> Iterator[Callable[[], int]]:
    """So many clients search while it lasts; gives the number of their searches so far."""
    ended, count = threading.Event(), itertools.count()
    done = [0]

    def client(number: int) -> None:
        for text in itertools.cycle(TEXTS[number % len(TEXTS) :] + TEXTS[: number % len(TEXTS)]):
            if ended.wait(THINK):
                return
            portal.search(text)
            done[0] = next(count) + 1

    with ThreadPoolExecutor(max(1, clients)) as pool:
        running = [pool.submit(client, number) for number in range(clients)]
        try:
            yield lambda: done[0]
        finally:
            ended.set()
    for one in running:
        one.result()


def measure(portal: Portal, changes: int, every: float, clients: int) -> tuple[dict[str, list[float]], float]:
    """(seconds by door, searches per second of the others)"""
    waiting: dict[str, list[Future[float]]] = {door: [] for door in DOORS}
    with searched(portal, clients) as count, ThreadPoolExecutor(24) as watchers:
        began = time.perf_counter()
        for number, (key, record, word) in enumerate(states(changes)):
            time.sleep(max(0.0, began + number * every - time.perf_counter()))
            change = portal.push(key, record, word)
            for door, found in waiting.items():
                found.append(watchers.submit(seen, portal, door, change))
        taken = {door: [future.result() for future in found] for door, found in waiting.items()}
        rate = count() / (time.perf_counter() - began)
    return taken, rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=int, default=20_000)
    parser.add_argument("--changes", type=int, default=200)
    parser.add_argument("--every", type=float, default=250.0, help="milliseconds between two changes")
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--takedowns", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        home = with_listing(Path(name), options.records)
        (home / "sources" / "pushed.toml").write_text(SOURCE, "utf-8")
        at = ("--home", str(home))
        Watch("harvest", "bench", *at)
        Watch("project", *at)
        port = free_port()
        with served(home, port):
            portal = Portal(f"http://127.0.0.1:{port}", token(home))
            taken, rate = measure(portal, options.changes, options.every / 1000, options.clients)
            with searched(portal, options.clients):
                gone = list(take_downs(portal, home, options.takedowns))
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, {options.records} records, "
        f"{options.changes} changes every {options.every:.0f} ms"
    )
    print(f"{options.clients} clients that search: {rate:.1f} searches/s")
    for door, seconds in taken.items():
        cuts = statistics.quantiles(seconds, n=100)
        print(f"{door:8} p50 {cuts[49]:6.2f} s   p95 {cuts[94]:6.2f} s   most {max(seconds):6.2f} s")
    for since, times in zip(("command", "decision"), zip(*gone, strict=True), strict=False):
        print(f"take-down, from the {since:8} p50 {statistics.median(times):6.2f} s   most {max(times):6.2f} s")


if __name__ == "__main__":
    main()
