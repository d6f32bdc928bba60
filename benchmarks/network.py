"""Sources behind a network: our harvest beside the same HTTP library bare, with one connection each, in the same run.

    python -m benchmarks.network [RECORDS] [--latency MS] [--protocol NAME] [--size N]     (default 4000 records, 50 ms a request)

A server in a process of its own answers every page after the latency: a paged JSON interface, a CKAN, an OAI-PMH repository.
Bare: `requests` fetches the same pages one after the other and throws them away. Ours: the whole harvest into a ledger, first
and again with nothing changed. A source is bound by the network where bare brings fewer records a second than a harvest judges.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import requests
from lxml import etree

from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Fiction
from chengguo.demo.platforms import beijing, hubei, sichuan
from federation.harvest import harvest
from federation.judges import Judges
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.registry import Registry, survey
from federation.source import Source
from federation.views import RunStatus
from harvesters import harvester

CONFIG = Path(__file__).resolve().parents[1] / "config"
PROTOCOLS = {"json_api": "beijing", "ckan": "hubei", "oai_pmh": "sichuan"}
SIZES = (20, 50, 100)  # records of a page
OAI = '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><responseDate>2026-09-02T09:00:00Z</responseDate>'
IDENTIFY = (
    f"{OAI}<Identify><repositoryName>x</repositoryName><protocolVersion>2.0</protocolVersion>"
    "<granularity>YYYY-MM-DDThh:mm:ssZ</granularity></Identify></OAI-PMH>"
)
Query = dict[str, str]
Site = Callable[[Query], bytes]


def json_site(fictions: Sequence[Fiction]) -> Site:
    rows = [beijing.row(one) for one in fictions]

    def answer(query: Query) -> bytes:
        size, page = int(query["size"]), int(query["page"])
        return msgspec.json.encode({"total": len(rows), "rows": rows[(page - 1) * size : page * size]})

    return answer


def ckan_site(fictions: Sequence[Fiction]) -> Site:
    packages = [hubei.package(one, 1) for one in fictions]

    def answer(query: Query) -> bytes:
        start, rows = int(query["start"]), int(query["rows"])
        found = packages[start : start + rows]
        return msgspec.json.encode({"success": True, "result": {"count": len(packages), "results": found}})

    return answer


def oai_site(fictions: Sequence[Fiction], size: int) -> Site:
    records = [etree.tostring(sichuan.record(one, 1), encoding="unicode") for one in fictions]

    def answer(query: Query) -> bytes:
        if query["verb"] == "Identify":
            return IDENTIFY.encode()
        start = int(query.get("resumptionToken", "0"))
        following = str(start + size) if start + size < len(records) else ""
        token = f'<resumptionToken completeListSize="{len(records)}">{following}</resumptionToken>'
        return f"{OAI}<ListRecords>{''.join(records[start : start + size])}{token}</ListRecords></OAI-PMH>".encode()

    return answer


def serve(protocol: str, count: int, size: int, latency: float, told: Connection) -> None:
    """Makes every answer before it serves, so that it costs the latency and little more."""
    fictions = Province("110000", beijing.CITIES, "BENCH-{n:07d}").achievements(count)
    made = {"json_api": json_site, "ckan": ckan_site}
    site = made[protocol](fictions) if protocol in made else oai_site(fictions, size)
    answers = {urlencode(query): site(query) for query in pages(protocol, count, size)}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # head and body in one piece

        def do_GET(self) -> None:
            query = dict(parse_qsl(urlsplit(self.path).query))
            time.sleep(latency)
            body = answers[urlencode({name: query[name] for name in NAMED[protocol] if name in query})]
            self.send_response(200)
            self.send_header("Content-Type", "text/xml" if protocol == "oai_pmh" else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send(server.server_address[1])
    server.serve_forever()


NAMED = {"json_api": ("page", "size"), "ckan": ("rows", "start"), "oai_pmh": ("verb", "resumptionToken")}


def pages(protocol: str, count: int, size: int) -> Iterator[Query]:
    """The requests of one pass, in its order."""
    if protocol == "oai_pmh":
        yield {"verb": "Identify"}
    for start in range(0, count, size):
        if protocol == "json_api":
            yield {"page": str(start // size + 1), "size": str(size)}
        elif protocol == "ckan":
            yield {"rows": str(size), "start": str(start)}
        else:
            yield {"verb": "ListRecords"} | ({"resumptionToken": str(start)} if start else {})
    if protocol == "json_api" and count % size == 0:
        yield {"page": str(count // size + 1), "size": str(size)}  # a full last page does not say that it is the last


@contextmanager
def serving(protocol: str, count: int, size: int, latency: float) -> Iterator[str]:
    here, there = get_context("spawn").Pipe()
    process = get_context("spawn").Process(target=serve, args=(protocol, count, size, latency, there), daemon=True)
    process.start()
    try:
        yield f"http://127.0.0.1:{here.recv()}"
    finally:
        process.kill()
        process.join()


def bare(url: str, protocol: str, count: int, size: int) -> float:
    with requests.Session() as session:
        session.trust_env = False
        began = time.perf_counter()
        for query in pages(protocol, count, size):
            assert session.get(url, params=query, timeout=30).content
        return time.perf_counter() - began


def source(registry: Registry, protocol: str, url: str, size: int) -> Source:
    """The demonstration's source file, at our server and with pages of this size."""
    found = registry.source(PROTOCOLS[protocol])
    paged: dict[str, Any] = {"json_api": {"size": size}, "ckan": {"rows": size}, "oai_pmh": {}}[protocol]
    options = {name: value for name, value in found.options.items() if name != "params"} | paged
    return msgspec.structs.replace(found, url=url, options=options)


