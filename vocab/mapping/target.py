"""Targets: the fields of a record that a mapping can fill, whole (`title`) or by a part (`title.en`, `project.no`)."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, get_type_hints

import msgspec

from vocab.field import BoundField, Visibility, fields, unwrap
from vocab.mapping.errors import MappingError, allowed
from vocab.record import Record
from vocab.values import (
    CODED_PARTS,
    Agent,
    Contributor,
    Designation,
    Ipr,
    Membership,
    PartialDate,
    Period,
    Price,
    Standard,
    Text,
    Trl,
    Value,
    Words,
)

# Filled in by the platform: from the harvester's key, the run and the validator. A mapping that could set them could lie.
OURS = frozenset({"identifier", "provenance", "quality", "status"})

# What a parser gives (per item, when it gives several).
RESULTS: dict[str, type] = {
    "agent": Agent,
    "agents": Agent,
    "amount": Decimal,
    "boolean": bool,
    "contributors": Contributor,
    "date": PartialDate,
    "html": str,
    "integer": int,
    "ipr": Ipr,
    "period": Period,
    "price": Price,
    "region": str,
    "registration_no": str,
    "secret_level": str,
    "text": str,
    "trl": Trl,
    "words": str,
}
WHOLE = frozenset({"agents", "contributors", "ipr", "words"})  # parsers that want all items at once
CODING = frozenset({"region", "secret_level"})  # parsers that give codes
NAMED = (Agent, Standard, Membership, Designation)  # values that a bare name is enough for


class Slot(msgspec.Struct, frozen=True):
    """A place in a record: attribute, part of it if any, `key` as JSON spells both; `leaf` is the type of one value."""

    attribute: str
    part: str | None
    key: str
    leaf: Any
    many: bool
    scheme: str | None
    public: bool
    spread: bool = False  # a part of a field that takes several values: one part each, joined by position

    @property
    def collects(self) -> bool:
        return self.many or self.spread or self.leaf is Words

    def takes(self, parser: str) -> bool:
        """Whether what the parser gives can stand here."""
        if self.scheme is not None:
            return parser in CODING
        result = RESULTS.get(parser)
        return self.leaf is result or (result is str and _from_text(self.leaf) is not None)

    @property
    def parser(self) -> str | None:
        """The parser used when the mapping names none; None when the value can only be filled part by part."""
        if self.leaf is Agent:
            return "agents" if self.many else "agent"
        if self.leaf is Words:
            return "words"
        return next((name for name in ("text", *RESULTS) if self.takes(name)), None)

    def fit(self, value: object) -> object:
        """The value as the field's type. Raises Unfit."""
        if type(value) is self.leaf:
            return value
        if isinstance(value, str) and (make := _from_text(self.leaf)) is not None:
            return make(value)
        if isinstance(value, self.leaf):  # last: asking that of the library's structs is slow
            return value
        raise Unfit(f"{type(value).__name__} does not fit {self.key}")


class Unfit(Exception):
    """A value is not of its field's type; caught where the value is made into a Problem."""


@cache
def _from_text(leaf: Any) -> Callable[[str], object] | None:
    if leaf is str:
        return str
    if leaf is Text:
        return lambda text: Text(zh=text)
    if leaf in NAMED:
        return lambda text: leaf(name=text)
    if leaf is Words:
        return lambda text: Words(zh=(text,))
    if isinstance(leaf, type) and issubclass(leaf, StrEnum):
        return lambda text: _member(leaf, text)
    return None


def _member(enum: type[StrEnum], text: str) -> StrEnum:
    for member in enum:
        if member.value.casefold() == text.strip().casefold():
            return member
    raise Unfit(f"{text!r} is not allowed; allowed are {allowed(m.value for m in enum)}")


@cache
def slots(record: type[Record]) -> dict[str, Slot]:
    """Every target of a kind by each of its spellings (`firstOrg.uscc`, `first_org.uscc`)."""
    result: dict[str, Slot] = {}
    for bound in fields(record):
        if bound.key in OURS:
            continue
        for slot, spellings in _slots(bound):
            result.update(dict.fromkeys(spellings, slot))
    return result


def find(record: type[Record], name: str) -> Slot:
    """The target of that name. Raises MappingError with the names there are."""
    known = slots(record)
    if name in known:
        return known[name]
    keys = {slot.key for slot in known.values()}
    parts = sorted(k for k in keys if k.startswith(name.partition(".")[0] + "."))
    if name.partition(".")[0] in OURS:
        raise MappingError("", f"{name!r} is filled in by the platform and cannot be mapped")
    if parts:
        raise MappingError("", f"unknown part {name!r}; allowed are {allowed(parts)}")
    raise MappingError("", f"unknown field {name!r}; allowed are {allowed(k for k in keys if '.' not in k)}")


def _slots(bound: BoundField) -> Iterator[tuple[Slot, set[str]]]:
    leaf, several = unwrap(bound.annotation)
    public = bound.field.visibility is Visibility.PUBLIC
    yield Slot(bound.name, None, bound.key, leaf, several, bound.field.scheme, public), {bound.name, bound.key}
    if not issubclass(leaf, Value) or leaf is PartialDate:  # a date's precision follows from its text
        return
    hints = get_type_hints(leaf)
    for part in msgspec.structs.fields(leaf):
        inner, inner_many = unwrap(hints[part.name])
        key = f"{bound.key}.{part.encode_name}"
        scheme = CODED_PARTS.get(leaf, {}).get(part.name)
        slot = Slot(bound.name, part.name, key, inner, inner_many, scheme, public, several)
        yield slot, {f"{name}.{p}" for name in (bound.name, bound.key) for p in (part.name, part.encode_name)}
