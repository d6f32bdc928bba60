"""What a mapping makes of records: values, problems, lineage."""

import uuid
from typing import Any

import pytest
from msgspec.structs import replace

from tests.vocab.mapping.examples import CONTEXT, MAPPING, RECORD
from vocab.kinds import Achievement, decode_record, encode_record
from vocab.lineage import Lineage
from vocab.mapping import Mapped, load
from vocab.problem import Problem, Severity
from vocab.tree import Tree
from vocab.values import Agent, PartialDate, Precision, Project, Text, Words


def mapped(changes: dict[str, Tree] | None = None, mapping: str = MAPPING) -> Mapped:
    return load(mapping).apply({**RECORD, **(changes or {})}, CONTEXT)


def achievement(result: Mapped) -> Achievement:
    assert isinstance(result.record, Achievement)
    return result.record


def small(fields: str, tree: Tree, kind: str = "achievement") -> Any:
    text = f'id = "t"\nversion = "1"\nkind = "{kind}"\n{fields}'
    return load(text).apply(tree, CONTEXT)


def problem(result: Mapped, code: str) -> Problem:
    found = [p for p in result.problems if p.code == code]
    assert len(found) == 1, result.problems
    return found[0]


def lineage(result: Mapped, field: str) -> Lineage:
    return next(entry for entry in result.lineage if entry.field == field)


def test_a_whole_record() -> None:
    record = achievement(mapped())
    assert record.title == Text(zh="石墨烯 导热膜", en="Graphene film")
    assert record.keywords == Words(zh=("石墨烯", "导热膜"))
    assert record.category == "cl01/2"
    assert record.stage == "cl04/3"
    assert record.transfer_modes == ("cl15/2", "cl15/3", "cl15/4")
    assert [a.name for a in record.orgs] == ["示例大学", "示例研究院"]
    assert record.first_org == Agent(name="示例大学", uscc="12330000MB00000276")
    assert record.completed_on == PartialDate("2019-03", Precision.MONTH)
    assert record.awards == ("2020年科技进步奖",)
    assert record.secret_level == "cl19/非涉密"
    assert record.region == "330100"


def test_what_the_platform_fills_in() -> None:
    record = achievement(mapped())
    key = uuid.uuid5(uuid.NAMESPACE_URL, "cn-demo\nTPR0001")
    assert record.identifier == f"https://example.org/id/achievement/{key}"
    assert record.source_record_id == ("TPR0001",)
    assert record.publisher == Agent(name="示例省科技成果平台", name_en="Example platform")
    assert record.licence == CONTEXT.licence
    assert record.provenance is not None
    assert record.provenance.mapping == "cn-demo 1.2.0"
    assert record.provenance.url == CONTEXT.url
    assert achievement(mapped({"区划": "浙江"})).region == "330000", (
        "the source's own region, since the condition fails"
    )


def test_parts_of_several_values_are_joined_by_position() -> None:
    result = mapped()
    assert achievement(result).project == (
        Project(name="项目甲", no="2018YF_0000000", programme="cl12/P3"),
        Project(no="B-2"),
    )
    unknown = problem(result, "unknown-code")
    assert (unknown.path, unknown.value, unknown.severity) == ("project.programme", "火星计划", Severity.WARNING)


def test_a_gap_does_not_move_what_follows() -> None:
    result = mapped({"项目": [{"编号": "A", "来源": "火星计划"}, {"编号": "B", "来源": "国家重点研发计划"}]})
    assert achievement(result).project == (Project(no="A"), Project(no="B", programme="cl12/P3"))


def test_a_default_part_belongs_to_all() -> None:
    result = small('[fields."ipr.no"]\nfrom = "号[*]"\n[fields."ipr.type"]\ndefault = "cl13/1"', {"号": ["ZL1", "ZL2"]})
    assert [(i.no, i.type) for i in result.record.ipr] == [("ZL1", "cl13/1"), ("ZL2", "cl13/1")]


