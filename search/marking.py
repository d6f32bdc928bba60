"""What a hit says of why it was found: what matched, marked in the original, and which part of an organisation it came by."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.base import Hit, Part
from search.expression import Expression, marked, wanted
from search.highlight import mark, passage, places
from search.normalise import normalise
from search.occurrences import Occurrences, Span
from vocab.document import SearchDocument


class Fetched(NamedTuple):
    """A record as an engine gives it: `plain` says that its texts can be marked directly, `same` how many are folded under it."""

    document: SearchDocument
    plain: bool
    score: float
    same: int = 0

    @property
    def title(self) -> str:
        return self.document.title_zh or self.document.title_en


class Marking:
    """Makes hits of the documents that an expression found."""

    def __init__(self, expression: Expression) -> None:
        terms = list(wanted(expression))
        self._occurrences = Occurrences(filter(None, marked(expression)))
        self._below = {name: whole for term in terms for name, whole in term.below}
        rolled = (name for term in terms if term.below for name in (term.text, *term.others))
        self._asked = {name for name in rolled if name not in self._below}

    def hits(self, found: Sequence[Fetched]) -> tuple[Hit, ...]:
        """Of a page: its texts are gone through together."""
        titles = places(self._occurrences, [(one.title, one.plain) for one in found])
        abstracts = places(self._occurrences, [(one.document.abstract, one.plain) for one in found])
        return tuple(map(self._hit, found, titles, abstracts))

    def _hit(self, found: Fetched, title: Sequence[Span], abstract: Sequence[Span]) -> Hit:
        document = found.document
        highlights = {"title": mark(found.title, title), "abstract": passage(document.abstract, abstract)}
        parts = tuple(self._parts(document.orgs)) if self._below else ()
        return Hit(document, found.score, highlights, found.same, parts)

    def _parts(self, orgs: Sequence[str]) -> Iterator[Part]:
        """None where the organisation itself is named as well."""
        spelt = {normalise(org).strip(): org for org in orgs}
        if self._asked.isdisjoint(spelt):
            for key, org in spelt.items():
                whole = next((whole for name, whole in self._below.items() if name in key), None)
                if whole is not None:
                    yield Part(org, whole)