def ours(registry: Registry, chosen: Source, ledger: Ledger, judges: Judges, count: int) -> float:
    settings = Settings(base="http://localhost:8080", batch=1000)
    began = time.perf_counter()
    pass_ = harvester(chosen.protocol, chosen.endpoint())
    run = harvest(chosen, pass_, ledger, registry.mappings_of(chosen), settings, full=True, judges=judges)
    spent = time.perf_counter() - began
    if run.status is not RunStatus.DONE or run.counts.seen != count or not run.complete:
        sys.exit(f"{chosen.protocol}: {run.status.value}, {run.counts.seen} records, {run.message}")
    return spent


def measure(registry: Registry, protocol: str, count: int, size: int, latency: float) -> tuple[float, float, float]:
    """Seconds of bare (the mean of one run before and one after ours), of our first pass, and of an unchanged one."""
    with (
        tempfile.TemporaryDirectory(prefix="chengguo-bench-") as folder,
        serving(protocol, count, size, latency) as url,
    ):
        chosen = source(registry, protocol, url, size)
        ledger, judges = Ledger.open(f"sqlite:///{folder}/ledger.sqlite"), Judges(os.cpu_count() or 1)
        try:
            before = bare(url, protocol, count, size)
            first, again = (ours(registry, chosen, ledger, judges, count) for _ in range(2))
            return (before + bare(url, protocol, count, size)) / 2, first, again
        finally:
            judges.close()
            ledger.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=4000)
    parser.add_argument("--latency", type=float, default=50.0, help="milliseconds of every answer")
    parser.add_argument("--protocol", choices=PROTOCOLS, action="append", help="default: all")
    parser.add_argument("--size", type=int, action="append", help=f"records of a page; default: {SIZES}")
    given = parser.parse_args()
    load = ", ".join(f"{one:.1f}" for one in os.getloadavg())
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load before {load}")
    print(json.dumps({"records": given.records, "latency_ms": given.latency}))
    print("| protocol | records a page | bare, records/s | first pass | of bare | unchanged | of bare |")
    print("|---|---|---|---|---|---|---|")
    registry = survey(CONFIG)
    for protocol in given.protocol or PROTOCOLS:
        for size in given.size or SIZES:
            raw, first, again = measure(registry, protocol, given.records, size, given.latency / 1000)
            rates = [given.records / seconds for seconds in (raw, first, again)]
            cells = (
                f"{rates[0]:,.0f}",
                f"{rates[1]:,.0f}",
                f"{raw / first:.2f}",
                f"{rates[2]:,.0f}",
                f"{raw / again:.2f}",
            )
            print(f"| {protocol} | {size} | {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
