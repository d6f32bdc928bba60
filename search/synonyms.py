"""Synonyms, applied when a query is read: a term found in it is also looked for under its other names.

The file is TOML:

    version = "2025-01"
    [[same]]                          # each finds all the others
    terms = ["磷酸铁锂", "LFP", "LiFePO4"]
    [[narrower]]                      # the broad term finds the narrow ones, not the reverse
    term = "第三代半导体"
    terms = ["碳化硅", "氮化镓"]
"""

import tomllib
from collections.abc import Callable, Sequence
from importlib import resources
from pathlib import Path

import msgspec

from search.base import SearchError

Cut = Callable[[str], list[str]]


class Same(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    terms: tuple[str, ...]


class Narrower(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    term: str
    terms: tuple[str, ...]


class Below(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Names of bodies that are parts of the organisation `whole`: found as narrower terms are by any of its `names`."""

    whole: str
    names: tuple[str, ...]
    parts: tuple[str, ...]


class SynonymFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    version: str
    same: tuple[Same, ...] = ()
    narrower: tuple[Narrower, ...] = ()
    below: tuple[Below, ...] = ()

    def terms(self) -> list[str]:
        """Every term of the file: the segmenter must know them, or they would never be found whole."""
        names = [t for s in self.same for t in s.terms] + [t for n in self.narrower for t in (n.term, *n.terms)]
        return names + [t for b in self.below for t in (*b.names, *b.parts)]


def load(path: Path | None = None) -> SynonymFile:
    """Without a path, the file that comes with the product. Raises SearchError naming the file and what is wrong."""
    file = path or resources.files("search") / "data" / "synonyms.toml"
    try:
        return msgspec.convert(tomllib.loads(file.read_text(encoding="utf-8")), SynonymFile)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SearchError(f"synonym file {file}: {error}; see the form in search/synonyms.py") from error


class Synonyms:
    """Looks up the longest known term at a place of a cut query."""

    def __init__(self, file: SynonymFile, cut: Cut) -> None:
        self.version = file.version
        self._names: dict[tuple[str, ...], tuple[str, ...]] = {}
        for group in file.same:
            for term in group.terms:
                self._add(cut, term, [t for t in group.terms if t != term])
        for narrower in file.narrower:
            self._add(cut, narrower.term, narrower.terms)
        self._below: dict[tuple[str, ...], tuple[tuple[str, str], ...]] = {}
        for below in file.below:
            for name in below.names:
                self._add(cut, name, below.parts)
                key = tuple(cut(name))
                self._below[key] = (*self._below.get(key, ()), *((part, below.whole) for part in below.parts))
        self._longest = max(map(len, self._names), default=0)

    def _add(self, cut: Cut, term: str, others: Sequence[str]) -> None:
        key = tuple(cut(term))
        if key:
            self._names[key] = tuple(dict.fromkeys((*self._names.get(key, ()), *others)))

    def below(self, words: Sequence[str]) -> tuple[tuple[str, str], ...]:
        """The names of parts of the organisation that these words name, each with the name of the whole."""
        return self._below.get(tuple(words), ())

    def at(self, words: Sequence[str], start: int) -> tuple[int, tuple[str, ...]]:
        """(number of words, other names) of the longest term that begins at `start`; (0, ()) when none does."""
        for length in range(min(self._longest, len(words) - start), 0, -1):
            if names := self._names.get(tuple(words[start : start + length])):
                return length, names
        return 0, ()
