"""Amounts of money and times as people write them, read as ranges: 50万以下, 100~150万, <500000, 2020年以后, 2018..2020, 近三年."""

import re
from calendar import monthrange
from datetime import date, datetime
from decimal import Decimal

from search.expression import Range
from vocab.parse import numerals
from vocab.parse.date import CHINA, date_of
from vocab.parse.money import price_of
from vocab.parse.scalar import folded
from vocab.values import PartialDate, Price

CENT = Decimal("0.01")
LETTER = re.compile(r"[a-zA-Z]")
COMPARED = re.compile(r"(<=|>=|[<>≤≥=])\s*(.+)")
DOTS = re.compile(r"(.*?)(?:\.{2,}|…+)(.*)")
BETWEEN = re.compile(r"(\d{4})年?\s*(?:-+|~+|—+|–|至|到)\s*(\d{4})年?")
SINCE = re.compile(r"(.+?)(?:以后|之后|以来|至今|起|后)")
UNTIL = re.compile(r"(.+?)(?:以前|之前|前)")
LAST_YEARS = re.compile(rf"(?:近|最近|过去)(\d{{1,2}}|{numerals.RUN.pattern})年(?:来|内|以来)?")
YEARS_AGO = {"今年": 0, "去年": 1, "前年": 2}
NUMERALS = re.compile(rf"(?<![\d.])(?:{numerals.RUN.pattern})(?=[元圆以之]|$)")  # not the 万 of 50万


def today() -> date:
    """The day it is in China."""
    return datetime.now(CHINA).date()


def price(text: str) -> Range | None:
    """Yuan. `<` leaves the amount itself out, 以下 does not. None when no amount can be read."""
    plain = NUMERALS.sub(_digits, folded(text))
    if LETTER.search(plain):
        return None
    if compared := COMPARED.fullmatch(plain):
        return _compared_price(compared[1], _amount(compared[2]))
    if dots := DOTS.fullmatch(plain):
        if not (dots[1] and dots[2]):
            bound = _amount(dots[1] or dots[2])
            return _price(bound if dots[1] else None, bound if dots[2] else None) if bound else None
        plain = f"{dots[1]}~{dots[2]}"
    found = _read(plain)
    return _price(found.min, found.max) if found else None


def _read(plain: str) -> Price | None:
    found = price_of(plain, "元")
    if not isinstance(found.value, Price) or found.problems:
        return None
    return found.value if found.value.min is not None or found.value.max is not None else None


def _amount(plain: str) -> Decimal | None:
    found = _read(plain)
    return found.min if found and found.min == found.max else None


def _compared_price(sign: str, amount: Decimal | None) -> Range | None:
    if amount is None:
        return None
    low = {">": amount + CENT, ">=": amount, "≥": amount, "=": amount}.get(sign)
    high = {"<": amount - CENT, "<=": amount, "≤": amount, "=": amount}.get(sign)
    return _price(low, high)


def _price(low: Decimal | None, high: Decimal | None) -> Range:
    return Range("price", None if low is None else float(low), None if high is None else float(high))


def _digits(match: re.Match[str]) -> str:
    """五十万 as 500000."""
    number = numerals.number(match[0])
    return match[0] if number is None else str(number)


def dated(text: str) -> Range | None:
    """Whole days. None when no date can be read."""
    plain = folded(text)
    if plain in YEARS_AGO:
        year = today().year - YEARS_AGO[plain]
        return Range("date", f"{year}-01-01", f"{year}-12-31")
    if last := LAST_YEARS.fullmatch(plain):
        number = int(last[1]) if last[1].isdigit() else numerals.number(last[1])
        return Range("date", f"{today().year - number:04d}-01-01") if number and number < 100 else None
    if compared := COMPARED.fullmatch(plain):
        return _compared_date(compared[1], _partial(compared[2]))
    if between := DOTS.fullmatch(plain) or BETWEEN.fullmatch(plain):
        return _between(between[1], between[2])
    for pattern, ends in ((SINCE, (True, False)), (UNTIL, (False, True))):
        if (found := pattern.fullmatch(plain)) and (bound := _partial(found[1])):
            return Range("date", *(side if wanted else None for side, wanted in zip(_days(bound), ends, strict=True)))
    one = _partial(plain)
    return Range("date", *_days(one)) if one else None


def _between(first: str, last: str) -> Range | None:
    low, high = _partial(first), _partial(last)
    if (first and not low) or (last and not high) or not (low or high):
        return None
    return Range("date", _days(low)[0] if low else None, _days(high)[1] if high else None)


def _compared_date(sign: str, bound: PartialDate | None) -> Range | None:
    if bound is None:
        return None
    first, last = _days(bound)
    low = {">": _next(last), ">=": first, "≥": first, "=": first}.get(sign)
    high = {"<": _next(first, -1), "<=": last, "≤": last, "=": last}.get(sign)
    return Range("date", low, high)


def _next(day: str, by: int = 1) -> str:
    return date.fromordinal(date.fromisoformat(day).toordinal() + by).isoformat()


def _partial(text: str) -> PartialDate | None:
    found = date_of(text)
    return found.value if isinstance(found.value, PartialDate) and not found.problems else None


def _days(partial: PartialDate) -> tuple[str, str]:
    """The first and the last day it can mean; both are in the calendar."""
    year, month = int(partial.first[:4]), int(partial.last[5:7])
    day = min(int(partial.last[8:10]), monthrange(year, month)[1])
    return partial.first, f"{year:04d}-{month:02d}-{day:02d}"
