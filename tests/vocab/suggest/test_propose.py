"""Proposals: fields by their headings and values, a draft that loads as it is, and nothing guessed that a person decides."""

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from vocab.mapping import Context, load
from vocab.suggest.draft import draft
from vocab.suggest.layout import Layout, layout
from vocab.suggest.nearest import nearest
from vocab.suggest.profile import profile
from vocab.suggest.propose import key_of, modified_of, propose

CONTEXT = Context(
    source="x",
    local_id="1",
    base="https://example.org",
    region="330000",
    publisher_zh="某厅",
    licence="L",
    fetched="",
    sha256="",
)


def row(number: int, **more: Any) -> dict[str, Any]:
    return {
        "编号": f"A-{number:03}",
        "成果名称": f"第{number}号材料的制备",
        "价格(万元)": str(number * 10),
        "成熟度": ("小试", "中试放大", "样机")[number % 3],
        "完成时间": f"20{10 + number % 9}年{1 + number % 9}月",
        "XX": f"ZL20131069974{number % 10}.X" if number % 2 else "ZL201310699744.2",
        "合作方": "示例大学、示例公司",
        "联系人电话": f"139000000{number:02}",
        "审查结论": "同意公开",
        "密级": "0",
        "更新时间": "2026-01-05",
        **more,
    }


ROWS = [row(n) for n in range(30)]


def test_fields_come_by_heading_and_by_value_alone() -> None:
    (found,) = propose(ROWS)
    assert found.kind == "achievement"
    assert {one.slot.key: one.column.path for one in found.suggestions} == {
        "title": "成果名称",
        "price": "价格(万元)",
        "stage": "成熟度",
        "completedOn": "完成时间",
        "ipr": "XX",
        "review.decision": "审查结论",
        "secretLevel": "密级",
    }
    ipr = found.of("ipr")
    assert ipr is not None
    assert ipr.confidence < 0.8
    assert ipr.why[0] == "by its values alone"
    assert [column.path for column in found.personal] == ["联系人电话"]
    assert "合作方" in [column.path for column in found.unknown]
    columns = profile(ROWS)
    key, modified = key_of(columns), modified_of(columns)
    assert key is not None
    assert key.path == "编号"
    assert modified is not None
    assert modified.path == "更新时间"


def test_values_that_cannot_be_read_weigh_against_a_heading() -> None:
    (found,) = propose([row(n, 完成时间="待定事项") for n in range(30)])
    assert found.of("completedOn") is None


def test_the_draft_loads_and_decides_nothing_about_disclosure() -> None:
    (found,) = propose(ROWS)
    text = draft(found, "x")
    mapping = load(text)
    rules = tomllib.loads(text)
    assert rules["tables"]["review"] == {}
    assert rules["tables"]["secretLevel"] == {}
    assert rules["fields"]["price"]["unit"] == "万元"
    assert '# "样机" = ' in text
    assert '# "同意公开" = ' in text
    assert "1390000" not in text  # personal data are not even examples
    record = mapping.apply(row(1), CONTEXT).record
    assert record is not None
    assert record.review == ()
    assert record.secret_level is None
    assert record.title.zh == "第1号材料的制备"


def test_two_mappings_where_supply_and_demand_are_mixed() -> None:
    mixed = [
        row(n, 类型="供给" if n % 2 else "需求", **({} if n % 2 else {"难题": "某难题", "预算": "3万元"}))
        for n in range(20)
    ]
    supply, demand = propose(mixed)
    assert (supply.kind, demand.kind) == ("achievement", "demand")
    assert demand.of("budget") is not None
    assert "难题" not in [column.path for column in supply.unknown]
    mapping = load(draft(demand, "d"))
    assert mapping.apply(mixed[1], CONTEXT).skipped
    assert not mapping.apply(mixed[0], CONTEXT).skipped


@settings(max_examples=40)
@given(
    st.lists(
        st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=40) | st.integers() | st.none(), max_size=6),
        max_size=8,
    )
)
def test_whatever_a_listing_holds_its_draft_is_a_mapping_file(rows: list[dict[str, Any]]) -> None:
    for one in propose([{**each, "成果名称": "甲"} for each in rows] or [{"成果名称": "甲"}]):
        load(draft(one, "x"))


def test_tables_are_read_as_people_make_them() -> None:
    plain = [["编号", "名称"], ["1", "甲"], ["2", "乙"]]
    assert layout(plain) == Layout(simple=("编号", "名称"))
    rows = [
        ["某省科技成果目录", "", "", ""],
        ["编号", "领域", "领域", "价格"],
        ["编号", "一级", "二级", "价格"],
        ["", "", "", "万元"],
        ["1", "新材料", "膜", "30"],
    ]
    found = layout(rows)
    assert (found.skip_rows, found.header_rows, found.unit_row, found.simple) == (1, 2, 3, ("编号",))
    assert layout([]) == Layout()


def test_near_concepts_of_unknown_words() -> None:
    assert [c.notation for c in nearest("cl04", "中试放大阶段")][0] == "2"
    assert nearest("cl04", "zzz") == ()
    assert nearest("cl04", "") == ()
