"""Checking a file: found by its headings whatever its form, judged as a harvest would, told row by row, and bounded."""

import json
import zipfile
from contextlib import suppress
from datetime import date
from io import BytesIO
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from federation.checking import Report, check
from federation.checking.report import OUTCOMES, ROWS
from federation.errors import UnreadableFile
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.standard import example
from vocab.standard.table import csv_of
from vocab.standard.versions import current, released

TODAY = date(2026, 11, 27)
NS = Namespaces("https://data.example.cn")
ACHIEVEMENT = KINDS["achievement"]
KIND = pytest.mark.parametrize("kind", list(KINDS))


def checked(body: bytes, **more: Any) -> Report:
    return check(BytesIO(body), today=TODAY, **{"max_rows": 5000, **more})


def rows(*changes: dict[str, str]) -> bytes:
    """The example of an achievement, once for each set of changes, as CSV."""
    whole = [{**example.row(ACHIEVEMENT), "来源记录号": f"CG-{n}", **change} for n, change in enumerate(changes)]
    return csv_of([list(whole[0]), *(list(row.values()) for row in whole)])


def codes(report: Report, row: int = 0) -> set[tuple[str, str]]:
    return {(problem.code, problem.path) for problem in report.told[row].problems}


def workbook(kind: str, *given: dict[str, str]) -> bytes:
    """The released template, filled in as a person would."""
    book = load_workbook(BytesIO(released(current().number)[f"{kind}.template.xlsx"]))
    sheet = book.worksheets[0]
    for number, row in enumerate(given, 2):
        for place, cell in enumerate(sheet[1], 1):
            sheet.cell(number, place, row.get(str(cell.value)) or None)
    body = BytesIO()
    book.save(body)
    return body.getvalue()


@KIND
def test_the_released_examples_and_the_filled_template_are_publishable(kind: str) -> None:
    files = released(current().number)
    handed = json.loads(files[f"{kind}.example.json"])
    forms = {
        "csv": files[f"{kind}.example.csv"],
        "json": files[f"{kind}.example.json"],
        "jsonl": json.dumps(handed, ensure_ascii=False).encode() + b"\n",
        "xlsx": workbook(kind, example.row(KINDS[kind])),
    }
    for form, body in forms.items():
        report = checked(body, name=f"a.{form}")
        assert (report.form, report.kinds, report.publishable, report.rows) == (form, {kind: 1}, 1, 1)
        assert (report.missing, report.unknown, report.summary, report.told) == ((), (), (), ())


@KIND
def test_an_empty_template_has_all_columns_and_no_rows(kind: str) -> None:
    files = released(current().number)
    for name in ("template.csv", "template.xlsx"):
        report = checked(files[f"{kind}.{name}"])
        assert (report.rows, report.missing, report.unknown, report.cut) == (0, (), (), False)


def test_every_problem_of_a_row_is_told_at_once() -> None:
    report = checked(
        rows(
            {
                "名称": "<b>膜</b>",
                "简介": "电话13812345678，" + "一种膜。" * 20,
                "成果类别": "外星",
                "完成日期": "2025-02-30",
                "第一完成单位·信用代码": "12330000MB00000277",
                "意向价格": "1200000-800000",
            }
        )
    )
    (row,) = report.told
    assert (row.row, row.outcome, row.key) == (2, "rejected", "CG-0")
    assert codes(report) >= {
        ("text-markup", "title.zh"),
        ("personal-data-masked", "abstract"),
        ("unknown-code", "category"),
        ("missing", "category"),
        ("date-invalid", "completedOn"),
        ("identifier-check", "firstOrg.uscc"),
        ("price-range", "price"),
    }


