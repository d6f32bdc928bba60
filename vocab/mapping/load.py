"""Loading a mapping file: TOML in, a compiled FieldMapping out, or a MappingError that a province's staff can act on."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from vocab.kinds import KINDS
from vocab.mapping.apply import FieldMapping
from vocab.mapping.compile import rule, test
from vocab.mapping.copy import CopyMapping
from vocab.mapping.errors import MappingError, allowed
from vocab.mapping.model import FieldRule, MappingFile
from vocab.mapping.rule import Rule
from vocab.mapping.standard import StandardMapping
from vocab.mapping.target import find
from vocab.record import Record

StrPath = str | Path


def load(source: StrPath, file: str = "") -> FieldMapping:
    """The mapping in a file (a Path) or in a text (a str; `file` is then its name for messages). Raises MappingError."""
    name = str(source) if isinstance(source, Path) else file
    try:
        return _load(source.read_text("utf-8") if isinstance(source, Path) else source)
    except MappingError as error:
        raise error.inside(name) from None
    except (OSError, UnicodeDecodeError) as error:
        raise MappingError("", f"the file cannot be read: {error}", name) from None


def _load(text: str) -> FieldMapping:
    declared = _declared(_toml(text))
    if declared.kind not in KINDS:
        raise MappingError("kind", f"unknown kind {declared.kind!r}; allowed are {allowed(KINDS)}")
    record = KINDS[declared.kind].record
    when = test(declared.when) if declared.when else None
    if declared.copy:
        if declared.fields or declared.standard:
            beside = "fields" if declared.fields else "standard"
            raise MappingError(beside, "stands beside copy = true, which takes over every field: leave one of them out")
        return CopyMapping(declared.id, declared.version, declared.kind, record, (), when, text)
    made = StandardMapping if declared.standard else FieldMapping
    return made(declared.id, declared.version, declared.kind, record, _rules(declared, record), when, text)


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise MappingError("", f"not valid TOML: {error}") from None


def _declared(tree: dict[str, Any]) -> MappingFile:
    """The file's own keys. What stands under [fields] is looked at one by one, so that messages can name the field."""
    _known_keys(tree, MappingFile, "")
    try:
        return msgspec.convert(tree, MappingFile)
    except msgspec.ValidationError as error:
        raise MappingError("", _plain(error)) from None


def _rules(declared: MappingFile, record: type[Record]) -> list[Rule]:
    seen: dict[str, str] = {}
    rules = []
    for name, table in declared.fields.items():
        try:
            slot = find(record, name)
            if slot.key in seen:
                raise MappingError("", f"fills {slot.key}, which fields.{seen[slot.key]} fills already")
            seen[slot.key] = name
            rules.append(rule(slot, _field(table), declared.tables))
        except MappingError as error:
            place = "" if error.place.startswith("tables.") else f"fields.{name}"
            raise error.inside("", place) from None
    if not rules:
        raise MappingError("fields", "is empty: the mapping fills nothing")
    return rules


def _field(table: Mapping[str, Any]) -> FieldRule:
    if any(isinstance(value, dict) and key not in ("when", "options") for key, value in table.items()):
        key = next(k for k, v in table.items() if isinstance(v, dict))
        raise MappingError(key, f'is a table; a part of a field is written with quotes: [fields."field.{key}"]')
    _known_keys(table, FieldRule, "")
    try:
        return msgspec.convert(table, FieldRule)
    except msgspec.ValidationError as error:
        raise MappingError("", _plain(error)) from None


def _known_keys(table: Mapping[str, Any], struct: type[msgspec.Struct], place: str) -> None:
    known = [f.encode_name for f in msgspec.structs.fields(struct)]
    for key in table:
        if key not in known:
            raise MappingError(place, f"unknown key {key!r}; allowed are {allowed(known)}")


def _plain(error: msgspec.ValidationError) -> str:
    """msgspec's message with its `$.key` put as a key of the file."""
    return str(error).replace("at `$.", "at `")
