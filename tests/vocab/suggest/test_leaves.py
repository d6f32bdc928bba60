"""Leaves: each value has the path a mapping would write, and is used exactly when a path of the mapping reaches it."""

import pytest

from vocab.mapping.path import parse
from vocab.suggest.leaves import leaves, uses
from vocab.suggest.shape import shape
from vocab.tree import Tree

CKAN: Tree = {
    "title": "甲",
    "tags": [{"name": "a", "display_name": "A"}, {"name": "b", "display_name": "B"}],
    "organization": {"title": "某大学", "name": "org"},
    "extras": [{"key": "阶段", "value": "小试"}, {"key": "价格", "value": 3}],
}
XML: Tree = {
    "dc": {"title": [{"@lang": "zh", "#text": "甲"}, {"@lang": "en", "#text": "A"}], "creator": ["某大学", "乙"]}
}


def test_paths_are_those_of_the_mapping_language() -> None:
    found = {leaf.path: leaf.value for leaf in leaves(CKAN)}
    assert found["extras[key=阶段].value"] == "小试"
    assert found["extras[key=价格].value"] == 3
    assert found["organization.title"] == "某大学"
    assert "tags[*].display_name" in found
    assert {leaf.path: leaf.value for leaf in leaves(XML)} == {
        "dc.title[@lang=zh]": "甲",
        "dc.title[@lang=en]": "A",
        "dc.creator[*]": "乙",
    }


@pytest.mark.parametrize("tree", [CKAN, XML])
def test_every_path_finds_its_value(tree: Tree) -> None:
    for leaf in leaves(tree):
        found = [node["#text"] if isinstance(node, dict) else node for node in parse(leaf.path).find(tree)]
        assert leaf.value in found


@pytest.mark.parametrize(
    ("tree", "paths", "unused"),
    [
        (CKAN, ["title", "tags[*].display_name"], {"tags[*].name", "organization.title", "organization.name"}),
        (CKAN, ["extras[key=阶段].value", "organization"], {"title", "extras[key=价格].value"}),
        (CKAN, ["tags.name"], {"tags[*].display_name", "title"}),
        (CKAN, ["$"], set()),
        (XML, ["dc.title[@lang=zh]"], {"dc.title[@lang=en]", "dc.creator[*]"}),
        (XML, ["dc.title", "dc.creator[0]"], set()),
    ],
)
def test_what_a_path_reaches_is_used(tree: Tree, paths: list[str], unused: set[str]) -> None:
    found = {leaf.path: leaf.used for leaf in leaves(tree, uses(map(parse, paths)))}
    assert unused <= {path for path, used in found.items() if not used}
    for path in paths:
        assert found.get(path, True)
    if not unused:
        assert all(found.values())


def test_shapes_are_alike_where_values_are() -> None:
    assert shape("2019年3月") == shape("2021年6月") == "9999年9月"
    assert shape("ZL201310699744.2") == "A999999999999.9"
    assert shape("约30万元左右") == "文99万元文"
    assert len(shape("1" * 500)) < 50
