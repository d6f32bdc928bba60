"""The columns of a table found by their headings, in whatever order they stand and whatever stands above them."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import msgspec

from vocab.field import fields
from vocab.kinds import KINDS
from vocab.mapping.standard import is_record
from vocab.standard.columns import Column, columns
from vocab.suggest.dictionary import matches
from vocab.tree import Tree

LONGEST = 100  # characters of an unknown heading that are repeated
SURE = 0.8  # how sure a proposal for an unknown heading has to be
MARKS = "*＊"  # beside a heading that must be filled in


class Headings(msgspec.Struct, frozen=True):
    """Which kind a table is of, what its columns are (None: not of the standard), and the headings nobody knows."""

    kind: str
    columns: tuple[Column | None, ...]
    unknown: tuple[str, ...]

    @property
    def known(self) -> int:
        return sum(column is not None for column in self.columns)


def of_row(cells: Sequence[object], kinds: Iterable[str]) -> Headings:
    """A row read as headings, of the kind that knows most of them."""
    texts = [_text(cell) for cell in cells]
    return max((_read(texts, kind) for kind in kinds), key=lambda one: one.known)


def of_object(tree: dict[str, Tree], kinds: Iterable[str]) -> Headings:
    """As of a row; a record of the JSON form has its fields for headings, and names its kind."""
    told = tree.get("kind")
    if not is_record(tree):
        found = of_row(list(tree), (told,) if isinstance(told, str) and told in KINDS else kinds)
        return Headings(found.kind, found.columns, tuple(one for one in found.unknown if one != "kind"))
    kind = told if isinstance(told, str) else next(iter(kinds))
    declared = _fields(kind) if kind in KINDS else frozenset()
    return Headings(kind, (), tuple(key[:LONGEST] for key in tree if key not in declared and key != "kind"))


def proposal(heading: str, kind: str) -> str:
    """The key of the column that an unknown heading probably means, by the dictionary of headings seen on platforms."""
    known = {column.key for column in columns(KINDS[kind])}
    return next((m.field for m in matches(kind, (heading,)) if m.trust >= SURE and m.field in known), "")


def _read(texts: Sequence[str], kind: str) -> Headings:
    known, taken = _known(kind), set[str]()
    found: list[Column | None] = []
    for text in texts:
        column = known.get(_key(text))
        if column is not None and column.key in taken:
            column = None
        elif column is not None:
            taken.add(column.key)
        found.append(column)
    unknown = (text[:LONGEST] for text, column in zip(texts, found, strict=True) if text and column is None)
    return Headings(kind, tuple(found), tuple(unknown))


@cache
def _known(kind: str) -> Mapping[str, Column]:
    return {_key(name): column for column in columns(KINDS[kind]) for name in column.headings}


@cache
def _fields(kind: str) -> frozenset[str]:
    return frozenset(bound.key for bound in fields(KINDS[kind].record))


def _key(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(MARKS)


def _text(cell: object) -> str:
    return "" if cell is None else " ".join(str(cell).split())
