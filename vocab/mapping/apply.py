"""Applying: one raw record through all rules of a mapping. Pure: the same tree and context always give the same."""

import hashlib
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Any

import msgspec

from vocab.field import fields, unwrap
from vocab.lineage import Lineage
from vocab.mapping.clean import UNWRITABLE
from vocab.mapping.rule import Made, Rule, Test
from vocab.namespaces import Namespaces
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.tree import Tree
from vocab.validate import normalise
from vocab.values import Agent, Provenance, Value


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What the run and the source know of a record. `fetched` is RFC 3339, `sha256` the digest (hex) of the raw record.

    `name`: what its IRI ends with when not by source and local id: it was known under another local id before.
    """

    source: str
    local_id: str
    base: str
    region: str
    publisher_zh: str
    licence: str
    fetched: str
    sha256: str
    publisher_en: str = ""
    url: str | None = None
    name: str | None = None


class Mapped(msgspec.Struct, frozen=True):
    """What came of one raw record. `skipped`: the mapping is not for records like this one; then `record` is None.

    `record` is None as well when a rule with `on_miss = "reject"` missed, or the key cannot be written; the problems say so.
    """

    record: Record | None
    problems: tuple[Problem, ...] = ()
    lineage: tuple[Lineage, ...] = ()
    skipped: bool = False


class FieldMapping:
    """A compiled mapping. Made by `vocab.mapping.load`; may be shared between threads.

    `text` is what it was made of: `load` makes it again in another process. `digest` is the sha256 (hex) of that text: an
    edited file makes its records be judged again, whatever its version says.
    """

    def __init__(
        self,
        name: str,
        version: str,
        kind: str,
        record: type[Record],
        rules: Iterable[Rule],
        when: Test | None,
        text: str,
    ) -> None:
        self.id, self.version, self.kind, self.text = name, version, kind, text
        self.digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
        self._record = record
        compiled = tuple(rules)
        self._places = tuple((rule.slot.attribute, rule.slot.part) for rule in compiled)
        self._makers = tuple(rule.maker() for rule in compiled)
        self._when = when
        self._words = f"{name} {version}"
        self._leaves = _leaves(record)

    def __repr__(self) -> str:
        return f"<FieldMapping {self.id} {self.version} -> {self.kind}, {len(self._places)} rules>"

    def apply(self, tree: Tree, context: Context) -> Mapped:
        """The record, its problems and its lineage. Never raises for what a tree of `decode` holds."""
        if self._when is not None and not self._when(tree):
            return Mapped(None, skipped=True)
        if (problem := unusable_key(context)) is not None:
            return Mapped(None, (problem,))
        made = [make(tree) for make in self._makers]
        problems = [problem for one in made if one.problems for problem in one.problems]
        if problems and any(one.rejected for one in made):  # it is a problem that rejects
            return Mapped(None, tuple(problems))
        record = self._record(**self._known(context), **self._values(made, problems, context))
        record, repaired = normalise(record)
        # Also of values that were not understood: the gate must know that something was said.
        lineage = tuple(one.line for one in made if one.line is not None)
        return Mapped(record, (*problems, *repaired), lineage)

    def _known(self, context: Context) -> dict[str, Any]:
        """What no rule may set."""
        names = _namespaces(context.base)
        return {
            "identifier": names.named(self.kind, context.name)
            if context.name
            else names.record(self.kind, context.source, context.local_id),
            "provenance": Provenance(
                source=context.source,
                retrieved=context.fetched,
                mapping=self._words,
                sha256=context.sha256,
                url=context.url,
            ),
        }

    def _values(self, made: list[Made], problems: list[Problem], context: Context) -> dict[str, Any]:
        values: dict[str, Any] = {
            "source_record_id": (context.local_id,),
            "region": context.region,
            "publisher": Agent(name=context.publisher_zh, name_en=context.publisher_en or None),
            "licence": context.licence,
        }
        parts: dict[str, dict[str, object]] = {}
        for (attribute, part), one in zip(self._places, made, strict=True):
            value = one.value
            if value is None:
                continue
            if part is not None:
                parts.setdefault(attribute, {})[part] = value
            elif attribute == "source_record_id":
                values[attribute] = tuple(dict.fromkeys((context.local_id, *_tuple(value))))
            else:
                values[attribute] = value
        for attribute, given in parts.items():
            leaf, many = self._leaves[attribute]
            whole = _assemble(attribute, leaf, many, values.get(attribute), given, problems)
            if whole is not None:
                values[attribute] = whole
        return values


def unusable_key(context: Context) -> Problem | None:
    """What is wrong with the source's key, of which the IRI would be made."""
    if context.local_id and not UNWRITABLE.search(context.local_id):
        return None
    return Problem("key-unwritable", "sourceRecordId", "the source's key is empty or holds characters no IRI can")


def _leaves(record: type[Record]) -> dict[str, tuple[Any, bool]]:
    return {b.name: unwrap(b.annotation) for b in fields(record)}


@lru_cache(maxsize=16)
def _namespaces(base: str) -> Namespaces:
    return Namespaces(base)


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else (value,)


def _assemble(
    attribute: str, leaf: type[Value], many: bool, whole: Any, parts: dict[str, object], problems: list[Problem]
) -> object:
    """A composite value from what was mapped whole and by parts; None when what it cannot do without is missing.

    Parts of a field that takes several come as tuples and are joined by position; a part that is one value (a
    default) belongs to every one of them.
    """
    if not many:
        return _one(attribute, leaf, whole, parts, problems)
    given: tuple[Any, ...] = _tuple(whole) if whole else ()
    length = max([len(given), *(len(v) for v in parts.values() if isinstance(v, tuple))]) or 1
    items = [
        _one(attribute, leaf, given[i] if i < len(given) else None, _at(parts, i), problems) for i in range(length)
    ]
    return tuple(item for item in items if item is not None) or None


def _at(parts: dict[str, object], index: int) -> dict[str, object]:
    """The parts of the item at this position."""
    own: dict[str, object] = {}
    for name, value in parts.items():
        if isinstance(value, tuple):
            value = value[index] if index < len(value) else None
        if value is not None:
            own[name] = value
    return own


def _one(attribute: str, leaf: type[Value], whole: Any, parts: dict[str, object], problems: list[Problem]) -> object:
    if whole is not None:
        return msgspec.structs.replace(whole, **parts)
    missing = _required(leaf) - parts.keys()
    if not missing:
        return leaf(**parts)
    if parts:
        message = f"{', '.join(sorted(parts))} without {', '.join(sorted(missing))}: left out"
        problems.append(Problem("incomplete-value", attribute, message, Severity.WARNING))
    return None


@cache
def _required(leaf: type[Value]) -> frozenset[str]:
    return frozenset(f.name for f in msgspec.structs.fields(leaf) if f.required)
