"""Texts as terms: cut into words, each with its other names."""

from collections.abc import Iterable, Sequence

from search.analysis import CJK_RUN, STOP, Analyser
from search.bilingual import Bilingual
from search.expression import Term
from search.normalise import normalise
from search.synonyms import Synonyms


class Wording:
    def __init__(self, analyser: Analyser, synonyms: Synonyms, bilingual: Bilingual) -> None:
        self._analyser = analyser
        self._synonyms = synonyms
        self._bilingual = bilingual

    def terms(self, chunks: Iterable[str], field: str = "") -> list[Term]:
        """What a record must have to hold these texts, which were typed one after another with spaces between."""
        words = [word for chunk in chunks for word in self._cut(chunk)]
        out: list[Term] = []
        at = 0
        while at < len(words):
            known, others = self._synonyms.at(words, at)
            translated, translations = self._bilingual.at(words, at)
            length = max(known, translated, 1)
            text = _joined(words[at : at + length])
            if others or text not in STOP or len(words) == 1:
                out.append(
                    Term(
                        text,
                        tuple(map(normalise, others)) if known == length else (),
                        field=field,
                        translations=translations if translated == length else (),
                        below=tuple(
                            (normalise(n), whole) for n, whole in self._synonyms.below(words[at : at + length])
                        ),
                    )
                )
            at += length
        return out

    def phrase(self, text: str, field: str = "") -> list[Term]:
        """The text as it stands; nothing when there is neither letter nor digit in it."""
        plain = normalise(text).strip()
        return [Term(plain, quoted=True, field=field)] if any(c.isalnum() for c in plain) else []

    def _cut(self, chunk: str) -> list[str]:
        """Words of what was typed without a space. Characters the cut left single join their single neighbours: 高|熵 -> 高熵."""
        out: list[str] = []
        single = False
        for word in self._analyser.cut(chunk):
            alone = len(word) == 1 and CJK_RUN.match(word) is not None and word not in STOP
            if alone and single:
                out[-1] += word
            else:
                out.append(word)
            single = alone
        return out


def _joined(words: Sequence[str]) -> str:
    """Words put together again: Latin ones with a space between them."""
    out = words[0]
    for word in words[1:]:
        out += word if CJK_RUN.match(word) or CJK_RUN.match(out[-1]) else f" {word}"
    return out
