"""The table form and the examples: every field has its column, every word is understood, and the examples are good."""

import tomllib
from datetime import date
from io import BytesIO
from typing import Any

import jsonschema_rs
import msgspec
import pytest
from openpyxl import load_workbook

from vocab.field import fields, unwrap
from vocab.kind import Kind
from vocab.kinds import KINDS, encode_record
from vocab.mapping import Context, MappingError, load
from vocab.mapping.model import MappingFile
from vocab.mapping.target import OURS
from vocab.namespaces import Namespaces
from vocab.problem import Problem
from vocab.record import Record
from vocab.standard import example, table
from vocab.standard.choices import choices
from vocab.standard.columns import BY_PARTS, columns
from vocab.standard.document import standard
from vocab.standard.json_schema import json_schema
from vocab.standard.mapping import mapping_text, standard_mapping
from vocab.standard.versions import current
from vocab.validate import validate

NS = Namespaces("https://data.example.cn")
TODAY = date(2026, 11, 27)
EVERY = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


def read(kind: Kind, tree: Any) -> tuple[Record | None, tuple[Problem, ...]]:
    context = Context(
        source=example.SOURCE,
        local_id=example.cells(kind)["sourceRecordId"],
        base=NS.base,
        region="110000",
        publisher_zh="某平台",
        licence="https://example.cn/licence",
        fetched=example.AT,
        sha256="0" * 64,
    )
    mapped = standard_mapping(kind.name, "1.0.0").apply(tree, context)
    return mapped.record, mapped.problems


@EVERY
def test_every_field_a_source_gives_has_its_columns(kind: Kind) -> None:
    given = {b.key for b in fields(kind.record) if b.key not in OURS}
    assert {c.bound.key for c in columns(kind)} == given
    whole = {b.key for b in fields(kind.record) if b.key in given and unwrap(b.annotation)[0] not in BY_PARTS}
    assert whole <= {c.key for c in columns(kind)}
    headings = [name for c in columns(kind) for name in set(c.headings)]
    assert len(headings) == len(set(headings))


@EVERY
def test_every_word_to_choose_from_is_understood(kind: Kind) -> None:
    row = example.row(kind)
    for column in columns(kind):
        said = set()
        for word in choices(column):
            record, problems = read(kind, {**row, column.zh: word})
            assert not [p for p in problems if p.path == column.key], (column.key, word)
            said.add(msgspec.json.encode(getattr(record, column.bound.name)))
        assert len(said) == len(choices(column)), column.key


@EVERY
def test_the_example_is_good_in_all_its_forms(kind: Kind) -> None:
    record, problems = read(kind, dict(example.row(kind)))
    assert problems == ()
    assert record is not None
    assert validate(record, TODAY) == []
    handed = example.handed_in(kind, "1.0.0", NS)
    again, problems = read(kind, handed)
    assert problems == ()
    assert again is not None
    assert encode_record(again).replace(again.provenance.sha256.encode() if again.provenance else b"", b"") == (
        encode_record(record).replace(record.provenance.sha256.encode() if record.provenance else b"", b"")
    )
    by_key = {c.key: example.cells(kind).get(c.key, "") for c in columns(kind)}
    assert read(kind, by_key)[0] == record  # the fields' names do as headings too
    schema = json_schema(kind, "https://data.example.cn/s", published=False)
    jsonschema_rs.validator_for(schema).validate(handed)
    public = msgspec.json.decode(encode_record(example.public(kind, "1.0.0", NS).record))
    jsonschema_rs.validator_for(json_schema(kind, "https://data.example.cn/p", published=True)).validate(public)


@EVERY
def test_every_column_has_an_example(kind: Kind) -> None:
    told = next(k for k in standard(current()).kinds if k.name == kind.name)
    assert [c.key for f in told.fields for c in f.columns if not c.example] == []
    assert {c.key for f in told.fields for c in f.columns} == {c.key for c in columns(kind)}


