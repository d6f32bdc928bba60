"""The page of kinds: every field of every record, and the values that fields are made of."""

import inspect
import types
import typing
from collections.abc import Iterable
from enum import Enum
from typing import Any, Union

import msgspec

from chengguo.reference import markdown
from chengguo.reference.declarations import type_name
from vocab import values
from vocab.field import BoundField, Obligation, Visibility, fields
from vocab.kind import Kind
from vocab.kinds import KINDS
from vocab.record import Record
from vocab.values import CODED_PARTS, Value

COLUMNS = ("no.", "zh", "en", "key", "type", "obligation", "visible", "codes", "RDF")
OBLIGATIONS = {
    Obligation.MANDATORY: "mandatory",
    Obligation.RECOMMENDED: "recommended",
    Obligation.OPTIONAL: "optional",
    Obligation.CONDITIONAL: "conditional",
}
VISIBILITIES = {
    Visibility.PUBLIC: "public",
    Visibility.LIMITED: "limited",
    Visibility.INTERNAL: "internal",
}


def page() -> str:
    lines = markdown.heading("Kinds of record", "`vocab/record.py`, `vocab/kinds/` and `vocab/values.py`")
    lines += [
        "`key` is the field's name in JSON and in mapping files; `no.` its row in the publication standard (from 101 on, the",
        "kind's own rows). `visible`: only public fields ever leave the node, and of a review its decision, organisation and",
        "date. A coded value is written `scheme/notation`",
        "(`cl04/2`); `region` alone is the bare six digits. What blocks publication when it is missing stands in",
        "[problems](problems.md).",
        "",
        "## Every kind",
        "",
        *markdown.table(COLUMNS, map(_row, fields(Record))),
    ]
    for kind in KINDS.values():
        lines += _described(kind)
    lines += ["## Values", "", "A part is mapped as `field.part`: `title.en`, `firstOrg.uscc`.", ""]
    for value in _values():
        lines += _parts(value)
    return markdown.finished(lines)


def _described(kind: Kind) -> list[str]:
    shared = {bound.name for bound in fields(Record)}
    own = [bound for bound in fields(kind.record) if bound.name not in shared]
    return [
        f"## {kind.name}",
        "",
        f"{kind.zh}, {kind.en}: `{kind.rdf_class}`. {markdown.documentation(kind.record)}",
        "Facets: " + ", ".join(kind.facets) + ". Besides the fields of every kind:",
        "",
        *markdown.table(COLUMNS, map(_row, own)),
    ]


def _row(bound: BoundField) -> tuple[object, ...]:
    field = bound.field
    return (
        field.number,
        field.zh,
        field.en,
        markdown.code(bound.key),
        _type(bound.annotation),
        OBLIGATIONS[field.obligation],
        VISIBILITIES[field.visibility],
        scheme_link(field.scheme),
        markdown.code(field.rdf),
    )


def scheme_link(scheme: str | None) -> str:
    return f"[{scheme}](codes.md#{scheme})" if scheme else ""


def _type(annotation: Any) -> str:
    """The type of a field; a composite value leads to its parts."""
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin in (Union, types.UnionType):
        return " or ".join(_type(a) for a in arguments if a is not type(None))
    if origin is tuple:
        return f"list of {_type(arguments[0])}"
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return f"[{annotation.__name__}](#{annotation.__name__.lower()})"
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return type_name(annotation)
    return "number" if annotation.__name__ == "Decimal" else type_name(annotation)


def _values() -> Iterable[type[Value]]:
    found = [v for _, v in inspect.getmembers(values, inspect.isclass) if issubclass(v, Value) and v is not Value]
    return sorted(found, key=lambda v: v.__name__)


def _parts(value: type[Value]) -> list[str]:
    hints, coded = typing.get_type_hints(value), CODED_PARTS.get(value, {})
    said = markdown.documentation(value) if "docs.python" not in (value.__doc__ or "") else ""
    rows = [
        (
            markdown.code(f.encode_name),
            _type(hints[f.name]),
            "yes" if f.required else "",
            scheme_link(coded.get(f.name)),
        )
        for f in msgspec.structs.fields(value)
    ]
    return [f"### {value.__name__}", "", *([said, ""] if said else []), *markdown.table(PART_COLUMNS, rows)]


PART_COLUMNS = ("part", "type", "needed", "codes")
