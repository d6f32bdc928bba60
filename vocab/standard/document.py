"""One version of the standard as a document: what its page shows, and `standard.json` gives to programs."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from vocab.field import BoundField, fields, unwrap
from vocab.kind import Kind
from vocab.kinds import KINDS
from vocab.mapping.target import OURS
from vocab.quality import RULES
from vocab.standard.choices import choices
from vocab.standard.columns import Column, Label, columns
from vocab.standard.example import shown
from vocab.standard.json_schema import REGISTERED, required
from vocab.standard.versions import Version


class ColumnOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """A column of the table form. `choices`: the words it takes, where there are few; `unit` of a bare number."""

    key: str
    zh: str
    en: str
    type: str
    example: str = ""
    scheme: str = ""
    several: bool = False
    unit: str = ""
    choices: tuple[str, ...] = ()


class FieldOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """A field: `obligation` M, R, O or C; `blocking`: without it a record is not published; `visibility` P, L or I.

    `given_by`: source; registration (the source's, unless the record says it); platform.
    """

    number: int
    key: str
    zh: str
    en: str
    type: str
    obligation: str
    visibility: str
    given_by: str
    several: bool = False
    blocking: bool = False
    scheme: str = ""
    rdf: str = ""
    note: Label | None = None
    columns: tuple[ColumnOf, ...] = ()


class KindOf(msgspec.Struct, frozen=True):
    name: str
    zh: str
    en: str
    rdf_class: str
    fields: tuple[FieldOf, ...]


class RuleOf(msgspec.Struct, frozen=True, omit_defaults=True):
    """A rule of validation. `json_schema`: "whole", "part", or empty where a schema cannot say it."""

    code: str
    zh: str
    en: str
    json_schema: str = ""


class DisclosureOf(msgspec.Struct, frozen=True):
    """A reason of the disclosure gate. `effect`: refused, held, embargoed or noted."""

    code: str
    effect: str
    zh: str
    en: str


class QualityOf(msgspec.Struct, frozen=True):
    """A rule of quality: what it asks for, and what helps."""

    id: str
    dimension: str
    weight: int
    name: Label
    fix: Label


class Standard(msgspec.Struct, frozen=True):
    """The unified publication standard in one version."""

    version: str
    date: str
    kinds: tuple[KindOf, ...]
    rules: tuple[RuleOf, ...]
    disclosure: tuple[DisclosureOf, ...]
    quality: tuple[QualityOf, ...]


class Rules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file `rules.toml`."""

    rule: tuple[RuleOf, ...]
    disclosure: tuple[DisclosureOf, ...]


def standard(version: Version) -> Standard:
    """What the code declares today, under the name of a version."""
    return Standard(
        version=version.number,
        date=version.date,
        kinds=tuple(_kind(kind) for kind in KINDS.values()),
        rules=rules().rule,
        disclosure=rules().disclosure,
        quality=tuple(
            QualityOf(r.id, r.dimension.value, r.weight, Label(r.name.zh, r.name.en), Label(r.fix.zh, r.fix.en))
            for r in RULES
        ),
    )


@cache
def rules() -> Rules:
    """What the rules are in words."""
    return msgspec.convert(_toml("rules"), Rules)


@cache
def _notes() -> Mapping[str, Label]:
    return msgspec.convert(_toml("notes"), dict[str, Label])


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((files("vocab") / "standard" / f"{name}.toml").read_text("utf-8"))


def _kind(kind: Kind) -> KindOf:
    made: dict[str, list[ColumnOf]] = {}
    examples = shown(kind)
    for column in columns(kind):
        made.setdefault(column.bound.key, []).append(_column(column, examples[column.key]))
    return KindOf(kind.name, kind.zh, kind.en, kind.rdf_class, tuple(_fields(kind, made)))


def _fields(kind: Kind, made: Mapping[str, list[ColumnOf]]) -> Iterator[FieldOf]:
    blocking = required(kind, published=True)
    for bound in fields(kind.record):
        leaf, many = unwrap(bound.annotation)
        yield FieldOf(
            number=bound.field.number,
            key=bound.key,
            zh=bound.field.zh,
            en=bound.field.en,
            type=leaf.__name__,
            obligation=bound.field.obligation.value,
            visibility=bound.field.visibility.value,
            given_by=_giver(bound),
            several=many,
            blocking=bound.key in blocking,
            scheme=bound.field.scheme or "",
            rdf=bound.field.rdf or "",
            note=_notes().get(bound.key),
            columns=tuple(made.get(bound.key, ())),
        )


def _giver(bound: BoundField) -> str:
    if bound.key in OURS:
        return "platform"
    return "registration" if bound.key in REGISTERED else "source"


def _column(column: Column, example: str) -> ColumnOf:
    return ColumnOf(
        key=column.key,
        zh=column.zh,
        en=column.en,
        type=column.slot.leaf.__name__,
        example=example,
        scheme=column.slot.scheme or "",
        several=column.several,
        unit=column.unit,
        choices=choices(column),
    )
