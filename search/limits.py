"""What one query may ask for, the same for every engine."""

import re

from search.base import FACETS, OWN, BadQuery, Query
from search.expression import Range

LONGEST_TEXT, MOST_VALUES, LONGEST_VALUE, LARGEST_PAGE, MOST_FACET_VALUES, MOST_RANGES = 1000, 100, 200, 1000, 1000, 10
SIMILAR_WORDS = 12
FOLDED = 100  # hits looked at in one go, where a page has to be filled from behind its folded records
SURROGATE = re.compile("[\ud800-\udfff]")
DAY = re.compile(r"\d{4}-\d\d-\d\d")


def check(query: Query) -> None:
    """Raises BadQuery naming the value and the limit."""
    if len(query.text) > LONGEST_TEXT:
        raise BadQuery(
            f"text has {len(query.text)} characters, at most {LONGEST_TEXT} are allowed", "long", most=LONGEST_TEXT
        )
    if any(SURROGATE.search(t) for t in (query.text, *(v for chosen in query.filters.values() for v in chosen))):
        raise BadQuery("text and filter values must be valid Unicode: a lone surrogate was found")
    if not 0 <= query.size <= LARGEST_PAGE:
        raise BadQuery(f"size is {query.size}, it must be 0 to {LARGEST_PAGE}")
    if not 1 <= query.facet_size <= MOST_FACET_VALUES:
        raise BadQuery(f"facet_size is {query.facet_size}, it must be 1 to {MOST_FACET_VALUES}")
    for name in (*query.filters, *query.facets):
        if name not in FACETS:
            raise BadQuery(f"there is no facet {name[:40]!r}, only {', '.join(FACETS)}")
    values = [v for chosen in query.filters.values() for v in chosen]
    if len(values) > MOST_VALUES:
        reason = f"filters have {len(values)} values, at most {MOST_VALUES} are allowed"
        raise BadQuery(reason, "values", count=len(values), most=MOST_VALUES)
    for value in values:
        if len(value) > LONGEST_VALUE:
            reason = f"filter value {value[:40]!r}... is longer than {LONGEST_VALUE} characters"
            raise BadQuery(reason, "value", value=value[:40], most=LONGEST_VALUE)
    if len(query.ranges) > MOST_RANGES:
        raise BadQuery(f"there are {len(query.ranges)} ranges, at most {MOST_RANGES} are allowed")
    for asked in query.ranges:
        _check_range(asked)


def _check_range(asked: Range) -> None:
    if asked.field not in OWN:
        raise BadQuery(f"there is no range of {asked.field[:40]!r}, only of {', '.join(OWN)}")
    bounds = [bound for bound in (asked.low, asked.high) if bound is not None]
    if not bounds:
        raise BadQuery(f"the range of {asked.field} has no bound; give one or two")
    for bound in bounds:
        if asked.field == "price" and not (isinstance(bound, int | float) and 0 <= bound < 1e15):
            raise BadQuery(f"price {str(bound)[:40]!r} is no amount: a number of yuan from 0 to 10^15")
        if asked.field == "date" and not (isinstance(bound, str) and DAY.fullmatch(bound)):
            raise BadQuery(f"date {str(bound)[:40]!r} is no day: write it as 2018-01-31")
