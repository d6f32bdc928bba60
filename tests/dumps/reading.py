"""Dumps read back by other programs than wrote them."""

import gzip
import hashlib
from pathlib import Path
from typing import Any

import msgspec
import zstandard

from publish.dumps.manifest import CHECKSUMS


def unpacked(path: Path) -> bytes:
    body = path.read_bytes()
    if path.suffix == ".gz":
        return gzip.decompress(body)
    return zstandard.ZstdDecompressor().stream_reader(body).read() if path.suffix == ".zst" else body


def json_lines(folder: Path) -> list[Any]:
    (path,) = folder.glob("records.jsonl.*")
    return [msgspec.json.decode(line) for line in unpacked(path).splitlines()]


def proved(folder: Path) -> set[str]:
    """The names in SHA256SUMS, each proved."""
    names = set()
    for line in (folder / CHECKSUMS).read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        names.add(name)
    return names


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}
