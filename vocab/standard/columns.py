"""The table form of a kind of record: one column for each value that a source can give, made from the kind's declarations.

A field that is one value is one column under its label (`成果类别`); a value of several parts has a column for each part that is
written by itself (`第一完成单位·信用代码`). Several values stand in one cell, separated by SEPARATOR; where parts belong together
(the name and the number of each project) they do so by position, and `-` keeps a place empty.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

import msgspec

from vocab.field import BoundField, fields
from vocab.kind import Kind
from vocab.mapping.target import OURS, WHOLE, Slot, slots
from vocab.values import (
    Acceptance,
    Agent,
    Designation,
    Evaluation,
    Funding,
    Listing,
    Membership,
    Project,
    Review,
    Standard,
    Text,
    Value,
    Words,
)

SEPARATOR = "；"
JOINT = "·"  # between a field's label and that of its part
RECORD_KEY = "sourceRecordId"  # its first value names the record at its source
YUAN = "元"  # the unit of a bare number in a column of money


class Label(msgspec.Struct, frozen=True):
    zh: str
    en: str


_PERIOD = {"valid_from": Label("起始", "from")}

# Parts written beside the whole value, and, for the types in `BY_PARTS`, instead of it.
PARTS: Mapping[type[Value], Mapping[str, Label]] = MappingProxyType(
    {
        Text: {"en": Label("英文", "in English")},
        Words: {"en": Label("英文", "in English")},
        Agent: {"uscc": Label("信用代码", "credit code")},
        Evaluation: {
            "method": Label("方式", "method"),
            "evaluator": Label("单位", "evaluator"),
            "date": Label("日期", "date"),
            "conclusion": Label("结论", "conclusion"),
        },
        Project: {
            "name": Label("名称", "name"),
            "no": Label("编号", "number"),
            "programme": Label("计划", "programme"),
        },
        Funding: {"agency": Label("机构", "agency"), "amount": Label("金额", "amount")},
        Acceptance: {"date": Label("日期", "date"), "conclusion": Label("结论", "conclusion")},
        Standard: {"name": Label("名称", "name"), "level": Label("级别", "level")},
        Listing: {
            "status": Label("状态", "status"),
            "market": Label("场所", "market"),
            **_PERIOD,
            "valid_through": Label("截止", "through"),
        },
        Review: {
            "decision": Label("结论", "decision"),
            "org": Label("单位", "organisation"),
            "date": Label("日期", "date"),
            "basis": Label("依据", "legal basis"),
        },
        Membership: {"name": Label("名称", "name"), **_PERIOD, "valid_to": Label("截止", "to")},
        Designation: {
            "name": Label("名称", "name"),
            "batch": Label("批次", "batch"),
            "year": Label("年份", "year"),
            "status": Label("状态", "status"),
            "issuer": Label("机关", "issuer"),
        },
    }
)
BY_PARTS = frozenset({Evaluation, Project, Funding, Acceptance, Standard, Listing, Review, Membership, Designation})

# Fields of codes and numbers whose text is read by a parser of their own rather than looked up or taken as it is.
READ_BY: Mapping[str, str] = MappingProxyType(
    {"region": "region", "secretLevel": "secret_level", "registrationNo": "registration_no"}
)


class Column(msgspec.Struct, frozen=True):
    """A column: `zh` is its heading, `key` the same as a field or part in JSON spells it; `bound` the field it fills.

    `words`: the values it takes when they are neither codes nor free, each with the words that mean it.
    """

    key: str
    zh: str
    en: str
    bound: BoundField
    slot: Slot
    parser: str | None  # None: its words are looked up
    words: Mapping[str, tuple[str, ...]] = MappingProxyType({})

    @property
    def headings(self) -> tuple[str, ...]:
        """By which it is known in a table."""
        return (self.zh, self.key)

    @property
    def several(self) -> bool:
        """Whether a cell may hold several values."""
        return self.slot.many or self.slot.spread or self.slot.leaf is Words

    @property
    def split(self) -> bool:
        """Whether they are taken apart at SEPARATOR before they are read; some parsers do so by themselves."""
        return self.several and self.parser not in WHOLE

    @property
    def unit(self) -> str:
        """Of a bare number."""
        return YUAN if self.parser in ("price", "amount") else ""


@cache
def columns(kind: Kind) -> tuple[Column, ...]:
    """The columns of a kind in the order of the standard."""
    return tuple(c for bound in fields(kind.record) if bound.key not in OURS for c in _columns(kind, bound))


def _columns(kind: Kind, bound: BoundField) -> Iterator[Column]:
    known = slots(kind.record)
    whole = known[bound.key]
    if whole.leaf not in BY_PARTS:
        yield _column(bound, whole, bound.field.zh, bound.field.en)
    if whole.leaf is Agent and whole.many:  # the parser reads names alone, and numbers by position would mislead
        return
    for name, label in PARTS.get(whole.leaf, {}).items():
        zh, en = f"{bound.field.zh}{JOINT}{label.zh}", f"{bound.field.en}: {label.en}"
        yield _column(bound, known[f"{bound.name}.{name}"], zh, en)


def _column(bound: BoundField, slot: Slot, zh: str, en: str) -> Column:
    parser = READ_BY.get(slot.key)
    meant = words().get(slot.key, {})
    if parser is None and slot.scheme is None and not meant:
        parser = slot.parser
    return Column(slot.key, zh, en, bound, slot, parser, MappingProxyType(meant))


@cache
def words() -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Column key -> value -> words that mean it, for values that stand in no code list."""
    tables = tomllib.loads((files("vocab") / "standard" / "words.toml").read_text("utf-8"))
    return msgspec.convert(tables, dict[str, dict[str, tuple[str, ...]]])
