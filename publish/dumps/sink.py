"""What a dump is written to: any number of sinks, each of which makes the files of one format from the same batches."""

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Protocol

import msgspec

from publish.dumps.manifest import STEM, Compression, File
from publish.dumps.packed import Packed
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import lines, quads
from vocab.rdf.turtle import TurtleText

JSON_LINE = ("iri", "kind", "source", "version", "seq", "at", "first", "digest", "same_as", "record")


class Batch:
    """Public records in the order of `seq`; what several sinks need of them is made once."""

    def __init__(self, publics: Sequence[PublicRecord], namespaces: Namespaces) -> None:
        self.publics = publics
        self._namespaces = namespaces

    @cached_property
    def statements(self) -> list[list[str]]:
        """The lines of N-Triples of each record."""
        return [lines(public, self._namespaces) for public in self.publics]


class Sink(Protocol):
    def put(self, batch: Batch) -> None: ...

    def finish(self) -> Iterable[File]:
        """The files, whole and on the disk; called once, after the last batch."""

    def close(self) -> None:
        """Give back what is open, finished or not; what was not finished may stay in the folder."""


class Lines:
    """One file of texts that follow each other; `text` makes one of each batch."""

    def __init__(
        self, folder: Path, told: File, compression: Compression, text: Callable[[Batch], bytes], head: bytes = b""
    ) -> None:
        self._file = Packed(folder, told, compression)
        self._text = text
        self._records = 0
        self._file.write(head)

    def put(self, batch: Batch) -> None:
        self._file.write(self._text(batch))
        self._records += len(batch.publics)

    def finish(self) -> Iterable[File]:
        return (self._file.finish(self._records),)

    def close(self) -> None:
        self._file.close()


def json_lines(folder: Path, compression: Compression) -> Sink:
    """One record a line, with its provenance in the ledger and the other records of its achievement."""
    told = File(f"{STEM}.jsonl", "application/jsonl", format="jsonl")
    return Lines(folder, told, compression, lambda batch: b"".join(map(json_line, batch.publics)))


def json_line(public: PublicRecord) -> bytes:
    return msgspec.json.encode({name: getattr(public, name) for name in JSON_LINE}) + b"\n"


def nquads(folder: Path, compression: Compression) -> Sink:
    """Each record in the named graph of its own IRI."""

    def text(batch: Batch) -> bytes:
        pairs = zip(batch.publics, batch.statements, strict=True)
        return b"".join([quads(public.iri, statements) for public, statements in pairs])

    return Lines(folder, File(f"{STEM}.nq", "application/n-quads", format="nq"), compression, text)


def turtle(folder: Path, compression: Compression, namespaces: Namespaces) -> Sink:
    writer = TurtleText(namespaces)
    told = File(f"{STEM}.ttl", "text/turtle", format="ttl")
    return Lines(folder, told, compression, lambda batch: b"".join(map(writer.text, batch.statements)), writer.head)
