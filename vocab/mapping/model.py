"""What a mapping file says, as declared in TOML: checked for shape here, for sense in `load`."""

from typing import Any, Literal

import msgspec

OneOrMore = str | tuple[str, ...]


class Declared(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Base of everything declared in a mapping file: an unknown key is an error, never ignored."""


class Condition(Declared, frozen=True, rename={"in_": "in"}):
    """A test on the raw record. Every part given must hold; `equals`, `in` and `matches` hold when any value found does."""

    path: OneOrMore  # where to look; of several paths any counts
    equals: str | int | float | bool | None = None  # the value found
    in_: tuple[str | int | float | bool, ...] | None = None  # one of these values
    matches: str | None = None  # a regular expression found in the value
    present: bool | None = None  # true: something is said there; false: nothing is


OnMiss = Literal["report", "reject", "ignore"]


class FieldRule(Declared, frozen=True, rename={"from_": "from"}):
    """How one field is made: from (or template) -> extract -> clean -> split -> lookup -> parser; else `default`.

    `extract` is a regular expression: only values it is found in count, as its first group ("^专利号[:：](.*)$").
    `unit` is the unit a number without one is in ("万元"). `options` are further hints for the parser.
    """

    from_: OneOrMore = ()  # path, or several: the first that says something counts
    template: OneOrMore = ()  # text with paths in braces: "{dept}/{no}"; nothing unless each gives something
    extract: str | None = None  # regular expression: only what it finds, its first group if it has one
    clean: tuple[str, ...] = ()  # cleaners, in order
    split: str | None = None  # regular expression that separates several values
    lookup: OneOrMore = ()  # code lists and tables of this file
    parser: str | None = None  # how the text is read; not beside lookup
    unit: str | None = None  # of a number without one
    options: dict[str, Any] = {}  # of the parser
    default: str | int | float | bool | tuple[str, ...] | None = None  # when the source says nothing
    on_miss: OnMiss = "report"  # an unknown word: left out with a warning, the record rejected, or left out in silence
    when: Condition | None = None  # only for records for which this holds


class MappingFile(Declared, frozen=True):
    """One mapping: from the raw records of a source to one kind of record."""

    id: str  # the file's name without .toml
    version: str  # stands in the provenance of every record; a change of the file is enough to judge records again
    kind: str  # the kind of record it makes
    fields: dict[str, dict[str, Any]] = {}  # [fields.<key>]: one rule for each field
    copy: bool = False  # true: raw records are another node's public ones, taken over whole; then without fields
    standard: bool = False  # true: records in the standard's JSON form are taken as they are; [fields] is for others
    tables: dict[str, dict[str, str | tuple[str, ...]]] = {}  # [tables.<name>]: the source's words and their codes
    when: Condition | None = None  # only records for which this holds
    description: str = ""  # for people


def several(value: OneOrMore) -> tuple[str, ...]:
    """One or more, as more."""
    return (value,) if isinstance(value, str) else value
