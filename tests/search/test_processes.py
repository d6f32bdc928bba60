"""One process writes, others read; a writer that is killed leaves a readable index and a free lock; damage is told and mended."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from search.base import Query, SearchUnavailable
from search.tantivy_index import TantivyIndex
from tests.search.records import iri, public

WRITER = """
import sys
from search.tantivy_index import TantivyIndex
from vocab.document import SearchDocument

def documents(start, count):
    return [SearchDocument(iri=f"https://example.org/id/achievement/{n}", kind="achievement", source="cn-bj", version=1, seq=n,
                           title_zh=f"成果{n}", sort_date="2020-01-01") for n in range(start, start + count)]

index = TantivyIndex.open(sys.argv[1])
for order in sys.stdin:
    word, start, count = order.split()
    if word == "put":
        index.put_documents(documents(int(start), int(count)))
    elif word == "commit":
        index.commit()
    elif word == "rebuild":
        twin = index.fresh()
        twin.put_documents(documents(int(start), int(count)))
        index.swap(twin)
    elif word == "leave":
        twin = index.fresh()
        twin.put_documents(documents(int(start), int(count)))
        twin.commit()
    print("done", flush=True)
"""


class Writer:
    """The writer process, told what to do line by line."""

    def __init__(self, directory: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def tell(self, order: str, start: int = 0, count: int = 0) -> None:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(f"{order} {start} {count}\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"

    def end(self, number: int = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.communicate(timeout=30)


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_a_reader_sees_commits_and_swaps_of_the_writer_at_once(directory: Path) -> None:
    reader, writer = TantivyIndex(directory), Writer(directory)
    try:
        writer.tell("put", 0, 10)
        assert reader.search(Query()).total == 0
        writer.tell("commit")
        assert reader.search(Query()).total == 10
        generation = reader.generation
        for count in (5, 7):
            writer.tell("rebuild", 0, count)
            assert reader.search(Query()).total == count
        assert reader.generation != generation
        assert len(list((directory / "generations").iterdir())) == 1
    finally:
        writer.end()


def test_one_writer_at_a_time(directory: Path) -> None:
    writer = Writer(directory)
    try:
        writer.tell("put", 0, 1)
        other = TantivyIndex.open(directory)
        with pytest.raises(SearchUnavailable, match="another process"):
            other.put([public("a", "成果")])
        with pytest.raises(SearchUnavailable, match="another process"):
            other.fresh()
        assert other.search(Query()).total == 0
    finally:
        writer.end()


@pytest.mark.parametrize("moment", ["put", "leave"])
def test_a_killed_writer_leaves_what_it_committed_and_frees_the_lock(directory: Path, moment: str) -> None:
    writer = Writer(directory)
    writer.tell("put", 0, 100)
    writer.tell("commit")
    writer.tell(moment, 100, 3000)
    writer.end(signal.SIGKILL)
    index = TantivyIndex.open(directory)
    assert index.search(Query()).total == 100
    index.put([public("after", "后来的成果")])
    index.commit()
    assert index.search(Query()).total == 101
    twin = index.fresh()
    twin.put([public("rebuilt", "重建的成果")])
    index.swap(twin)
    assert [i for i, _ in index.contents()] == [iri("rebuilt")]
    assert len(list((directory / "generations").iterdir())) == 1
    index.close()


def test_a_writer_killed_at_any_moment_leaves_a_whole_commit(directory: Path) -> None:
    """Killed without waiting for an answer, in the middle of adding and committing batches of 500."""
    for _ in range(3):
        writer = Writer(directory)
        writer.tell("put", 0, 1)
        assert writer.process.stdin
        for batch in range(1, 20):
            writer.process.stdin.write(f"put {batch * 500} 500\ncommit 0 0\n")
        writer.process.stdin.flush()
        reader = TantivyIndex(directory)
        deadline = time.monotonic() + 30
        while reader.search(Query()).total < 501 and time.monotonic() < deadline:
            time.sleep(0.01)
        writer.end(signal.SIGKILL)
        index = TantivyIndex.open(directory)
        assert index.search(Query()).total == len(list(index.contents())) > 0
        assert index.search(Query()).total % 500 in (0, 1)
        index.put([public("after", "后来的成果")])
        index.remove([iri("after")])
        index.commit()
        index.close()


def test_an_index_that_is_not_there_says_so(directory: Path) -> None:
    index = TantivyIndex(directory)
    with pytest.raises(SearchUnavailable, match="not built yet"):
        index.search(Query())
    with pytest.raises(SearchUnavailable, match="not built yet"):
        _ = index.generation


DAMAGES = ["format", "meta", "segments", "generation", "pointer"]


def damage_files(directory: Path, damage: str) -> None:
    folder = directory / "generations" / (directory / "current").read_text()
    if damage == "format":
        (folder / "generation.json").write_text('{"format": 0}')
    elif damage == "meta":
        (folder / "meta.json").write_text("{")
    elif damage == "segments":
        for path in folder.glob("*.fast"):
            path.write_bytes(b"")
    elif damage == "generation":
        (folder / "generation.json").unlink()
    else:
        (directory / "current").write_bytes(b"\xff\xfe")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_index_is_told_and_opening_it_begins_a_new_generation(directory: Path, damage: str) -> None:
    index = TantivyIndex.open(directory)
    index.put([public("a", "成果")])
    index.commit()
    old = index.generation
    index.close()
    damage_files(directory, damage)
    with pytest.raises(SearchUnavailable):
        TantivyIndex(directory).search(Query())
    mended = TantivyIndex.open(directory)
    assert mended.generation != old
    assert mended.search(Query()).total == 0
    mended.put([public("a", "成果")])
    mended.commit()
    assert mended.search(Query()).total == 1
    mended.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_a_reader_cannot_read_is_mended_by_the_writer_though_nothing_is_written(
    directory: Path, damage: str
) -> None:
    writer = TantivyIndex.open(directory)
    writer.put([public("a", "成果")])
    writer.commit()
    writer.mend()
    old = writer.generation
    assert writer.search(Query()).total == 1
    damage_files(directory, damage)
    with pytest.raises(SearchUnavailable):
        TantivyIndex(directory).search(Query())
    writer.mend()
    assert writer.generation != old
    assert TantivyIndex(directory).search(Query()).total == 0
    writer.put([public("a", "成果")])
    writer.commit()
    new = writer.generation
    for _ in range(2):
        writer.mend()  # what is whole stays, doubted or not
        (directory / "doubted").touch()
    assert (writer.generation, TantivyIndex(directory).search(Query()).total) == (new, 1)
    writer.close()
