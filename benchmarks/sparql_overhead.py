"""SPARQL through the endpoint against the raw store: eight queries, median of each, and the ratio.

    python -m benchmarks.sparql_overhead [--records 20000] [--rounds 30]

Both are asked over HTTP, the endpoint in the web server of a node as it is run, on a store made for the run: by one client, in
turn, and by sixteen at once. Target: at most 1.3 times the raw store.
"""

import argparse
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from pathlib import Path

import urllib3
from rich.console import Console
from rich.progress import track
from rich.table import Table

from benchmarks.web import served
from benchmarks.whole_way import ROOT
from chengguo.home import Home
from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.graph.server import GraphServer
from vocab.kinds import Achievement
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import nquads
from vocab.values import Agent, PartialDate, Precision, Provenance, Text, Words

NS = Namespaces("https://benchmark.example")
AT = "2026-01-01T00:00:00Z"
CLIENTS = 16
JSON = "application/sparql-results+json"
TOPICS = "石墨烯 导热膜 水稻育种 心电监测 轴承 污水处理 激光雷达 锂电池 疫苗 遥感".split()  # noqa: SIM905
QUERIES = {
    "one record": f"SELECT ?p ?o {{ <{NS.record('achievement', 'bench', '77')}> ?p ?o }}",
    "titles of one region": "SELECT ?r ?t { ?r dcterms:spatial <{base}/code/gbt2260/330100> ; dcterms:title ?t } LIMIT 100",
    "latest": "SELECT ?r ?d { ?r a sta:Achievement ; dcterms:created ?d } ORDER BY DESC(?d) LIMIT 20",
    "join with labels": "SELECT ?r ?l { ?r sta:developmentStage/skos:prefLabel ?l FILTER(LANG(?l) = 'en') } LIMIT 200",
    "count by stage": "SELECT ?s (COUNT(*) AS ?n) { ?r sta:developmentStage ?s } GROUP BY ?s",
    "regex": "SELECT ?r { ?r dcterms:title ?t FILTER(REGEX(?t, '雷达')) } LIMIT 1000",
    "optional": "SELECT ?r ?e { ?r a sta:Achievement OPTIONAL { ?r skos:notation ?e } } LIMIT 1000",
    "construct": "CONSTRUCT { ?r dcterms:title ?t } { ?r a sta:Achievement ; dcterms:title ?t } LIMIT 500",
}


def record(number: int, chance: random.Random) -> PublicRecord:
    topic = chance.choice(TOPICS)
    iri = NS.record("achievement", "bench", str(number))
    value = Achievement(
        identifier=iri,
        source_record_id=(str(number),),
        title=Text(zh=f"{topic}关键技术研究 {number}"),
        abstract=Text(zh=f"本成果围绕{topic}开展。" * 8),
        keywords=Words((topic,)),
        region=chance.choice(("330100", "110000", "440300", "510100")),
        stage=f"cl04/{chance.randint(1, 3)}",
        first_org=Agent(f"示例研究院{chance.randint(1, 300)}"),
        completed_on=PartialDate(f"20{chance.randint(10, 25)}-{chance.randint(1, 12):02}", Precision.MONTH),
        licence=f"{NS.base}/licence/open",
        provenance=Provenance("bench", AT, "bench@1", "00" * 32),
    )
    return PublicRecord(iri, "achievement", "bench", 1, number, AT, AT, "", value)


def fill(store: OxigraphStore, records: int) -> None:
    chance, batch = random.Random(7), 2_000
    for start in track(range(0, records, batch), description="loading"):
        store.load(nquads((record(n, chance) for n in range(start, min(start + batch, records))), NS))
    _ = store.generation


def whole(query: str) -> str:
    prefixes = "".join(f"PREFIX {p}: <{NS.prefixes[p]}>\n" for p in ("dcterms", "sta", "skos"))
    return prefixes + query.replace("{base}", NS.base)


def asker(url: str, client: int = 1) -> Callable[[str], float]:
    """One client with a connection and an address of its own, and what it waits for an answer, in milliseconds."""
    http = urllib3.PoolManager(maxsize=1, source_address=(f"127.0.0.{client}", 0))
    headers = {"Accept": f"{JSON}, application/ld+json"}

    def ask(query: str) -> float:
        # A comment that differs makes every query a new text: nothing along the way may answer from memory.
        text = f"{query} # {random.random()}"
        began = time.perf_counter()
        answer = http.request_encode_body("POST", url, {"query": text}, headers, encode_multipart=False)
        waited = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise SystemExit(f"{url} answered {answer.status}: {answer.data[:300]!r}")
        return waited

    return ask


def in_turn(asks: Sequence[Callable[[str], float]], query: str, rounds: int) -> list[float]:
    """The median of each, asked one after the other: whatever else the machine does hits all of them."""
    for ask in asks:
        ask(query)
    return [
        statistics.median(column) for column in zip(*([ask(query) for ask in asks] for _ in range(rounds)), strict=True)
    ]


def at_once(url: str, query: str, rounds: int) -> float:
    """The median for many clients, each of which asks again as soon as it was answered."""

    def client(number: int) -> list[float]:
        ask = asker(url, number + 2)
        return [ask(query) for _ in range(rounds)]

    with ThreadPoolExecutor(CLIENTS) as pool:
        return statistics.median(chain.from_iterable(pool.map(client, range(CLIENTS))))


def compared(title: str, ask: Callable[[str], Sequence[float]]) -> Table:
    """Every query, first of the store and then of the endpoint, and their ratio."""
    table, ratios = Table("query", "raw p50 ms", "endpoint p50 ms", "ratio", title=title), []
    for name, query in track(QUERIES.items(), description=title):
        raw, ours = ask(whole(query))
        ratios.append(ours / raw)
        table.add_row(name, f"{raw:.2f}", f"{ours:.2f}", f"{ours / raw:.2f}")
    table.add_row("geometric mean", "", "", f"{statistics.geometric_mean(ratios):.2f}")
    return table


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "home"
        subprocess.run(
            [sys.executable, "-m", "chengguo", "init", str(path)], check=True, stdout=subprocess.DEVNULL, cwd=ROOT
        )
        graph = Home(path).graph_directory(Home(path).settings())
        with GraphServer(graph, GraphLimits()) as server, closing(connect(graph, NS, GraphLimits())) as store:
            fill(store, options.records)
            with served(path) as (base, _):
                raw, ours = f"{server.child.url}/query", f"{base}/sparql"
                asks = [asker(raw), asker(ours)]
                one = compared("1 client", lambda query: in_turn(asks, query, options.rounds))
                few = max(2, options.rounds // 10)
                many = compared(f"{CLIENTS} clients", lambda query: [at_once(url, query, few) for url in (raw, ours)])
                Console().print(one, many)


if __name__ == "__main__":
    main()
