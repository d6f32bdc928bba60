"""The ways in which a text is tried, one after the other until something is found. The same for every engine.

    for attempt in attempts(language, query.text, after and after.step):
        total, hits = ...  # of query.narrowed(attempt.question.expression)
        if total:
            break
    page = Page(total, ..., **attempt.said(total))

A page that is continued goes on with the attempt that its first page came from: `Cursor.step`.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import Any

import msgspec

from search.base import Frequency, Speller
from search.expression import Question
from search.question import Language
from search.relax import relaxed


class Step(IntEnum):
    READ = 0  # as the text was understood
    WORDS = 1  # without guesses: 浙江 is a word, not a region
    RELAXED = 2  # some of the words are enough


class Attempt(msgspec.Struct, frozen=True):
    """`read` is how the text was understood; `question` what is looked for in this attempt."""

    step: Step
    read: Question
    question: Question

    def said(self, total: int) -> dict[str, Any]:
        """What `Page` says of it, by the names of its fields."""
        guesses_failed = self.step is not Step.READ and total > 0
        return {
            "relaxed": (self.step is Step.RELAXED and total > 0) or self.question.cut,
            "chips": self.question.chips if total else self.read.chips,
            "unmet": tuple(c for c in self.read.chips if c.guessed) if guesses_failed else (),
            "problem": self.read.problem,
        }


def attempts(language: Language, text: str, only: Step | None = None) -> Iterator[Attempt]:
    """At least one; with `only` that one, or the last there is before it."""
    read = language.read(text)
    plain = language.read(text, guess=False) if read.guessed else read
    found = [Attempt(Step.READ, read, read)]
    if plain is not read:
        found.append(Attempt(Step.WORDS, read, plain))
    if (looser := relaxed(plain.expression)) is not None:
        found.append(Attempt(Step.RELAXED, read, msgspec.structs.replace(plain, expression=looser)))
    if only is None:
        return iter(found)
    return iter([a for a in found if a.step <= only][-1:])


def corrected(language: Language, text: str, speller: Speller, frequency: Frequency) -> str | None:
    """The text with its words better spelt, each where it stands; None when no word has a better spelling."""
    out = text
    for start, end in reversed(language.typed(text)):
        if better := speller.better(text[start:end], frequency):
            out = out[:start] + better + out[end:]
    return out if out != text else None
