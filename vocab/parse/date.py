"""Dates as provinces write them, kept at the precision they were given: no month and no day is ever invented."""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final

from vocab.parse.english_date import english
from vocab.parse.numerals import RUN, digits, number
from vocab.parse.parsed import NOTHING, Options, Parsed, failed, problem
from vocab.parse.scalar import folded, one
from vocab.tree import Tree
from vocab.values import PartialDate, Precision

CHINA: Final = timezone(timedelta(hours=8))
EARLIEST, LATEST = 1900, 2100
SERIALS = (18_264, 73_050)  # 1950 to 2099: what else five digits may be is no date
_TIME: Final = r"(?:[T ]*(?P<clock>\d{1,2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
_WRITTEN: Final = re.compile(
    r"(?P<y>\d{4})\s*(?:年|[-/.])\s*(?P<m>\d{1,2})(?:\s*(?:月|[-/.])\s*(?:(?P<d>\d{1,2})\s*[日号]?)?)?\s*[上中下]?旬?[初底末]?"
    + _TIME
)
_YEAR: Final = re.compile(r"(\d{4})\s*(?:年度?|年?(?:上半年|下半年|第?[1-4一二三四]季度|[初底末]))?")
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})?(?:\d{6})?")
_NET: Final = re.compile(r"/?Date\((-?\d{1,16})([+-]\d{4})?\)/?")
_REPUBLIC: Final = re.compile(r"(?:中华|中華)?民[国國]\s*(\d{1,3}|元)\s*年?(?=[\d\s]|$|[-/.])")
_REVERSED: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})" + _TIME)
_NUMBER: Final = re.compile(r"-?\d+(?:\.\d+)?")
_NOWHERE: Final = frozenset({"0", "00000000", "0000-00-00", "0000-00-00 00:00:00", "0000/00/00"})
_SERIAL_START: Final = date(1899, 12, 30)  # spreadsheets count a 29 February 1900 that never was


def parse_date(tree: Tree, options: Options) -> Parsed:
    """A `PartialDate`. Problems: `date-invalid` (2019-02-29, or not a date), `date-ambiguous` (only the year is kept)."""
    text = one(tree)
    return NOTHING if text is None else date_of(text, options.order)


@lru_cache(maxsize=16_384)  # a source repeats its dates
def date_of(text: str, order: str | None = None) -> Parsed:
    """As `parse_date`, of a text. Numbers are read as serial days, seconds or milliseconds by their size."""
    raw = text
    text = folded(text[:100]).rstrip("。.;；,，")
    if text in _NOWHERE or not text:
        return NOTHING
    try:
        parsed = _digital(text) or _written(text) or _reversed(text, order)
        if parsed is None:
            parsed = _written(_from_numerals(text)) or _named(text)
    except (ValueError, OverflowError):
        return failed("date-invalid", "there is no such day", raw)
    return parsed or failed("date-invalid", "this is not a date; see the accepted forms in vocab/parse/date.py", raw)


def partial(year: int, month: int | None = None, day: int | None = None) -> Parsed:
    """The date at the precision of what is given. Raises ValueError for what is not in the calendar."""
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"year {year} is outside {EARLIEST} to {LATEST}")
    if month is None:
        return Parsed(PartialDate(f"{year:04d}", Precision.YEAR))
    if day is None:
        date(year, month, 1)
        return Parsed(PartialDate(f"{year:04d}-{month:02d}", Precision.MONTH))
    return Parsed(PartialDate(date(year, month, day).isoformat(), Precision.DAY))


def _written(text: str) -> Parsed | None:
    if match := _WRITTEN.fullmatch(text):
        year, month, day = int(match["y"]), int(match["m"]), int(match["d"]) if match["d"] else None
        if match["zone"] and day is not None:
            return _moment(f"{year:04d}-{month:02d}-{day:02d}", match["clock"], match["zone"])
        return partial(year, month, day)
    if match := _YEAR.fullmatch(text):
        return partial(int(match[1]))
    return None


def _moment(day: str, clock: str, zone: str) -> Parsed:
    """A moment with its offset falls on the day it has in China: programs write local midnight as 16:00 UTC before."""
    moment = datetime.fromisoformat(f"{day}T{clock.zfill(5 if clock.count(':') == 1 else 8)}{zone}")
    return _day(moment.astimezone(CHINA).date())


def _digital(text: str) -> Parsed | None:
    if match := _NET.fullmatch(text):
        return _epoch(int(match[1]) / 1000)
    if not _NUMBER.fullmatch(text):
        return None
    whole = text.partition(".")[0].lstrip("-")
    if len(whole) == 5 and SERIALS[0] <= int(whole) <= SERIALS[1]:
        return _day(_SERIAL_START + timedelta(days=int(whole)))
    if len(whole) in (10, 13) and (text.startswith("-") or not whole.startswith("20")):
        return _epoch(float(text) / (1000 if len(whole) == 13 else 1))
    if (match := _COMPACT.fullmatch(text)) and int(match[1]) >= 1949:  # 190301 is not January 1903
        return partial(int(match[1]), int(match[2]), int(match[3]) if match[3] else None)
    return None


def _epoch(seconds: float) -> Parsed:
    return _day((datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)).astimezone(CHINA).date())


def _day(day: date) -> Parsed:
    return partial(day.year, day.month, day.day)


def _reversed(text: str, order: str | None) -> Parsed | None:
    """Day and month before the year. Which is which is said by the mapping or by a number above 12, else only the year."""
    match = _REVERSED.fullmatch(text)
    if match is None:
        return None
    first, second, year = int(match[1]), int(match[2]), int(match[3])
    if order == "dmy" or (order is None and first > 12):
        return partial(year, second, first)
    if order == "mdy" or second > 12 or first == second:
        return partial(year, first, second)
    known = partial(year)
    return Parsed(
        known.value, (problem("date-ambiguous", "day and month could be either; say `order` in the mapping", text),)
    )


def _named(text: str) -> Parsed | None:
    found = english(text)
    return partial(*found) if found else None


def _from_numerals(text: str) -> str:
    """二〇一九年三月十五日 and 民国108年 in the digits of the common era."""
    year, mark, rest = text.partition("年")
    if mark and RUN.fullmatch(year):
        year = digits(year)
    rest = RUN.sub(lambda run: str(number(run[0])), rest)
    text = f"{year}{mark}{rest}"
    match = _REPUBLIC.match(RUN.sub(lambda run: str(number(run[0])), text) if "民" in text else text)
    if match is None:
        return text
    era = 1 if match[1] == "元" else int(match[1])
    tail = RUN.sub(lambda run: str(number(run[0])), text)[match.end() :].lstrip("-/.")
    return f"{era + 1911}年{tail}"
