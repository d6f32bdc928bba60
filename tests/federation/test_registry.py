"""Sources and mappings from a home directory: what is wrong is said with file, key, value and what is allowed."""

from pathlib import Path

import pytest

from federation.errors import ConfigurationError
from federation.registry import read_registry, survey

SOURCE = """
id = "cn-xx"
title = {zh = "某省"}
protocol = "csv"
url = "https://example.org/list.csv"
region = "110000"
publisher = {zh = "某省科学技术厅"}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["cn-xx"]
schedule = "30 2 * * *"
"""
DECLARATION = """
[disclosure]
mode = "blanket"
[disclosure.declaration]
by = "某省科学技术厅"
date = "2026-01-05"
basis = "政府信息公开条例第十九条"
"""
MAPPING = 'id = "cn-xx"\nversion = "1.0.0"\nkind = "achievement"\n[fields.title]\nfrom = "成果名称"\n'


def write(home: Path, source: str = SOURCE, mapping: str = MAPPING) -> Path:
    for folder, text in (("sources", source), ("mappings", mapping)):
        (home / folder).mkdir()
        (home / folder / "cn-xx.toml").write_text(text, "utf-8")
    return home


def test_a_home_is_read(tmp_path: Path) -> None:
    registry = read_registry(write(tmp_path, SOURCE + DECLARATION))
    source = registry.source("cn-xx")
    assert source.disclosure.declaration is not None
    assert [mapping.id for mapping in registry.mappings_of(source)] == ["cn-xx"]
    with pytest.raises(ConfigurationError, match="'cn-zz'; there are cn-xx"):
        registry.source("cn-zz")


def test_an_empty_home_has_no_sources(tmp_path: Path) -> None:
    registry = read_registry(tmp_path)
    assert registry.sources == {}
    with pytest.raises(ConfigurationError, match="put a file into sources/"):
        registry.source("cn-xx")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('id = "cn-xx"', 'id = "other"', r"id: 'other' must be the file's name, 'cn-xx'"),
        ('region = "110000"', 'region = "11"', r"region: '11' is not six digits"),
        ('region = "110000"', "region = 110000", r"region: Expected `str`, got `int` \(it is 110000\)"),
        ("url =", "urls =", r"unknown field `urls`; allowed are id, title"),
        ('["cn-xx"]', '["cn-yy"]', r"mappings: 'cn-yy' is no file of .*; there are cn-xx"),
        ('["cn-xx"]', "[]", r"mappings: is empty"),
        ('"30 2 * * *"', '"often"', r"schedule: 'often' is no cron expression"),
        ('licence = "https://creativecommons.org/licenses/by/4.0/"', 'licence = ""', r"licence: is empty"),
        ('mode = "blanket"', 'mode = "open"', r"disclosure.mode: .*'open'"),
        ('mode = "blanket"', 'personal_data = "show"', r"disclosure.personal_data: 'show' is not one of mask, refuse"),
        ('date = "2026-01-05"', 'date = "gestern"', r"declaration.date: 'gestern' is no day"),
        ('basis = "政府信息公开条例第十九条"', 'basis = ""', r"declaration.basis: is empty"),
        ("[disclosure.declaration]", "[disclosure.decision]", r"unknown field `decision`"),
        ("title = {", "title = ", r"not valid TOML"),
    ],
)
def test_mistakes_in_a_source_are_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    assert old in SOURCE + DECLARATION
    write(tmp_path, (SOURCE + DECLARATION).replace(old, new, 1))
    with pytest.raises(ConfigurationError, match=said) as caught:
        read_registry(tmp_path)
    assert "sources/cn-xx.toml" in str(caught.value)


def test_a_blanket_policy_needs_its_declaration(tmp_path: Path) -> None:
    write(tmp_path, SOURCE + '[disclosure]\nmode = "blanket"\n')
    with pytest.raises(ConfigurationError, match="needs by, date, basis"):
        read_registry(tmp_path)


def test_a_level_may_not_be_ignored(tmp_path: Path) -> None:
    rule = '[fields.secretLevel]\nfrom = "密级"\nlookup = "cl19"\non_miss = "ignore"\n'
    write(tmp_path, mapping=MAPPING + rule)
    with pytest.raises(ConfigurationError, match=r"fields.secretLevel.on_miss: 'ignore' is not allowed"):
        read_registry(tmp_path)


def test_mistakes_in_a_mapping_are_named(tmp_path: Path) -> None:
    write(tmp_path, mapping=MAPPING.replace("achievement", "achievment"))
    with pytest.raises(ConfigurationError, match=r"mappings/cn-xx.toml: kind: unknown kind 'achievment'"):
        read_registry(tmp_path)


def test_one_wrong_file_is_told_of_the_sources_that_need_it_alone(tmp_path: Path) -> None:
    write(tmp_path, SOURCE + DECLARATION)
    (tmp_path / "mappings" / "typo.toml").write_text(
        MAPPING.replace("cn-xx", "typo").replace("title", "titel"), "utf-8"
    )
    other = (SOURCE + DECLARATION).replace('id = "cn-xx"', 'id = "cn-yy"').replace('["cn-xx"]', '["typo"]')
    (tmp_path / "sources" / "cn-yy.toml").write_text(other, "utf-8")
    (tmp_path / "sources" / "cn-zz.toml").write_text("id = 3", "utf-8")
    registry = survey(tmp_path)
    assert set(registry.faults) == {"cn-yy", "cn-zz"}
    assert set(registry.sources) == {"cn-xx", "cn-yy"}  # what cn-yy published stays published
    assert registry.mappings_of(registry.source("cn-xx"))
    for name in ("cn-yy", "cn-zz"):
        with pytest.raises(ConfigurationError, match=r"titel|cn-zz\.toml"):
            registry.source(name)
