"""JSON Schema against validation: what the schema refuses blocks publication, and what it cannot say is known by name."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

import jsonschema_rs
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocab.codes import concept, scheme
from vocab.field import fields, unwrap
from vocab.kind import Kind
from vocab.kinds import KINDS, decode_record, encode_record
from vocab.namespaces import REGION_SCHEME, Namespaces
from vocab.problem import Severity
from vocab.standard import example
from vocab.standard.document import rules
from vocab.standard.json_schema import DATES, SHORT, json_schema
from vocab.validate import validate
from vocab.values import CODED_PARTS, PartialDate

NS = Namespaces("https://data.example.cn")
TODAY = date(2026, 11, 27)
COVERED = {rule.code: rule.json_schema for rule in rules().rule}

TEXTS = st.sampled_from(["", " ", "\u3000", "示例", "x", "<b>重</b>", "a\x0bb"])
WRONG = st.sampled_from([None, 5, 1.5, True, [], {}, "示例", ["x"], {"zh": 3}])
DAYS = st.sampled_from(
    [
        "2020",
        "2020-06",
        "2020-06-15",
        "2023-02-30",
        "2020-13",
        "0000",
        "2020-6",
        "2999-01-01",
        "二〇二〇",
        "2020-06-15T00",
    ]
)


def validators(kind: Kind) -> Any:
    return jsonschema_rs.validator_for(_schema(kind))


@cache
def _schema(kind: Kind) -> Any:
    return json_schema(kind, f"{NS.base}/schema", published=True)


def codes(scheme_id: str) -> st.SearchStrategy[str]:
    known = list(scheme(scheme_id).concepts.values())[:20]
    good = [c.notation if scheme_id == REGION_SCHEME else c.code for c in known]
    return st.sampled_from([*good, "cl99/1", f"{scheme_id}/9999", "999999", scheme_id])


def values(annotation: Any, scheme_id: str | None, depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly what the type says, now and then something else."""
    kind, many = unwrap(annotation)
    one = codes(scheme_id) if scheme_id and kind is str else _one(kind, depth)
    right = st.lists(one, max_size=2) if many else one
    return st.one_of(right, right, right, WRONG)


def _one(kind: Any, depth: int) -> st.SearchStrategy[Any]:
    if kind is PartialDate:
        return st.fixed_dictionaries({"value": DAYS, "precision": st.sampled_from(["year", "month", "day"])})
    simple: dict[Any, st.SearchStrategy[Any]] = {
        str: TEXTS,
        bool: st.booleans(),
        int: st.integers(0, 20),
        float: st.sampled_from([0.0, 0.5, 1.0]),
        Decimal: st.sampled_from(["0", "5", "-3", "12.50", 7]),
    }
    if kind in simple:
        return simple[kind]
    if issubclass(kind, Enum):
        return st.sampled_from([*(member.value for member in kind), "nothing"])
    if depth > 2:
        return st.just({})
    hints, coded = get_type_hints(kind), CODED_PARTS.get(kind, {})
    parts = {f.encode_name: values(hints[f.name], coded.get(f.name), depth + 1) for f in msgspec.structs.fields(kind)}
    needed = {f.encode_name for f in msgspec.structs.fields(kind) if f.required}
    return st.fixed_dictionaries(
        {name: part for name, part in parts.items() if name in needed},
        optional={name: part for name, part in parts.items() if name not in needed},
    )


@st.composite
def records(draw: st.DrawFn, kind: Kind) -> dict[str, Any]:
    """The example with a few of its fields left out or put otherwise."""
    whole: dict[str, Any] = json.loads(encode_record(example.public(kind, "1.0.0", NS).record))
    declared = fields(kind.record)
    for bound in draw(st.lists(st.sampled_from(declared), max_size=3, unique_by=lambda b: b.name)):
        if draw(st.booleans()):
            whole[bound.key] = draw(values(bound.annotation, bound.field.scheme))
        else:
            whole.pop(bound.key, None)
    return whole


def errors(document: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(code, path, value) of what blocks publication."""
    try:
        record = decode_record(json.dumps(document).encode())
    except msgspec.ValidationError as error:
        yield "not-a-record", "$", str(error)
        return
    yield from ((p.code, p.path, p.value or "") for p in validate(record, TODAY) if p.severity is Severity.ERROR)


def beyond_a_schema(kind: Kind, code: str, value: str) -> bool:
    """Whether a problem is one that the schema cannot see."""
    if not COVERED[code]:
        return True
    if code == "unknown-code":  # right in its form, but not in one of the long lists
        long = [
            b.field.scheme
            for b in fields(kind.record)
            if b.field.scheme and len(scheme(b.field.scheme).concepts) > SHORT
        ]
        return any(re.fullmatch(form(one), value) and concept(whole(one, value)) is None for one in long)
    return code == "date-invalid" and any(re.fullmatch(pattern, value) for pattern in DATES.values())


def form(scheme_id: str) -> str:
    return "[0-9]{6}" if scheme_id == REGION_SCHEME else f"{re.escape(scheme_id)}/[0-9A-Z]+"


def whole(scheme_id: str, value: str) -> str:
    return f"{scheme_id}/{value}" if scheme_id == REGION_SCHEME else value


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_schema_and_validation_agree(kind: Kind) -> None:
    validator = validators(kind)

    @given(records(kind))
    @settings(max_examples=250, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def agree(document: dict[str, Any]) -> None:
        found = list(errors(document))
        if validator.is_valid(document):
            assert [one for one in found if not beyond_a_schema(kind, one[0], one[2])] == []
        else:
            told = [error.message for error in validator.iter_errors(document)]
            assert any(COVERED[code] for code, _, _ in found), told

    agree()


@pytest.mark.parametrize("published", [False, True])
@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_the_schemas_are_schemas(kind: Kind, published: bool) -> None:
    schema = json_schema(kind, f"{NS.base}/schema", published=published)
    jsonschema_rs.meta.validate(schema)
    assert schema["$schema"].endswith("2020-12/schema")
    assert all(schema["properties"][b.key]["title"] == f"{b.field.zh} {b.field.en}" for b in fields(kind.record))


def test_each_code_list_says_its_words() -> None:
    stage = json_schema(KINDS["achievement"], "x:y", published=False)["$defs"]["cl04"]
    assert {one["const"]: one["title"] for one in stage["oneOf"]}["cl04/2"] == "中期阶段"
