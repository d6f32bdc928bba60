"""The whole way: a listing's first harvest to searchable and SPARQL-able, an unchanged second harvest, memory.

    python -m benchmarks.whole_way [RECORDS]     (default 200000)

Beside it, in the same run, the raw sinks one after the other: what SQL insert, index add and graph bulk load take for the
same records when everything is ready in memory. The commands run as their users run them, each in a process of its own.
"""

import argparse
import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import psutil
import tantivy

from chengguo.demo.corpus import Province
from chengguo.demo.platforms.beijing import CITIES, row
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph_process import OxigraphProcess
from federation.ledger import Ledger
from search.indexed import DocumentMaker, document_of
from search.question import default_language
from search.tantivy_schema import made, schema
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import nquads

ROOT = Path(__file__).resolve().parents[1]
BATCH = 2000
INDEXED = 10_000  # documents that the raw index commits at a time
SOURCE = """id = "bench"
title = {{ zh = "测量", en = "Benchmark" }}
protocol = "file"
url = "{url}"
region = "110000"
publisher = {{ zh = "测量", en = "Benchmark" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["beijing"]
[options]
format = "jsonl"
key = "成果编号"
folder = "{folder}"
[limits]
max_bytes = 4000000000
"""


class Watch:
    """Time and the largest memory of a process tree (sum of resident sizes; shared pages are counted in each)."""

    def __init__(self, *command: str) -> None:
        began = time.perf_counter()
        self.peak = 0
        self._child = psutil.Popen([sys.executable, "-m", "chengguo", *command], stdout=subprocess.PIPE, cwd=ROOT)
        thread = threading.Thread(target=self._look, daemon=True)
        thread.start()
        self.output, _ = self._child.communicate()
        self.seconds = time.perf_counter() - began
        thread.join()
        if self._child.returncode != 0:
            sys.exit(f"chengguo {' '.join(command)} ended with {self._child.returncode}")

    def _look(self) -> None:
        while self._child.poll() is None:
            self.peak = max(self.peak, sum(map(resident, tree(self._child))))
            time.sleep(0.1)


def tree(process: psutil.Process) -> list[psutil.Process]:
    try:
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []


def resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def listing(path: Path, count: int) -> None:
    with path.open("wb") as file:
        for fiction in Province("110000", CITIES, "BENCH-{n:07d}").achievements(count):
            file.write(msgspec.json.encode(row(fiction)) + b"\n")


def pages(ledger: Ledger) -> Iterator[list[PublicRecord]]:
    after = 0
    while page := ledger.page(after, BATCH):
        yield page
        after = page[-1].seq


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def raw_sql(folder: Path, ledger: Ledger) -> float:
    database = sqlite3.connect(folder / "raw.sqlite")
    database.execute("PRAGMA journal_mode=WAL")
    database.execute("CREATE TABLE record (iri TEXT PRIMARY KEY, seq INTEGER, digest TEXT, body BLOB)")
    spent = 0.0
    for page in pages(ledger):
        rows = [(p.iri, p.seq, p.digest, msgspec.json.encode(p.record)) for p in page]

        def insert(rows: list[tuple[str, int, str, bytes]] = rows) -> None:
            database.executemany("INSERT INTO record VALUES (?, ?, ?, ?)", rows)
            database.commit()

        spent += timed(insert)
    database.close()
    return spent


def raw_index(folder: Path, ledger: Ledger) -> float:
    (folder / "index").mkdir()
    index = tantivy.Index(schema(), str(folder / "index"))
    writer = index.writer(96_000_000)
    maker = DocumentMaker(default_language().analyser)

    def add(documents: list[tantivy.Document]) -> None:
        for document in documents:
            writer.add_document(document)
        writer.commit()  # without it, its threads would go on while the next documents are made, outside the clock

    spent, ready = 0.0, list[tantivy.Document]()
    for page in pages(ledger):
        ready += made(maker, [document_of(p) for p in page])
        if len(ready) >= INDEXED:
            spent += timed(lambda ready=ready: add(ready))
            ready = []
    spent += timed(lambda: add(ready))
    return spent + timed(writer.wait_merging_threads)


def raw_graph(folder: Path, ledger: Ledger, namespaces: Namespaces) -> tuple[float, int]:
    store = OxigraphProcess(folder / "store", GraphLimits())
    store.start()
    spent, quads = 0.0, 0
    try:
        for page in pages(ledger):
            body = nquads(page, namespaces)
            quads += body.count(b"\n")
            request = urllib.request.Request(
                f"{store.url}/store?no_transaction", data=body, headers={"Content-Type": "application/n-quads"}
            )
            spent += timed(lambda request=request: urllib.request.urlopen(request, timeout=600).close())
    finally:
        store.stop()
    return spent, quads


def with_listing(folder: Path, count: int) -> Path:
    """A home with one source, `bench`, of so many records."""
    home = folder / "home"
    listing(folder / "listing.jsonl", count)
    subprocess.run(
        [sys.executable, "-m", "chengguo", "init", str(home)], check=True, stdout=subprocess.DEVNULL, cwd=ROOT
    )
    for path in (home / "sources").glob("*.toml"):
        path.unlink()
    (home / "mappings").mkdir(exist_ok=True)
    (home / "mappings" / "beijing.toml").write_bytes((ROOT / "config/mappings/beijing.toml").read_bytes())
    url = (folder / "listing.jsonl").as_uri()
    (home / "sources" / "bench.toml").write_text(SOURCE.format(url=url, folder=folder), "utf-8")
    return home


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=200_000)
    count = parser.parse_args().records
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        folder = Path(name)
        home = with_listing(folder, count)
        report(count, home, folder)
    return 0


def report(count: int, home: Path, folder: Path) -> None:
    at = ("--home", str(home))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} records")
    harvest = Watch("harvest", "bench", *at)
    project = Watch("project", *at)
    again = Watch("harvest", "bench", *at)
    equal = json.loads(Watch("verify", "--json", *at).output)["equal"]
    ledger = Ledger.open(f"sqlite:///{home / 'data' / 'ledger.sqlite'}")
    published = sum(ledger.counts().values())
    namespaces = Namespaces("http://localhost:8080")
    sql, index = raw_sql(folder, ledger), raw_index(folder, ledger)
    graph, quads = raw_graph(folder, ledger, namespaces)
    ledger.close()
    ours, raw = harvest.seconds + project.seconds, sql + index + graph
    for label, seconds in (
        ("harvest: read, map, judge, store", harvest.seconds),
        ("project: search and graph", project.seconds),
        ("first harvest to searchable and SPARQL-able", ours),
        ("raw SQL insert", sql),
        ("raw index add", index),
        (f"raw graph load ({quads / count:.0f} quads a record)", graph),
        ("raw sinks one after the other", raw),
        ("second harvest, nothing changed", again.seconds),
    ):
        print(f"{label:48} {seconds:8.1f} s {count / seconds:10.0f} records/s")
    print(f"{'raw sinks / ours (target 0.6)':48} {raw / ours:8.2f}")
    peak = max(harvest.peak, project.peak, again.peak)
    print(
        f"{'largest memory of the process tree':48} {peak / 2**20:8.0f} MiB (harvest {harvest.peak / 2**20:.0f}, "
        f"project {project.peak / 2**20:.0f}, second harvest {again.peak / 2**20:.0f})"
    )
    print(f"published {published}, outputs equal the ledger: {equal}")


if __name__ == "__main__":
    sys.exit(main())
