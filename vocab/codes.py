"""Code lists: the shared vocabulary's schemes and their concepts, read from `vocab/schemes/` when first asked for.

Errors:

    CodesError          something is wrong with a code list
    +-- UnknownScheme   no such scheme; the message names those there are (also a KeyError)
    +-- BrokenScheme    a data file contradicts itself or the index
"""

import csv
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Final

import msgspec

from vocab.values import Trl

_COLUMNS = ["notation", "zh", "en", "parent", "aliases", "valid_from", "valid_to", "replaced_by", "note"]
_DOTTED = re.compile(r"\d{3}(\.\d{2,4})+")  # GB/T 13745 as printed: 110.1410

NOT_CLASSIFIED: Final = "cl19/非涉密"  # the only secrecy level that may pass (field 49)
DEFENCE_PATENT: Final = "cl14/8"


class CodesError(Exception):
    """Something is wrong with a code list."""


class UnknownScheme(CodesError, KeyError):
    """There is no scheme of this id."""

    def __str__(self) -> str:
        return str(self.args[0])


class BrokenScheme(CodesError, ValueError):
    """A data file of a scheme cannot be used."""


class Concept(msgspec.Struct, frozen=True):
    """One entry of a code list (skos:Concept). `parent` and `replaced_by` are notations of the same scheme.

    `en` is empty on the lower levels of the large national lists, which have no English of their own; `label` falls
    back, so its text is not to be tagged with the language asked for. `valid_from` and `valid_to` are years; `note` keeps
    what the list says beside the label, "(unverified)" too, `note_zh` the same in Chinese.
    """

    scheme: str
    notation: str
    zh: str
    en: str
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    valid_from: str | None = None
    valid_to: str | None = None
    replaced_by: str | None = None
    note: str = ""
    note_zh: str = ""

    @property
    def code(self) -> str:
        """How records hold it: `scheme/notation`."""
        return f"{self.scheme}/{self.notation}"

    def label(self, lang: str) -> str:
        """The label in `zh` or `en`, or in the other language where there is none."""
        return (self.en or self.zh) if lang.startswith("en") else (self.zh or self.en)


def key(text: str) -> str:
    """The form in which labels are compared: NFKC, case folded, white space and book marks gone."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip("《》“”\"'")


class Scheme:
    """A code list of one edition (skos:ConceptScheme)."""

    def __init__(self, entry: "SchemeEntry", concepts: Mapping[str, Concept]) -> None:
        self.id = entry.id
        self.zh = entry.zh
        self.en = entry.en
        self.edition_zh = entry.edition_zh
        self.edition_en = entry.edition_en
        self.source_zh = entry.source_zh
        self.source_en = entry.source_en
        self.concepts: Mapping[str, Concept] = MappingProxyType(dict(concepts))
        self._found: dict[str, Concept | None] = {}

    def __repr__(self) -> str:
        return f"<Scheme {self.id} {self.edition_en} ({len(self.concepts)} concepts)>"

    def find(self, text: str) -> Concept | None:
        """The concept that a source's text means: its notation, code, label or alias. None when unknown or ambiguous."""
        try:
            return self._found[text]
        except KeyError:
            concept = self._search(text)
            if len(self._found) < 65_536:  # texts come from outside: memory stays bounded
                self._found[text] = concept
            return concept

    def candidates(self, text: str) -> tuple[Concept, ...]:
        """Every concept that the text could mean, the best kind of match only."""
        found: tuple[Concept, ...] = self._index.get(key(text), ())
        return found

    def ancestors(self, notation: str) -> tuple[Concept, ...]:
        """The concepts above one, nearest first; empty for a top concept or an unknown notation."""
        found: list[Concept] = []
        concept = self.concepts.get(notation)
        while concept is not None and concept.parent is not None:
            concept = self.concepts[concept.parent]
            found.append(concept)
        return tuple(found)

    def children(self, notation: str) -> tuple[Concept, ...]:
        """The concepts directly below one, in the order of the list."""
        return self._children.get(notation, ())

    @cached_property
    def top(self) -> tuple[Concept, ...]:
        """The concepts without a parent (skos:hasTopConcept)."""
        return tuple(c for c in self.concepts.values() if c.parent is None)

    def _search(self, text: str) -> Concept | None:
        text = text.strip().removeprefix(self.id + "/")
        concept = self.concepts.get(text)
        if concept is None and _DOTTED.fullmatch(text):
            concept = self.concepts.get(text.replace(".", ""))
        return concept or self._highest(self.candidates(text))

    def _highest(self, candidates: tuple[Concept, ...]) -> Concept | None:
        """The one that stands above all others (GB/T 4754 repeats a name down one branch); None if they are rivals."""
        for concept in candidates:
            if all(c is concept or concept in self.ancestors(c.notation) for c in candidates):
                return concept
        return None

    @cached_property
    def _children(self) -> Mapping[str, tuple[Concept, ...]]:
        below: dict[str, tuple[Concept, ...]] = {}
        for concept in self.concepts.values():
            if concept.parent is not None:
                below[concept.parent] = (*below.get(concept.parent, ()), concept)
        return below

    @cached_property
    def _index(self) -> Mapping[str, tuple[Concept, ...]]:
        """Text key -> concepts of the best rank: notation, then label, then alias; what is valid today before the rest."""
        ranked: dict[str, tuple[int, tuple[Concept, ...]]] = {}
        for concept in self.concepts.values():
            old = 1 if concept.valid_to else 0
            _put(ranked, concept.notation, 0, concept)
            _put(ranked, concept.zh, 2 + old, concept)
            _put(ranked, concept.en, 2 + old, concept)
            for alias in concept.aliases:
                _put(ranked, alias, 4 + old, concept)
        return {text: concepts for text, (_, concepts) in ranked.items()}


