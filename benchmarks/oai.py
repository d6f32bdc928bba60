"""OAI-PMH: a whole list over one connection, and beside it the raw parts: reading, writing, and trees instead of templates.

    python -m benchmarks.oai [RECORDS]     (default 20000)

Target: at least 3,000 records/s by ListRecords over one connection.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import psutil
import urllib3
from lxml import etree

from benchmarks.whole_way import ROOT, resident, tree, with_listing
from chengguo.home import Home
from chengguo.limits import site_settings
from chengguo.node import Node
from federation.selection import Selection
from publish.oai import dublin_core
from publish.oai.endpoint import respond
from publish.oai.formats import formats
from publish.oai.verbs import Repository
from publish.services import Services
from tests.chengguo.test_serve import free_port
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord

TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)<")
RECORD = b"<record>"
FORMATS = ("oai_dc", "chengguo", "rdf")
Ask = Callable[[dict[str, str]], bytes]


def listed(ask: Ask, verb: str, prefix: str) -> tuple[int, float]:
    """(records, seconds) of a whole list."""
    asked, count, began = {"verb": verb, "metadataPrefix": prefix}, 0, time.perf_counter()
    while asked:
        body = ask(asked)
        count += body.count(RECORD if verb == "ListRecords" else b"<header")
        token = TOKEN.search(body)
        asked = {"verb": verb, "resumptionToken": token[1].decode()} if token else {}
    return count, time.perf_counter() - began


@contextmanager
def served(home: Path) -> Iterator[tuple[str, psutil.Process]]:
    """The node's web server with one worker."""
    port = free_port()
    environment = {**os.environ, "CHENGGUO_HOME": str(home), "CHENGGUO_HTTP_RATE_PER_SECOND": "0"}
    command = [sys.executable, "-m", "chengguo.web", "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    process = psutil.Popen(command, env=environment, cwd=ROOT, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}/oai"
    while True:
        try:
            urllib3.request("GET", url, retries=False, timeout=1)
            break
        except urllib3.exceptions.HTTPError:
            time.sleep(0.1)
    try:
        yield url, process
    finally:
        process.terminate()
        process.wait()


def over_http(url: str, encoding: str) -> Ask:
    connection = urllib3.PoolManager(maxsize=1)

    def ask(asked: dict[str, str]) -> bytes:
        answer = connection.request("GET", url, fields=asked, headers={"Accept-Encoding": encoding})
        if answer.status != 200:
            raise SystemExit(f"{url} answered {answer.status}")
        return answer.data

    return ask


def by_trees(public: PublicRecord) -> bytes:
    """Dublin Core by lxml, of the same texts that the templates write."""
    root = etree.Element(f"{{{dublin_core.NAMESPACE}}}dc", nsmap={"oai_dc": dublin_core.NAMESPACE, "dc": DC})
    for name, text, lang in dublin_core.texts(public):
        child = etree.SubElement(root, f"{{{DC}}}{name}")
        child.text = text
        if lang:
            child.set("{http://www.w3.org/XML/1998/namespace}lang", lang)
    return etree.tostring(root, encoding="UTF-8")


DC = "http://purl.org/dc/elements/1.1/"


def row(label: str, count: int, seconds: float) -> None:
    print(f"{label:60} {seconds:8.2f} s {count / seconds:10,.0f} records/s")


def raw_parts(node: Node, namespaces: Namespaces) -> None:
    """Reading and writing without the protocol and without HTTP."""
    after, publics, began = 0, list[PublicRecord](), time.perf_counter()
    while rows := node.ledger.listed(Selection(), after, 500):
        after = rows[-1].seq
        publics += [one.public() for one in rows if one.body is not None]
    row("raw: reading and decoding", len(publics), time.perf_counter() - began)
    for prefix, form in formats(namespaces).items():
        began = time.perf_counter()
        for public in publics:
            form.write(public)
        row(f"raw: writing {prefix}", len(publics), time.perf_counter() - began)
    began = time.perf_counter()
    for public in publics:
        by_trees(public)
    row("raw: writing oai_dc by trees of lxml", len(publics), time.perf_counter() - began)


def report(home: Path) -> None:
    with Node(Home(home), Home(home).settings()) as node:
        raw_parts(node, node.namespaces)
        absent = cast(Any, None)
        site = site_settings(node.settings)
        sources = node.registry.sources
        repository = Repository(Services(node.ledger, node.ledger, sources, absent, absent, node.namespaces, site))
        for prefix in FORMATS:
            count, seconds = listed(lambda asked: respond(repository, list(asked.items())), "ListRecords", prefix)
            row(f"without HTTP: ListRecords {prefix}", count, seconds)
    with served(home) as (url, process):
        for verb, prefix in (("ListIdentifiers", "oai_dc"), *(("ListRecords", one) for one in FORMATS)):
            for encoding in ("identity", "gzip"):
                count, seconds = listed(over_http(url, encoding), verb, prefix)
                row(f"one connection, {encoding}: {verb} {prefix}", count, seconds)
        print(f"memory of the web server afterwards: {sum(map(resident, tree(process))) / 2**20:.0f} MiB")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=20_000)
    count = parser.parse_args().records
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} records")
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        home = with_listing(Path(name), count)
        subprocess.run(
            [sys.executable, "-m", "chengguo", "harvest", "bench", "--home", str(home)],
            check=True,
            stdout=subprocess.DEVNULL,
            cwd=ROOT,
        )
        report(home)
    return 0


if __name__ == "__main__":
    sys.exit(main())
