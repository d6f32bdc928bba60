"""Dumps: whole, checked, replaced at once, and exact while the log moves on."""

import gzip
import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest
import zstandard

from chengguo import dumps
from chengguo.dumps import Compression
from federation.views import Change, Memento, PublicView, Tombstone
from vocab.kinds.achievement import Achievement
from vocab.public import Cluster, PublicRecord
from vocab.values import Text


def public(seq: int, number: int, version: int = 1) -> PublicRecord:
    at = "2026-03-01T00:00:00.000Z"
    record = Achievement(identifier=f"r{number}", title=Text(zh=f"成果{number}"))
    return PublicRecord(f"http://x/id/achievement/{number}", "achievement", "s", version, seq, at, at, "0" * 64, record)


class MovingView:
    """A public view whose log moves on while it is paged: after the first page a record changes and one goes."""

    def __init__(self, size: int) -> None:
        self.state = {n: public(n, n) for n in range(1, size + 1)}
        self.pages = 0

    def page(self, after: int, limit: int, kind: str | None = None) -> list[PublicRecord]:
        self.pages += 1
        if self.pages == 2:
            first, last = min(self.state), max(self.state)
            self.state[first] = public(last + 1, first, version=2)  # already written
            self.state[last - 1] = public(last + 2, last - 1, version=2)  # not yet written
            del self.state[last]
        found = sorted((r for r in self.state.values() if r.seq > after), key=lambda r: r.seq)
        return found[: min(limit, 10)]

    def last_seq(self) -> int:
        return max(r.seq for r in self.state.values())

    def record(self, iri: str) -> PublicRecord | None:
        return self.records([iri]).get(iri)

    def records(self, iris: Sequence[str]) -> dict[str, PublicRecord]:
        return {r.iri: r for r in self.state.values() if r.iri in iris}

    def living(self, iri: str) -> str | None:
        raise AssertionError("a dump asks for pages and changes only")

    def versions(self, iri: str) -> list[Memento]:
        raise AssertionError("a dump asks for pages and changes only")

    def version(self, iri: str, number: int) -> PublicRecord | None:
        raise AssertionError("a dump asks for pages and changes only")

    def removed(self, iri: str, number: int) -> Tombstone | None:
        raise AssertionError("a dump asks for pages and changes only")

    def tombstone(self, iri: str) -> Tombstone | None:
        return None

    def changes(self, after: int, limit: int) -> list[Change]:
        return []

    def counts(self) -> dict[str, int]:
        return {"achievement": len(self.state)}


def lines(path: Path) -> Iterator[dict[str, object]]:
    body = path.read_bytes()
    text = gzip.decompress(body) if path.suffix == ".gz" else zstandard.ZstdDecompressor().stream_reader(body).read()
    return (msgspec.json.decode(line) for line in text.splitlines())


def checked(folder: Path) -> set[str]:
    """The names in SHA256SUMS, each proved."""
    names = set()
    for line in (folder / dumps.CHECKSUMS).read_text().splitlines():
        digest, _, name = line.partition("  ")
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest
        names.add(name)
    return names


FORMATS: dict[str, dumps.Format] = {"jsonl": dumps.json_line, "iris": lambda r: r.iri.encode() + b"\n"}


@pytest.mark.parametrize("compression", Compression)
def test_a_record_is_in_it_once_and_what_changed_meanwhile_is_left_to_the_feed(
    tmp_path: Path, compression: Compression
) -> None:
    view: PublicView = MovingView(35)
    made = dumps.write(view, tmp_path, FORMATS, compression)
    suffix = dumps.SUFFIX[compression]
    found = list(lines(tmp_path / f"records.jsonl{suffix}"))
    assert [r["seq"] for r in found] == list(range(1, 34))
    assert {r["version"] for r in found} == {1}
    assert (made.seq, made.records) == (35, 33)
    assert checked(tmp_path) == {f"records.jsonl{suffix}", f"records.iris{suffix}", "dump.json"}
    assert msgspec.json.decode((tmp_path / "dump.json").read_bytes(), type=dumps.Dump) == made
    assert {p.name for p in tmp_path.iterdir()} == checked(tmp_path) | {dumps.CHECKSUMS}


def test_a_line_names_the_other_records_of_its_achievement() -> None:
    alone = MovingView(1).page(0, 1)[0]
    one = msgspec.structs.replace(alone, cluster=Cluster("http://x/b", ("http://x/b", alone.iri)))
    assert [msgspec.json.decode(dumps.json_line(r))["same_as"] for r in (alone, one)] == [[], ["http://x/b"]]


def test_the_same_records_make_the_same_files(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        view = MovingView(5)
        view.pages = 2
        dumps.write(view, tmp_path / folder, FORMATS, Compression.GZIP)
    assert (tmp_path / "a/records.jsonl.gz").read_bytes() == (tmp_path / "b/records.jsonl.gz").read_bytes()


def test_a_dump_that_fails_leaves_the_old_one_whole(tmp_path: Path) -> None:
    dumps.write(MovingView(20), tmp_path, FORMATS, Compression.ZSTD)
    before = {p.name: p.read_bytes() for p in tmp_path.iterdir()}

    def broken(record: PublicRecord) -> bytes:
        if record.seq == 15:
            raise ValueError("broken")
        return b"x"

    with pytest.raises(ValueError, match="broken"):
        dumps.write(MovingView(20), tmp_path, {"jsonl": broken, "iris": broken}, Compression.ZSTD)
    assert {p.name: p.read_bytes() for p in tmp_path.iterdir()} == before


def test_nothing_public_makes_a_dump_of_nothing(tmp_path: Path) -> None:
    view = MovingView(1)
    view.state[1] = public(0, 1)
    made = dumps.write(view, tmp_path, FORMATS, Compression.ZSTD)
    assert (made.records, list(lines(tmp_path / "records.jsonl.zst"))) == (0, [])
    assert checked(tmp_path)


def test_progress_counts_every_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dumps, "PAGE", 10)
    steps: list[int] = []
    view = MovingView(25)
    view.pages = 2
    dumps.write(view, tmp_path, FORMATS, Compression.ZSTD, steps.append)
    assert sum(steps) == 25
