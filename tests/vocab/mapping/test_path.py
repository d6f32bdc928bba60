"""The path language: what it finds, and that every path survives being written out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.vocab.mapping.strategies import paths, trees
from vocab.mapping.errors import PathError
from vocab.mapping.path import Path, parse
from vocab.tree import Tree

RECORD: Tree = {
    "成果名称": "导热膜",
    "意向价格（万元）": 120,
    "End date": "2019",
    "a.b": {"c[d]": 1},
    "dc": {"title": [{"@lang": "en", "#text": "Film"}, "膜"], "creator": "张三"},
    "authors": [{"name": "甲"}, {"name": "乙"}],
    "extras": [{"key": "stage", "value": "中试"}, {"key": "year", "value": 2019.0}],
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("成果名称", ["导热膜"]),
        ("$.成果名称", ["导热膜"]),
        ("意向价格（万元）", [120]),
        ("End date", ["2019"]),
        ('"a.b"."c[d]"', [1]),
        ("dc.title[1]", ["膜"]),
        ("dc.title[-1]", ["膜"]),
        ("dc.title[7]", []),
        ("dc.creator[0]", ["张三"]),
        ("dc.creator[1]", []),
        ("dc.creator[*]", ["张三"]),
        ("dc.title[@lang=en]", [{"@lang": "en", "#text": "Film"}]),
        ("dc.title[@lang=en].#text", ["Film"]),
        ("authors[*].name", ["甲", "乙"]),
        ("authors.name", ["甲", "乙"]),
        ("extras[key=stage].value", ["中试"]),
        ("extras[value=2019].key", ["year"]),
        ("extras[key=nothing].value", []),
        ("$", [RECORD]),
        ("$[0].成果名称", ["导热膜"]),
        ("missing.deeper[0].still", []),
    ],
)
def test_finds(path: str, found: list[Tree]) -> None:
    assert parse(path).find(RECORD) == found
    assert parse(path).finder()(RECORD) == found


@pytest.mark.parametrize(
    "text",
    ["", ".", "a.", "a..b", "a[", "a[x]", "a[1", "a]", "$x", "a[*]b", '"open', "a[=x]", "[key=]x", "." * 9, " a"],
)
def test_refuses_and_shows_where(text: str) -> None:
    with pytest.raises(PathError, match="path") as caught:
        parse(text)
    assert repr(text) in str(caught.value)


def test_refuses_endless_paths() -> None:
    with pytest.raises(PathError, match="32 steps"):
        parse(".".join("a" * 33))


@given(paths)
def test_round_trips(path: Path) -> None:
    assert parse(str(path)) == path


@given(paths, trees)
def test_finds_in_anything(path: Path, tree: Tree) -> None:
    assert path.find(tree) == path.finder()(tree)


@given(st.text(max_size=30))
def test_any_text_is_a_path_or_an_error(text: str) -> None:
    try:
        path = parse(text)
    except PathError:
        return
    assert parse(str(path)) == path
