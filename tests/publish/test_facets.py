"""Facets: a tree that a reader can walk, without the levels of the standard that nobody speaks of."""

import pytest

from publish.labels import is_grouping, place_label
from publish.languages import Lang
from publish.messages import Catalogue
from publish.portal.facets import Facet, Option, facets_of
from publish.portal.reader import Reader
from search.base import FacetCount
from tests.publish import fakes

REGIONS = (
    FacetCount("110000", 9),
    FacetCount("110100", 9),
    FacetCount("110108", 6),
    FacetCount("110112", 3),
    FacetCount("429004", 2),
    FacetCount("420000", 2),
    FacetCount("429000", 2),
)


def facet(name: str, counts: tuple[FacetCount, ...], *chosen: str, lang: Lang = Lang.ZH) -> Facet:
    reader = Reader(lang, Catalogue(), fakes.services())
    return facets_of({name: counts}, {name: chosen}, reader)[0]


def walk(options: tuple[Option, ...]) -> list[str]:
    return [label for o in options for label in (o.label, *walk(o.below))]


def test_levels_that_only_group_are_passed_over() -> None:
    found = facet("region", REGIONS)
    assert [o.label for o in found.first] == ["北京市", "湖北省"]
    assert [[o.label for o in top.below] for top in found.first] == [["海淀区", "通州区"], ["仙桃市"]]
    assert [o.count for o in found.first[0].below] == [6, 3]


def test_a_level_that_an_address_asks_for_is_shown() -> None:
    found = facet("region", REGIONS, "110100")
    assert walk(found.first) == ["北京市", "市辖区", "海淀区", "通州区", "湖北省", "仙桃市"]
    assert found.chosen == 1
    assert found.first[0].chosen_below == 1


def test_what_is_chosen_is_never_folded_away() -> None:
    years = tuple(FacetCount(str(year), 1) for year in range(2000, 2026))
    found = facet("year", years, "2000")
    assert [o.value for o in found.first] == ["2025", "2024", "2023", "2022", "2021", "2020", "2019", "2018", "2000"]
    assert len(found.first) + len(found.more) == len(years)


def test_a_label_without_english_is_marked_as_chinese() -> None:
    counts = (FacetCount("gbt4754-2017/01", 2), FacetCount("gbt4754-2017/0111", 1))
    [agriculture] = facet("industry", counts, lang=Lang.EN).first
    assert (agriculture.lang, [(o.label, o.lang) for o in agriculture.below]) == (None, [("稻谷种植", "zh-CN")])
    assert facet("industry", counts).first[0].below[0].lang is None


def test_kinds_are_counted_in_the_plural() -> None:
    counts = (FacetCount("achievement", 2977), FacetCount("organisation", 1))
    assert walk(facet("kind", counts, lang=Lang.EN).first) == ["Achievements", "Organisation"]
    assert walk(facet("kind", counts).first) == ["成果", "机构"]


@pytest.mark.parametrize(
    ("digits", "zh", "en"),
    [
        ("310104", "上海市徐汇区", "Xuhui District, Shanghai"),
        ("330100", "浙江省杭州市", "Hangzhou, Zhejiang"),
        ("429004", "湖北省仙桃市", "Xiantao, Hubei"),
        ("110100", "北京市", "Beijing"),
        ("110000", "北京市", "Beijing"),
        ("999999", "999999", "999999"),
    ],
)
def test_a_place_is_named_within_those_above_it(digits: str, zh: str, en: str) -> None:
    assert place_label(digits, Lang.ZH) == zh
    assert place_label(digits, Lang.EN) == en


def test_only_levels_are_taken_for_levels() -> None:
    assert [c for c in ("110100", "500200", "469000", "659000") if not is_grouping(c)] == []
    assert [c for c in ("110000", "110108", "330100", "nonsense") if is_grouping(c)] == []
