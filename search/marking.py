"""What a hit says of why it was found: what matched, marked in the original, and which part of an organisation it came by."""

from collections.abc import Iterator, Sequence

from search.base import Hit, Part
from search.expression import Expression, wanted
from search.highlight import mark, marker, passage
from search.normalise import normalise
from vocab.document import SearchDocument


class Marking:
    """Makes hits of the documents that an expression found."""

    def __init__(self, expression: Expression) -> None:
        self._pattern = marker(expression)
        rolled = [term for term in wanted(expression) if term.below]
        self._below = {name: whole for term in rolled for name, whole in term.below}
        self._asked = {name for term in rolled for name in (term.text, *term.others) if name not in self._below}

    def hit(self, document: SearchDocument, plain: bool, score: float, same: int) -> Hit:
        highlights = {
            "title": mark(document.title_zh or document.title_en, self._pattern, plain),
            "abstract": passage(document.abstract, self._pattern, plain),
        }
        return Hit(document, score, highlights, same, tuple(self._parts(document.orgs)) if self._below else ())

    def _parts(self, orgs: Sequence[str]) -> Iterator[Part]:
        """None where the organisation itself is named as well."""
        spelt = {normalise(org).strip(): org for org in orgs}
        if self._asked.isdisjoint(spelt):
            for key, org in spelt.items():
                whole = next((whole for name, whole in self._below.items() if name in key), None)
                if whole is not None:
                    yield Part(org, whole)
