"""The language an engine works with: how texts are cut, what else a thing is called, and how a query is read.

锂电池 浙江 "固态电解质" -铅酸     two clauses that must match, a region, one that must not
"""

from collections.abc import Sequence
from functools import lru_cache

from search.analysis import Analyser, dictionary_words
from search.bilingual import Bilingual
from search.expression import Question
from search.normalise import normalise
from search.reading import Reading
from search.synonyms import SynonymFile, Synonyms
from search.syntax import Word, parse
from search.wording import Wording


class Language:
    """The analyser, the synonyms and the bilingual terms: the same object serves documents and queries."""

    def __init__(self, words: Sequence[str], synonyms: SynonymFile, bilingual: Bilingual | None = None) -> None:
        self.analyser = Analyser([*words, *map(normalise, synonyms.terms())])
        self.synonyms = Synonyms(synonyms, self.analyser.cut)
        self._wording = Wording(self.analyser, self.synonyms, bilingual or Bilingual())

    def read(self, text: str, *, words: frozenset[int] = frozenset(), passed: frozenset[int] = frozenset()) -> Question:
        """Any text is a query. Guesses that begin at one of `words` are words after all, those at `passed` are passed over."""
        return Reading(self._wording, text, words, passed).question()

    def typed(self, text: str) -> list[tuple[int, int]]:
        """Where plain words stand in a text, from the first to the last: those whose spelling may be wrong."""
        return [(part.start, part.end) for part in parse(text).query.parts if isinstance(part, Word)]


@lru_cache(maxsize=1)
def default_language() -> Language:
    """The language of the packaged dictionary and synonyms, made once (0.2 s)."""
    from search import synonyms

    return Language(dictionary_words(), synonyms.load())
