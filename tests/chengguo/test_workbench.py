"""The workbench's commands as a province's staff meet them: what they say, what they refuse, and that they write nothing."""

import json
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chengguo.home import Home, create
from federation.clock import day
from federation.ledger import Ledger
from tests.chengguo.city import SOURCE
from tests.chengguo.commands import refused, run

LISTING = "编号,成果名称,简介,密级,公开属性,结论,单位,日期,来源,阶段,完成单位,联系电话\n" + "".join(
    f"A-{n},材料{n},一种材料。,非涉密,公开,approve,某办,2026-01-05,国家自然科学基金,{stage},示例大学,139000000{n:02}\n"
    for n, stage in enumerate(("小试", "样机", "样机", "产业化"))
)
MAPPING = """
id = "city"
version = "1"
kind = "achievement"
[fields.title]
from = "成果名称"
[fields.abstract]
from = "简介"
[fields.category]
default = "cl01/2"
[fields.firstOrg]
from = "完成单位"
[fields.programmeSource]
from = "来源"
[fields.secretLevel]
from = "密级"
[fields.disclosureClass]
from = "公开属性"
[fields."review.decision"]
from = "结论"
[fields."review.org"]
from = "单位"
[fields."review.date"]
from = "日期"
"""
STAGE = '[fields.stage]\nfrom = "阶段"\n'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with one harvested source of four records."""
    folder = tmp_path_factory.mktemp("city")
    create(Home(folder / "home"))
    (folder / "list.csv").write_text(LISTING, "utf-8")
    (folder / "home/sources/city.toml").write_text(SOURCE.replace("FOLDER", str(folder)), "utf-8")
    (folder / "home/mappings/city.toml").write_text(MAPPING, "utf-8")
    (folder / "draft.toml").write_text(MAPPING.replace('"1"', '"2"') + STAGE, "utf-8")
    assert run("harvest", "city", "--home", folder / "home").returncode == 0
    return folder / "home"


def answer(*arguments: str | Path) -> Any:
    done = run("source", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_a_draft_is_compared_over_what_is_kept_and_nothing_is_written(home: Path) -> None:
    before = (home / "data/ledger.sqlite").read_bytes()
    found = answer("preview", "city", "--mapping", home.parent / "draft.toml", "--home", home)
    assert (home / "data/ledger.sqlite").read_bytes() == before
    assert [(f["field"], f["added"], f["changed"]) for f in found["fields"]] == [("stage", 2, 0)]
    assert [(p["code"], p["new"]) for p in found["problems"]] == [("unknown-code", 2)]
    assert sum(m["records"] for m in found["moves"] if m["event"] == "changed") == 2
    assert answer("preview", "city", "--kept", "--limit", "3", "--home", home)["unchanged"] == 3
    said = run("source", "preview", "city", "--mapping", home.parent / "draft.toml", "--limit", "all", "--home", home)
    assert "Public fields" in said.stdout
    assert '+ "cl04/1"' in said.stdout


def test_a_policy_not_yet_in_force_is_compared(home: Path) -> None:
    draft = home.parent / "city.toml"
    draft.write_text((home / "sources/city.toml").read_text("utf-8") + '[disclosure]\nrequire = ["price"]\n', "utf-8")
    (move,) = answer("preview", "city", "--policy", draft, "--home", home)["moves"]
    assert (move["before"], move["after"], move["reason"], move["records"]) == (
        "published",
        "refused",
        "required-missing",
        4,
    )


def test_what_cannot_be_compared_is_said(home: Path) -> None:
    other = home.parent / "other.toml"
    other.write_text(MAPPING.replace('"city"', '"town"'), "utf-8")
    assert "'town' is no mapping of this source; it has city" in refused(
        "source", "preview", "city", "--mapping", other, "--home", home
    )
    for limit in ("0", "many"):
        assert 'a number from 1, or "all"' in refused("source", "preview", "city", "--limit", limit, "--home", home)
    assert "at most 10,000" in refused("source", "preview", "city", "--limit", "all", "--home", home)


def test_coverage_as_json_and_as_tables(home: Path) -> None:
    found = answer("coverage", "city", "--home", home)
    assert {u["path"]: u["records"] for u in found["unused"]} == {"阶段": 4, "联系电话": 4}
    said = run("source", "coverage", "city", "--home", home)
    assert "联系电话" in said.stdout
    assert "1390000" not in said.stdout
    assert "Fields never filled" in said.stdout


def test_suggest_writes_what_check_then_asks_to_be_filled_in(home: Path) -> None:
    listing = home.parent / "list.csv"
    done = run("source", "suggest", listing, "--id", "town", "--out", home)
    assert done.returncode == 0, done.stderr
    assert "Wrote" in done.stderr
    source = home / "sources/town.toml"
    assert 'key = "编号"' in source.read_text("utf-8")
    source.write_text(source.read_text("utf-8").replace('region = ""', 'region = "330100"'), "utf-8")
    checked = run("source", "check", "town", "--home", home)
    assert checked.returncode == 2
    assert "licence: is empty" in " ".join(checked.stdout.split())
    assert "exists already and is not overwritten" in refused(
        "source", "suggest", listing, "--id", "town", "--out", home
    )
    for file in (source, home / "mappings/town.toml"):
        file.unlink()


def test_suggest_prints_what_it_would_write(home: Path) -> None:
    found = answer("suggest", home.parent / "list.csv", "--id", "town")
    assert {f["field"]: f["path"] for f in found["fields"]["town"]}["title"] == "成果名称"
    assert 'licence = ""' in found["source"]
    assert "1390000" not in str(found)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nowhere.csv"], "there is no such file"),
        (["x.csv", "--kind", "thing"], "--kind 'thing' is not allowed; achievement"),
        (["x.csv", "--option", "size"], "is not NAME=VALUE"),
    ],
)
def test_suggest_refuses_what_it_cannot_do(arguments: list[str], words: str) -> None:
    assert words in refused("source", "suggest", *arguments)


def test_the_quality_of_a_past_month(home: Path) -> None:
    with closing(Ledger.open(f"sqlite:///{home}/data/ledger.sqlite")) as ledger:  # as if its month had ended
        month = ledger.months.keep("city", today=day() + timedelta(days=40))
    assert month is not None
    (report,) = json.loads(run("source", "quality", "city", "--month", month, "--json", "--home", home).stdout)
    assert report["records"] == 4
    assert run("source", "quality", "--keep", "--home", home).returncode == 0
    assert f"there are {month}" in refused("source", "quality", "--month", "2020-01", "--home", home)
