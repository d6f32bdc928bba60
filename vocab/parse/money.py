"""Money in yuan (元), with the evidence for its unit: 120万元, 100～150万元, ≥80万元, 面议, 壹佰贰拾万元整."""

import re
from decimal import Decimal
from functools import lru_cache
from typing import Final

from vocab.parse import numerals
from vocab.parse.parsed import NOTHING, Options, Parsed, failed, problem
from vocab.parse.scalar import folded, one, tidy
from vocab.problem import Severity
from vocab.tree import Tree
from vocab.values import Price

UNITS: Final = {
    "元": 1, "圆": 1, "¥": 1, "百元": 100, "千元": 1_000, "千": 1_000, "万元": 10_000, "万": 10_000, "萬元": 10_000,
    "十万元": 100_000, "十万": 100_000, "百万元": 1_000_000, "百万": 1_000_000, "千万元": 10_000_000, "千万": 10_000_000,
    "亿元": 100_000_000, "亿": 100_000_000, "億元": 100_000_000,
}  # fmt: skip
_UNIT: Final = "|".join(sorted((unit for unit in UNITS if unit != "¥"), key=len, reverse=True))
_AMOUNT: Final = re.compile(rf"(\d{{1,15}}(?:\.\d{{1,8}})?)({_UNIT})?")
_RANGE: Final = re.compile(
    rf"(\d{{1,15}}(?:\.\d{{1,8}})?)({_UNIT})?(?:-+|~+|至|到|—+|–)[¥]?(\d{{1,15}}(?:\.\d{{1,8}})?)({_UNIT})?"
)
_NEGOTIABLE: Final = re.compile("面议|面谈|面洽|协商|详谈|待定|洽谈|商议|议价|电议|详询|可议|商定|另议")
_CURRENCY: Final = re.compile(
    "美元|美金|欧元|英镑|日元|日圆|港元|港币|台币|澳元|加元|卢布|韩元|法郎|新币|USD|EUR|GBP|JPY|HKD|TWD|[$€£]",
    re.IGNORECASE,
)
_AT_LEAST: Final = re.compile("[≥⩾]|>=|>|不低于|不少于|大于|至少|以上|起")
_AT_MOST: Final = re.compile("[≤⩽]|<=|<|不超过|不高于|小于|低于|以内|以下|至多")
_RATE: Final = re.compile(r"(?:/|每)(年|月|天|次|项|件|套|台|吨|亩|人)")
_NOISE: Final = re.compile(r"[\s()（）\[\]【】]|,(?=\d{3}(?!\d))|人民币|RMB|CNY", re.IGNORECASE)
_UNKNOWN: Final = frozenset({"0", "0.0", "0.00", "0元", "0万元", "0万", "0.00万元", "0.00元", "0.0万元", "零"})


def parse_price(tree: Tree, options: Options) -> Parsed:
    """A `Price`. A bare number takes `options.unit`; without it there is no amount and `price-unit-unknown`.

    Other problems: `price-currency` (not yuan: raw kept), `price-range` (lower bound above upper), `price-unclear`
    (several amounts or none). 0 means that the price is not known.
    """
    text = one(tree)
    return NOTHING if text is None else price_of(text, options.unit)


def parse_amount(tree: Tree, options: Options) -> Parsed:
    """A `Decimal` in yuan. Problems as `parse_price`; a range is `price-unclear`, for an amount is one number."""
    text = one(tree)
    if text is None:
        return NOTHING
    parsed = price_of(text, options.unit)
    price = parsed.value
    if not isinstance(price, Price) or price.min is None or price.min != price.max:
        return (
            failed("price-unclear", "this is not one amount of money", text)
            if price and not parsed.problems
            else Parsed(None, parsed.problems)
        )
    return Parsed(price.min, parsed.problems)


