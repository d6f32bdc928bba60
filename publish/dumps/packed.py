"""A file that is written once, from front to back: compressed, summed up, and on the disk when it is finished."""

import gzip
import hashlib
import io
import os
from pathlib import Path
from typing import IO, cast

import msgspec
import zstandard

from publish.dumps.manifest import SUFFIX, Compression, File

ZSTD_LEVEL = 6  # above it the time doubles for a few hundredths of the size
GZIP_LEVEL = 6


class Packed:
    """`told` has the name without the suffix of the compression."""

    def __init__(self, folder: Path, told: File, compression: Compression) -> None:
        self._told = msgspec.structs.replace(told, name=told.name + SUFFIX[compression], compression=compression)
        self._file = Hashed((folder / self._told.name).open("xb"))
        self._stream = _compressed(cast(IO[bytes], self._file), compression)

    def write(self, data: bytes) -> None:
        self._stream.write(data)

    def finish(self, records: int = 0) -> File:
        """Everything on the disk."""
        self._stream.close()
        size, digest = self._file.size, self._file.digest.hexdigest()
        self._file.sync()
        self.close()
        return msgspec.structs.replace(self._told, bytes=size, sha256=digest, records=records)

    def close(self) -> None:
        self._file.close()


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


def whole(folder: Path, told: File) -> File:
    """A file that others have written, on the disk and summed up."""
    with (folder / told.name).open("rb") as file:
        os.fsync(file.fileno())
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        return msgspec.structs.replace(told, bytes=file.tell(), sha256=digest)


def _compressed(sink: IO[bytes], compression: Compression) -> IO[bytes]:
    match compression:
        case Compression.ZSTD:
            packer = zstandard.ZstdCompressor(level=ZSTD_LEVEL, write_checksum=True)
            return cast(IO[bytes], packer.stream_writer(sink, closefd=False))
        case Compression.GZIP:  # no name and no time in the header, so that the same records make the same file
            packed = gzip.GzipFile(filename="", mode="wb", fileobj=sink, mtime=0, compresslevel=GZIP_LEVEL)
            return cast(IO[bytes], packed)
