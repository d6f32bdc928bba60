"""Chinese numerals: 二〇一九 digit by digit, 一百二十 by place, 壹佰贰拾万元整 as banks write."""

import re
from decimal import Decimal
from typing import Final

_DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        ("〇零○Ｏ", "一壹弌", "二贰貳两兩", "三叁參", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
    )
    for char in chars
}
_PLACES: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS: Final = {"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TABLE: Final = str.maketrans({char: str(value) for char, value in _DIGITS.items()})
_ALL: Final = "".join([*_DIGITS, *_PLACES, *_GROUPS])
RUN: Final = re.compile(f"[{_ALL}]+")
_ONE: Final = "".join(_DIGITS)
_MONEY: Final = re.compile(f"([{_ALL}]{{1,40}})[元圆圓](?:整|正)?(?:([{_ONE}])角)?(?:([{_ONE}])分)?(?:整|正)?")


def digits(text: str) -> str:
    """Numerals read one by one: 二〇一九 gives 2019; other characters stay."""
    return text.translate(_TABLE)


def number(text: str) -> int | None:
    """The number that numerals say by place (一百二十 is 120, 二十 is 20, 十五 is 15), or None when they say none."""
    if not text or len(text) > 40 or RUN.fullmatch(text) is None:
        return None
    if all(char in _DIGITS for char in text):
        return int(digits(text))
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _PLACES:
            section += (digit or 1) * _PLACES[char]
            digit = 0
        else:
            total = (
                (total + section + digit) * _GROUPS[char]
                if char in "亿億"
                else total + (section + digit) * _GROUPS[char]
            )
            section = digit = 0
    return total + section + digit


def money(text: str) -> Decimal | None:
    """The yuan in a formal amount: 壹佰贰拾万元整 is 1200000. None when the text is none."""
    match = _MONEY.fullmatch(text)
    whole = number(match[1]) if match else None
    if match is None or whole is None:
        return None
    jiao, fen = (_DIGITS[part] if part else 0 for part in match.groups()[1:])
    return whole + Decimal(jiao * 10 + fen) / 100
