"""What the engines share of completing what a person types: which title is meant, and where else in a title it may stand."""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

from search.analysis import CJK, RUN, SPACED, whole
from search.base import Suggestion
from search.indexed import LONGEST_SUGGESTION, SUGGESTED
from search.normalise import normalise
from vocab.document import SearchDocument

SHORT = 2  # Latin letters or digits that many titles begin with
ENDING = re.compile(r"ie?$")  # of batteries, being typed: the index has battery
LOOKED_AT = 4  # times as many titles as are wanted, where words may only begin alike in the index


class Further(NamedTuple):
    """What a title is to hold anywhere: runs of Chinese characters, whole words, and a word that begins as the last one typed."""

    runs: tuple[str, ...]
    words: tuple[str, ...]
    last: str

    @property
    def beginning(self) -> str:
        """With what the index may have the last word; empty when that are too many words."""
        plain = whole(self.last)
        shorter = ENDING.sub("", plain)
        return next((found for found in (shorter, plain) if len(found) > SHORT), "")


def further(text: str) -> Further | None:
    """None for what too many titles hold to be looked for: a single character, one or two letters."""
    runs = RUN.findall(SPACED.sub("", normalise(text[: LONGEST_SUGGESTION * 2])))
    if not runs:
        return None
    last = runs[-1][1]
    words = [word for _, word in (runs[:-1] if last else runs) if word]
    found = Further(tuple(cjk for cjk, _ in runs if cjk), tuple(map(whole, words)), last)
    narrow = found.beginning or any(len(run) > 1 for run in found.runs) or any(len(word) > SHORT for word in words)
    return found if narrow else None


@dataclass(slots=True)
class Completions:
    """Those that were found until now, at most `size`, none twice: of records with one title, one is meant."""

    size: int
    _found: dict[tuple[str, str], Suggestion] = field(default_factory=dict)

    def full(self) -> bool:
        return len(self._found) >= self.size

    @property
    def found(self) -> list[Suggestion]:
        return list(self._found.values())[: self.size]

    def text(self, what: str, name: str) -> None:
        """A keyword or an organisation."""
        self._found.setdefault((what, name), Suggestion(name, SUGGESTED[what], ""))

    def title(self, document: SearchDocument) -> None:
        """That of a record that was found by its beginning."""
        self._add(document.title_zh or document.title_en, document)

    def further(self, document: SearchDocument, wanted: Further) -> None:
        """A title in which a word begins as the last one typed, if there is one."""
        titles = (document.title_zh, document.title_en)
        begins = re.compile(f"(?<![^\\W_{CJK}]){re.escape(wanted.last)}")
        self._add(next((title for title in titles if title and begins.search(normalise(title))), ""), document)

    def _add(self, title: str, document: SearchDocument) -> None:
        known = {one.iri for one in self._found.values()}
        if title and document.iri not in known:
            self._found.setdefault(("t", title), Suggestion(title, document.kind, document.iri))
