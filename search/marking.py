"""What a hit says of why it was found: what matched, marked in the original, and which part of an organisation it came by."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from search.base import Hit, Part
from search.expression import Expression, marked, wanted
from search.highlight import Pieces, mark, passage, places
from search.normalise import normalise
from search.occurrences import Occurrences, Span
from vocab.document import SearchDocument

ABSTRACT = "abstract"


class Fetched(NamedTuple):
    """A record as an engine gives it: `plain` says that its title and abstract can be marked directly, `same` how many are folded
    under it."""

    document: SearchDocument
    plain: bool
    score: float
    same: int = 0

    def texts(self) -> Iterator[tuple[str, str, bool]]:
        """(name, text, whether it can be marked directly) of what is shown of it."""
        chinese, english = self.document.title_zh, self.document.title_en
        yield "title", chinese or english, self.plain
        if chinese and english:
            yield "title_en", english, english.isascii()
        yield ABSTRACT, self.document.abstract, self.plain


class Marking:
    """Makes hits of the documents that an expression found."""

    def __init__(self, expression: Expression) -> None:
        terms = list(wanted(expression))
        self._occurrences = Occurrences(marked(expression))
        self._below = {name: whole for term in terms for name, whole in term.below}
        rolled = (name for term in terms if term.below for name in (term.text, *term.others))
        self._asked = {name for name in rolled if name not in self._below}

    def hits(self, found: Sequence[Fetched]) -> tuple[Hit, ...]:
        """Of a page: its texts are gone through together."""
        shown = [list(one.texts()) for one in found]
        spans = iter(places(self._occurrences, [(text, plain) for texts in shown for _, text, plain in texts]))
        marked = [{name: _marked(name, text, next(spans)) for name, text, _ in texts} for texts in shown]
        return tuple(map(self._hit, found, marked))

    def _hit(self, found: Fetched, highlights: dict[str, Pieces]) -> Hit:
        parts = tuple(self._parts(found.document.orgs)) if self._below else ()
        return Hit(found.document, found.score, highlights, found.same, parts)

    def _parts(self, orgs: Sequence[str]) -> Iterator[Part]:
        """None where the organisation itself is named as well."""
        spelt = {normalise(org).strip(): org for org in orgs}
        if self._asked.isdisjoint(spelt):
            for key, org in spelt.items():
                whole = next((whole for name, whole in self._below.items() if name in key), None)
                if whole is not None:
                    yield Part(org, whole)


def _marked(name: str, text: str, spans: Sequence[Span]) -> Pieces:
    return passage(text, spans) if name == ABSTRACT else mark(text, spans)
