"""The shape of records as elements, read from their declarations: what the writer and the schema of our own format share."""

from collections.abc import Mapping
from enum import Enum
from functools import cache
from typing import Any, get_type_hints

import msgspec

from vocab.field import Visibility, fields, unwrap
from vocab.record import Record
from vocab.values import CODED_PARTS, Review, Value

# Values of which only some parts are public (see `vocab.public.public_view`).
PUBLIC_PARTS: dict[type[Any], frozenset[str]] = {Review: frozenset({"decision", "org", "date"})}


class Part(msgspec.Struct, frozen=True):
    """One element: the `attribute` it is written from, its `tag`, the `type` of one value, whether there may be `many`.

    `scheme` is the code list of a coded value. Labels are there for fields of records, for the schema's documentation.
    """

    attribute: str
    tag: str
    type: Any
    many: bool
    scheme: str | None = None
    zh: str = ""
    en: str = ""


@cache
def parts(struct: type[msgspec.Struct]) -> tuple[Part, ...]:
    """The elements of a record or of a composite value, in the order in which they are written."""
    return _fields(struct) if issubclass(struct, Record) else _members(struct)


def _fields(record: type[Record]) -> tuple[Part, ...]:
    found = []
    for bound in fields(record):
        item, many = unwrap(bound.annotation)
        if bound.field.visibility is Visibility.PUBLIC or item in PUBLIC_PARTS:
            field = bound.field
            found.append(Part(bound.name, bound.key, item, many, field.scheme, field.zh, field.en))
    return tuple(found)


def _members(value: type[msgspec.Struct]) -> tuple[Part, ...]:
    hints = get_type_hints(value)
    public, coded = PUBLIC_PARTS.get(value), _codes(value)
    found = []
    for info in msgspec.structs.fields(value):
        if public is None or info.name in public:
            item, many = unwrap(hints[info.name])
            found.append(Part(info.name, info.encode_name, item, many, coded.get(info.name)))
    return tuple(found)


def is_composite(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def is_enumeration(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Enum)


def _codes(struct: type[msgspec.Struct]) -> Mapping[str, str]:
    """Attributes that hold codes, and the list of each."""
    return CODED_PARTS.get(struct, {}) if issubclass(struct, Value) else {}
