"""Titles compared: how alike they are, and the signs that tell one of a series from the next."""

import re
from collections import Counter
from functools import lru_cache

import msgspec

from vocab.identity.spelling import folded, plain
from vocab.parse.numerals import number

# Roman numerals as people write them for parts and grades; a lone c, d, l or m is a letter, not a number.
_ROMANS = {
    r: n for n, r in enumerate(("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"), start=1)
}
_ARABIC = re.compile(r"\d+(?:\.\d+)*")
_WORD = re.compile(r"[a-zα-ω]+")
_VERSION = re.compile(r"(?<![a-z])(?:v|ver|version)\.?\s*(?=\d)")
_NUMERAL = "[一二三四五六七八九十百两]+"
_COUNTED = re.compile(f"第({_NUMERAL})|({_NUMERAL})(?=[期版代批号型级阶段])")
_STEPS = re.compile("示范推广|推广应用|示范应用|产业化示范|中试|小试|子课题|修订版|升级版|续集|上册|下册")


class Title(msgspec.Struct, frozen=True):
    """A title as it is compared. `marks`: numbers, versions, parts and steps, which must be equal; sorted."""

    text: str
    marks: tuple[str, ...]


@lru_cache(maxsize=8_192)
def title_of(text: str) -> Title:
    return Title(plain(text), marks(text))


def marks(text: str) -> tuple[str, ...]:
    """What tells the second of a series from the first: 二期, V2.0, Ⅱ, B型, 示范推广. A number in any script is one mark.

    >>> marks("某技术（二期）") == marks("某技术(2期)") == marks("某技术Ⅱ期")
    True
    """
    text = _VERSION.sub("", folded(text))
    found = [_trimmed(value) for value in _ARABIC.findall(text)]
    found += [str(number(first or second)) for first, second in _COUNTED.findall(text)]
    found += [_letter(word) for word in _WORD.findall(text) if word in _ROMANS or len(word) == 1]
    return tuple(sorted([*found, *_STEPS.findall(text)]))


def _letter(word: str) -> str:
    return str(_ROMANS.get(word, word))


def _trimmed(value: str) -> str:
    """2.0 is 2, 007 is 7; 2.10 stays apart from 2.1: versions count, they do not measure."""
    parts = [part.lstrip("0") or "0" for part in value.split(".")]
    while len(parts) > 1 and parts[-1] == "0":
        parts.pop()
    return ".".join(parts)


def grams(text: str) -> Counter[str]:
    """2-grams of a plain text with how often each stands in it; one character is its own."""
    return Counter([text[i : i + 2] for i in range(len(text) - 1)] or ([text] if text else []))


def similarity(first: str, second: str) -> float:
    """Dice's coefficient of the 2-grams of two plain texts, 0..1, three decimals; symmetric; an empty text is like nothing."""
    if not first or not second:
        return 0.0
    if first == second:
        return 1.0
    one, other = grams(first), grams(second)
    return round(2 * (one & other).total() / (one.total() + other.total()), 3)
