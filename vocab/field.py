"""One declaration per field of a record: labels, obligation, visibility, code list and RDF property stand beside the type.

Records declare `name: Annotated[type, Field(...)]`; validation, the public view, RDF, JSON Schema, the portal and
the documentation all read `fields(RecordType)` and nothing else.
"""

import types
from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import msgspec


class Obligation(StrEnum):
    MANDATORY = "M"
    RECOMMENDED = "R"
    OPTIONAL = "O"
    CONDITIONAL = "C"


class Visibility(StrEnum):
    """Who may see a field. Only PUBLIC ever leaves through an output."""

    PUBLIC = "P"
    LIMITED = "L"
    INTERNAL = "I"


class Field(msgspec.Struct, frozen=True):
    """Facts about one field. `number` is its row in the unified publication standard; `rdf` a prefixed property name."""

    number: int
    zh: str
    en: str
    obligation: Obligation = Obligation.OPTIONAL
    visibility: Visibility = Visibility.PUBLIC
    scheme: str | None = None
    rdf: str | None = None


class BoundField(msgspec.Struct, frozen=True):
    """A `Field` bound to its place in a record: attribute `name`, JSON `key`, Python type `annotation`, and the `default` it
    has when nothing filled it.
    """

    name: str
    key: str
    field: Field
    annotation: Any
    default: Any


@cache
def fields(record: type[msgspec.Struct]) -> tuple[BoundField, ...]:
    """The declared fields of a record type, in the order of the standard. Raises TypeError for an undeclared one."""
    hints = get_type_hints(record, include_extras=True)
    bound = (_bind(info, hints[info.name]) for info in msgspec.structs.fields(record))
    return tuple(sorted(bound, key=lambda b: b.field.number))


def _bind(info: msgspec.structs.FieldInfo, hint: Any) -> BoundField:
    if get_origin(hint) is Annotated:
        annotation, *extras = get_args(hint)
        for extra in extras:
            if isinstance(extra, Field):
                return BoundField(info.name, info.encode_name, extra, annotation, info.default)
    raise TypeError(f"field {info.name!r} has no Field(...) declaration beside its type")


def unwrap(annotation: Any) -> tuple[Any, bool]:
    """The type of one value and whether there may be several: (Agent, True) for `tuple[Agent, ...]`."""
    if get_origin(annotation) in (Union, types.UnionType):
        annotation = next(a for a in get_args(annotation) if a is not type(None))
    if get_origin(annotation) is tuple:
        return get_args(annotation)[0], True
    return annotation, False
