"""Validation: the rules of the unified publication standard (B.6, 2 to 7) over a finished record of any kind.

`normalise` repairs what the standard says how to repair; `validate` reports what is left. Rule 1 (what may be
published at all) is the disclosure gate's, so its fields are not asked for here. An ERROR blocks publication: it is
kept for what makes a record wrong or useless to the public. What is merely missing or doubtful is a WARNING.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any, TypeVar

import msgspec

from vocab.codes import concept
from vocab.field import BoundField, Obligation, Visibility, fields
from vocab.identifiers import valid_registration_no, valid_uscc
from vocab.kinds import KINDS
from vocab.kinds.rules import INTERNATIONAL_LEADING, NOT_ASSESSED, is_missing, missing
from vocab.personal import NO_TEXT, NO_TEXT_PARTS, find
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.values import CODED_PARTS, Agent, Ipr, PartialDate, Price, Quality, Text, Value, Words

RecordT = TypeVar("RecordT", bound=Record)

REGION = "gbt2260"
BLOCKING = frozenset({"title", "region", "publisher", "licence", "provenance", "identifier", "source_record_id"})
ELSEWHERE = frozenset(
    {"secret_level", "review", "disclosure_class", "export_screen", "status", "quality"}
)  # gate, ledger
MAY_BE_FUTURE = frozenset({"embargoUntil", "validThrough", "validTo", "end"})
EMBARGO_YEARS = 5
LONGEST = {"title": 200, "abstract": 5_000}
MOST_KEYWORDS = 10

# XML 1.0 and RDF cannot carry these; a record with them would break every output it is in.
_UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(
    r"</?(?:a|b|br|blockquote|body|center|code|div|em|embed|font|form|h[1-6]|head|hr|html|i|iframe|img|input|li|link|meta|"
    r"o:p|object|ol|p|pre|script|span|strong|style|sub|sup|svg|table|tbody|td|th|thead|tr|u|ul|video)"
    r"(?:\s+[a-z:-]+(?:\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s<>\"']+))?)*\s*/?>",
    re.IGNORECASE,
)
_LEXICAL = {
    "year": re.compile(r"\d{4}"),
    "month": re.compile(r"\d{4}-(?:0[1-9]|1[0-2])"),
    "day": re.compile(r"\d{4}-\d\d-\d\d"),
}


def validate(record: Record, today: date) -> list[Problem]:
    """Everything wrong with a record, errors first; each (code, path) once, at its worst severity."""
    day = today.isoformat()
    found = [p for bound in fields(type(record)) for p in _field(record, bound, day)]
    found += [p for rule in KINDS[_kind(type(record))].rules for p in rule(record)]
    found += [*_numbers(record), *_embargo(record, today)]
    worst: dict[tuple[str, str], Problem] = {}
    for problem in found:
        known = worst.setdefault((problem.code, problem.path), problem)
        if _RANK[problem.severity] < _RANK[known.severity]:
            worst[problem.code, problem.path] = problem
    return sorted(worst.values(), key=lambda p: _RANK[p.severity])


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@cache
def _kind(record: type[Record]) -> str:
    return next(name for name, kind in KINDS.items() if kind.record is record)


def _field(record: Record, bound: BoundField, today: str) -> Iterator[Problem]:
    value = getattr(record, bound.name)
    if value is None and bound.field.obligation is not Obligation.MANDATORY:
        return
    if is_missing(value):
        if bound.field.obligation is Obligation.MANDATORY and bound.name not in ELSEWHERE:
            severity = Severity.ERROR if bound.name in BLOCKING else Severity.WARNING
            yield missing(bound.key, bound.field.zh, severity)
    elif bound.field.scheme is not None:
        yield from _codes(bound.key, value, bound.field.scheme)
    else:
        free = bound.field.visibility is Visibility.PUBLIC and bound.name not in NO_TEXT
        yield from _value(bound.key, value, today, free)
        yield from _size(bound.key, value)


def _codes(key: str, value: str | tuple[str, ...], scheme: str) -> Iterator[Problem]:
    for one in value if isinstance(value, tuple) else (value,):
        code = f"{REGION}/{one}" if scheme == REGION else one
        if code.partition("/")[0] != scheme or concept(code) is None:
            yield Problem("unknown-code", key, f"{one!r} is no code of {scheme}", Severity.ERROR, one)


def _value(path: str, value: Any, today: str, free: bool) -> Iterator[Problem]:
    """Problems of one value and everything inside it; `free`: it is public text in which personal data may hide."""
    if isinstance(value, str):
        yield from _text(path, value, free)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _value(f"{path}[{index}]", item, today, free)
    elif isinstance(value, PartialDate):
        yield from _date(path, value, today)
    elif isinstance(value, Value):
        if isinstance(value, Price):
            yield from _price(path, value)
        elif isinstance(value, Agent):
            yield from _uscc(f"{path}.uscc", value.uscc)
        elif isinstance(value, Ipr) and value.valid is False:
            yield Problem("identifier-check", f"{path}.no", "the check digit is wrong", Severity.WARNING, value.no)
        yield from _parts(path, value, today, free)


def _parts(path: str, value: Value, today: str, free: bool) -> Iterator[Problem]:
    coded = CODED_PARTS.get(type(value), {})
    for name, key in _keys(type(value)):
        part = getattr(value, name)
        if part is None or part == "":
            continue
        if name in coded:
            yield from _codes(f"{path}.{key}", part, coded[name])
        else:
            yield from _value(f"{path}.{key}", part, today, free and name not in NO_TEXT_PARTS)


@cache
def _keys(value: type[Value]) -> tuple[tuple[str, str], ...]:
    return tuple((f.name, f.encode_name) for f in msgspec.structs.fields(value))


def _text(path: str, text: str, free: bool) -> Iterator[Problem]:
    if _UNWRITABLE.search(text):
        yield Problem("text-unwritable", path, "control characters or lone surrogates in the text")
    if "<" in text and (tag := _TAG.search(text)):
        yield Problem(
            "text-markup", path, "HTML in the text: the mapping must clean it (strip_html)", value=tag[0][:40]
        )
    if free and (found := find(text)):
        kinds = ", ".join(sorted({f.kind for f in found}))
        yield Problem("personal-data", path, f"personal data in the text ({kinds})", Severity.WARNING)


def _size(key: str, value: Any) -> Iterator[Problem]:
    if isinstance(value, Text) and key in LONGEST and len(value.zh) > LONGEST[key]:
        message = f"{len(value.zh)} characters; the standard allows {LONGEST[key]}"
        yield Problem("text-long", key, message, Severity.WARNING)
    if isinstance(value, Words) and key == "keywords" and len(value.zh) > MOST_KEYWORDS:
        yield Problem(
            "words-many", key, f"{len(value.zh)} keywords; the standard allows {MOST_KEYWORDS}", Severity.INFO
        )


def _date(path: str, value: PartialDate, today: str) -> Iterator[Problem]:
    if not _LEXICAL[value.precision].fullmatch(value.value) or not _exists(value.first):
        yield Problem("date-invalid", path, f"not a date of precision {value.precision}", value=value.value)
    elif value.first > today and path.rpartition(".")[2] not in MAY_BE_FUTURE:
        yield Problem("date-future", path, "lies in the future", value=value.value)


def _exists(day: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return True


def _price(path: str, price: Price) -> Iterator[Problem]:
    if price.min is not None and price.max is not None and price.min > price.max:
        yield Problem("price-order", path, "the lowest price is above the highest", value=price.raw[:200])
    if any(bound is not None and bound < 0 for bound in (price.min, price.max)):
        yield Problem("price-negative", path, "a price is not negative", value=price.raw[:200])


def _uscc(path: str, number: str | None) -> Iterator[Problem]:
    if number and not valid_uscc(number):
        message = "no valid unified social credit code (GB 32100-2015)"
        yield Problem("identifier-check", path, message, Severity.WARNING, number)


def _numbers(record: Record) -> Iterator[Problem]:
    """B.6.7: a number that cannot be right stays visible, flagged, and is not used for matching."""
    number = getattr(record, "registration_no", None)
    if number and not valid_registration_no(number):
        yield Problem("identifier-check", "registrationNo", "no valid registration number", Severity.WARNING, number)
    yield from _uscc("uscc", getattr(record, "uscc", None))


def _embargo(record: Record, today: date) -> Iterator[Problem]:
    until = record.embargo_until
    if until is not None and until.year > today.year + EMBARGO_YEARS:
        message = f"publication may be delayed by {EMBARGO_YEARS} years at most"
        yield Problem("embargo-long", "embargoUntil", message, Severity.WARNING, until.value)


def normalise(record: RecordT) -> tuple[RecordT, tuple[Problem, ...]]:
    """The record with what the standard lets us repair repaired, and its completeness filled in. Idempotent."""
    changes: dict[str, Any] = {}
    problems: list[Problem] = []
    for repair in (_repair_level, _repair_prices, _repair_first_org):
        for name, value, problem in repair(record):
            changes[name] = value
            problems.append(problem)
    if changes:
        record = msgspec.structs.replace(record, **changes)
    quality = Quality(completeness=completeness(record))
    return msgspec.structs.replace(record, quality=quality), tuple(problems)


Repair = tuple[str, object, Problem]


def _repair_level(record: Record) -> Iterator[Repair]:
    """B.6.3: 国际领先 that nobody evaluated counts as not assessed."""
    if getattr(record, "level", None) == INTERNATIONAL_LEADING and not getattr(record, "evaluation", ()):
        message = "国际领先 without an evaluation counts as 未评价"
        yield "level", NOT_ASSESSED, Problem("level-downgraded", "level", message, Severity.WARNING, "国际领先")


def _repair_prices(record: Record) -> Iterator[Repair]:
    """B.6.5: bounds that contradict each other are not shown; what the source wrote stays."""
    for name in ("price", "budget"):
        price = getattr(record, name, None)
        if isinstance(price, Price) and any(True for _ in _price(name, price)):
            message = "the bounds contradict each other and are left out"
            problem = Problem("price-bounds-dropped", name, message, Severity.WARNING, price.raw[:200])
            yield name, msgspec.structs.replace(price, min=None, max=None), problem


def _repair_first_org(record: Record) -> Iterator[Repair]:
    """The order of the organisations is significant: the first of them is the first organisation."""
    orgs = getattr(record, "orgs", ())
    if orgs and isinstance(first := orgs[0], Agent) and getattr(record, "first_org", first) is None:
        message = "taken from the first of the organisations"
        yield "first_org", first, Problem("first-org-derived", "firstOrg", message, Severity.INFO)


def completeness(record: Record) -> float:
    """The share of mandatory and recommended fields that say something, 0..1, three decimals."""
    asked = _asked(type(record))
    return round(sum(not is_missing(getattr(record, name)) for name in asked) / len(asked), 3)


@cache
def _asked(record: type[Record]) -> tuple[str, ...]:
    counted = (Obligation.MANDATORY, Obligation.RECOMMENDED)
    return tuple(b.name for b in fields(record) if b.field.obligation in counted and b.name not in ELSEWHERE)
