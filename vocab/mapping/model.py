"""What a mapping file says, as declared in TOML: checked for shape here, for sense in `load`."""

from typing import Any, Literal

import msgspec

OneOrMore = str | tuple[str, ...]


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything declared in a mapping file: an unknown key is an error, never ignored."""


class Condition(Declared, frozen=True, rename={"in_": "in"}):
    """A test on the raw record. Every part given must hold; `equals`, `in` and `matches` hold when any value found does."""

    path: OneOrMore
    equals: str | int | float | bool | None = None
    in_: tuple[str | int | float | bool, ...] | None = None
    matches: str | None = None
    present: bool | None = None


OnMiss = Literal["report", "reject", "ignore"]


class FieldRule(Declared, frozen=True, rename={"from_": "from"}):
    """How one field is made: from (or template) -> extract -> clean -> split -> lookup -> parser; else `default`.

    `extract` is a regular expression: only values it is found in count, as its first group ("^专利号[:：](.*)$").
    `unit` is the unit a number without one is in ("万元"). `options` are further hints for the parser.
    """

    from_: OneOrMore = ()
    template: OneOrMore = ()
    extract: str | None = None
    clean: tuple[str, ...] = ()
    split: str | None = None
    lookup: OneOrMore = ()
    parser: str | None = None
    unit: str | None = None
    options: dict[str, Any] = {}
    default: str | int | float | bool | tuple[str, ...] | None = None
    on_miss: OnMiss = "report"
    when: Condition | None = None


class MappingFile(Declared, frozen=True):
    """One mapping: from the raw records of a source to one kind of record."""

    id: str
    version: str
    kind: str
    fields: dict[str, dict[str, Any]]
    tables: dict[str, dict[str, str | tuple[str, ...]]] = {}
    when: Condition | None = None
    description: str = ""


def several(value: OneOrMore) -> tuple[str, ...]:
    """One or more, as more."""
    return (value,) if isinstance(value, str) else value
