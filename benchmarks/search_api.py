"""The search API of a served node, over HTTP, beside the raw engine that is asked the same questions in this process.

    python -m benchmarks.search_api FOLDER [--rounds N] [--clients N]

FOLDER is what `benchmarks.search_latency ... --folder` left for one number of records (`FOLDER/1000000`). The node has no
record in its ledger: `/api/v1/search` reads the index alone. One worker answers; each request counts five facets, and nothing is
remembered of an answer. Before each of the engine's turns stands one of the API, so that both have the same machine.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import msgspec
import urllib3

from benchmarks.search_latency import FACETS, QUERIES, Ask, Engine, quantiles, timed
from benchmarks.web import served
from search.question import default_language

FOUND = msgspec.json.Decoder(dict)


def home_over(index: Path, folder: Path) -> Path:
    """A home whose search index this is."""
    home = folder / "home"
    for command in (["init", str(home)], ["harvest", "--all", "--home", str(home)]):  # the second makes the ledger
        subprocess.run([sys.executable, "-m", "chengguo", *command], check=True, capture_output=True)
    (home / "data" / "search").symlink_to(index.resolve())
    return home


def api(base: str, pool: urllib3.PoolManager) -> Ask:
    facets = [("facet", name) for name in FACETS]

    def ask(text: str) -> int:
        answer = pool.request("GET", f"{base}/api/v1/search?{urlencode([('q', text), *facets])}")
        if answer.status != 200:
            sys.exit(f"{text}: {answer.status} {answer.data.decode()}")
        return int(FOUND.decode(answer.data)["total"])

    return ask


def compared(asks: dict[str, Ask], rounds: int, clients: int) -> dict[str, tuple[float, float]]:
    """Milliseconds (p50, p99) of each."""
    times: dict[str, list[float]] = {name: [] for name in asks}

    def client(name: str) -> list[float]:
        return [timed(lambda: asks[name](text)) for text in QUERIES]  # noqa: B023

    with ThreadPoolExecutor(clients) as pool:
        for _ in range(rounds):
            for name in asks:
                for taken in pool.map(client, [name] * clients):
                    times[name] += taken
    return {name: quantiles(values) for name, values in times.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--clients", type=int, default=16)
    options = parser.parse_args()
    engine = Engine(options.folder / "ours", default_language())
    with tempfile.TemporaryDirectory() as name, served(home_over(options.folder / "ours", Path(name))) as (base, _):
        asks: dict[str, Ask] = {
            "api": api(base, urllib3.PoolManager(maxsize=options.clients)),
            "engine": engine.search,
        }
        differing = [text for text in QUERIES if asks["api"](text) != asks["engine"](text)]
        if differing:
            sys.exit(f"the API and the engine find different numbers of records: {differing}")
        for clients in (1, options.clients):
            found = compared(asks, options.rounds, clients)
            row = {name: {"p50_ms": round(p50, 2), "p99_ms": round(p99, 2)} for name, (p50, p99) in found.items()}
            ratio = [round(found["api"][place] / found["engine"][place], 2) for place in (0, 1)]
            print(f"{clients} clients", json.dumps({**row, "ratio_p50": ratio[0], "ratio_p99": ratio[1]}), flush=True)


if __name__ == "__main__":
    main()
