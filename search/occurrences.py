"""Where the names of what is wanted stand in texts: in all texts of a page at once, and without a pattern to compile.

A new question has names of its own, and to compile them as a regular expression took longer than all else that a page needs.
So the beginnings of all names are looked for by an Aho-Corasick automaton, made in some microseconds, and what goes on as one of
them is compared there.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from search.analysis import CJK, CJK_RUN, stem

Span = tuple[int, int]
END = "\0"
QUICKLY_MADE = Implementation.ContiguousNFA
HEAD = re.compile(f"[{CJK}]+|[^\\W\\d_{CJK}]+|\\d+")  # characters of one sort
LATIN_PAIR = re.compile(f"[^\\W_{CJK}]{{2}}")
BETWEEN = frozenset("-_/+'’&·. ")  # one of these may stand between two characters of a name
SIGNS, MARKED = "-/&.", 5  # signs that stand inside words, before so many letters of them
SPACES = re.compile(f" (?<=[{CJK}] ) *(?=[{CJK}])")  # beginning with one character, which is looked for fastest
IGNORED = re.compile(r"[^\w.]|_")


class Name(NamedTuple):
    """Its characters without marks, the first of them, which are of one sort, and the endings of which one follows."""

    body: str
    head: str
    endings: tuple[str, ...]

    @property
    def beginnings(self) -> list[str]:
        """What a text may have where it stands: the head, or the first letters of it and a sign (csic, C/SiC)."""
        marked = range(1, min(len(self.head), MARKED)) if LATIN_PAIR.match(self.head) else ()
        return [self.head, *(self.head[:length] + sign for length in marked for sign in SIGNS)]

    def end(self, text: str, start: int) -> int | None:
        """Where it ends when it stands at this place; None when it does not."""
        if _inside_word(text, start):
            return None
        end = _follows(text, start, self.body)
        if end is None:
            return None
        ends = (end + len(ending) for ending in self.endings if text.startswith(ending, end))
        return next((place for place in ends if not _inside_word(text, place)), None)


class Occurrences:
    """Finds these names, spelt as `search.normalise` does. What begins first counts, then what is longest.

    Chinese ones stand anywhere, also with spaces in them; Latin ones are whole words, in singular or plural, and may have a mark
    more or less in them (covid19, COVID-19).
    """

    def __init__(self, names: Iterable[str]) -> None:
        longest_first = sorted(filter(None, map(_named, set(names))), key=lambda name: -len(name.body))
        known: dict[str, list[Name]] = {}
        for name in longest_first:
            for beginning in name.beginnings:
                known.setdefault(beginning, []).append(name)
        self._ways = [_standing(beginning, known) for beginning in known]
        self._automaton = AhoCorasick(known, MatchKind.LeftmostLongest, implementation=QUICKLY_MADE) if known else None

    def spans(self, texts: Sequence[str]) -> list[list[Span]]:
        """In each text, in order."""
        out: list[list[Span]] = [[] for _ in texts]
        starts = list(accumulate((len(text) + 1 for text in texts), initial=0))
        at = 0
        for start, end in self._between_spaces(END.join(texts)):
            while start >= starts[at + 1]:
                at += 1
            out[at].append((start - starts[at], end - starts[at]))
        return out

    def _between_spaces(self, text: str) -> Iterable[Span]:
        """Spaces between Chinese characters are no part of the text."""
        text = text.replace("\n", " ").replace("\t", " ")
        spaces = [match.span() for match in SPACES.finditer(text)]
        if not spaces:
            return self._found(text)
        left_out = list(accumulate(end - start for start, end in spaces))
        cuts = [end - before for (_, end), before in zip(spaces, left_out, strict=True)]  # where they were
        places = [0, *left_out]
        return (
            (start + places[bisect_right(cuts, start)], end + places[bisect_right(cuts, end - 1)])
            for start, end in self._found(SPACES.sub("", text))
        )

    def _found(self, text: str) -> Iterator[Span]:
        reached = 0
        for head, start, end in self._automaton.find_matches_as_indexes(text) if self._automaton else ():
            if start < reached:
                continue
            ways = self._ways[head]
            found = next((place for name in ways if (place := name.end(text, start))), None) if ways else end
            if found is not None:
                reached = found
                yield start, found


def _standing(beginning: str, known: Mapping[str, Sequence[Name]]) -> Sequence[Name]:
    """Names that may stand where this is the longest beginning found, the longest first. None when the beginning itself is the
    name: Chinese, and nothing to be compared."""
    names = known[beginning]
    if names[0].body == beginning and CJK_RUN.match(beginning):
        return ()
    shorter = (beginning[:length] for length in range(len(beginning) - 1, 0, -1))
    return [*names, *(name for head in shorter for name in known.get(head, ()))]


def _named(name: str) -> Name | None:
    """None when there is neither letter nor digit in it."""
    stemmed, endings = _stemmed(name)
    head = HEAD.search(stemmed)
    return Name(IGNORED.sub("", stemmed[head.start() :]), head[0], endings) if head else None


def _stemmed(name: str) -> tuple[str, tuple[str, ...]]:
    """The name without the ending of its last word, and the endings that may stand there, the longest first."""
    before, space, word = name.rpartition(" ")
    if not (word.isascii() and word.isalpha()):
        return name, ("",)
    singular = stem(word)
    if len(singular) > 2 and singular.endswith("y"):
        return before + space + singular[:-1], ("ies", "y")
    return before + space + singular, ("es", "s", "")


def _follows(text: str, place: int, body: str) -> int | None:
    """Where the body of a name ends that begins at this place of the text; None when it does not stand there."""
    if text.startswith(body, place):
        return place + len(body)
    for character in body:
        if text[place : place + 1] in BETWEEN and text[place] != character:
            place += 1
        if text[place : place + 1] != character:
            return None
        place += 1
    return place


def _inside_word(text: str, place: int) -> bool:
    """Whether a Latin word goes on over this place."""
    return place > 0 and LATIN_PAIR.match(text, place - 1) is not None