def _put(ranked: dict[str, tuple[int, tuple[Concept, ...]]], text: str, rank: int, concept: Concept) -> None:
    text = key(text)
    if not text:
        return
    best, concepts = ranked.get(text, (rank, ()))
    if rank < best:
        ranked[text] = (rank, (concept,))
    elif rank == best and concept not in concepts:
        ranked[text] = (rank, (*concepts, concept))


class SchemeEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One scheme in the index `schemes.toml`."""

    id: str
    zh: str
    en: str
    edition_zh: str
    edition_en: str
    source_zh: str  # where the facts are from
    source_en: str
    count: int


@cache
def _entries() -> Mapping[str, SchemeEntry]:
    text = (files("vocab") / "schemes" / "schemes.toml").read_text("utf-8")
    entries = msgspec.convert(tomllib.loads(text)["scheme"], list[SchemeEntry])
    return {entry.id: entry for entry in entries}


@cache
def _notes() -> Mapping[str, str]:
    """What the lists say beside their labels, in Chinese."""
    return tomllib.loads((files("vocab") / "schemes" / "notes.toml").read_text("utf-8"))


# The order of the standard; a test holds it equal to the index, so that importing this module reads no file.
SCHEME_IDS: Final[tuple[str, ...]] = (
    *(f"cl{n:02d}" for n in range(1, 11)),
    "cl10-2008",
    "cl10-2006",
    *(f"cl{n:02d}" for n in range(11, 27)),
    "gbt4754-2017",
    "gbt13745-2009",
    "gbt2260",
    "fos-2015",
    "iso3166-2-cn",
)
_KNOWN: Final = frozenset(SCHEME_IDS)


@cache
def scheme(id: str) -> Scheme:  # noqa: A002
    """The scheme of this id, read once. Raises UnknownScheme, BrokenScheme."""
    entry = _entries().get(id)
    if entry is None:
        raise UnknownScheme(f"no scheme {id!r}; there are {', '.join(SCHEME_IDS)} (vocab/schemes/schemes.toml)")
    return Scheme(entry, _read(id, entry.count))


def _read(id: str, count: int) -> Mapping[str, Concept]:  # noqa: A002
    text = (files("vocab") / "schemes" / f"{id}.csv").read_text("utf-8")
    rows = csv.reader(text.splitlines())
    if next(rows) != _COLUMNS:
        raise BrokenScheme(f"vocab/schemes/{id}.csv: the first row must be {','.join(_COLUMNS)}")
    concepts = {row[0]: _concept(id, row) for row in rows}
    if len(concepts) != count:
        raise BrokenScheme(f"vocab/schemes/{id}.csv has {len(concepts)} notations, schemes.toml says {count}")
    return concepts


def _concept(id: str, row: list[str]) -> Concept:  # noqa: A002
    notation, zh, en, parent, aliases, valid_from, valid_to, replaced_by, note = row
    names = tuple(aliases.split("|")) if aliases else ()
    years = valid_from or None, valid_to or None
    return Concept(
        id, notation, zh, en, parent or None, names, *years, replaced_by or None, note, _notes()[note] if note else ""
    )


@lru_cache(maxsize=16_384)  # a source repeats its codes
def concept(code: str) -> Concept | None:
    """The concept of a code as records hold it (`cl04/2`), or None when its scheme or notation does not exist."""
    scheme_id, _, notation = code.partition("/")
    return scheme(scheme_id).concepts.get(notation) if scheme_id in _KNOWN else None


def label(code: str, lang: str) -> str:
    """The label of a code in `zh` or `en`; the code itself when it is unknown."""
    found = concept(code)
    return found.label(lang) if found else code


_PUBLIC_FUNDING = frozenset(
    [f"{n:02d}" for n in range(1, 9)] + list("ABCDEFGHIJKLMNO") + [f"P{n}" for n in range(1, 6)] + ["F1", "F2", "F3"]
)


def is_public_funding(code: str) -> bool:
    """Whether a project source of CL-12 proves public funding (rule B.6.1). Deny by default: an unknown code does not."""
    scheme_id, _, notation = code.partition("/")
    return scheme_id == "cl12" and notation in _PUBLIC_FUNDING


_STAGE_TRL = {"cl04/1": (1, 4), "cl04/2": (4, 6), "cl04/3": (7, 9)}


def stage_to_trl(code: str) -> Trl | None:
    """The range of readiness levels that a stage of CL-04 covers (a stage word never gives one level); else None."""
    bounds = _STAGE_TRL.get(code)
    return Trl(*bounds, scheme="derived-from-stage") if bounds else None


def province_region(notation: str) -> str | None:
    """The six digits of GB/T 2260 for a two-digit province of CL-26; 66 (兵团) lies in 650000. None when unknown."""
    if notation not in scheme("cl26").concepts:
        return None
    return "650000" if notation == "66" else f"{notation}0000"
