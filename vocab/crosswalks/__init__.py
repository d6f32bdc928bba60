"""What our code lists correspond to: other lists of ours, and tables of the EU. Read from the files here when first asked for.

A correspondence is written down once and holds in both directions. The relations are the mapping properties of SKOS.
"""

import csv
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from vocab import authorities
from vocab.authorities import Entry
from vocab.codes import BrokenScheme, Concept, scheme

_COLUMNS = ["notation", "relation", "target", "zh", "en"]


class Relation(StrEnum):
    """From a concept to its target: `broadMatch`, the target holds more."""

    EXACT = "exactMatch"
    CLOSE = "closeMatch"
    BROAD = "broadMatch"
    NARROW = "narrowMatch"
    RELATED = "relatedMatch"

    @property
    def inverse(self) -> "Relation":
        return _INVERSE.get(self, self)


_INVERSE = {Relation.BROAD: Relation.NARROW, Relation.NARROW: Relation.BROAD}


class Match(msgspec.Struct, frozen=True):
    """`zh` and `en` are the reason for the relation, where the names do not give it."""

    relation: Relation
    target: Concept | Entry
    zh: str = ""
    en: str = ""


class Crosswalk(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file: from `scheme` to `target`, a list of ours or the id of a table. `zh` and `en` say how it was made."""

    scheme: str
    target: str
    zh: str
    en: str
    count: int

    @property
    def file(self) -> str:
        return f"{self.scheme}-{self.target}.csv"


@cache
def crosswalks() -> tuple[Crosswalk, ...]:
    text = (files("vocab.crosswalks") / "crosswalks.toml").read_text("utf-8")
    return tuple(msgspec.convert(tomllib.loads(text)["crosswalk"], list[Crosswalk]))


def matches(concept: Concept) -> tuple[Match, ...]:
    """What a concept corresponds to."""
    return _of_scheme(concept.scheme).get(concept.notation, ())


def matching(entry: Entry) -> tuple[Match, ...]:
    """Our concepts that correspond to an entry, as seen from there."""
    ours = (walk for walk in crosswalks() if walk.target == entry.table)
    return tuple(_turned(concept, match) for walk in ours for concept, match in _rows(walk) if match.target == entry)


@cache
def _of_scheme(id: str) -> Mapping[str, tuple[Match, ...]]:  # noqa: A002
    found: dict[str, list[Match]] = defaultdict(list)
    for walk in (one for one in crosswalks() if id in (one.scheme, one.target)):
        for concept, match in _rows(walk):
            if walk.scheme == id:
                found[concept.notation].append(match)
            elif isinstance(match.target, Concept):
                found[match.target.notation].append(_turned(concept, match))
    return {notation: tuple(of_one) for notation, of_one in found.items()}


def _turned(concept: Concept, match: Match) -> Match:
    """A match as its target has it."""
    return Match(match.relation.inverse, concept, match.zh, match.en)


@cache
def _rows(walk: Crosswalk) -> tuple[tuple[Concept, Match], ...]:
    """Raises BrokenScheme."""
    rows = list(csv.reader((files("vocab.crosswalks") / walk.file).read_text("utf-8").splitlines()))
    if rows[0] != _COLUMNS or len(rows) - 1 != walk.count:
        raise BrokenScheme(f"vocab/crosswalks/{walk.file}: expected columns {','.join(_COLUMNS)} and {walk.count} rows")
    try:
        return tuple(_read(walk, rows[1:]))
    except (KeyError, ValueError) as error:
        raise BrokenScheme(f"vocab/crosswalks/{walk.file}: {error} is no notation, relation or target") from error


def _read(walk: Crosswalk, rows: list[list[str]]) -> Iterator[tuple[Concept, Match]]:
    for notation, relation, target, zh, en in rows:
        there = authorities.entry(walk.target, target) if walk.target in authorities.tables() else None
        yield (
            scheme(walk.scheme).concepts[notation],
            Match(Relation(relation), there or scheme(walk.target).concepts[target], zh, en),
        )
