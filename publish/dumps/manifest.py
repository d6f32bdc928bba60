"""What a dump is: files of every public record as of one `seq`, and `dump.json`, which tells of them.

Nothing in it is of the moment of writing, so that the same records make the same files. `at` is the time of the change
`seq`. Records that changed while it was written are left to the change feed: load the files, then follow
`/api/v1/changes?after=seq`, and nothing is missing, doubled or stale.
"""

from enum import StrEnum

import msgspec

CHECKSUMS = "SHA256SUMS"
MANIFEST = "dump.json"
STEM = "records"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("jsonl", "csv", "xlsx", "nq", "ttl")  # in the order in which they are shown


class Compression(StrEnum):
    ZSTD = "zstd"
    GZIP = "gzip"


SUFFIX = {Compression.ZSTD: ".zst", Compression.GZIP: ".gz"}


class File(msgspec.Struct, frozen=True, omit_defaults=True):
    """One file. `media_type` is of its content, `compression` how that is packed; `kind`: the only one in it."""

    name: str
    media_type: str
    bytes: int = 0
    sha256: str = ""
    format: str = ""  # one of FORMATS; empty for what only tells of others
    compression: Compression | None = None
    kind: str = ""
    records: int = 0


class Dump(msgspec.Struct, frozen=True):
    """What `dump.json` says."""

    seq: int
    at: str
    records: int
    kinds: dict[str, int]
    files: tuple[File, ...]
