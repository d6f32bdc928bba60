"""A folder that people and machines drop files into."""

import os
import time
from pathlib import Path

import pytest

from harvesters import folder, harvester
from harvesters.base import Endpoint, LimitExceeded, Limits, TerminalError, TransientError
from tests.harvesters.endpoints import read, until_failure
from tests.harvesters.files import Result, values, zipped

HOUR = 3600


def drop(place: Path, name: str, text: str, hours: float) -> Path:
    """A file that was finished so many hours ago."""
    path = place / name
    path.write_bytes(text.encode("gb18030"))
    then = time.time() - hours * HOUR
    os.utime(path, (then, then))
    return path


def pass_over(place: Path, **options: object) -> Result:
    given = {"folder": str(place.parent), "key": "id"} | options
    one = harvester("file", Endpoint("cn-test", f"{place.as_uri()}/", given, Limits()))
    records, unreadable = read(one)
    return records, unreadable, one.complete


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "drop").mkdir()
    return tmp_path / "drop"


def test_of_records_with_one_key_the_newest_file_counts(place: Path) -> None:
    drop(place, "z-old.csv", "id,名\n1,旧\n2,乙\n", 30)
    drop(place, "a-new.csv", "id,名\n3,丙\n1,新\n", 2)
    records, unreadable, complete = pass_over(place)
    assert {str(each["id"]): each["名"] for each in values(records)} == {"1": "新", "2": "乙", "3": "丙"}
    assert len(records) == 3  # the older version does not show even for a moment
    assert (unreadable, complete) == ([], True)


def test_the_newest_alone_when_each_is_complete(place: Path) -> None:
    drop(place, "2026-09.csv", "id\n1\n2\n", 30)
    drop(place, "2026-10.csv", "id\n2\n", 2)
    records, _, complete = pass_over(place, each_is_complete=True)
    assert ([each.identifier for each in records], complete) == (["2"], True)


@pytest.mark.parametrize("name", ["b.csv.part", "~$b.csv", "b.csv.filepart", "b.CRDOWNLOAD"])
def test_a_file_that_is_named_unfinished_waits(place: Path, name: str) -> None:
    drop(place, "a.csv", "id\n1\n", 5)
    drop(place, name, "id\n2", 5)
    records, unreadable, complete = pass_over(place)
    assert [each.identifier for each in records] == ["1"]
    assert [each.identifier for each in unreadable] == [name]
    assert "still being written" in unreadable[0].reason
    assert not complete


def test_a_file_that_changed_just_now_waits_until_it_has_settled(place: Path) -> None:
    drop(place, "a.csv", "id\n1\n", 5)
    path = drop(place, "b.csv", "id\n2\n", 0)
    records, unreadable, complete = pass_over(place)
    assert ([each.identifier for each in records], [each.identifier for each in unreadable]) == (["1"], ["b.csv"])
    assert not complete
    then = time.time() - 61
    os.utime(path, (then, then))
    assert pass_over(place)[2]
    assert len(pass_over(place, each_is_complete=True)[0]) == 1


def test_while_the_newest_waits_the_one_before_is_no_complete_listing(place: Path) -> None:
    drop(place, "a.csv", "id\n1\n", 5)
    drop(place, "b.csv", "id\n2\n", 0)
    records, _, complete = pass_over(place, each_is_complete=True)
    assert ([each.identifier for each in records], complete) == (["1"], False)


def test_only_files_that_fit_and_no_hidden_ones(place: Path) -> None:
    drop(place, "a.csv", "id\n1\n", 5)
    drop(place, "读我.txt", "请勿删除", 5)
    drop(place, ".hidden.csv", "id\n2\n", 5)
    (place / "old.csv").mkdir()
    records, unreadable, complete = pass_over(place, entry_pattern=r"\.csv$")
    assert ([each.identifier for each in records], unreadable, complete) == (["1"], [], True)


def test_a_folder_without_a_fitting_file_is_no_empty_listing(place: Path) -> None:
    with pytest.raises(TerminalError, match="no file that entry_pattern fits"):
        pass_over(place)


def test_archives_are_dropped_too(place: Path) -> None:
    path = place / "cgsb.zip"
    path.write_bytes(zipped({"一.csv": b"id\n1\n,x", "二.csv": b"id\n2\n"}))
    os.utime(path, (1, 1))
    records, _, _ = pass_over(place, settle_seconds=0)
    assert [each.identifier for each in records] == ["1", "2"]


def test_a_link_out_of_the_folder_is_refused(place: Path, tmp_path: Path) -> None:
    outside = drop(tmp_path, "outside.csv", "id\n1\n", 5)
    (place / "link.csv").symlink_to(outside)
    with pytest.raises(TerminalError, match="not inside the allowed folder"):
        pass_over(place, folder=str(place))


def test_a_folder_outside_the_allowed_one_is_refused(place: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with pytest.raises(TerminalError, match="not inside the allowed folder"):
        pass_over(place, folder=str(tmp_path / "other"))


def test_a_file_that_changes_under_our_hands_ends_the_pass(place: Path) -> None:
    path = drop(place, "a.csv", "id\n1\n2\n", 5)
    one = harvester("file", Endpoint("cn-test", f"{place.as_uri()}/", {"folder": str(place)}, Limits()))
    listing = iter(one.records())
    next(listing)
    with path.open("ab") as file:
        file.write(b"3\n")
    with pytest.raises(TransientError, match="changed while it was read"):
        list(listing)
    assert not one.complete


def test_more_files_than_a_folder_may_hold(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_FILES", 2)
    for number in range(3):
        drop(place, f"{number}.csv", "id\n1\n", 5)
    with pytest.raises(LimitExceeded, match="more than 2 files"):
        pass_over(place)


def test_a_bad_file_tells_its_name(place: Path) -> None:
    drop(place, "a.csv", "登记号\n1\n", 5)
    one = harvester("file", Endpoint("cn-test", f"{place.as_uri()}/", {"folder": str(place)}, Limits()))
    seen, error = until_failure(one)
    assert seen == []
    assert "a.csv" in str(error)
    assert "no column 'id'" in str(error)
