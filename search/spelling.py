"""Better spellings of what was typed, out of the words that records use: the same pinyin, one character off, or a slip of the keys.

Only what the index holds now is ever proposed: the vocabulary says what to try, `Frequency` decides.
"""

from collections.abc import Callable, Iterator

from rapidfuzz import process
from rapidfuzz.distance import OSA

from search.analysis import CJK_RUN, STOP
from search.base import Frequency
from search.normalise import normalise
from search.vocabulary import Vocabulary

Try = tuple[str, str]  # a piece of the text, and what may be meant by it
LONGEST = 40  # characters of a text that is corrected
MOST_PIECES, MOST_TRIED = 10, 3  # pieces of a text, and spellings of a piece that the index is asked for
LONGEST_PIECE = 10  # characters of Chinese
RARER = 20  # times: a typed word that records do use is doubted only when the other is so much more frequent


class VocabularySpeller:
    """Implements `search.base.Speller`. `cut` gives the words of a normalised text in their order."""

    def __init__(self, vocabulary: Vocabulary, cut: Callable[[str], list[str]]) -> None:
        self._vocabulary = vocabulary
        self._cut = cut

    def better(self, typed: str, frequency: Frequency) -> str | None:
        plain = normalise(typed)
        if not 2 <= len(plain) <= LONGEST:
            return None
        tries = [(piece, other) for piece in self._pieces(plain) for other in self._near(piece)[:MOST_TRIED]]
        return self._whole(plain, tries, frequency) or self._piece(plain, tries, frequency)

    def _whole(self, plain: str, tries: list[Try], frequency: Frequency) -> str | None:
        """What records hold as it would then stand."""
        needed = RARER * frequency(plain) if tries else 0
        changed = (plain.replace(piece, other, 1) for piece, other in tries)
        return next((text for text in changed if frequency(text) > needed), None)

    def _piece(self, plain: str, tries: list[Try], frequency: Frequency) -> str | None:
        """Words that records hold somewhere, for a piece without a word that they know."""
        for piece, other in tries:
            if not self._holds_word(piece) and frequency(other) > RARER * frequency(piece):
                return plain.replace(piece, other, 1)
        return None

    def _holds_word(self, piece: str) -> bool:
        return any(len(word) > 1 and word in self._vocabulary.counts for word in self._cut(piece))

    def _pieces(self, plain: str) -> list[str]:
        """The whole, then what its neighbouring words make together, the longest first."""
        if not CJK_RUN.fullmatch(plain):
            return [plain, *(run for run in CJK_RUN.findall(plain) if 1 < len(run) <= LONGEST_PIECE)][:MOST_PIECES]
        spans = sorted(_spans(self._cut(plain)), key=len, reverse=True)
        return list(dict.fromkeys((plain, *spans)))[:MOST_PIECES]

    def _near(self, piece: str) -> list[str]:
        if CJK_RUN.search(piece):
            return [*self._vocabulary.sounding_like(piece), *self._one_off(piece)]
        return self._slips(piece)

    def _one_off(self, piece: str) -> list[str]:
        """Words with one character changed, missing or too many. Two characters are too few to tell a slip from a word."""
        return self._vocabulary.ordered(_within(piece, self._vocabulary.chinese, 1)) if len(piece) > 2 else []

    def _slips(self, piece: str) -> list[str]:
        """Latin words one slip away, two in long words; those that begin alike first."""
        if len(piece) < 4 or not piece.isalpha():
            return []
        found = _within(piece, self._vocabulary.latin, 1 if len(piece) < 8 else 2)
        return sorted(
            self._vocabulary.ordered(found), key=lambda word: (OSA.distance(piece, word), word[0] != piece[0])
        )


def _within(piece: str, words: list[str], slips: int) -> list[str]:
    near = process.extract(piece, words, scorer=OSA.distance, score_cutoff=slips, limit=50)
    return [word for word, distance, _ in near if distance]


def _spans(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        for end in range(start + 1, len(words) + 1):
            span = "".join(words[start:end])
            if len(span) > LONGEST_PIECE:
                break
            if len(span) > 1 and span not in STOP:
                yield span
