"""What words mean that were typed without a field: 50万以下, 2020年以后, 浙江, 中试, 农业.

A guess is made only of what hardly means anything else, is shown as a chip that can be taken away, and is given up when
nothing meets it. Some guesses are *wide*: the word itself is looked for beside the meaning.
"""

import re
from collections.abc import Iterator

import msgspec

from search import meaning, spans
from search.expression import AnyOf, Choice, Expression
from vocab.codes import Concept, scheme
from vocab.parse import numerals
from vocab.parse.scalar import folded

LONGEST = 30  # characters of a word that may be guessed
_NUMBER = rf"(?:\d{{1,12}}(?:\.\d{{1,4}})?|{numerals.RUN.pattern})"
_UNIT = "(?:百万元?|千万元?|万元?|亿元?|千元|元)"
_YEAR = r"(?:19|20)\d\d"
AMOUNT = re.compile(f"{_NUMBER}{_UNIT}")
MONEY = "元"
BOUNDED_AMOUNT = re.compile(
    f"{_NUMBER}{_UNIT}?(?:-|~|～|—|至|到){_NUMBER}{_UNIT}|{_NUMBER}{_UNIT}(?:以下|以内|之内|以上)|[<>≤≥]=?{_NUMBER}{_UNIT}"
)
TIME = re.compile(
    f"{_YEAR}年?(?:以后|之后|以来|至今|以前|之前)|{_YEAR}年(?:后|前)|{_YEAR}年?(?:-|~|～|—|至|到){_YEAR}年?"
    f"|(?:最近|过去|近)(?:\\d{{1,2}}|{numerals.RUN.pattern})年(?:来|内|以来)?|今年|去年|前年"
)
YEAR = re.compile(f"{_YEAR}(年?)")
# Names of prefectures that mean something else as often.
ORDINARY = frozenset({"白银", "攀枝花", "黄石", "白城", "白山"})
ORGANISATION = re.compile(
    "大学|学院|研究院|研究所|科学院|医院|公司|(?:university|institute|college|academy|hospital|company|normal|medical"
    r"|agricultural|polytechnic|technology|science)\b",
    re.IGNORECASE,
)
STAGE_WORD = re.compile("阶段|小试|中试|stage$", re.IGNORECASE)


class Guess(msgspec.Struct, frozen=True):
    """`text`, which is `word[start:end]`, is taken for `condition` of `field`."""

    start: int
    end: int
    text: str
    field: str
    condition: Expression
    wide: bool = False


def guesses(word: str, following: str = "") -> list[Guess]:
    """What is understood in a word: all of it, or amounts and times at its ends (50万以下农业). In order; none overlap.

    A place before `following` may be a piece of a name: Zhejiang University.
    """
    if len(word) > LONGEST or (ORGANISATION.match(following) and _region(folded(word))):
        return []
    if whole := _whole(word, 0, len(word)):
        return [whole]
    ends = list(_ends(word))
    start = next((g.end for g in ends if g.start == 0), 0)
    end = next((g.start for g in ends if g.start > 0), len(word))
    between = _whole(word, start, end) if ends else None
    return sorted([*ends, between] if between else ends, key=lambda g: g.start)


def _whole(word: str, start: int, end: int) -> Guess | None:
    for field, condition, wide in _readings(folded(word[start:end])):
        if condition is not None:
            return Guess(start, end, word[start:end], field, condition, wide)
    return None


def _readings(plain: str) -> Iterator[tuple[str, Expression | None, bool]]:
    if BOUNDED_AMOUNT.fullmatch(plain):
        yield "price", spans.price(plain), False
    elif AMOUNT.fullmatch(plain) and not numerals.RUN.fullmatch(plain):
        yield "price", spans.price(plain), not plain.endswith(MONEY)
    elif TIME.fullmatch(plain):
        yield "date", spans.dated(plain), False
    elif year := YEAR.fullmatch(plain):
        yield "date", spans.dated(plain), not year[1]
    else:
        yield "region", _region(plain), False
        yield "stage", _stage(plain), True
        yield "field", _field(plain), True


def _ends(word: str) -> Iterator[Guess]:
    """At the beginning an amount or a time, at the end a time: 年产50万以下 is no price."""
    start, end = 0, len(word)
    if found := BOUNDED_AMOUNT.match(word) or TIME.match(word):
        field, condition = _of(found[0])
        if condition is not None and found.end() < end:
            start = found.end()
            yield Guess(0, start, found[0], field, condition)
    for found in TIME.finditer(word, start):
        if found.end() == end and found.start() > start:
            field, condition = _of(found[0])
            if condition is not None:
                yield Guess(found.start(), end, found[0], field, condition)


def _of(text: str) -> tuple[str, Expression | None]:
    return ("date", spans.dated(text)) if TIME.fullmatch(text) else ("price", spans.price(text))


def _region(plain: str) -> Choice | None:
    """A province or a prefecture by any of its names, a county by its whole name."""
    concept = None if plain in ORDINARY or plain.isdigit() else scheme("gbt2260").find(plain)
    if concept is None or concept.valid_to or "/" in plain:
        return None
    wide_enough = concept.notation.endswith("00") and "grouping" not in concept.note
    return Choice("region", (concept.notation,)) if wide_enough or plain == concept.zh else None


def _stage(plain: str) -> Choice | None:
    values = meaning.VALUES["stage"](plain) if STAGE_WORD.search(plain) else ()
    return Choice("stage", values) if values else None


def _field(plain: str) -> Expression | None:
    """A division of the first rank in any of the classifications."""
    found = [scheme(s).find(plain) for s in meaning.FIELD_SCHEMES if "/" not in plain]
    known = [c for c in found if c is not None and _first_rank(c) and c.notation.casefold() != plain.casefold()]
    choices = [Choice("field", tuple(c.code for c in known))] if known else []
    for facet, id_ in (("discipline", meaning.DISCIPLINE), ("industry", meaning.INDUSTRY)):
        choices += [Choice(facet, (c.code,)) for c in known if c.scheme == id_]
    return AnyOf(tuple(choices)) if len(choices) > 1 else next(iter(choices), None)


def _first_rank(concept: Concept) -> bool:
    industry = concept.scheme == meaning.INDUSTRY and len(concept.notation) <= 2
    return (concept.parent is None or industry) and not concept.zh.startswith("其他")
