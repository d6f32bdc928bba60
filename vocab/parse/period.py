"""Periods: 2015年1月至2018年12月, 2015.01-2018.12, an object or list of start and end."""

import re
from functools import lru_cache
from typing import Final

from vocab.parse.date import date_of
from vocab.parse.parsed import NOTHING, Options, Parsed, failed, problem
from vocab.parse.scalar import folded, is_empty, one
from vocab.problem import Problem
from vocab.tree import Tree
from vocab.values import PartialDate, Period

_PLAIN: Final = re.compile(r"\s*(?:至|到|~|—+|–|-{2,}|\s-\s|\sto\s|;|,|、)\s*")
_ENDLESS: Final = frozenset({"今", "现在", "至今", "now", "present", "未定"})
_KEYS: Final = (("start", "from", "begin", "开始", "起始日期"), ("end", "to", "finish", "结束", "终止日期"))


def parse_period(tree: Tree, options: Options) -> Parsed:
    """A `Period`; either end may be open. Problems: those of dates, `period-invalid`, `period-reversed`."""
    if isinstance(tree, dict):
        halves = [one(next((tree[key] for key in keys if key in tree), None)) for keys in _KEYS]
        return _period(halves[0], halves[1], options)
    if isinstance(tree, list) and len(tree) == 2:
        return _period(one(tree[0]), one(tree[1]), options)
    text = one(tree)
    return NOTHING if text is None else _period_of(text, options)


@lru_cache(maxsize=8_192)
def _period_of(text: str, options: Options) -> Parsed:
    split = halves_of(text)
    if split is None:
        return failed("period-invalid", "a period needs a start and an end", text)
    return _period(*split, options)


def halves_of(text: str) -> tuple[str, str] | None:
    """The two dates of a period's text, or None. The dash between dates is told from those within by counting."""
    text = folded(text[:100]).removeprefix("自").removeprefix("从").rstrip("止")
    parts = [part for part in _PLAIN.split(text) if part]
    if len(parts) == 2:
        return parts[0], parts[1]
    if len(parts) == 1 and _PLAIN.search(text):
        return (parts[0], "") if text.startswith(parts[0]) else ("", parts[0])
    for dash in "-/":
        parts = text.split(dash)
        half = len(parts) // 2
        if len(parts) in (2, 4, 6) and all(len(side[0].strip()) >= 4 for side in (parts[:half], parts[half:])):
            return dash.join(parts[:half]), dash.join(parts[half:])
    return None


def _period(start: str | None, end: str | None, options: Options) -> Parsed:
    problems: list[Problem] = []
    dates: list[PartialDate | None] = []
    for text in (start, end):
        parsed = NOTHING if text is None or is_empty(text) or text in _ENDLESS else date_of(text, options.order)
        problems += parsed.problems
        dates.append(parsed.value if isinstance(parsed.value, PartialDate) else None)
    first, last = dates
    if first is None and last is None:
        return Parsed(None, tuple(problems))
    if first and last and first.first > last.last:
        problems.append(problem("period-reversed", "the period ends before it starts", f"{first.value} - {last.value}"))
    return Parsed(Period(first, last), tuple(problems))