def test_lineage_of_every_field() -> None:
    result = mapped()
    title = lineage(result, "title")
    assert title.path == "$.项目名称"
    assert title.raw == "<b>《石墨烯  导热膜》</b>"
    assert (
        title.rule == "from 成果名称 or 项目名称; cleaned: strip_html, collapse_space, strip_book_marks; read as text"
    )
    assert lineage(result, "stage").rule == "from 阶段; looked up in demo_stage, cl04"
    assert lineage(result, "category") == Lineage("category", "", "looked up in cl01; else 'cl01/2'")
    assert lineage(result, "awards").path == "$.奖项.年度 + $.奖项.名称"
    assert lineage(result, "price").rule == "from 意向价格; read as price in 万元"


def test_lineage_keeps_what_could_not_be_mapped_and_cuts_it() -> None:
    entry = lineage(mapped({"阶段": "第三阶段" * 500}), "stage")
    assert entry.raw == ("第三阶段" * 500)[:500]


def test_lineage_shows_no_personal_data_and_nothing_of_internal_fields() -> None:
    result = mapped()
    assert "138****0000" in lineage(result, "abstract").raw
    assert lineage(result, "secretLevel").raw == ""
    unknown = problem(mapped({"密级": "内参★特", "项目": []}), "unknown-code")
    assert (unknown.path, unknown.value) == ("secretLevel", None)


def test_the_gate_can_tell_a_level_not_understood_from_one_not_given() -> None:
    rule = '[fields.secretLevel]\nfrom = "密级"\non_miss = "ignore"'
    result = small(rule, {"密级": "内参★特"})
    assert result.record.secret_level is None
    assert [(entry.field, entry.path, entry.raw) for entry in result.lineage] == [("secretLevel", "$.密级", "")]
    assert small(rule, {"密级": "未标注"}).lineage == ()


def test_unknown_codes_are_reported_and_left_out() -> None:
    result = mapped({"阶段": "第三阶段", "项目": []})
    assert achievement(result).stage is None
    unknown = problem(result, "unknown-code")
    assert (unknown.path, unknown.value, unknown.severity) == ("stage", "第三阶段", Severity.WARNING)


def test_on_miss() -> None:
    rule = '[fields.stage]\nfrom = "s"\non_miss = "{}"'
    assert small(rule.format("ignore"), {"s": "?!"}).problems == ()
    rejected = small(rule.format("reject"), {"s": "?!"})
    assert rejected.record is None
    assert not rejected.skipped
    assert problem(rejected, "unknown-code").severity is Severity.ERROR


def test_a_table_may_know_that_a_word_means_nothing() -> None:
    result = mapped({"阶段": "其它", "项目": []})
    assert achievement(result).stage is None
    assert not [p for p in result.problems if p.path == "stage"]


def test_a_table_may_give_meaning_to_a_word_for_nothing() -> None:
    fields = '[tables.t]\n"/" = "cl04/9"\n[fields.stage]\nfrom = "s"\nlookup = "t"'
    assert small(fields, {"s": "/"}).record.stage == "cl04/9"
    assert small(fields, {"s": "无"}).record.stage is None


@pytest.mark.parametrize("kind", ["需求", None, ["x"], {"#text": "需求"}])
def test_records_of_another_kind_are_skipped(kind: Tree) -> None:
    assert mapped({"类型": kind}) == Mapped(None, skipped=True)


@pytest.mark.parametrize(
    ("when", "holds"),
    [
        ('{path = "n", equals = 1}', True),
        ('{path = "n", equals = "1"}', True),
        ('{path = "n", equals = 2}', False),
        ('{path = ["x", "n"], in = [1, 2]}', True),
        ('{path = "t", matches = "^需"}', True),
        ('{path = "t", matches = "^供"}', False),
        ('{path = "t", present = true}', True),
        ('{path = "e", present = true}', False),
        ('{path = "e", present = false}', True),
        ('{path = "t", present = true, matches = "供"}', False),
    ],
)
def test_conditions(when: str, holds: bool) -> None:
    tree: Tree = {"n": 1.0, "t": "需求", "e": "未标注"}
    assert small(f'when = {when}\n[fields.title]\nfrom = "t"', tree).skipped is not holds


