"""Finding concepts, ancestors, crosswalks, and what may never be mapped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.codes import NOT_CLASSIFIED, concept, is_public_funding, label, province_region, scheme, stage_to_trl
from vocab.values import Trl


@pytest.mark.parametrize(
    ("id", "text", "notation"),
    [
        ("cl04", "中试", "2"), ("cl04", " ２ ", "2"), ("cl04", "PILOT", None), ("cl04", "cl04/2", "2"),
        ("cl02", "新模式/新方法", "1"), ("cl02", "计算机软件", "15"), ("cl08", "稳定应用", "1"),
        ("cl15", "技术转让", "2"), ("cl15", "技术入股", "5"), ("cl15", "创业转化", "1"), ("cl15", "技术咨询", None),
        ("cl12", "国家重点研发计划", "P3"), ("cl12", "国家自然科学基金", "P1"), ("cl12", "其他", "99"),
        ("cl06", "国际领先", "1"), ("cl10", "先进制造与自动化", "8"), ("cl10", "高新技术改造传统产业", None),
        ("cl10-2008", "高新技术改造传统产业", "8"), ("cl05", "TRL6", "6"),
        ("gbt2260", "北京", "110000"), ("gbt2260", "深圳市", "440300"), ("gbt2260", "深圳", "440300"),
        ("gbt2260", "吉林", "220000"), ("gbt2260", "Shaanxi", "610000"), ("gbt2260", "Inner Mongolia", "150000"),
        ("gbt2260", "朝阳区", None), ("gbt2260", "市辖区", None), ("gbt2260", "Hong Kong", "810000"),
        ("gbt4754-2017", "其他采矿业", "12"), ("gbt4754-2017", "制造业", "C"), ("gbt13745-2009", "110.1410", "1101410"),
        ("gbt13745-2009", "民族学与文化学", "850"), ("gbt13745-2009", "", None), ("cl01", "   ", None),
    ],
)  # fmt: skip
def test_find(id: str, text: str, notation: str | None) -> None:  # noqa: A002
    found = scheme(id).find(text)
    assert (found.notation if found else None) == notation


@given(st.sampled_from(["cl12", "cl19", "gbt2260"]), st.text(max_size=30))
def test_find_never_raises_and_only_finds_its_own(id: str, text: str) -> None:  # noqa: A002
    found = scheme(id).find(text)
    assert found is None or scheme(id).concepts[found.notation] is found


def test_ancestors_nearest_first() -> None:
    assert [c.zh for c in scheme("gbt4754-2017").ancestors("0111")] == ["谷物种植", "农业", "农、林、牧、渔业"]
    assert [c.notation for c in scheme("gbt2260").ancestors("440305")] == ["440300", "440000"]
    assert [c.notation for c in scheme("gbt13745-2009").ancestors("1101410")] == ["11014", "110"]
    assert scheme("cl04").ancestors("1") == ()
    assert scheme("cl04").ancestors("?") == ()
    assert [c.notation for c in scheme("cl01").children("2")] == ["2a", "2b"]


def test_labels_fall_back() -> None:
    assert label("cl04/2", "en") == "Middle stage"
    assert label("cl04/2", "zh") == "中期阶段"
    assert label("gbt4754-2017/0111", "en") == "稻谷种植"
    assert label("cl04/77", "en") == "cl04/77"


def test_public_funding_is_exactly_the_set_of_the_standard() -> None:
    public = {c.notation for c in scheme("cl12").concepts.values() if is_public_funding(c.code)}
    assert public == {f"0{n}" for n in range(1, 9)} | set("ABCDEFGHIJKLMNO") | {
        "P1",
        "P2",
        "P3",
        "P4",
        "P5",
        "F1",
        "F2",
        "F3",
    }
    assert not any(
        map(is_public_funding, ["", "cl12", "01", "cl12/", "cl12/77", "cl11/01", "cl12/P", "cl12/11", "cl12/F4"])
    )


def test_a_stage_gives_a_range_never_a_level() -> None:
    assert stage_to_trl("cl04/1") == Trl(1, 4, "derived-from-stage")
    assert stage_to_trl("cl04/2") == Trl(4, 6, "derived-from-stage")
    assert stage_to_trl("cl04/3") == Trl(7, 9, "derived-from-stage")
    assert stage_to_trl("cl04/9") is None
    assert scheme("cl05").edition_zh == "GB/T 22900-2009"


def test_every_province_of_cl26_has_its_six_digits() -> None:
    for c in scheme("cl26").concepts.values():
        region = province_region(c.notation)
        assert region in scheme("gbt2260").concepts
        if c.notation != "66":
            assert concept(f"gbt2260/{region}").en == c.en  # type: ignore[union-attr]
    assert province_region("66") == "650000"
    assert province_region("99") is None


@pytest.mark.parametrize(
    "text", ["内部", "工作秘密", "秘密★", "秘密", "机密", "绝密", "", " ", "未知", "无", "未审查", "内部公开", "公开"]
)
def test_nothing_doubtful_is_ever_not_secret(text: str) -> None:
    found = scheme("cl19").find(text)
    assert found is None or found.code != NOT_CLASSIFIED


def test_superseded_regions_point_to_their_successors() -> None:
    old = concept("gbt2260/110103")
    assert old is not None
    assert old.valid_to == "2010"
    assert old.replaced_by == "110101"


def test_unverified_marks_are_kept_in_the_data() -> None:
    assert all("(unverified)" in c.note for c in scheme("cl09").concepts.values())
    assert "(unverified)" in concept("cl26/66").note  # type: ignore[union-attr]
