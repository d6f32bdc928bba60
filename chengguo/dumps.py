"""Writes every public record into compressed files with checksums, in constant memory.

A dump is the state at one `seq`, named in its `dump.json`. Records that change while it is written are left to the change
feed: load the files, then follow `/api/v1/changes?after=seq`, and nothing is missing, doubled or stale.
"""

import gzip
import hashlib
import io
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from types import TracebackType
from typing import IO, cast

import msgspec
import zstandard

from federation.views import PublicView
from vocab.public import PublicRecord

PAGE = 1000
CHECKSUMS = "SHA256SUMS"
MANIFEST = "dump.json"


class Compression(StrEnum):
    ZSTD = "zstd"
    GZIP = "gzip"


SUFFIX = {Compression.ZSTD: ".zst", Compression.GZIP: ".gz"}


class File(msgspec.Struct, frozen=True):
    """One file of a dump."""

    name: str
    bytes: int
    sha256: str


class Dump(msgspec.Struct, frozen=True):
    """What `dump.json` says."""

    seq: int
    at: str
    records: int
    files: tuple[File, ...]


Format = Callable[[PublicRecord], bytes]  # a record's lines


def json_line(public: PublicRecord) -> bytes:
    """One record, with its provenance in the ledger and the other records of its achievement, as one line of JSON."""
    names = ("iri", "kind", "source", "version", "seq", "at", "first", "digest", "same_as", "record")
    return msgspec.json.encode({name: getattr(public, name) for name in names}) + b"\n"


def records(view: PublicView, upto: int) -> Iterator[PublicRecord]:
    """Every public record that has not changed since `upto`, in the order of `seq`."""
    after = 0
    while page := view.page(after, PAGE):
        for public in page:
            if public.seq > upto:
                return
            yield public
        after = page[-1].seq


def write(
    view: PublicView,
    folder: Path,
    formats: dict[str, Format],
    compression: Compression,
    progress: Callable[[int], None] = lambda n: None,
) -> Dump:
    """Write `records.<format>` files into the folder. Old files are replaced when all new ones are whole, the checksums last."""
    folder.mkdir(parents=True, exist_ok=True)
    upto, count = view.last_seq(), 0
    with ExitStack() as stack:
        outs = {
            name: stack.enter_context(Writer(folder / f"records.{name}{SUFFIX[compression]}", compression))
            for name in formats
        }
        for public in records(view, upto):
            for name, form in formats.items():
                outs[name].write(form(public))
            count += 1
            if count % PAGE == 0:
                progress(PAGE)
        progress(count % PAGE)
        files = tuple(out.finish() for out in outs.values())
        for out in outs.values():
            out.replace()
    made = Dump(upto, datetime.now(UTC).isoformat(timespec="seconds"), count, files)
    _put(folder / MANIFEST, msgspec.json.format(msgspec.json.encode(made)) + b"\n")
    _put(folder / CHECKSUMS, b"".join(f"{f.sha256}  {f.name}\n".encode() for f in _with_manifest(folder, files)))
    return made


class Writer(AbstractContextManager["Writer"]):
    """A compressed file that takes its name only when it is whole."""

    def __init__(self, path: Path, compression: Compression) -> None:
        self._path = path
        self._new = path.with_name(f".{path.name}.{os.getpid()}")
        self._file = Hashed(self._new.open("wb"))
        sink = cast(IO[bytes], self._file)
        # gzip: no name and no time in the header, so that the same records make the same file
        self._stream: IO[bytes] = (
            zstandard.ZstdCompressor(level=10, write_checksum=True).stream_writer(sink, closefd=False)
            if compression is Compression.ZSTD
            else cast(IO[bytes], gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0))
        )

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def finish(self) -> File:
        """Everything on the disk, not yet under its name."""
        self._stream.close()
        self._file.sync()
        return File(self._path.name, self._file.size, self._file.digest.hexdigest())

    def replace(self) -> None:
        os.replace(self._new, self._path)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._new.unlink(missing_ok=True)


class Hashed(io.RawIOBase):
    """Writes through to a file and sums up what went by."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__()
        self._file = file
        self.digest = hashlib.sha256()
        self.size = 0

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | bytearray | memoryview") -> int:  # type: ignore[override]
        self.digest.update(data)
        self.size += len(data)
        return self._file.write(data)

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> None:
        self._file.close()
        super().close()


def _with_manifest(folder: Path, files: Iterable[File]) -> Iterator[File]:
    yield from files
    body = (folder / MANIFEST).read_bytes()
    yield File(MANIFEST, len(body), hashlib.sha256(body).hexdigest())


def _put(path: Path, body: bytes) -> None:
    new = path.with_name(f".{path.name}.{os.getpid()}")
    new.write_bytes(body)
    os.replace(new, path)
