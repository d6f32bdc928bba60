"""Versions: a released one never changes, and the newest is what this code declares."""

import hashlib
import re
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

import vocab.standard.__main__ as packing
from vocab.standard import versions as module
from vocab.standard.artefacts import artefacts
from vocab.standard.versions import BINARY, Version, current, fingerprint_of, packed, released, versions

MEND = "the standard has changed: write a new version into vocab/standard/versions.toml, then: python -m vocab.standard"


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.number)
def test_what_was_released_is_as_it_was(version: Version) -> None:
    assert fingerprint_of(released(version.number)) == version.fingerprint


def test_the_newest_version_is_what_the_code_declares() -> None:
    made = artefacts(current())
    kept = released(current().number)
    assert made.keys() == kept.keys()
    assert [name for name in made if not name.endswith(BINARY) and made[name] != kept[name]] == [], MEND
    assert [name for name in made if name.endswith(BINARY) and cells(made[name]) != cells(kept[name])] == [], MEND


def cells(book: bytes) -> dict[str, list[tuple[object, ...]]]:
    opened = load_workbook(BytesIO(book), read_only=True)
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in opened.worksheets}


def test_a_change_of_any_text_changes_the_fingerprint() -> None:
    kept = dict(released(current().number))
    known = fingerprint_of(kept)
    for name in kept:
        changed = fingerprint_of({**kept, name: kept[name] + b" "})
        assert (changed == known) == name.endswith(BINARY)
    assert fingerprint_of({**kept, "more.txt": b""}) != known


def test_the_history_goes_backwards_and_says_what_changed() -> None:
    numbers = [tuple(map(int, version.number.split("."))) for version in versions()]
    dates = [version.date for version in versions()]
    assert numbers == sorted(set(numbers), reverse=True)
    assert dates == sorted(dates, reverse=True)
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", day) for day in dates)
    assert all(version.zh and len(version.zh) == len(version.en) for version in versions())


def test_packing_twice_gives_the_same_bytes() -> None:
    kept = released(current().number)
    first, second = packed(kept), packed(dict(sorted(kept.items(), reverse=True)))
    assert hashlib.sha256(first).digest() == hashlib.sha256(second).digest()


def test_a_released_version_is_not_packed_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert packing.main(tmp_path) == 1
    assert "is released" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == []


def test_a_new_version_is_packed_and_gets_its_fingerprint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = Version("9.0.0", "2030-01-01", "", ("新",), ("new",))
    monkeypatch.setattr(packing, "current", lambda: new)
    (tmp_path / "versions.toml").write_text('number = "9.0.0"\nfingerprint = ""\n', "utf-8")
    assert packing.main(tmp_path) == 0
    assert (tmp_path / "releases" / "9.0.0.zip").stat().st_size > 10_000
    assert re.search('fingerprint = "[0-9a-f]{64}"', (tmp_path / "versions.toml").read_text("utf-8"))


def test_there_are_no_files_of_an_unknown_version() -> None:
    with pytest.raises(KeyError):
        module.released("0.0.1")