@EVERY
def test_the_mapping_file_reads_the_form_by_itself(kind: Kind) -> None:
    text = mapping_text(kind, "1.0.0")
    assert msgspec.convert(tomllib.loads(text), MappingFile).id == f"standard-{kind.name}"
    assert load(text).kind == kind.name


@EVERY
def test_the_workbook_offers_the_words_and_explains_itself(kind: Kind) -> None:
    told = next(k for k in standard(current()).kinds if k.name == kind.name)
    book = load_workbook(BytesIO(table.workbook(kind, told)))
    sheet, explained, lists = book.worksheets
    assert [cell.value for cell in sheet[1]] == [c.zh for c in columns(kind)]
    assert [row[0].value for row in explained.iter_rows(min_row=2)] == [c.zh for c in columns(kind)]
    offers = sheet.data_validations.dataValidation
    assert len(offers) == sum(bool(choices(c)) for c in columns(kind)) > 3
    for offer in offers:
        column = sheet[str(offer.sqref).partition(":")[0].rstrip("0123456789") + "1"].value
        area = lists[str(offer.formula1).rpartition("!")[2].replace("$", "")]
        words = tuple(cell[0].value for cell in area)
        assert words == choices(next(c for c in columns(kind) if c.zh == column))


def test_parts_of_several_values_belong_together_by_position() -> None:
    kind = KINDS["achievement"]
    row = {**example.row(kind), "项目·名称": "甲；乙", "项目·编号": "-；2021YFA0000000", "项目·计划": "自选；-"}
    record, problems = read(kind, row)
    assert problems == ()
    assert [(p.name, p.no, p.programme) for p in record.project] == [  # type: ignore[union-attr]
        ("甲", None, "cl12/12"),
        ("乙", "2021YFA0000000", None),
    ]


def test_a_record_of_the_wrong_shape_is_a_problem_with_its_place() -> None:
    kind = KINDS["achievement"]
    handed = example.handed_in(kind, "1.0.0", NS)
    record, (problem,) = read(kind, {**handed, "ipr": [{"no": 5}]})
    assert (record, problem.code, problem.path) == (None, "not-a-record", "ipr[0].no")
    assert read(kind, {**handed, "kind": "demand"}) == (None, ())
    deferred = {"value": "二〇三〇", "precision": "year"}
    assert [p.code for p in read(kind, {**handed, "embargoUntil": deferred})[1]] == ["date-invalid"]


def test_what_the_platform_fills_in_cannot_be_sent() -> None:
    kind = KINDS["achievement"]
    handed = example.handed_in(kind, "1.0.0", NS)
    record, problems = read(kind, {**handed, "identifier": 5, "quality": "best", "provenance": [], "status": "x"})
    assert problems == ()
    assert record is not None
    assert record.status is None
    assert record.identifier.startswith(NS.base)


def test_the_source_is_asked_where_a_record_says_nothing() -> None:
    kind = KINDS["achievement"]
    handed = example.handed_in(kind, "1.0.0", NS)
    for key in ("region", "publisher", "licence"):
        del handed[key]
    record, _ = read(kind, handed)
    assert record is not None
    assert (record.region, record.licence) == ("110000", "https://example.cn/licence")
    assert record.publisher is not None
    assert record.publisher.name == "某平台"


def test_whether_a_patents_check_digit_is_right_is_not_the_senders_to_say() -> None:
    kind = KINDS["achievement"]
    handed = example.handed_in(kind, "1.0.0", NS)
    rights = [{"no": "202110000001.6", "valid": False}, {"no": "202110000001.7", "valid": True}, {"no": "2024SR000001"}]
    record, _ = read(kind, {**handed, "ipr": rights})
    assert [right.valid for right in record.ipr] == [True, False, None]  # type: ignore[union-attr]


def test_a_copy_is_no_standard_form() -> None:
    with pytest.raises(MappingError, match="standard: stands beside copy"):
        load('id = "x"\nversion = "1"\nkind = "achievement"\ncopy = true\nstandard = true')