@pytest.mark.parametrize(
    ("change", "outcome", "reason"),
    [
        ({}, "published", ""),
        ({"保密审查·结论": ""}, "held", "review-missing"),
        ({"保密审查·结论": "不同意公开"}, "refused", "review-refused"),
        ({"出口管制筛查": "限制出口"}, "refused", "export-restricted"),
        ({"出口管制筛查": "待审查"}, "held", "export-pending"),
        ({"公开属性": "受限"}, "refused", "disclosure-class-closed"),
        ({"公开属性": "延期公开", "延期公开至": "2027-12-31"}, "embargoed", "embargo"),
        ({"课题来源": "自选", "项目·计划": "-"}, "refused", "public-funding-unproven"),
        ({"密级": ""}, "refused", "secret-level-missing"),
        ({"密级": "未审查"}, "refused", "secret-level-unreviewed"),
        ({"密级": "机密"}, "refused", "secret-level-marked"),
        ({"简介": "密级：秘密。一种膜"}, "refused", "secret-marking-in-text"),
        ({"知识产权": "国防专利 GF2020"}, "refused", "defence-patent"),
    ],
)
def test_the_gate_says_what_it_would_hold_back(change: dict[str, str], outcome: str, reason: str) -> None:
    report = checked(rows(change))
    assert report.outcomes == {outcome: 1}
    assert [row.reason for row in report.told] == ([reason] if reason else [])


def test_nothing_of_a_row_that_says_it_is_secret_comes_back() -> None:
    report = checked(
        rows({"密级": "绝密", "名称": "<b>不可说的名称</b>", "来源记录号": "秘-1", "成果类别": "不可说的类别"})
    )
    told = msgspec.json.encode(report).decode()
    assert report.outcomes == {"refused": 1}
    assert report.summary == ()
    assert report.told[0].problems == ()
    assert not any(word in told for word in ("不可说", "秘-1", "绝密", "<b>"))


def test_of_a_row_without_a_level_what_is_wrong_comes_back_and_no_value() -> None:
    report = checked(rows({"密级": "", "成果类别": "不可说的类别"}))
    assert ("unknown-code", "category") in codes(report)
    assert "不可说" not in msgspec.json.encode(report).decode()


def test_a_number_that_comes_twice_and_one_that_is_missing() -> None:
    report = checked(rows({"来源记录号": "CG-7"}, {"来源记录号": "CG-7"}, {"来源记录号": ""}))
    assert [(row.row, row.reason) for row in report.told] == [(3, "key-twice"), (4, "key-unwritable")]
    assert report.publishable == 1


def test_headings_are_found_in_any_order_below_a_title_and_by_their_fields_names() -> None:
    row = example.row(ACHIEVEMENT)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["某省科技成果汇总表"])
    sheet.append([])
    sheet.append([*(f"{name}*" for name in reversed(row)), "成果备注", None])
    sheet.append([*reversed(row.values()), "无"])
    sheet.append([None] * 5)
    body = BytesIO()
    book.save(body)
    report = checked(body.getvalue(), name="汇总.xlsx")
    assert (report.publishable, report.rows, [one.heading for one in report.unknown]) == (1, 1, ["成果备注"])


def test_a_heading_nobody_knows_gets_a_proposal() -> None:
    body = csv_of([["来源记录号", "成果名称", "简介", "成果简介"], ["1", "某种膜的制备", "一种膜", "一种膜"]])
    report = checked(body, kind="achievement")
    assert {one.heading: one.proposal for one in report.unknown} == {"成果名称": "title", "成果简介": ""}
    assert set(report.missing) == {"title", "category", "firstOrg", "secretLevel", "disclosureClass", "review.decision"}


def test_the_kind_is_told_by_the_headings_or_by_the_sender() -> None:
    demand = csv_of([list(example.row(KINDS["demand"])), list(example.row(KINDS["demand"]).values())])
    assert checked(demand).kinds == {"demand": 1}
    assert checked(demand, kind="project").kinds == {"project": 1}


def test_records_of_several_kinds_in_one_file() -> None:
    whole = [example.handed_in(kind, "1.0.0", NS) for kind in KINDS.values()]
    report = checked(json.dumps(whole).encode())
    assert report.kinds == dict.fromkeys(KINDS, 1)
    assert report.publishable == 4


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_encodings(codec: str) -> None:
    assert checked(rows({}).decode("utf-8-sig").encode(codec)).publishable == 1


def test_a_row_that_does_not_fit_its_headings_is_one_problem() -> None:
    body = csv_of([["来源记录号", "名称"], ["1", "膜"], ["2", "膜", "多出的一格"], ["3"]])
    report = checked(body, kind="achievement")
    assert [(row.row, row.outcome) for row in report.told] == [(2, "refused"), (3, "unreadable"), (4, "refused")]


