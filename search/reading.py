"""The form of a query, read as what is looked for: words as terms, fields as conditions, and what was understood on the way."""

import re
from collections.abc import Iterator, Sequence
from enum import Enum, auto
from itertools import zip_longest

from search.analysis import RUN, identifier_key, looks_like_identifier
from search.expression import (
    EVERYTHING,
    IDENTIFIER,
    TEXTS,
    AnyOf,
    Chip,
    Expression,
    Misread,
    Not,
    Question,
    Term,
    both,
)
from search.guesses import Guess, guesses
from search.meaning import condition
from search.syntax import Alternatives, Fielded, Group, Negated, Node, Phrase, Word, parse
from search.wording import Wording

MOST = 40  # of each Sort
LIKE_TEXT = ("", *TEXTS, IDENTIFIER)
SPACES = re.compile(r"\s+")
QUOTES = re.compile('["“”＂「」『』]')


class Sort(Enum):
    """What is counted apart: terms that a record should have, terms that it should not, conditions."""

    WANTED = auto()
    UNWANTED = auto()
    CONDITION = auto()


class Reading:
    """Of one text. Guesses that begin at one of `words` are words after all, those at `passed` are passed over."""

    def __init__(self, wording: Wording, text: str, words: frozenset[int], passed: frozenset[int]) -> None:
        self._wording = wording
        self._text = text
        self._words = words
        self._passed = passed
        self._chips: list[Chip] = []
        self._problem: Misread | None = None
        self._parsed = parse(text)
        self._number = _number(self._parsed.query)
        self._left = dict.fromkeys(Sort, MOST)
        self._sort = Sort.WANTED  # of the terms now read
        self._cut = False

    def question(self) -> Question:
        self._problem = self._parsed.problem
        found = both(*dict.fromkeys(self._query(self._parsed.query.parts, "", top=True)))
        if self._problem is None and not RUN.search(self._text):
            self._problem = _without_words(self._text)
        return Question(self._with_number(found), tuple(self._chips), self._problem, self._cut)

    def _with_number(self, found: Expression) -> Expression:
        """The whole text may be one number, in any spelling: ZL 2013 1 0699744.2."""
        if not self._number or self._chips:
            return found
        number = Term(self._number, field=IDENTIFIER)
        return number if found == EVERYTHING else AnyOf((number, found))

    def _query(self, parts: Sequence[Node], field: str, top: bool = False) -> list[Expression]:
        """Words that stand beside each other are read together: other names may reach over spaces."""
        out: list[Expression] = []
        run: list[str] = []
        for part, following in zip_longest(parts, parts[1:]):
            for piece in self._pieces(part, following) if top and isinstance(part, Word) else (part,):
                if isinstance(piece, Word) and (field == "" or field in TEXTS):
                    run.append(piece.text)
                    continue
                out += [*self._terms(run, field), *self._part(piece, field, top)]
                run = []
        return out + self._terms(run, field)

    def _pieces(self, word: Word, following: Node | None) -> Iterator[Word | Chip]:
        """A word, parted where something in it is understood."""
        at = 0
        beside = following.text if isinstance(following, Word) else ""
        for guess in guesses(word.text, beside) if self._left[Sort.CONDITION] else ():
            if guess.wide and self._number.isascii() and self._number:  # 2013 may be a piece of it
                continue
            if guess.start > at:
                yield _part_of(word, at, guess.start)
            piece = _part_of(word, guess.start, guess.end)
            if piece.start in self._words:
                yield piece
            elif piece.start not in self._passed:
                yield self._chip(piece, guess.field, self._meant(guess), piece.text, guessed=True)
            at = guess.end
        if at < len(word.text):
            yield _part_of(word, at, len(word.text))

    def _meant(self, guess: Guess) -> Expression:
        """The condition; where the guess is wide, or else the words."""
        if not guess.wide:
            return guess.condition
        topic = guess.field == "field"
        words = self._wording.terms([guess.text]) if topic else self._wording.phrase(guess.text)
        return AnyOf((guess.condition, both(*words)))

    def _part(self, part: Node | Chip, field: str, top: bool = False) -> list[Expression]:
        match part:
            case Word(text) | Phrase(text):
                return self._value(text, field, part)
            case Chip():
                found = self._limited([part.condition], Sort.CONDITION)
                self._chips += [part] if found else []
                return found
            case Fielded(inner, value):
                found = self._query(value.parts, inner) if isinstance(value, Group) else self._part(value, inner)
                return self._told(part, found) if top else found
            case Negated(inside):
                return self._negated(part, inside, field, top)
            case Group(parts):
                return self._query(parts, field)
            case Alternatives(parts):
                found = [both(*one) for one in (self._query([p], field) for p in parts) if one]
                return [AnyOf(tuple(found))] if len(found) > 1 else found

    def _negated(self, part: Negated, inside: Node, field: str, top: bool) -> list[Expression]:
        before, self._sort = self._sort, Sort.UNWANTED
        found = self._part(inside, field)
        self._sort = before
        if not found:
            return []
        unwanted: list[Expression] = [Not(both(*found))]
        return self._told(part, unwanted, inside) if top and isinstance(inside, Fielded) else unwanted

    def _value(self, text: str, field: str, part: Word | Phrase) -> list[Expression]:
        if field in LIKE_TEXT:
            return self._phrase(text, field) if isinstance(part, Phrase) else self._terms([text], field)
        asked = condition(field, text)
        if asked is not None:
            return self._limited([asked], Sort.CONDITION)
        self._problem = self._problem or Misread("bad-value", part.start, text[:40])
        return self._terms([text], "")

    def _terms(self, chunks: Sequence[str], field: str) -> list[Expression]:
        """What is not wanted is meant as it stands, without its other names."""
        if field == IDENTIFIER:
            keys = [key for chunk in chunks if (key := identifier_key(chunk))]
            return self._limited([Term(key, field=IDENTIFIER) for key in keys], self._sort)
        if self._sort is Sort.UNWANTED:
            return [term for chunk in chunks for term in self._phrase(chunk, field)]
        return self._limited(self._wording.terms(chunks, field), self._sort)

    def _phrase(self, text: str, field: str) -> list[Expression]:
        if field == IDENTIFIER:
            return self._terms([text], field)
        return self._limited(self._wording.phrase(text, field), self._sort)

    def _limited(self, found: Sequence[Expression], sort: Sort) -> list[Expression]:
        kept = list(dict.fromkeys(found))
        self._cut = self._cut or len(kept) > self._left[sort]
        kept = kept[: self._left[sort]]
        self._left[sort] -= len(kept)
        return kept

    def _told(self, part: Fielded | Negated, found: list[Expression], fielded: Node | None = None) -> list[Expression]:
        """With a chip for what was written with the name of its field."""
        named = fielded or part
        if found and isinstance(named, Fielded) and isinstance(named.value, Word | Phrase):
            self._chips.append(self._chip(part, named.field, both(*found), named.value.text))
        return found

    def _chip(self, part: Node, field: str, asked: Expression, words: str, guessed: bool = False) -> Chip:
        before, after = self._text[: part.start], self._text[part.end :]
        plain = QUOTES.sub(" ", words).strip()
        return Chip(
            start=part.start,
            end=part.end,
            field=field,
            condition=asked,
            without=_tidy(f"{before} {after}"),
            as_words=_tidy(f'{before} "{plain}" {after}'),
            guessed=guessed,
        )


def _without_words(text: str) -> Misread | None:
    """None for a text that is empty, or of characters that nobody sees."""
    seen = "".join(filter(str.isprintable, text)).strip()
    return Misread("nothing", 0, seen[:40]) if seen else None


def _number(query: Group) -> str:
    """The key of the number that words may be together; empty when they are none."""
    words = [part.text for part in query.parts if isinstance(part, Word)]
    key = identifier_key("".join(words))
    return key if len(words) == len(query.parts) and looks_like_identifier(key) else ""


def _part_of(word: Word, start: int, end: int) -> Word:
    return Word(word.text[start:end], word.start + start, word.start + end)


def _tidy(text: str) -> str:
    return SPACES.sub(" ", text).strip()
