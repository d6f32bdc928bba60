"""Dumps: how fast each format is written from the ledger, and beside it the raw parts.

    python -m benchmarks.dumps [RECORDS]     (default 20000)

Target: at least 100,000 quads/s of N-Quads. Raw is what has to be done even when everything is ready in memory: reading the ledger,
zstd of ready text, and pyoxigraph writing quads that it holds already. Rates are of processor time, which a busy machine disturbs
little; all of it is spent in one process. Each format is written by a process of its own, whose largest memory is told.
"""

import argparse
import multiprocessing
import multiprocessing.connection
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import zstandard

from benchmarks.whole_way import ROOT, pages, with_listing
from chengguo.home import Home
from chengguo.node import Node
from publish.dumps.manifest import FORMATS
from publish.dumps.packed import ZSTD_LEVEL
from publish.dumps.write import write
from vocab.rdf import nquads

SAMPLE = 2_000  # records whose quads pyoxigraph holds as objects


def row(label: str, seconds: float, records: int, quads: int = 0, more: str = "") -> None:
    rate = f"{quads / seconds:12,.0f} quads/s" if quads else " " * 20
    print(f"{label:44} {seconds:8.2f} s {records / seconds:9,.0f} records/s {rate} {more}")


def spent(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def one(home: Path, formats: tuple[str, ...], quads: int) -> float:
    """Write a dump of these formats in a process of its own, and print how it went. Returns its processor seconds."""
    reader, writer = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_written, args=(home, formats, writer))
    process.start()
    seconds, records, size, memory = reader.recv()
    process.join()
    told = f"{size / 2**20:8.1f} MiB, memory at most {memory:.0f} MiB"
    row(" + ".join(formats), seconds, records, quads if formats == ("nq",) else 0, told)
    return float(seconds)


def _written(home: Path, formats: tuple[str, ...], answer: "multiprocessing.connection.Connection") -> None:
    with Node(Home(home), Home(home).settings()) as node, tempfile.TemporaryDirectory(dir=home) as folder:
        began = time.process_time()
        made = write(node.ledger, node.namespaces, Path(folder), formats)
        seconds = time.process_time() - began
        memory = peak()
        answer.send((seconds, made.records, sum(file.bytes for file in made.files), memory))


def peak() -> float:
    """The largest resident memory of this process in MiB; what `getrusage` says is also its parent's."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def raw_parts(home: Path) -> tuple[int, float]:
    """The number of quads, and the seconds that writing them takes when nothing has to be made."""
    with Node(Home(home), Home(home).settings()) as node:
        records = quads = 0
        packing = 0.0
        packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL).compressobj()
        for page in pages(node.ledger):
            text = nquads(page, node.namespaces)
            quads, records = quads + text.count(b"\n"), records + len(page)
            packing += spent(lambda text=text: packer.compress(text))  # type: ignore[misc]
        row("raw: reading the ledger", spent(lambda: sum(map(len, pages(node.ledger)))), records, quads)
        row("raw: zstd of ready N-Quads", packing, records, quads)
        some = next(pages(node.ledger))[:SAMPLE]
        held = list(pyoxigraph.parse(nquads(some, node.namespaces), format=pyoxigraph.RdfFormat.N_QUADS))
        serialising = spent(lambda: pyoxigraph.serialize(held, format=pyoxigraph.RdfFormat.N_QUADS))
        row("raw: pyoxigraph writing ready quads", serialising, len(some), len(held))
        return quads, packing + serialising / len(held) * quads


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", type=int, nargs="?", default=20_000)
    parser.add_argument("--home", type=Path, help="a home that has been harvested, instead of a generated one")
    given = parser.parse_args()
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, processor time")
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        home = given.home or harvested(Path(name), given.records)
        quads, raw = raw_parts(home)
        ours = [one(home, (form,), quads) for form in FORMATS][FORMATS.index("nq")]
        one(home, FORMATS, quads)
        print(f"raw (pyoxigraph and zstd) / ours, N-Quads: {raw / ours:.2f}; {quads:,} quads")
    return 0


def harvested(folder: Path, count: int) -> Path:
    home = with_listing(folder, count)
    command = [sys.executable, "-m", "chengguo", "harvest", "bench", "--home", str(home)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return home


if __name__ == "__main__":
    sys.exit(main())