def test_a_default_stands_in_for_what_is_not_said() -> None:
    rule = '[fields.stage]\nfrom = "s"\ndefault = "cl04/9"'
    assert small(rule, {"s": "暂无"}).record.stage == "cl04/9"
    assert small(rule, {"s": "?!"}).record.stage is None, "an unknown word is never silently mapped"


def test_a_wrong_value_is_a_problem_and_no_value() -> None:
    result = mapped({"完成时间": "2019-02-29"})
    assert achievement(result).completed_on is None
    found = problem(result, "date-invalid")
    assert (found.path, found.value) == ("completedOn", "2019-02-29")


def test_incomplete_composites_are_left_out() -> None:
    result = small('[fields."registrar.uscc"]\nfrom = "u"', {"u": "12330000MB00000276"})
    assert result.record.registrar is None
    assert problem(result, "incomplete-value").path == "registrar"


def test_enumerations() -> None:
    rule = '[tables.r]\n"市场" = "market"\n[fields.roles]\nfrom = "r"\nlookup = "r"'
    assert small(rule, {"r": "市场"}, "organisation").record.roles == ("market",)
    wrong = small('[fields.state]\nfrom = "s"', {"s": "half-open"}, "demand")
    assert wrong.record.state is None
    assert "allowed are closed, open" in problem(wrong, "wrong-type").message


@pytest.mark.parametrize(("raw", "value"), [("是", True), ("0", False), (True, True), ("无", None), ("也许", None)])
def test_truth_values(raw: Tree, value: bool | None) -> None:
    assert small('[fields.tender]\nfrom = "t"', {"t": raw}, "demand").record.tender is value


def test_control_characters_never_reach_a_record() -> None:
    result = mapped({"项目名称": "导\x00热\x07膜\ud800"})
    assert achievement(result).title.zh == "导热膜"


@pytest.mark.parametrize("key", ["", "a\ud800", "a\x00b"])
def test_a_key_that_no_iri_can_hold_is_refused(key: str) -> None:
    result = load(MAPPING).apply(RECORD, replace(CONTEXT, local_id=key))
    assert result.record is None
    assert problem(result, "key-unwritable").severity is Severity.ERROR


def test_further_source_numbers_stand_beside_the_key() -> None:
    result = small('[fields.sourceRecordId]\nfrom = "编号"', {"编号": ["A-1", "TPR0001"]})
    assert result.record.source_record_id == ("TPR0001", "A-1")


def test_xml_text_beside_attributes() -> None:
    tree: Tree = {"dc": {"title": [{"@lang": "en", "#text": "Film"}, {"@lang": "zh", "#text": "膜"}]}}
    fields = '[fields.title]\nfrom = "dc.title[@lang=zh]"\n[fields."title.en"]\nfrom = "dc.title[@lang=en]"'
    assert small(fields, tree).record.title == Text(zh="膜", en="Film")


def test_records_survive_their_json() -> None:
    record = achievement(mapped())
    assert decode_record(encode_record(record)) == record


def test_extract_takes_the_values_that_match_and_of_them_the_group() -> None:
    tree: Tree = {"relation": ["项目编号:2018YFA0000001", "专利号:ZL201310699744.2", "见附件"]}
    rules = """
[fields."project.no"]
from = "relation[*]"
extract = "^项目编号:(.*)$"
[fields.ipr]
from = "relation[*]"
extract = "^专利号:(.*)$"
parser = "ipr"
"""
    record = small(rules, tree).record
    assert [p.no for p in record.project] == ["2018YFA0000001"]
    assert [i.no for i in record.ipr] == ["201310699744.2"]


def test_extract_tries_the_next_place_when_nothing_matches() -> None:
    rules = '[fields.title]\nfrom = ["a", "b"]\nextract = "《(.+)》|名称：(.+)"'
    assert small(rules, {"a": "无题", "b": "名称：石墨烯"}).record.title.zh == "石墨烯"
    assert small(rules, {"a": "无题", "b": "也无题"}).record.title.zh == ""
