"""A reader whose generation is swapped away between one look and the next: it answers from the one that took its place."""

from pathlib import Path

import pytest

from search.base import Query, SearchUnavailable
from search.tantivy_index import TantivyIndex
from tests.search.records import public


def swap(index: TantivyIndex, records: int) -> None:
    twin = index.fresh()
    twin.put([public(str(n), f"成果{n}") for n in range(records)])
    index.swap(twin)


def test_swaps_between_two_looks_are_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index, reader = TantivyIndex.open(tmp_path / "index"), TantivyIndex(tmp_path / "index")
    swap(index, 1)
    looks, generations = [3], reader._generations
    current = generations.current

    def moved() -> str | None:
        """What was read is gone by the time that it is used, three times in a row."""
        token = current()
        if looks[0]:
            looks[0] -= 1
            swap(index, 2)
        return token

    monkeypatch.setattr(generations, "current", moved)
    assert reader.search(Query()).total == 2
    assert looks == [0]
    looks[0] = 3
    reader.close()  # it holds nothing any more that it could go on with
    assert reader.generation == index.generation
    assert looks == [0]
    index.close()


def test_what_is_damaged_and_stays_is_told(tmp_path: Path) -> None:
    index = TantivyIndex.open(tmp_path / "index")
    swap(index, 1)
    (tmp_path / "index" / "generations" / index.generation / "generation.json").unlink()
    reader = TantivyIndex(tmp_path / "index")
    with pytest.raises(SearchUnavailable, match="damaged"):
        reader.search(Query())
    with pytest.raises(SearchUnavailable, match="damaged"):
        _ = reader.generation
    index.close()
