"""`chengguo validate`: a province checks its file on its own machine, without a node."""

from pathlib import Path

import msgspec

from tests.chengguo.commands import refused, run
from vocab.kinds import KINDS
from vocab.standard import example
from vocab.standard.table import csv_of
from vocab.standard.versions import current, released

ROW = example.row(KINDS["achievement"])


def written(folder: Path, **changes: str) -> Path:
    path = folder / "listing.csv"
    path.write_bytes(csv_of([list(ROW), list({**ROW, **changes}.values())]))
    return path


def test_a_good_file(tmp_path: Path) -> None:
    done = run("validate", written(tmp_path), cwd=tmp_path)
    assert done.returncode == 0
    assert "could be published: 1 of 1" in done.stdout
    assert [path.name for path in tmp_path.iterdir()] == ["listing.csv"]  # no home was made


def test_a_file_with_problems(tmp_path: Path) -> None:
    file = written(tmp_path, 成果类别="", 所处阶段="孵化期")
    done = run("validate", file, "--lang", "en")
    assert done.returncode == 1
    assert "could be published: 0 of 1" in done.stdout
    assert "Stage of development" in done.stdout
    told = msgspec.json.decode(run("validate", file, "--json").stdout)
    assert (told["rows"], told["publishable"], told["language"]) == (1, 0, "zh")
    assert {line["code"] for line in told["summary"]} == {"missing", "unknown-code"}


def test_what_cannot_be_checked_is_said(tmp_path: Path) -> None:
    assert "there is no such file" in refused("validate", tmp_path / "nothing.csv")
    assert "--kind 'planet' is not allowed" in refused("validate", written(tmp_path), "--kind", "planet")
    (tmp_path / "a.csv").write_bytes(b"%PDF-1.7")
    done = run("validate", tmp_path / "a.csv")
    assert done.returncode == 1
    assert "PDF" in done.stderr


def test_what_was_checked_is_harvested_as_it_is(tmp_path: Path) -> None:
    """As docs/how-to/check-a-file.md says: with the released mapping file, neither form needs a mapping of its own."""
    home = tmp_path / "home"
    assert run("init", home).returncode == 0
    (home / "mappings" / "standard-achievement.toml").write_bytes(
        released(current().number)["achievement.mapping.toml"]
    )
    (tmp_path / "records.json").write_bytes(b"[" + released(current().number)["achievement.example.json"] + b"]")
    for name, file, key in (
        ("table", written(tmp_path).name, "来源记录号"),
        ("records", "records.json", "sourceRecordId.0"),
    ):
        text = SOURCE.format(name=name, file=file, key=key, folder=tmp_path)
        (home / "sources" / f"{name}.toml").write_text(text, "utf-8")
    done = run("harvest", "table", "records", "--json", "--home", home)
    assert done.returncode == 0, done.stderr
    told = msgspec.json.decode(run("status", "--json", "--home", home).stdout)
    assert told["published"] == {"achievement": 2}


SOURCE = """
id = "{name}"
title = {{ zh = "某省" }}
publisher = {{ zh = "某省科技厅" }}
region = "330000"
licence = "https://creativecommons.org/licenses/by/4.0/"
protocol = "file"
url = "file:{file}"
mappings = ["standard-achievement"]

[options]
folder = "{folder}"
key = "{key}"
"""
