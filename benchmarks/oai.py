"""OAI-PMH: a whole list over one connection, and beside it the raw parts: reading, writing, and trees instead of templates.

    python -m benchmarks.oai [RECORDS]     (default 20000)

Target: at least 3,000 records/s by ListRecords over one connection. Beside the clock stands the time that our processes had
of a processor, without the client's: on a machine that others use, too, it is the figure to compare.
"""

import argparse
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import psutil
import urllib3
from lxml import etree

from benchmarks.web import served
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
from vocab.public import PublicRecord
from vocab.rdf import RDF_XML, serialise, triples

TOKEN = re.compile(rb"<resumptionToken[^>]*>([^<]+)<")
RECORD = b"<record>"
FORMATS = ("oai_dc", "chengguo", "rdf")
Ask = Callable[[dict[str, str]], bytes]


def listed(ask: Ask, verb: str, prefix: str) -> int:
    """The records of a whole list."""
    asked, count = {"verb": verb, "metadataPrefix": prefix}, 0
    while asked:
        body = ask(asked)
        count += body.count(RECORD if verb == "ListRecords" else b"<header")
        token = TOKEN.search(body)
        asked = {"verb": verb, "resumptionToken": token[1].decode()} if token else {}
    return count


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


def row(label: str, processes: list[psutil.Process], work: Callable[[], int]) -> None:
    """Do it, and print how fast it was."""
    spent, began = used(processes), time.perf_counter()
    count = work()
    clock, spent = time.perf_counter() - began, used(processes) - spent
    print(
        f"{label:56} {clock:7.2f} s {count / clock:9,.0f} records/s {count / max(spent, 0.01):9,.0f} per processor second"
    )


def used(processes: list[psutil.Process]) -> float:
    return sum(times.user + times.system for times in (process.cpu_times() for process in processes))


def raw_parts(node: Node, own: list[psutil.Process]) -> None:
    """Reading and writing without the protocol and without HTTP."""
    publics = list[PublicRecord]()

    def read() -> int:
        after = 0
        while rows := node.ledger.listed(Selection(), after, 500):
            after = rows[-1].seq
            publics.extend(one.public() for one in rows if one.body is not None)
        return len(publics)

    def write(make: Callable[[PublicRecord], object]) -> int:
        for public in publics:
            make(public)
        return len(publics)

    row("raw: reading and decoding", own, read)
    for prefix, form in formats(node.namespaces).items():
        row(f"raw: writing {prefix}", own, lambda form=form: write(form.write))
    row("raw: writing oai_dc by trees of lxml", own, lambda: write(by_trees))
    row(
        "raw: writing rdf by pyoxigraph",
        own,
        lambda: write(lambda p: serialise(triples(p, node.namespaces), RDF_XML, node.namespaces)),
    )


def report(home: Path) -> None:
    own = [psutil.Process()]
    with Node(Home(home), Home(home).settings()) as node:
        raw_parts(node, own)
        absent = cast(Any, None)
        site, sources = site_settings(node.settings), node.registry.sources
        repository = Repository(Services(node.ledger, node.ledger, sources, absent, absent, node.namespaces, site))

        def ask(asked: dict[str, str]) -> bytes:
            return respond(repository, list(asked.items()))

        for prefix in FORMATS:
            row(f"without HTTP: ListRecords {prefix}", own, lambda prefix=prefix: listed(ask, "ListRecords", prefix))
    with served(home) as (base, process):
        before = sum(map(resident, tree(process)))
        for verb, prefix in (("ListIdentifiers", "oai_dc"), *(("ListRecords", one) for one in FORMATS)):
            for encoding in ("identity", "gzip"):
                client = over_http(f"{base}/oai", encoding)
                label = f"one connection, {encoding}: {verb} {prefix}"
                row(label, tree(process), lambda c=client, v=verb, p=prefix: listed(c, v, p))
        grown = sum(map(resident, tree(process))) - before
        print(f"memory of the web server: {before / 2**20:.0f} MiB, {grown / 2**20:+.0f} after all these lists")


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
