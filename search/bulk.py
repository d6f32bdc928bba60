"""Analysis of many texts at once, for documents: the words and grams of `search/analysis.py`, several times faster.

What costs is the number of calls and of small strings, not that of characters. So all texts go through each step together,
as one string with a mark between two of them.
"""

import re
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

from search.analysis import CJK_RUN, LATIN_RUN, SPACED, THREE, Analyser, latin, whole

END, OTHER = "\0", "\1"  # stand for the end of a text and for a Latin token; the segmenter leaves both alone
PIECE = re.compile(f"({CJK_RUN.pattern})|({LATIN_RUN.pattern})|{END}")
UNITS = "utf-32-le"  # every character is one unit of four bytes
BLANK = array("I", " ".encode(UNITS))


class Grams(NamedTuple):
    """Of a text, each in one string for a whitespace tokenizer: its pairs in order; these, and behind them its threes in theirs."""

    pairs: str
    every: str


class Pieces:
    """Texts taken apart into runs of CJK characters and Latin tokens."""

    def __init__(self, normalised: Sequence[str]) -> None:
        joined = END.join(normalised)
        if joined.count(END) >= len(normalised):  # a text holds the mark itself
            joined = END.join([text.replace(END, OTHER) for text in normalised])
        pieces = PIECE.findall(SPACED.sub("", joined))  # (CJK, ""), ("", Latin) or, at the end of a text, ("", "")
        self._others = [other for _, other in pieces if other]
        self._placed = [cjk or (OTHER if other else END) for cjk, other in pieces]
        self._none = not normalised

    def words(self, analyser: Analyser) -> list[str]:
        """Of each text its words in no order, in one string for a whitespace tokenizer."""
        cut = " ".join(analyser.words_between_spaces(" ".join(self._placed))).replace("   ", " ")
        return self._texts(cut, [" ".join(latin(other)) for other in self._others])

    def grams(self) -> list[Grams]:
        """Of each text."""
        pairs = self._texts(_pairs(self._placed).replace("     ", " "), list(map(whole, self._others)))
        every = map(" ".join, zip(pairs, self._texts(_threes(self._placed), []), strict=True))
        return list(map(Grams, pairs, every))

    def _texts(self, marked: str, others: Sequence[str]) -> list[str]:
        """The texts of a string with marks, with `others` where Latin tokens stand."""
        if self._none:
            return []
        if others:
            parts = zip(marked.split(OTHER), (*others, ""), strict=True)
            marked = "".join(chain.from_iterable(parts))
        return list(map(str.strip, marked.split(END)))


def _pairs(placed: Sequence[str]) -> str:
    """Every pair of adjacent characters of a run, its last one alone, and marks as they are. The pairs are laid out as units
    of memory, all first characters in one go and all second ones in another."""
    firsts = " ".join(placed) + " "
    seconds = "".join([f"{run[1:]}  " for run in placed])  # nothing follows the last character of a run, nor the space
    return _side_by_side(firsts, seconds)


def _threes(placed: Sequence[str]) -> str:
    """Every three adjacent characters of a run behind their mark, the last one short, and the marks of ends."""
    runs = [run for run in placed if run == END or len(run) > 2]
    marks = "".join(["  " if run == END else THREE * (len(run) - 1) + " " for run in runs])
    firsts = "".join([END + " " if run == END else run[:-1] + " " for run in runs])
    seconds = "".join(["  " if run == END else run[1:] + " " for run in runs])
    thirds = "".join(["  " if run == END else run[2:] + "  " for run in runs])
    return _side_by_side(marks, firsts, seconds, thirds)


def _side_by_side(*parts: str) -> str:
    """The first characters of each part together, a space, the second ones together, a space, and so on."""
    width = len(parts) + 1
    units = BLANK * (width * len(parts[0]))
    for place, part in enumerate(parts):
        units[place::width] = array("I", part.encode(UNITS))
    return units.tobytes().decode(UNITS)
