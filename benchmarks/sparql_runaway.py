"""Queries that would never end, at the endpoint: how long after the limit each is answered and the processors are free again.

    python -m benchmarks.sparql_runaway [--records 2000] [--limit 5]

One query at a time on a store made for the run. Target: both within two seconds after the limit, memory near its own limit.
"""

import argparse
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.sparql_overhead import NS, fill
from federation.graph.base import GraphError
from federation.graph.connect import connect
from federation.graph.limits import GraphLimits
from federation.graph.server import BUSY_CORES, GraphServer
from federation.graph.store import SparqlStore
from tests.publish_sparql.test_runaway import RUNAWAY

MIB = 2**20


def outcome(store: SparqlStore, query: str) -> str:
    try:
        store.query(query, "*/*")
    except GraphError as error:
        return type(error).__name__
    return "answered"


def idle(server: GraphServer) -> float:
    """When the child has been idle for a moment."""
    while server.child.busy(0.2) >= BUSY_CORES:
        pass
    return time.monotonic()


def measured(server: GraphServer, store: SparqlStore, query: str) -> tuple[str, float, float, int]:
    """Outcome, seconds to the answer and to idle processors, largest memory in bytes."""
    largest, ended = [0], threading.Event()

    def look() -> None:
        while not ended.wait(0.02):
            largest[0] = max(largest[0], server.child.resident())

    with ThreadPoolExecutor(1) as thread:
        thread.submit(look)
        began = time.monotonic()
        said = outcome(store, query)
        answered = time.monotonic() - began
        free = idle(server) - began
        ended.set()
    while outcome(store, "ASK {}") != "answered":
        time.sleep(0.05)
    return said, answered, free, largest[0]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--limit", type=int, default=5, help="seconds a query may run")
    options = parser.parse_args()
    limits = GraphLimits(query_seconds=options.limit, memory_bytes=1024 * MIB)
    table = Table("query", "outcome", "answered after s", "processors free after s", "largest MiB")
    with tempfile.TemporaryDirectory() as home, GraphServer(Path(home) / "graph", limits) as server:
        store = connect(Path(home) / "graph", NS, limits)
        fill(store, options.records)
        for name, query in RUNAWAY.items():
            said, answered, free, memory = measured(server, store, query)
            table.add_row(name, said, f"{answered:.2f}", f"{free:.2f}", f"{memory / MIB:.0f}")
        store.close()
    Console().print(table)


if __name__ == "__main__":
    main()
