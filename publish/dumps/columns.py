"""The flat columns of a kind of record, from the declarations of its fields: one record is one row.

A composite value has a column for each of its parts, named after both (`price_min`). What a record has several of is one cell
with a list; lists of the parts of one field have their members in the same places (`ipr_no`, `ipr_type`).
"""

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from enum import Enum
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec

from vocab.field import BoundField, Visibility, fields, unwrap
from vocab.kinds import KINDS
from vocab.public import PublicRecord
from vocab.record import Record
from vocab.values import Review

Scalar = str | int | float | Decimal | None
Cell = Scalar | bool | tuple[Scalar, ...]

PUBLIC_REVIEW = ("decision", "org", "date")  # field 52: these three of an internal field are public
EMPTY: tuple[object, ...] = (None, "", ())


class Column(msgspec.Struct, frozen=True):
    """`type` is a datatype of XML Schema, `many` says that a cell is a list; `zh` and `en` are what the field is called."""

    name: str
    zh: str
    en: str
    type: str = "string"
    many: bool = False
    lang: str = ""


class Part(msgspec.Struct, frozen=True):
    """The columns of one field, and how they are read from its value."""

    name: str
    columns: tuple[Column, ...]
    cells: Callable[[Any], tuple[Cell, ...]]


LEDGER = (  # what the ledger says of a record, as attributes of `PublicRecord`
    Column("iri", "永久标识", "Permanent identifier", "anyURI"),
    Column("source_id", "数据来源", "Source"),
    Column("version", "版本", "Version", "integer"),
    Column("seq", "变更序号", "Number of the last change", "integer"),
    Column("at", "最近变更时间", "Time of the last change", "dateTime"),
    Column("first", "首次公开时间", "First published", "dateTime"),
    Column("digest", "公开视图的 SHA-256", "SHA-256 of the public view"),
    Column("same_achievement", "同一成果的其他记录", "The other records of its achievement", "anyURI", many=True),
)
_LEDGER = attrgetter("iri", "source", "version", "seq", "at", "first", "digest", "same_as")


@cache
def columns(kind: str) -> tuple[Column, ...]:
    return (*LEDGER, *(column for part in _parts(kind) for column in part.columns))


def row(public: PublicRecord) -> list[Cell]:
    """The cells of a record, in the order of `columns` of its kind."""
    parts, values = _parts(public.kind), _reader(public.kind)(public.record)
    cells: list[Cell] = [*_LEDGER(public)]
    for part, value in zip(parts, values, strict=True):
        if not value and (value is None or value in EMPTY):
            cells.extend((None,) * len(part.columns))
        else:
            cells.extend(part.cells(value))
    return cells


@cache
def _parts(kind: str) -> tuple[Part, ...]:
    return tuple(_part(bound) for bound in fields(KINDS[kind].record) if _shown(bound))


@cache
def _reader(kind: str) -> Callable[[Record], tuple[Any, ...]]:
    return attrgetter(*(part.name for part in _parts(kind)))


def _shown(bound: BoundField) -> bool:
    return bound.field.visibility is Visibility.PUBLIC or unwrap(bound.annotation)[0] is Review


def _part(bound: BoundField) -> Part:
    leaves = list(_leaves(bound.annotation, bound.name, (), False))
    named = [_column(bound, name, kind, many) for name, _, kind, many in leaves]
    return Part(bound.name, tuple(named), _cells([_getter(path, kind, many) for _, path, kind, many in leaves]))


Leaf = tuple[str, tuple[str, ...], type, bool]  # name of the column, steps to the value ("*": each), its type, a list


def _leaves(annotation: Any, name: str, path: tuple[str, ...], many: bool) -> Iterator[Leaf]:
    """Raises TypeError for a list within a list, which no cell could hold."""
    item, several = unwrap(annotation)
    if several and many:
        raise TypeError(f"{name} is a list within a list: a flat table cannot show it")
    here = (*path, "*") if several else path
    inner = isinstance(item, type) and issubclass(item, msgspec.Struct)
    if not inner:
        yield name, here, item, many or several
        return
    if {field.name for field in msgspec.structs.fields(item)} == {
        "value",
        "precision",
    }:  # a date says how precise it is
        yield name, (*here, "value"), str, many or several
        return
    for field in msgspec.structs.fields(item):
        if item is not Review or field.name in PUBLIC_REVIEW:
            yield from _leaves(field.type, f"{name}_{field.name}", (*here, field.name), many or several)


def _column(bound: BoundField, name: str, kind: type, many: bool) -> Column:
    part = name.removeprefix(bound.name).removeprefix("_")
    said = f" ({part.replace('_', ' ')})" if part else ""
    lang = part if part in ("zh", "en") else ""
    types: dict[type, str] = {bool: "boolean", int: "integer", float: "double", Decimal: "decimal"}
    return Column(name, bound.field.zh + said, bound.field.en + said, types.get(kind, "string"), many, lang)


def _cells(getters: Sequence[Callable[[Any], Cell]]) -> Callable[[Any], tuple[Cell, ...]]:
    return lambda value: tuple([get(value) for get in getters])


def _getter(path: tuple[str, ...], kind: type, many: bool) -> Callable[[Any], Cell]:
    plain = _text if isinstance(kind, type) and issubclass(kind, Enum) else _same
    if not many:
        return _walk(path, plain)
    at = path.index("*")
    outer, each = _walk(path[:at], _same), _walk(path[at + 1 :], plain)

    def listed(value: Any) -> Cell:
        found = tuple([each(member) for member in outer(value) or ()])
        return found if any(member not in EMPTY for member in found) else None

    return listed


def _walk(path: tuple[str, ...], last: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def walked(value: Any) -> Any:
        for name in path:
            if value is None:
                return None
            value = getattr(value, name)
        return None if value is None else last(value)

    return walked


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> Scalar:
    return str(value.value)
