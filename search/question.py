"""What a person typed, read: words, "phrases", -not. Anything can be typed; nothing is a syntax error.

锂电池 "固态电解质" -铅酸     two clauses that must match, one that must not
"""

import re
import unicodedata
from functools import lru_cache

import msgspec

from search.analysis import (
    CJK_RUN,
    STOP,
    Analyser,
    dictionary_words,
    identifier_key,
    looks_like_identifier,
)
from search.normalise import normalise
from search.synonyms import SynonymFile, Synonyms

MOST_CLAUSES = 40
PART = re.compile(r"(?P<no>[-－−])?(?:[\"“”＂「](?P<phrase>[^\"“”＂」]*)[\"“”＂」]|(?P<word>[^\s\"“”＂「」]+))")


class Clause(msgspec.Struct, frozen=True):
    """One thing the query asks for. `text` is normalised; `others` are further names of it (synonyms)."""

    text: str
    others: tuple[str, ...] = ()
    quoted: bool = False


class Question(msgspec.Struct, frozen=True):
    """`must`: all of these. `must_not`: none of these. `identifier`: the key of the number the whole text may be.

    `cut`: there were more words than MOST_CLAUSES, and the last ones are not looked for.
    """

    must: tuple[Clause, ...] = ()
    must_not: tuple[Clause, ...] = ()
    identifier: str = ""
    cut: bool = False

    @property
    def empty(self) -> bool:
        return not (self.must or self.must_not or self.identifier)


class Language:
    """The analyser and the synonyms an engine works with: the same object serves documents and queries."""

    def __init__(self, words: list[str], synonyms: SynonymFile) -> None:
        self.analyser = Analyser([*words, *map(normalise, synonyms.terms())])
        self.synonyms = Synonyms(synonyms, self.analyser.cut)

    def read(self, text: str) -> Question:
        text = "".join(c if unicodedata.category(c)[0] != "C" or c in "\t\n" else " " for c in text)
        must: list[Clause] = []
        must_not: list[Clause] = []
        words: list[str] = []
        for part in PART.finditer(text):
            if part["no"] or part["phrase"] is not None:
                must += self._clauses(words)
                words = []
            if part["phrase"] is not None:
                (must_not if part["no"] else must).extend(_quoted(part["phrase"]))
            elif part["no"]:
                must_not += _quoted(part["word"])
            else:
                words += self._cut(part["word"])
        must += self._clauses(words)
        kept = tuple(dict.fromkeys(must))
        key = identifier_key(text)
        return Question(
            must=kept[:MOST_CLAUSES],
            must_not=tuple(dict.fromkeys(must_not))[:MOST_CLAUSES],
            identifier=key if looks_like_identifier(key) else "",
            cut=len(kept) > MOST_CLAUSES,
        )

    def _cut(self, chunk: str) -> list[str]:
        """Words of what was typed without a space. Characters the cut left single join their single neighbours: 高|熵 -> 高熵."""
        out: list[str] = []
        single = False
        for word in self.analyser.cut(chunk):
            alone = len(word) == 1 and CJK_RUN.match(word) is not None and word not in STOP
            if alone and single:
                out[-1] += word
            else:
                out.append(word)
            single = alone
        return out

    def _clauses(self, words: list[str]) -> list[Clause]:
        out: list[Clause] = []
        at = 0
        while at < len(words):
            length, names = self.synonyms.at(words, at)
            length = max(length, 1)
            text = _joined(words[at : at + length])
            if names or text not in STOP or len(words) == 1:
                out.append(Clause(text, tuple(map(normalise, names))))
            at += length
        return out


def _joined(words: list[str]) -> str:
    """Words put together again: Latin ones with a space between them."""
    out = words[0]
    for word in words[1:]:
        out += word if CJK_RUN.match(word) or CJK_RUN.match(out[-1]) else f" {word}"
    return out


def _quoted(text: str) -> list[Clause]:
    plain = normalise(text).strip()
    return [Clause(plain, quoted=True)] if any(c.isalnum() for c in plain) else []


@lru_cache(maxsize=1)
def default_language() -> Language:
    """The language of the packaged dictionary and synonyms, made once (0.2 s)."""
    from search import synonyms

    return Language(dictionary_words(), synonyms.load())
