"""Organisations under many names: aliases, abbreviations, former names with their time, and the roots for looking.

What is known comes from a small table of facts (organisations.csv) and is learned from records: two names with one
valid credit code are one body, unless another code stands with either of them. A child is never its parent: the table's
relation `part` names the parent, and rolling up is a choice of whoever asks (`Organisations.parent`).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from vocab.identifiers import valid_uscc
from vocab.identity.names import name_key, root_of
from vocab.kinds import Organisation
from vocab.values import Agent

COLUMNS = ["name", "relation", "organisation", "valid_from", "valid_to", "source"]


class Relation(StrEnum):
    """What a name is to an organisation. The first three are the same body."""

    ALIAS = "alias"
    ENGLISH = "english"
    FORMER = "former"  # the same body under its earlier name, valid to a year
    MERGED = "merged"  # another body that became part of this one (org:changedBy)
    PART = "part"  # a body of its own under this one (org:subOrganizationOf)


_SAME = (Relation.ALIAS, Relation.ENGLISH, Relation.FORMER)


class Fact(msgspec.Struct, frozen=True):
    """One line of the table. Years are inclusive; None where the name has no such limit."""

    name: str
    relation: Relation
    organisation: str
    valid_from: int | None = None
    valid_to: int | None = None
    source: str = ""

    def holds(self, year: int | None) -> bool:
        """Whether the name meant the organisation in a year; records are written later, so former names hold on."""
        return year is None or self.valid_from is None or year >= self.valid_from


class Organisations:
    """Names to organisations. An organisation is known by the key of its main name (`vocab.identity.names.name_key`)."""

    def __init__(self, facts: Iterable[Fact] = ()) -> None:
        self._same: dict[str, list[Fact]] = defaultdict(list)
        self._above: dict[str, str] = {}
        self._became: dict[str, str] = {}
        self._learned: dict[str, set[str]] = defaultdict(set)
        for fact in facts:
            self._add(fact)

    def _add(self, fact: Fact) -> None:
        name, organisation = name_key(fact.name), name_key(fact.organisation)
        if fact.relation in _SAME:
            self._same[name].append(fact)
        elif fact.relation is Relation.PART:
            self._above[name] = organisation
        else:
            self._became[name] = organisation

    def learn(self, agents: Iterable[Agent]) -> None:
        """Names that stand with one valid credit code are one body; a name seen with two codes says nothing."""
        names: dict[str, set[str]] = defaultdict(set)
        codes: dict[str, set[str]] = defaultdict(set)
        for agent in agents:
            if agent.uscc and valid_uscc(agent.uscc) and (key := name_key(agent.name)):
                names[agent.uscc].add(key)
                codes[key].add(agent.uscc)
        for same in names.values():
            sure = sorted((name for name in same if len(codes[name]) == 1), key=lambda name: (-len(name), name))
            for name in sure[1:]:
                self._learned[name].add(sure[0])

    def learn_record(self, record: Organisation) -> None:
        """The names an organisation's own record gives it; a name that two records claim says nothing."""
        main = name_key(record.title.zh or record.title.en or "")
        others = (*(name.name for name in record.names), *record.aliases, record.title.en or "")
        for key in map(name_key, others):
            if main and key and key != main:
                self._learned[key].add(main)

    def resolve(self, name: str, year: int | None = None) -> str:
        """The key of the organisation a name means in a year: of itself when nothing is known, or too much."""
        key = name_key(name)
        known = {name_key(fact.organisation) for fact in self._same.get(key, ()) if fact.holds(year)}
        found = known or self._learned.get(key, set())
        return next(iter(found)) if len(found) == 1 else key

    def parent(self, name: str) -> str | None:
        """The organisation it is part of, for those who want to roll up."""
        return self._above.get(self.resolve(name))

    def successor(self, name: str) -> str | None:
        """The organisation that a merged one became part of."""
        return self._became.get(self.resolve(name))

    def root(self, name: str, year: int | None = None) -> str:
        """What candidates are looked for under: the organisation meant, a department under its university."""
        resolved = self.resolve(name, year)
        return resolved if resolved != name_key(name) else self.resolve(root_of(name), year)


@cache
def facts() -> tuple[Fact, ...]:
    """The table. Raises ValueError naming the line that cannot be used and the file to edit."""
    with (files("federation.matching") / "organisations.csv").open(encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        if rows.fieldnames != COLUMNS:
            raise ValueError(f"federation/matching/organisations.csv has columns {rows.fieldnames}, not {COLUMNS}")
        return tuple(_fact(row, rows.line_num) for row in rows)


def _fact(row: dict[str, str], line: int) -> Fact:
    try:
        return msgspec.convert({key: value for key, value in row.items() if value}, Fact, strict=False)
    except msgspec.ValidationError as error:
        raise ValueError(f"federation/matching/organisations.csv, line {line}: {error}") from error