@lru_cache(maxsize=16_384)
def price_of(text: str, unit: str | None = None) -> Parsed:
    """As `parse_price`, of a text."""
    raw = tidy(text)[:200]
    plain = _NOISE.sub("", folded(text[:200]))
    if plain in _UNKNOWN:
        return NOTHING
    if _CURRENCY.search(plain):
        message = "the price is not in yuan; its text is kept and no amount is derived"
        return Parsed(Price(raw), (problem("price-currency", message, raw, Severity.INFO),))
    negotiable = _NEGOTIABLE.search(plain) is not None
    return _bounds(raw, plain, unit, negotiable)


def _bounds(raw: str, plain: str, hint: str | None, negotiable: bool) -> Parsed:
    formal = numerals.money(plain) or _spoken(plain)
    if formal is not None:
        return Parsed(Price(raw, formal, formal, "元", negotiable))
    if match := _RANGE.search(plain):
        low, low_unit, high, high_unit = match.groups()
        return _range(raw, plain, (low, low_unit or high_unit), (high, high_unit or low_unit), hint, negotiable)
    found = _AMOUNT.findall(plain)
    if not found or "%" in plain:
        if negotiable:
            return Parsed(Price(raw, negotiable=True))
        return Parsed(Price(raw), (problem("price-unclear", "no amount of money can be read from it", raw),))
    found = [pair for pair in found if pair[1]] or found  # 2019年成交120万元 holds one amount
    if len(found) > 1:
        message = "several amounts of money; none is taken for the price"
        return Parsed(Price(raw, negotiable=negotiable), (problem("price-unclear", message, raw),))
    number, unit = found[0]
    return _single(raw, plain, number, unit, hint, negotiable)


def _single(raw: str, plain: str, number: str, unit: str, hint: str | None, negotiable: bool) -> Parsed:
    factor, evidence = _unit(plain, unit, hint)
    if factor is None:
        return _unitless(raw, negotiable)
    value = _yuan(number, factor)
    if not value:
        return Parsed(Price(raw, negotiable=True)) if negotiable else NOTHING
    low = None if _AT_MOST.search(plain) else value
    high = None if _AT_LEAST.search(plain) and low is not None else value
    return Parsed(Price(raw, low, high, evidence, negotiable))


def _range(
    raw: str, plain: str, low: tuple[str, str | None], high: tuple[str, str | None], hint: str | None, negotiable: bool
) -> Parsed:
    factors = [_unit(plain, unit or "", hint) for _, unit in (low, high)]
    if factors[0][0] is None or factors[1][0] is None:
        return _unitless(raw, negotiable)
    least, most = _yuan(low[0], factors[0][0]), _yuan(high[0], factors[1][0])
    if least > most:
        message = "the lower bound is above the upper; no amount is taken"
        return Parsed(Price(raw, negotiable=negotiable), (problem("price-range", message, raw),))
    return Parsed(Price(raw, least, most, factors[1][1], negotiable))


def _unit(plain: str, unit: str, hint: str | None) -> tuple[int | None, str | None]:
    """Factor to yuan and the evidence for it: the unit in the text, a yuan sign, or the hint of the column."""
    unit = unit or ("¥" if "¥" in plain else "") or _hinted(hint)
    factor = UNITS.get(unit)
    rate = _RATE.search(plain)
    return factor, f"{unit}/{rate[1]}" if rate and factor else unit or None


def _hinted(hint: str | None) -> str:
    """The unit inside a header such as `价格（万元）`."""
    match = re.search(_UNIT, hint) if hint else None
    return match[0] if match else ""


def _unitless(raw: str, negotiable: bool) -> Parsed:
    message = "no unit in the text and none for the column; say `unit` in the mapping"
    return Parsed(Price(raw, negotiable=negotiable), (problem("price-unit-unknown", message, raw),))


def _yuan(number: str, factor: int) -> Decimal:
    value = Decimal(number) * factor
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize()


def _spoken(plain: str) -> Decimal | None:
    """一百二十万 without 元."""
    value = numerals.number(plain.removeprefix("约").removesuffix("左右"))
    return Decimal(value) if value is not None and value >= 100 else None