def test_json_that_is_wrong_in_parts() -> None:
    good = json.dumps(example.handed_in(ACHIEVEMENT, "1.0.0", NS), ensure_ascii=False)
    lines = [good, "{", "5", '{"title": {"zh": 7}}', '{"title": {"zh": "x"}, "kind": "planet"}', '{"nothing": 1}']
    report = checked("\n".join(lines).encode(), name="a.jsonl")
    assert [row.outcome for row in report.told] == ["unreadable", "unreadable", "rejected", "unreadable", "refused"]
    assert report.publishable == 1
    assert [one.heading for one in report.unknown] == ["nothing"]


def test_a_member_of_the_wrong_type_is_named() -> None:
    handed = example.handed_in(ACHIEVEMENT, "1.0.0", NS)
    report = checked(json.dumps([{**handed, "ipr": [{"no": 5}], "inexistent": 1}]).encode())
    assert codes(report) == {("not-a-record", "ipr[0].no")}
    assert [one.heading for one in report.unknown] == ["inexistent"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "headings of the standard"),
        (b"%PDF-1.7", "PDF"),
        (b"a,b\n1,2\n", "headings of the standard"),
        (b'{"a": [', "no JSON"),
        (b"<html><body>x</body></html>", "HTML"),
        (b"<a><b/></a>", "form xml"),
        ('来源记录号,名称\n1,"没有关上的引号\n'.encode(), "never closed"),
        (b"\xff\xfe\xfd\xfc" * 20, "headings"),
        (b"PK\x03\x04" + b"\0" * 50, "ZIP"),
        (b"\x1f\x8b\x08" + b"\0" * 50, "form gzip"),
    ],
)
def test_what_is_not_read_is_refused_with_a_reason(body: bytes, said: str) -> None:
    with pytest.raises(UnreadableFile, match=said):
        checked(body)


def test_a_bomb_is_not_unpacked() -> None:
    body = BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * (64 << 20))
    assert len(body.getvalue()) < 100_000
    with pytest.raises(UnreadableFile, match="more than"):
        checked(body.getvalue(), max_bytes=32 << 20)


def test_a_cell_far_out_is_refused() -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet["A1"], sheet["XFD1048576"] = "名称", "x"
    body = BytesIO()
    book.save(body)
    with pytest.raises(UnreadableFile, match="cells"):
        checked(body.getvalue())


def test_rows_beyond_the_bound_are_not_looked_at() -> None:
    report = checked(rows(*({} for _ in range(30))), max_rows=10)
    assert (report.rows, report.cut, report.publishable) == (10, True, 10)
    assert not checked(rows(*({} for _ in range(10))), max_rows=10).cut


def test_the_summary_counts_what_is_not_told_row_by_row() -> None:
    report = checked(rows(*({"所处阶段": f"阶段{n}"} for n in range(ROWS + 20))))
    (line,) = [one for one in report.summary if one.field == "stage"]
    assert (line.rows, len(report.told), report.left_off) == (ROWS + 20, ROWS, 20)
    assert line.first == (2, 3, 4, 5, 6)
    assert line.values == ("阶段0", "阶段1", "阶段2")


CELLS = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12),
    st.sampled_from(["", "-", "无", "=1+1", "2025-02-30", "机密", "13800000000", "；；", "\x00", "1e999", "十万元"]),
)


@given(
    st.lists(
        st.dictionaries(st.sampled_from(list(example.row(ACHIEVEMENT))), CELLS, max_size=5), min_size=1, max_size=5
    )
)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_any_cells_are_told_of(changes: list[dict[str, str]]) -> None:
    body = json.dumps([{**example.row(ACHIEVEMENT), **change} for change in changes]).encode()
    report = checked(body)
    assert report.rows == len(changes)
    assert sum(report.outcomes.values()) == report.rows
    assert set(report.outcomes) <= set(OUTCOMES)


BEGINNINGS = st.sampled_from(
    [b"", b"[", b'{"title":', b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "名称,".encode()]
)


@given(BEGINNINGS, st.binary(max_size=300))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_any_bytes_are_refused_or_told_of(beginning: bytes, body: bytes) -> None:
    with suppress(UnreadableFile):
        report = checked(beginning + body)
        assert sum(report.outcomes.values()) == report.rows
