"""Indexing: ours, the same engine fed with our documents when they are ready, and a plain index written by hand.

    python -m benchmarks.indexing [RECORDS] [--batch N]     (default 100000; a commit every N, default 10000)

*Ready* is what the engine itself takes to hold what we index: documents are made outside the clock. *Plain* is the raw index of
`benchmarks.search_latency`: five fields of words, cut within the clock, and neither character pairs, suggestions, pinyin nor
orders. All three are fed the same batches in turn and commit each, so that none works on in the time of the next. Beside the
clock stands the time that threads had of a processor, which a busy machine distorts less.
Target: at least 0.7 of ready.
"""

import argparse
import os
import platform
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import tantivy

from benchmarks.generated import records
from benchmarks.search_latency import Plain
from search.indexed import DocumentMaker
from search.question import default_language
from search.tantivy_index import FIRST_HEAP, TantivyIndex
from search.tantivy_schema import made, schema
from vocab.document import SearchDocument


class Spent(msgspec.Struct):
    """Seconds by the clock and of processors."""

    clock: float = 0.0
    processor: float = 0.0

    def add(self, work: Callable[[], object]) -> None:
        clock, processor = time.perf_counter(), time.process_time()
        work()
        self.clock += time.perf_counter() - clock
        self.processor += time.process_time() - processor


class Ready:
    """An index of our schema that is given documents of the engine."""

    def __init__(self, directory: Path) -> None:
        self._writer = tantivy.Index(schema(), str(directory)).writer(FIRST_HEAP, 1)

    def put(self, documents: Sequence[tantivy.Document]) -> None:
        for document in documents:
            self._writer.add_document(document)
        self._writer.commit()


def plainly(raw: Plain, documents: list[SearchDocument]) -> None:
    raw.put(documents)
    raw.writer.commit()


def ours(index: TantivyIndex, documents: Sequence[SearchDocument]) -> None:
    index.put_documents(documents)
    index.commit()


def measure(count: int, size: int, folder: Path) -> dict[str, Spent]:
    analyser = default_language().analyser
    maker = DocumentMaker(analyser)
    for name in ("ready", "plain"):
        (folder / name).mkdir()
    index, ready, raw = TantivyIndex.open(folder / "ours"), Ready(folder / "ready"), Plain(folder / "plain")
    ours(index, [])  # what is read once
    raw.begin()
    spent = {name: Spent() for name in ("ours", "ready", "plain")}
    everything = list(records(count))
    for start in range(0, count, size):
        batch = everything[start : start + size]
        spent["ours"].add(lambda: ours(index, batch))  # noqa: B023
        spent["plain"].add(lambda: plainly(raw, batch))  # noqa: B023
        documents = list(made(maker, batch))
        spent["ready"].add(lambda: ready.put(documents))  # noqa: B023
    index.close()
    return spent


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("records", nargs="?", type=int, default=100_000)
    parser.add_argument("--batch", type=int, default=10_000, help="documents between two commits")
    options = parser.parse_args()
    count = options.records
    with tempfile.TemporaryDirectory(prefix="chengguo-bench-") as name:
        spent = measure(count, options.batch, Path(name))
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, {count} records")
    for name, taken in spent.items():
        print(
            f"{name:6} {count / taken.clock:8.0f} documents/s {taken.processor / count * 1e6:8.0f} us of a processor each"
        )
    for name in ("ready", "plain"):
        clock, processor = spent[name].clock / spent["ours"].clock, spent[name].processor / spent["ours"].processor
        print(f"ours / {name}: {clock:.2f} by the clock, {processor:.2f} by processor time")


if __name__ == "__main__":
    main()
