"""Lookups: from a province's own words to the codes of the standard, by code list or by a table of the mapping file."""

from collections.abc import Mapping, Sequence

import msgspec

from vocab.codes import SCHEME_IDS, Concept, Scheme, concept, key, scheme
from vocab.mapping.errors import MappingError, allowed

REGION = "gbt2260"
Table = Mapping[str, str | tuple[str, ...]]
MEMORY = 4096  # distinct raw values remembered per lookup: provinces use few
LONGEST = 200  # characters of a raw value worth remembering


class Target(msgspec.Struct, frozen=True):
    """What a lookup must give: codes of this scheme, or any text when None. Regions are written as bare digits."""

    scheme: str | None

    def spell(self, found: Concept) -> str:
        return found.notation if self.scheme == REGION else found.code

    def check(self, value: str, place: str) -> str:
        """The value of a table, or a default, if the target takes it. Raises MappingError."""
        if self.scheme is None or not value:
            return value
        code = f"{REGION}/{value}" if self.scheme == REGION else value
        if code.partition("/")[0] != self.scheme or concept(code) is None:
            known = scheme(self.scheme).concepts.values()
            names = allowed([f"{self.spell(c)} ({c.zh})" for c in known], 20)
            raise MappingError(place, f"{value!r} is no code of {self.scheme}; allowed are {names}")
        return value


class Lookup:
    """Schemes and tables asked in turn. A table may give several codes, or none ("": known, and worth nothing)."""

    def __init__(
        self, tables: Sequence[Mapping[str, tuple[str, ...]]], schemes: Sequence[Scheme], target: Target
    ) -> None:
        self._tables, self._schemes, self._target = tables, schemes, target
        self._known: dict[str, tuple[str, ...] | None] = {}

    def find(self, text: str) -> tuple[str, ...] | None:
        """The codes for a raw word; None when nobody knows it."""
        if text in self._known:
            return self._known[text]
        found = self._find(text)
        if len(self._known) < MEMORY and len(text) <= LONGEST:
            self._known[text] = found
        return found

    def _find(self, text: str) -> tuple[str, ...] | None:
        word = key(text)
        for table in self._tables:
            if word in table:
                return table[word]
        for one in self._schemes:
            if found := one.find(text):
                return (self._target.spell(found),)
        return None


def build(names: Sequence[str], tables: Mapping[str, Table], target: Target, place: str) -> Lookup:
    """The lookup that a rule names. Tables are asked before schemes: the mapping knows better. Raises MappingError."""
    ours: list[Mapping[str, tuple[str, ...]]] = []
    schemes: list[Scheme] = []
    for name in names:
        if name in tables:
            ours.append(_table(tables[name], target, f"tables.{name}"))
        elif name in SCHEME_IDS:
            schemes.append(_scheme(name, target, place))
        else:
            known = allowed([*SCHEME_IDS, *tables])
            raise MappingError(place, f"{name!r} is neither a code list nor a table of this file; allowed are {known}")
    return Lookup(ours, schemes, target)


def _scheme(name: str, target: Target, place: str) -> Scheme:
    if target.scheme not in (None, name):
        hint = f"write a table for it ([tables.…]) whose values are codes of {target.scheme}"
        raise MappingError(place, f"the field takes codes of {target.scheme}, not of {name!r}; {hint}")
    return scheme(name)


def _table(table: Table, target: Target, place: str) -> dict[str, tuple[str, ...]]:
    result = {}
    for word, value in table.items():
        values = (value,) if isinstance(value, str) else value
        result[key(word)] = tuple(target.check(v, f"{place}.{word!r}") for v in values if v)
    return result
