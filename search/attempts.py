"""The ways in which a text is tried, one after the other until something is found. The same for every engine.

    for attempt in attempts(language, query.text, count, after and after.step):
        total, hits = ...  # of query.narrowed(attempt.question.expression)
        if total:
            break
    page = Page(total, ..., **attempt.said(total))

`count` tells how many records meet an expression under the query's filters. A page that is continued goes on with the attempt
that its first page came from: `Cursor.step`.
"""

from collections.abc import Callable, Iterator, Sequence
from enum import IntEnum
from typing import Any

import msgspec

from search.base import Frequency, Speller
from search.expression import EVERYTHING, Chip, Expression, Question, both
from search.question import Language
from search.relax import ANY, ENOUGH, relaxed

Count = Callable[[Expression], int]


class Step(IntEnum):
    READ = 0  # as the text was understood
    WORDS = 1  # guesses that nothing meets are words: 浙江 is no region here
    FEWER = 2  # without those words
    RELAXED = 3  # some of the words are enough
    ANY = 4  # a single one is enough


class Attempt(msgspec.Struct, frozen=True):
    """`read` is how the text was understood; `question` what is looked for; `unmet` the guesses that were given up."""

    step: Step
    read: Question
    question: Question
    unmet: tuple[Chip, ...] = ()

    def said(self, total: int) -> dict[str, Any]:
        """What `Page` says of it, by the names of its fields."""
        return {
            "relaxed": (self.step >= Step.FEWER and total > 0) or self.question.cut,
            "chips": self.question.chips if total else self.read.chips,
            "unmet": self.unmet if total else (),
            "problem": self.read.problem,
        }


def attempts(language: Language, text: str, count: Count, only: Step | None = None) -> Iterator[Attempt]:
    """At least one; with `only` that one, or the last there is before it."""
    if only is None:
        yield from _attempts(language, text, count)
        return
    last = None
    for attempt in _attempts(language, text, count):
        if last is not None and attempt.step > only:
            break
        last = attempt
        if attempt.step == only:
            break
    if last is not None:
        yield last


def strictly(language: Language, text: str, count: Count) -> Expression | None:
    """The first way of reading the text that records meet in all its words; None when there is none."""
    for attempt in attempts(language, text, count):
        if attempt.step >= Step.FEWER or attempt.question.cut:
            return None
        if count(attempt.question.expression):
            return attempt.question.expression
    return None


def _attempts(language: Language, text: str, count: Count) -> Iterator[Attempt]:
    read = fewer = language.read(text)
    yield Attempt(Step.READ, read, read)
    unmet = _unmet(language, text, read, count)
    if unmet:
        places = _places(unmet)
        yield Attempt(Step.WORDS, read, language.read(text, words=places), unmet)
        fewer = language.read(text, passed=places)
        if fewer.expression != EVERYTHING:
            yield Attempt(Step.FEWER, read, fewer, unmet)
    tried = fewer.expression
    for step, share in ((Step.RELAXED, ENOUGH), (Step.ANY, ANY)):
        looser = relaxed(fewer.expression, share)
        if looser is not None and looser != tried:
            yield Attempt(step, read, msgspec.structs.replace(fewer, expression=looser), unmet)
            tried = looser


def _unmet(language: Language, text: str, read: Question, count: Count) -> tuple[Chip, ...]:
    """The guesses to give up: from the first on, each that nothing meets which meets those before it and the rest of the text.

    Where nothing meets the rest alone, the guesses are judged by themselves: they may be right, and the words wrong.
    """
    guessed = [chip for chip in read.chips if chip.guessed]
    if not guessed:
        return ()
    rest = language.read(text, passed=_places(guessed)).expression
    held = rest if count(rest) else EVERYTHING
    unmet: list[Chip] = []
    for chip in guessed:
        more = both(held, chip.condition)
        if count(more):
            held = more
        else:
            unmet.append(chip)
    return tuple(unmet)


def _places(chips: Sequence[Chip]) -> frozenset[int]:
    return frozenset(chip.start for chip in chips)


def corrected(
    language: Language, text: str, speller: Speller | None, attempt: Attempt, total: int, frequency: Frequency
) -> str | None:
    """The text with its words better spelt, each where it stands; None when no word has a better spelling, or what was looked for
    was found.
    """
    if speller is None or not text or (total and attempt.step < Step.FEWER):
        return None
    out = text
    for start, end in reversed(language.typed(text)):
        if better := speller.better(text[start:end], frequency):
            out = out[:start] + better + out[end:]
    return out if out != text else None
