"""One record as a page and as data: what a client waits for each form, and beside it the raw writers.

    python -m benchmarks.record_data [RECORDS] [--rounds 200]     (default 20000)

Over HTTP from the web server of a node that holds RECORDS records, each request for another of them: by one client and by sixteen
at once. The raw part writes the triples of the same records by pyoxigraph and by rdflib, without a server. Target: Turtle and
JSON-LD p50 at most 10 ms for one client.
"""

import argparse
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

import rdflib
import urllib3
from rich.console import Console
from rich.table import Table

from benchmarks.web import served
from benchmarks.whole_way import ROOT, with_listing
from chengguo.home import Home
from chengguo.node import Node
from publish.formats import FORMATS
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import JSON_LD, N_TRIPLES, RDF_XML, TURTLE, serialise, triples

CLIENTS = 16
SAMPLE = 2_000
RDFLIB = {TURTLE: "turtle", JSON_LD: "json-ld", RDF_XML: "xml"}
Times = Sequence[float]


def chosen(home: Path) -> tuple[list[PublicRecord], Namespaces]:
    """Some of the node's records, in an order of chance."""
    with Node(Home(home), Home(home).settings()) as node:
        step = max(1, sum(node.ledger.counts().values()) // SAMPLE)
        found = [public for after in range(0, SAMPLE * step, step) for public in node.ledger.page(after, 1)]
        random.Random(7).shuffle(found)
        return found, node.namespaces


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def client(base: str, paths: Sequence[str]) -> list[float]:
    """What one client waits for these, one after the other, over one connection."""
    http = urllib3.PoolManager(maxsize=1)

    def get(path: str) -> None:
        answer = http.request("GET", base + path, headers={"Accept-Encoding": "identity"}, redirect=False)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")

    return [timed(lambda path=path: get(path)) for path in paths]


def at_once(base: str, paths: Sequence[str]) -> list[float]:
    with ThreadPoolExecutor(CLIENTS) as pool:
        parts = [paths[start::CLIENTS] for start in range(CLIENTS)]
        return list(chain.from_iterable(pool.map(lambda part: client(base, part), parts)))


def raw(publics: Sequence[PublicRecord], media_type: str, ns: Namespaces) -> list[Times]:
    """The triples of each record by `vocab.rdf`, then written by it (pyoxigraph inside) and by rdflib."""
    made = [timed(lambda p=public: list(triples(p, ns))) for public in publics]
    graphs = [list(triples(public, ns)) for public in publics]
    ours = [timed(lambda g=graph: serialise(g, media_type, ns)) for graph in graphs]
    texts = [serialise(graph, N_TRIPLES, ns) for graph in graphs]
    read = [rdflib.Graph().parse(data=text, format="nt") for text in texts]
    theirs = [timed(lambda g=graph: g.serialize(format=RDFLIB[media_type])) for graph in read]
    return [made, ours, theirs]


def shown(times: Times) -> str:
    cuts = statistics.quantiles(times, n=100)
    return f"{cuts[49]:.2f} / {cuts[98]:.2f}"


def report(home: Path, rounds: int) -> None:
    publics, ns = chosen(home)
    paths = [public.iri.removeprefix(ns.base) for public in publics]
    table = Table(
        "p50 / p99 ms", "1 client", f"{CLIENTS} clients", "making triples", "writing them", "rdflib writing them"
    )
    with served(home) as (base, _):
        for name, of in {
            "page": lambda p: p.removeprefix("/id"),
            **{f.suffix: _suffixed(f.suffix) for f in FORMATS},
        }.items():
            asked = [of(path) for path in paths]
            client(base, asked[:20])
            one, many = client(base, asked[:rounds]), at_once(base, asked[: rounds * 4])
            media_type = next((f.media_type for f in FORMATS if f.suffix == name), "")
            beside = raw(publics[:rounds], media_type, ns) if media_type in RDFLIB else []
            table.add_row(name, shown(one), shown(many), *map(shown, beside))
    Console(width=132).print(table)


def _suffixed(suffix: str) -> Callable[[str], str]:
    return lambda path: f"{path}.{suffix}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=20_000)
    parser.add_argument("--rounds", type=int, default=200)
    options = parser.parse_args()
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {options.records} records"
    )
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        home = with_listing(Path(name), options.records)
        for command in (("harvest", "bench"), ("project",)):
            subprocess.run(
                [sys.executable, "-m", "chengguo", *command, "--home", str(home)],
                check=True,
                stdout=subprocess.DEVNULL,
                cwd=ROOT,
            )
        report(home, options.rounds)


if __name__ == "__main__":
    main()
