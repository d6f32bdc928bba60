"""Lists of names, keywords, rights: order kept, decorations gone."""

import pytest

from vocab.parse import PARSERS, Options
from vocab.parse.parsed import Parsed
from vocab.tree import Tree
from vocab.values import Agent, Contributor, Ipr

O = Options()  # noqa: E741


def agents(raw: Tree) -> list[tuple[str, int | None]]:
    value = PARSERS["agents"](raw, O).value
    assert isinstance(value, tuple)
    return [(a.name, a.order) for a in value]


def codes(parsed: Parsed) -> list[str]:
    return [p.code for p in parsed.problems]


@pytest.mark.parametrize(
    "raw",
    [
        "甲大学、乙公司",
        "甲大学；乙公司",
        "甲大学,乙公司",
        "甲大学，乙公司",
        "甲大学/乙公司",
        "甲大学|乙公司",
        "甲大学 乙公司",
        "1.甲大学 2.乙公司",
        "1.甲大学2.乙公司",
        "（1）甲大学（2）乙公司",
        "①甲大学②乙公司",
        "1、甲大学；2、乙公司",
        "甲大学（盖章）、乙公司、",
        ["甲大学", "乙公司"],
        [{"name": "甲大学"}, {"name": "乙公司"}],
    ],
)
def test_agents_in_order(raw: Tree) -> None:
    assert agents(raw) == [("甲大学", 1), ("乙公司", 2)]


def test_unordered_and_incomplete_lists_say_so() -> None:
    raw = "A大学；B公司等3家（排名不分先后）"
    assert agents(raw) == [("A大学", None), ("B公司", None)]
    assert codes(PARSERS["agents"](raw, O)) == ["list-incomplete"]
    assert codes(PARSERS["agents"]("A大学；B公司等2家", O)) == []


def test_names_with_separators_inside_stay_whole() -> None:
    assert agents("甲公司（北京、上海）、乙公司") == [("甲公司（北京、上海）", 1), ("乙公司", 2)]
    assert agents("Foo Co., Ltd., Bar Inc.") == [("Foo Co., Ltd.", 1), ("Bar Inc.", 2)]
    assert agents("3M中国有限公司") == [("3M中国有限公司", 1)]
    assert agents("甲公司（北京、上海") == [("甲公司（北京", 1), ("上海", 2)]


def test_a_credit_code_beside_the_name_is_taken() -> None:
    expected = Agent("清华大学", uscc="12100000400000624D", order=1)
    assert PARSERS["agent"]("清华大学（12100000400000624d）", O).value == expected
    assert PARSERS["agent"]({"name": "清华大学", "uscc": "12100000400000624D"}, O).value == expected
    assert PARSERS["agent"]("无", O).value is None


def test_contributors() -> None:
    value = PARSERS["contributors"]("张三（清华大学）、李 四、阿卜杜拉·买买提等5人", O)
    assert value.value == (
        Contributor("张三", 1, "清华大学"),
        Contributor("李四", 2),
        Contributor("阿卜杜拉·买买提", 3),
    )
    assert codes(value) == ["list-incomplete"]
    assert PARSERS["contributors"]([{"姓名": "张三", "单位": "清华大学"}], O).value == (
        Contributor("张三", 1, "清华大学"),
    )
    assert PARSERS["contributors"]("王 伟", O).value == (Contributor("王伟", 1),)


def test_words() -> None:
    assert PARSERS["words"]("石墨烯；导热;石墨烯，薄膜", O).value == ("石墨烯", "导热", "薄膜")
    assert PARSERS["words"]("deep learning; TCP/IP", O).value == ("deep learning", "TCP/IP")
    assert PARSERS["words"]("石墨烯 导热", O).value == ("石墨烯", "导热")


def test_rights_in_free_text() -> None:
    raw = "发明专利：一种导热膜（ZL201310699744.2）；实用新型：一种装置，ZL 2008 2 0009767.0；软件著作权2019SR0123456"
    parsed = PARSERS["ipr"](raw, O)
    assert parsed.problems == ()
    assert parsed.value == (
        Ipr("cl13/1", "201310699744.2", "cl14/4", "一种导热膜", valid=True),
        Ipr("cl13/2", "200820009767.0", "cl14/4", "一种装置", valid=True),
        Ipr("cl13/4", "2019SR0123456"),
    )


def test_rights_of_other_forms() -> None:
    wrong = PARSERS["ipr"]("ZL201310699744.3", O)
    assert wrong.value == (Ipr("cl13/1", "201310699744.3", "cl14/4", valid=False),)
    assert codes(wrong) == ["patent-check-digit"]
    assert PARSERS["ipr"]("发明专利3项、实用新型2项", O).value == (Ipr("cl13/1"), Ipr("cl13/2"))
    assert PARSERS["ipr"]("非专利技术", O).value == (Ipr("cl13/9"),)
    assert PARSERS["ipr"]("ZL201310699744", O).value == (Ipr("cl13/1", "201310699744.2", "cl14/4"),)
    assert codes(PARSERS["ipr"]("待定", O)) == ["ipr-unclear"]
    assert PARSERS["ipr"](
        [{"类型": "发明专利", "专利号": "201310699744.2", "状态": "实审", "名称": "膜"}], O
    ).value == (Ipr("cl13/1", "201310699744.2", "cl14/3", "膜", valid=True),)


@pytest.mark.parametrize(
    "raw", ["国防专利 ZL201310699744.2", [{"类型": "国防专利", "专利号": "12"}], "ZL201310699744.2；GF123456"]
)
def test_a_defence_patent_leaves_its_mark_and_nothing_else(raw: Tree) -> None:
    parsed = PARSERS["ipr"](raw, O)
    assert parsed.value == (Ipr("cl13/1", status="cl14/8"),)
    assert codes(parsed) == ["defence-patent"]
    assert parsed.problems[0].value is None
