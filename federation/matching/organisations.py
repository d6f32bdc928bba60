"""Organisations under many names: aliases, abbreviations, former names with their time, and the roots for looking.

What is known comes from a small table of facts (organisations.csv) and is learned from records (`federation.matching.learning`). A
child is never its parent: the table's relation `part` names the parent, and rolling up is a choice of whoever asks
(`Organisations.parent`).
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from vocab.identity.names import name_key, root_of

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
        self._known: set[str] = set()
        for fact in facts:
            self._add(fact)

    def _add(self, fact: Fact) -> None:
        name, organisation = name_key(fact.name), name_key(fact.organisation)
        self._known |= {name, organisation}
        if fact.relation in _SAME:
            self._same[name].append(fact)
        elif fact.relation is Relation.PART:
            self._above[name] = organisation
        else:
            self._became[name] = organisation

    def learn(self, aliases: Mapping[str, str]) -> None:
        """Names learned from records, each with the organisation it means, both as keys (`federation.matching.learning`)."""
        for name, organisation in aliases.items():
            self._learned[name].add(organisation)

    def knows(self, name: str) -> bool:
        """Whether the table speaks of a name."""
        return name_key(name) in self._known

    def resolve(self, name: str, year: int | None = None) -> str:
        """The key of the organisation a name means in a year: of itself when nothing is known, or too much."""
        key = name_key(name)
        known = {name_key(fact.organisation) for fact in self._same.get(key, ()) if fact.holds(year)}
        found = known or self._learned.get(key, set())
        return next(iter(found)) if len(found) == 1 else key

    def names(self, organisation: str) -> list[str]:
        """The names that the table has for an organisation, given by its key, as they are spelt; its main name first."""
        same = [fact for found in self._same.values() for fact in found if name_key(fact.organisation) == organisation]
        return list(dict.fromkeys((*(fact.organisation for fact in same), *(fact.name for fact in same))))

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
