"""SPARQL through the endpoint against the raw store: eight queries, median of each, and the ratio.

    python -m benchmarks.sparql_overhead [--records 20000] [--rounds 30]

Both are asked over HTTP by one client, in turn, on a store made for the run; target: at most 1.3 times the raw store.
"""

import argparse
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import cast

import urllib3
from rich.console import Console
from rich.progress import track
from rich.table import Table
from starlette.applications import Starlette

from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.oxigraph import OxigraphStore
from federation.graph.server import GraphServer
from federation.ledger import Ledger
from publish.assets import Assets
from publish.portal.site import make_site
from publish.services import Services
from publish.settings import SiteSettings
from publish.sparql import routes
from search.base import SearchIndex
from vocab.kinds import Achievement
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import nquads
from vocab.values import Agent, PartialDate, Precision, Provenance, Text, Words

NS = Namespaces("https://benchmark.example")
AT = "2026-01-01T00:00:00Z"
DIRECTORY = "SPARQL_BENCHMARK_DIRECTORY"
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


def application() -> Starlette:
    """The endpoint over the graph directory that the environment names: what granian runs, in a process of its own."""
    directory = Path(os.environ[DIRECTORY])
    ledger = Ledger.open(f"sqlite:///{directory.parent}/ledger.sqlite")
    services = Services(
        view=ledger,
        sources_view=ledger,
        sources={},
        index=cast(SearchIndex, None),
        graph=connect(directory, NS, GraphLimits()),
        namespaces=NS,
        settings=SiteSettings(base_url=NS.base),
        graph_mark=partial(ledger.cursors.mark, "graph"),
    )
    return Starlette(routes=routes(make_site(services, Assets())))


@contextmanager
def serving(directory: Path) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "granian", "--interface", "asgi", "--factory", "--no-ws", "--log-level", "error"]
    command += ["--host", "127.0.0.1", "--port", str(port), "benchmarks.sparql_overhead:application"]
    process = subprocess.Popen(command, env={**os.environ, DIRECTORY: str(directory)})
    while socket.socket().connect_ex(("127.0.0.1", port)):
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}/sparql"
    process.terminate()
    process.wait()


def measure(ask: Callable[[str, int], None], query: str, rounds: int) -> list[float]:
    times = []
    for number in range(rounds):
        start = time.perf_counter()
        ask(query, number)
        times.append((time.perf_counter() - start) * 1000)
    return times


def asker(http: urllib3.PoolManager, url: str) -> Callable[[str, int], None]:
    def ask(query: str, number: int) -> None:
        # A comment that differs makes every query a new text: nothing along the way may answer from memory.
        text = f"{query} # {number} {random.random()}"
        headers = {"Accept": f"{JSON}, application/ld+json"}
        answer = http.request_encode_body("POST", url, {"query": text}, headers, encode_multipart=False)
        if answer.status != 200:
            raise SystemExit(f"{url} answered {answer.status}: {answer.data[:300]!r}")

    return ask


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    table = Table("query", "raw p50 ms", "endpoint p50 ms", "ratio")
    http, ratios = urllib3.PoolManager(), []
    with tempfile.TemporaryDirectory() as home, GraphServer(Path(home) / "graph", GraphLimits()) as server:
        store = connect(Path(home) / "graph", NS, GraphLimits())
        fill(store, options.records)
        with serving(Path(home) / "graph") as endpoint:
            raw, ours = asker(http, f"{server.child.url}/query"), asker(http, endpoint)
            for name, query in track(QUERIES.items(), description="asking"):
                text = whole(query)
                measure(raw, text, 3), measure(ours, text, 3)
                pairs = [(measure(raw, text, 1)[0], measure(ours, text, 1)[0]) for _ in range(options.rounds)]
                base, through = (statistics.median(column) for column in zip(*pairs, strict=True))
                ratios.append(through / base)
                table.add_row(name, f"{base:.2f}", f"{through:.2f}", f"{through / base:.2f}")
        store.close()
    table.add_row("geometric mean", "", "", f"{statistics.geometric_mean(ratios):.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
