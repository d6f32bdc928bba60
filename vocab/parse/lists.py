"""Lists in one text: separators by preference, brackets respected, numbering and decorations stripped, order kept."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from vocab.parse.scalar import is_empty, scalars, tidy
from vocab.tree import Tree

_OUTER: Final = re.compile("[、；;，,|｜\n\t]+")
_LATER: Final = (re.compile("[/／]"), re.compile(r"\s+"))
_BRACKET: Final = re.compile("[（(【\\[《]")
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff·\s]+")
_COMPANY: Final = re.compile(r"\s*(?:Ltd|Inc|LLC|Co|Corp|Limited|L\.?P|S\.?A|GmbH)\b\.?", re.IGNORECASE)
_NUMBERED: Final = re.compile(
    r"[\u2460-\u2473]\s*|(?:^|(?<=[\s；;，,、。]))(?:[（(]\d{1,2}[)）]|\d{1,2}[)）.、．](?!\d))\s*"
)
_ANY_NUMBER: Final = re.compile(r"[\d\u2460-\u2473]")
# A list that begins with its first number is numbered throughout, without space or comma before the next too.
_FIRST: Final = re.compile(r"\s*(?:[（(]1[)）]|1[)）.、．](?!\d))")
_ANY: Final = re.compile(r"[（(]\d{1,2}[)）]\s*|(?<!\d)\d{1,2}[)）.、．](?!\d)\s*")
UNORDERED: Final = re.compile("[（(【\\[]?\\s*排名不分(?:先后|前后)\\s*[)）】\\]]?")
_STAMP: Final = re.compile("[（(【\\[]\\s*(?:盖章|公章|签章|签字|签名|章)\\s*[)）】\\]]")
SHORT: Final = 40  # characters: keywords and single names, which come again; longer lists hardly ever do
_ETC: Final = re.compile(r"[、，,]?\s*等\s*(?:(\d{1,4})\s*(?:[家个所位人名项]\S{0,4})?)?\s*$")


def strip_numbering(text: str) -> str:
    """`1.甲大学 2.乙公司` becomes `甲大学；乙公司`."""
    if _ANY_NUMBER.search(text) is None:
        return text
    return (_ANY if _FIRST.match(text) else _NUMBERED).sub("；", text).lstrip("； ")


def strip_decorations(text: str) -> tuple[str, bool, int | None]:
    """The text without stamps and notes, whether it said that order means nothing, and how many it said there are.

    `等3家` gives 3, a bare `等` gives 0, nothing gives None.
    """
    unordered = 0
    if "排名" in text:
        text, unordered = UNORDERED.subn("", text)
    if "章" in text or "签" in text:
        text = _STAMP.sub("", text)
    text = text.rstrip("、；;，,。 ")
    match = _ETC.search(text) if "等" in text else None
    if match is None or match.start() == 0:
        return text, bool(unordered), None
    return text[: match.start()], bool(unordered), int(match[1] or 0)


def split_list(text: str) -> list[str]:
    """The items of a list. 、；,| and line ends separate; only where there are none of them /, then space in Chinese."""
    parts = list(_outside_brackets(text)) if _BRACKET.search(text) else _OUTER.split(text)
    if "," in text:
        parts = _rejoined(parts)
    if len(parts) == 1:
        for later in _LATER:
            pieces = later.split(parts[0])
            if len(pieces) > 1 and (later is _LATER[0] or _names(pieces)):
                parts = pieces
                break
    return [part.strip() for part in parts if part and not is_empty(part)]


def _names(pieces: list[str]) -> bool:
    """Whether words apart are items of their own: Chinese words of two characters and more, not `王 伟`."""
    return all(len(piece) > 1 and _CHINESE.fullmatch(piece) for piece in pieces)


def _outside_brackets(text: str) -> Iterator[str]:
    depth, start = 0, 0
    for place, char in enumerate(text):
        if char in "（(【[《":
            depth += 1
        elif char in "）)】]》":
            depth = max(depth - 1, 0)
        elif depth == 0 and char in "、；;，,|｜\n\t":
            yield text[start:place]
            start = place + 1
    if depth:  # a bracket never closed protects nothing
        yield from _OUTER.split(text[start:])
    else:
        yield text[start:]


def _rejoined(parts: list[str]) -> list[str]:
    """`Foo Co., Ltd.` is one name: its comma separated nothing."""
    joined: list[str] = []
    for part in parts:
        if joined and _COMPANY.match(part) and joined[-1].isascii():
            joined[-1] = f"{joined[-1]},{part}"
        else:
            joined.append(part)
    return joined


def items(tree: Tree) -> tuple[list[str], bool, int | None]:
    """All items of a text or a list of texts, in order; then as `strip_decorations`."""
    found: list[str] = []
    unordered, said = False, None
    for text in scalars(tree):
        parts, free, count = _remembered(text) if len(text) <= SHORT else _items(text)
        unordered, said = unordered or free, count if count is not None else said
        found += parts
    return found, unordered, said


def _items(text: str) -> tuple[tuple[str, ...], bool, int | None]:
    plain, unordered, said = strip_decorations(tidy(text))
    return tuple(split_list(strip_numbering(plain))), unordered, said


_remembered = lru_cache(maxsize=8_192)(_items)
