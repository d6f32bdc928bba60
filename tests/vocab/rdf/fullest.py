"""A record of any type with every field and every part of every value filled, for tests of what can be written at all."""

from decimal import Decimal
from enum import Enum
from typing import Any, get_type_hints

import msgspec

from tests.vocab.rdf.records import NS
from vocab.codes import scheme
from vocab.field import fields, unwrap
from vocab.record import Record
from vocab.values import CODED_PARTS, PartialDate, Precision

SIMPLE: dict[type, Any] = {
    str: "示例",
    int: 3,
    float: 0.5,
    Decimal: Decimal(1000),
    PartialDate: PartialDate("2020", Precision.YEAR),
}


def fullest(record: type[Record], last: bool) -> Record:
    """`last`: of the values of an enumeration or a truth value the last is taken, else the first."""
    values = {bound.name: _value(bound.annotation, bound.field.scheme, last) for bound in fields(record)}
    return record(**{**values, "identifier": NS.record("achievement", "cn-33", "1")})


def _value(annotation: Any, scheme_id: str | None, last: bool) -> Any:
    kind, many = unwrap(annotation)
    one = _coded(scheme_id) if scheme_id and kind is str else _one(kind, last)
    return (one,) if many else one


def _coded(scheme_id: str) -> str:
    top = scheme(scheme_id).top[0]
    return top.notation if scheme_id == "gbt2260" else top.code


def _one(kind: Any, last: bool) -> Any:
    if kind in SIMPLE:
        return SIMPLE[kind]
    if kind is bool:
        return last
    if issubclass(kind, Enum):
        return list(kind)[-1 if last else 0]
    hints, coded = get_type_hints(kind), CODED_PARTS.get(kind, {})
    parts = {f.name: _value(hints[f.name], coded.get(f.name), last) for f in msgspec.structs.fields(kind)}
    return kind(**parts)
