"""Records in JSON documents: one list in one document, or one object a line."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timezone
from typing import IO

import msgspec

from harvesters import when
from harvesters.answer import printable
from harvesters.base import JSON, Harvested, TerminalError
from harvesters.json_text import Malformed, descend, items, scalar, steps, wellformed
from harvesters.listing import Listing
from harvesters.names import compose, record_url


@dataclass(frozen=True, slots=True)
class Shape:
    """Where the records lie in the document and what names them. Paths are dotted."""

    records: str
    key: tuple[str, ...]
    modified: str
    modified_format: str
    zone: timezone
    url: str


def whole(body: bytes, charset: str, shape: Shape, listing: Listing, where: str, label: str) -> Iterator[Harvested]:
    """The records of one document. Raises TerminalError."""
    try:
        found = descend(wellformed(body, charset), steps(shape.records))
        rows = items(found) if found is not None else None
    except Malformed as error:
        raise TerminalError(f"{where} is not JSON: {error}") from None
    if rows is None:
        raise TerminalError(f"{where} has no list at record_path = {shape.records!r}{_held(found)}; edit [options]")
    for number, row in enumerate(rows, 1):
        yield one(row, shape, listing, f"{label}record {number}")


def _held(found: bytes | None) -> str:
    """What stands there instead of a list, in the words of the message: an object's first keys."""
    try:
        keys = list(msgspec.json.decode(found or b"null", type=dict[str, msgspec.Raw]))
    except msgspec.MsgspecError:
        return ""
    return f" but an object with {printable(', '.join(key[:40] for key in keys[:10]), 300) or 'nothing in it'}"


def lines(file: IO[bytes], codec: str, longest: int, shape: Shape, listing: Listing, label: str) -> Iterator[Harvested]:
    """The records of JSON Lines, streamed. An empty line is skipped; one that cannot be read is reported."""
    for number, line in enumerate(_lines(file, codec, longest), 1):
        position = f"{label}row {number}"
        if line is None:
            yield listing.unreadable(position, f"longer than limits.max_record_bytes = {longest}")
        elif line.strip():
            try:
                row = wellformed(line)
            except Malformed as error:
                yield listing.unreadable(position, f"not JSON: {error}")
                continue
            yield one(row, shape, listing, position)


def one(row: bytes, shape: Shape, listing: Listing, position: str) -> Harvested:
    try:
        names = [scalar(row, steps(path)) for path in shape.key] if row.lstrip()[:1] == b"{" else []
        stamp = scalar(row, steps(shape.modified)) if shape.modified else ""
    except Malformed as error:
        return listing.unreadable(position, f"it holds a broken JSON string: {error}")
    if not any(names):
        return listing.unreadable(position, printable(f"no key at {', '.join(shape.key)}"))
    identifier = compose(names)
    modified = when.parse(stamp, shape.modified_format, shape.zone)
    url = record_url(shape.url, identifier)
    return listing.record(identifier, JSON, row, modified=modified, url=url, position=position)


def _lines(file: IO[bytes], codec: str, longest: int) -> Iterator[bytes | None]:
    """Lines as UTF-8; None for one that is too long (its bytes are read past, never kept)."""
    if codec in ("utf-16", "utf-32"):
        yield from (line.encode() for line in file.read().decode(codec, "replace").splitlines())
        return
    while line := file.readline(longest + 1):
        if len(line) <= longest or line.endswith(b"\n"):
            yield line.decode(codec, "replace").encode()
            continue
        while line and not line.endswith(b"\n"):
            line = file.readline(longest)
        yield None
