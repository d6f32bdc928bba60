"""Texts out of trees: numbers as people write them, empties as nothing, control characters gone."""

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from vocab.tree import Tree

EMPTIES: Final = frozenset(
    {"", "null", "none", "nil", "nan", "n/a", "undefined", "[]", "{}"}
    | {
        "无",
        "暂无",
        "暂缺",
        "空",
        "未标注",
        "未填写",
        "未填",
        "暂未填写",
        "暂无描述",
        "暂无数据",
        "无数据",
        "（无）",
        "(无)",
    }
    | {"/", "//", "\\", "／", "-", "--", "---", "－", "—", "——", "———", "…", "……", "."}
)
# C0 and C1 controls but for tab and line ends, lone surrogates, non-characters; and what has no width.
_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_WIDTHLESS: Final = re.compile("[\u200b\u200c\u200e\u200f\u2060\ufeff\u202a-\u202e\u2066-\u2069]")
_ODD: Final = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufffe\uffff]"
)
_CONTENT: Final = ("#text", "value", "name", "zh", "text", "title")


def is_empty(text: str) -> bool:
    """Whether a source writes this for "nothing"."""
    return len(text) < 24 and (text in EMPTIES or text.strip().casefold() in EMPTIES)


def tidy(text: str) -> str:
    """The text without control, direction and widthless characters, line ends LF, no-break spaces as spaces, stripped."""
    if text.isprintable() or _ODD.search(text) is None:  # the first is quick; nothing in _ODD is printable
        return text.strip()
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x85", "\n").replace("\xa0", " ")
    return _WIDTHLESS.sub("", _FORBIDDEN.sub("", text)).strip()


def folded(text: str) -> str:
    """The form numbers and dates are read in: NFKC, tidy. Never for display: ㎡ would become m2."""
    return text.strip() if text.isascii() else tidy(unicodedata.normalize("NFKC", text))


def scalars(tree: Tree) -> Iterator[str]:
    """Every text in a tree that says something, in order; of an object its content alone (`#text`, `value`, `name`)."""
    if isinstance(tree, str):
        if not is_empty(tree):
            yield tree
    elif isinstance(tree, list):
        for item in tree:
            yield from scalars(item)
    elif isinstance(tree, dict):
        for key in _CONTENT:
            if key in tree:
                yield from scalars(tree[key])
                return
    elif tree is not None and tree == tree:  # not a number: spreadsheets fill holes with it
        yield number_text(tree)


def number_text(number: float | bool) -> str:
    """A number without the `.0` that spreadsheets add, and never in scientific notation; truth values as 是 and 否."""
    if isinstance(number, bool):
        return "是" if number else "否"
    if isinstance(number, float) and number.is_integer() and abs(number) < 1e15:
        return str(int(number))
    text = repr(number)
    return format(Decimal(text), "f") if "e" in text else text


def one(tree: Tree) -> str | None:
    """The first text of a tree, or None when it says nothing."""
    if isinstance(tree, str):
        return None if is_empty(tree) else tree
    return next(scalars(tree), None)
