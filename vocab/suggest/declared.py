"""What a mapping file asks for: the paths it reads, by the fields it fills."""

import re
import tomllib
from collections.abc import Iterator

import msgspec

from vocab.mapping import FieldMapping
from vocab.mapping.model import Condition, FieldRule, MappingFile, several
from vocab.mapping.path import Path, parse

_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")  # as a template writes a path


def reads(mapping: FieldMapping) -> Iterator[tuple[str, Path]]:
    """Every (field key as declared, path); the key is empty for the condition of the whole mapping."""
    declared = msgspec.convert(tomllib.loads(mapping.text), MappingFile)
    yield from _tested("", declared.when)
    for name, table in declared.fields.items():
        rule = msgspec.convert(table, FieldRule)
        for text in several(rule.from_):
            yield name, parse(text)
        for text in several(rule.template):
            yield from ((name, parse(hole)) for hole in _HOLE.findall(text) if hole)
        yield from _tested(name, rule.when)


def _tested(name: str, condition: Condition | None) -> Iterator[tuple[str, Path]]:
    for text in several(condition.path) if condition is not None else ():
        yield name, parse(text)
