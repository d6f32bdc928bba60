"""Writes every public record into all formats in one pass over the ledger, in constant memory."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path

import msgspec

from federation.views import PublicView
from publish.dumps.csvw import CsvTables
from publish.dumps.manifest import CHECKSUMS, FORMATS, MANIFEST, Compression, Dump, File
from publish.dumps.sink import Batch, Sink, json_lines, nquads, turtle
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord

PAGE = 1000


def write(
    view: PublicView,
    namespaces: Namespaces,
    folder: Path,
    formats: Iterable[str] = FORMATS,
    compression: Compression = Compression.ZSTD,
    progress: Callable[[int], None] = lambda n: None,
) -> Dump:
    """Write a dump into an empty folder. Raises KeyError for a format that is none of FORMATS."""
    upto, kinds = view.last_seq(), Counter[str]()
    at = "".join(change.at for change in view.changes(upto - 1, 1)) if upto else ""
    with ExitStack() as stack:
        sinks = [_sink(name, folder, compression, namespaces) for name in dict.fromkeys(formats)]
        for sink in sinks:
            stack.callback(sink.close)
        for publics in pages(view, upto):
            batch = Batch(publics, namespaces)
            for sink in sinks:
                sink.put(batch)
            kinds.update(public.kind for public in publics)
            progress(len(publics))
        files = tuple(file for sink in sinks for file in sink.finish())
    dump = Dump(upto, at, kinds.total(), dict(sorted(kinds.items())), files)
    body = msgspec.json.format(msgspec.json.encode(dump)) + b"\n"
    (folder / MANIFEST).write_bytes(body)
    (folder / CHECKSUMS).write_text("".join(f"{digest}  {name}\n" for digest, name in _sums(files, body)), "utf-8")
    return dump


def pages(view: PublicView, upto: int) -> Iterator[list[PublicRecord]]:
    """Every public record that has not changed since `upto`, in the order of `seq`."""
    after = 0
    while page := view.page(after, PAGE):
        publics = [public for public in page if public.seq <= upto]
        if publics:
            yield publics
        if len(publics) < len(page):
            return
        after = page[-1].seq


def _sink(name: str, folder: Path, compression: Compression, namespaces: Namespaces) -> Sink:
    from publish.dumps.workbooks import Workbooks  # here, because its library is loaded for this alone

    makers: dict[str, Callable[[], Sink]] = {
        "jsonl": lambda: json_lines(folder, compression),
        "csv": lambda: CsvTables(folder, compression),
        "xlsx": lambda: Workbooks(folder),
        "nq": lambda: nquads(folder, compression),
        "ttl": lambda: turtle(folder, compression, namespaces),
    }
    return makers[name]()


def _sums(files: Iterable[File], manifest: bytes) -> Iterator[tuple[str, str]]:
    yield from ((file.sha256, file.name) for file in files)
    yield hashlib.sha256(manifest).hexdigest(), MANIFEST
