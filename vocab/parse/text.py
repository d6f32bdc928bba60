"""Plain values: texts, keywords, whole numbers, registration numbers."""

import re
from typing import Final

from vocab.identifiers import normalise_registration_no
from vocab.parse import numerals
from vocab.parse.lists import items
from vocab.parse.parsed import NOTHING, Options, Parsed, failed, problem
from vocab.parse.scalar import folded, one, scalars, tidy
from vocab.tree import Tree

_THOUSANDS: Final = re.compile(r"(?<=\d),(?=\d{3})")
_INTEGER: Final = re.compile(r"(?:约|共)?([+-]?\d{1,15})(?:\.0+)?\s*(?:[项个件人家次篇年名位套台份]|万?元)?")


def parse_text(tree: Tree, _: Options) -> Parsed:
    """A `str` without control characters; several texts are lines."""
    if isinstance(tree, str):
        return Parsed(tidy(tree)) if one(tree) is not None else NOTHING
    texts = [tidy(text) for text in scalars(tree)]
    return Parsed("\n".join(texts)) if texts else NOTHING


def parse_words(tree: Tree, _: Options) -> Parsed:
    """A tuple of keywords, each once, in the order of the source."""
    words, _unordered, _said = items(tree)
    kept = tuple(dict.fromkeys(word.strip("。.“”\"' ") for word in words if word.strip("。.“”\"' ")))
    return Parsed(kept) if kept else NOTHING


def parse_integer(tree: Tree, _: Options) -> Parsed:
    """An `int`, a counting word behind it left out. Problem: `number-invalid`."""
    text = one(tree)
    if text is None:
        return NOTHING
    plain = _THOUSANDS.sub("", folded(text[:60]))
    if (match := _INTEGER.fullmatch(plain)) and not plain.endswith("元"):
        return Parsed(int(match[1]))
    spoken = numerals.number(plain)
    return Parsed(spoken) if spoken is not None else failed("number-invalid", "this is not a whole number", text)


def parse_registration_no(tree: Tree, _: Options) -> Parsed:
    """成果登记号 in its normal form. An invalid one stays as the source wrote it, with `registration-no-invalid`."""
    text = one(tree)
    if text is None:
        return NOTHING
    number = normalise_registration_no(text)
    if number is not None:
        return Parsed(number)
    message = "not written as a registration number; kept as it is and not used for matching"
    return Parsed(tidy(text)[:200], (problem("registration-no-invalid", message, text),))
