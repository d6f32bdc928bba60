"""Validation: the rules of the unified publication standard (B.6, 2 to 7) over a finished record of any kind.

`normalise` repairs what the standard says how to repair; `validate` reports what is left. Rule 1 (what may be
published at all) is the disclosure gate's, so its fields are not asked for here. An ERROR blocks publication: it is
kept for what makes a record wrong or useless to the public. What is merely missing or doubtful is a WARNING.
"""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from typing import Any, TypeVar, get_type_hints

import msgspec

from vocab.codes import concept
from vocab.field import BoundField, Obligation, Visibility, fields, unwrap
from vocab.identifiers import valid_registration_no, valid_uscc
from vocab.kinds import KINDS, encode_record
from vocab.kinds.rules import INTERNATIONAL_LEADING, NOT_ASSESSED, is_missing, missing
from vocab.personal import NO_TEXT, NO_TEXT_PARTS, find, suspicious
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.texts import Getter, getter
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
# A look at a whole record's JSON, where the low ones are escaped, and at what may begin a tag.
_ODD = re.compile("[\x7f-\x84\x86-\x9f\ufffe\uffff<]|\\\\[bfu]")
# None of them without one of these bytes: 0xC2 begins U+0080 to U+00BF in UTF-8 and nothing else, EF BF begins U+FFC0 on.
_ODD_BYTES = (b"<", b"\\", b"\x7f", b"\xc2", b"\xef\xbf")
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


def validate(record: Record, today: date, *, masked: bool = False) -> list[Problem]:
    """Everything wrong with a record, errors first; each (code, path) once, at its worst severity.

    `masked`: it comes from `mask_record`, which left no personal data to look for.
    """
    return examine(record, today, closely=_is_odd(record) or (not masked and suspicious(record)))


def _is_odd(record: Record) -> bool:
    try:
        body = encode_record(record)
    except UnicodeEncodeError:  # a lone surrogate
        return True
    return any(byte in body for byte in _ODD_BYTES) and _ODD.search(body.decode()) is not None


def examine(record: Record, today: date, *, closely: bool) -> list[Problem]:
    """As `validate`. Not `closely`: texts are not looked at one by one, for all of them together hold nothing odd."""
    found: list[Problem] = []
    _fields(record, today.isoformat(), closely, found)
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


class _Plan(msgspec.Struct, frozen=True):
    """How one field is looked at.

    `absent`: what it means when it says nothing; `free`: personal data may hide in it; `deep`: something inside may be
    wrong; `sized`: it may be too long.
    """

    name: str
    key: str
    zh: str
    scheme: str | None
    absent: Severity | None
    free: bool
    deep: bool
    sized: bool


@cache
def _plans(record: type[Record], closely: bool) -> tuple[Getter, tuple[_Plan, ...]]:
    """The fields in which something can be wrong, and how to get their values."""
    plans = (_plan(bound, closely) for bound in fields(record))
    kept = tuple(plan for plan in plans if plan.absent or plan.scheme or plan.deep or plan.sized)
    return getter(tuple(plan.name for plan in kept)), kept


def _plan(bound: BoundField, closely: bool) -> _Plan:
    absent = None
    if bound.field.obligation is Obligation.MANDATORY and bound.name not in ELSEWHERE:
        absent = Severity.ERROR if bound.name in BLOCKING else Severity.WARNING
    free = bound.field.visibility is Visibility.PUBLIC and bound.name not in NO_TEXT
    deep, sized = _holds(bound.annotation, closely), bound.key in (*LONGEST, "keywords")
    return _Plan(bound.name, bound.key, bound.field.zh, bound.field.scheme, absent, free, deep, sized)


def _holds(annotation: Any, closely: bool) -> bool:
    """Whether a value of this type, or something inside it, can be wrong; mere text is looked at only `closely`."""
    kind, _ = unwrap(annotation)
    if kind is str or not issubclass(kind, Value):
        return kind is str and closely
    return kind in (PartialDate, Price, Agent, Ipr) or bool(_inside(kind, closely))


# What looks at every value of a record adds to a list: hundreds of generators that yield nothing would cost more than it.


def _fields(record: Record, today: str, closely: bool, into: list[Problem]) -> None:
    values, plans = _plans(type(record), closely)
    for plan, value in zip(plans, values(record), strict=True):
        if not value or is_missing(value):  # 0 and no (False) say something, in which nothing can be wrong
            if plan.absent is not None and is_missing(value):
                into.append(missing(plan.key, plan.zh, plan.absent))
        elif plan.scheme is not None:
            _codes(plan.key, value, plan.scheme, into)
        else:
            if plan.deep:
                _value(plan.key, value, today, plan.free, closely, into)
            if plan.sized:
                into += _size(plan.key, value)


def _codes(key: str, value: str | tuple[str, ...], scheme: str, into: list[Problem]) -> None:
    for one in value if isinstance(value, tuple) else (value,):
        if not _is_code(one, scheme):
            into.append(Problem("unknown-code", key, f"{one!r} is no code of {scheme}", Severity.ERROR, one))


@lru_cache(maxsize=4096)  # a source uses few codes
def _is_code(text: str, scheme: str) -> bool:
    code = f"{REGION}/{text}" if scheme == REGION else text
    return code.partition("/")[0] == scheme and concept(code) is not None


def _value(path: str, value: Any, today: str, free: bool, closely: bool, into: list[Problem]) -> None:
    """Problems of one value and everything inside it; `free`: it is public text in which personal data may hide."""
    kind = type(value)  # not isinstance: asking that of the library's structs is slow
    if kind is str:
        if closely:
            into += _text(path, value, free)
    elif kind is tuple:
        for index, item in enumerate(value):
            _value(f"{path}[{index}]", item, today, free, closely, into)
    elif kind is PartialDate:
        into += _date(path, value, today)
    elif issubclass(kind, Value):
        if kind is Price:
            into += _price(path, value)
        elif kind is Agent:
            into += _uscc(f"{path}.uscc", value.uscc)
        elif kind is Ipr and value.valid is False:
            message = "the check digit is wrong"
            into.append(Problem("identifier-check", f"{path}.no", message, Severity.WARNING, value.no))
        _parts(path, value, today, free, closely, into)


def _parts(path: str, value: Value, today: str, free: bool, closely: bool, into: list[Problem]) -> None:
    for name, key, scheme in _inside(type(value), closely):
        part = getattr(value, name)
        if part is None or part == "":
            continue
        if scheme is not None:
            _codes(f"{path}.{key}", part, scheme, into)
        else:
            _value(f"{path}.{key}", part, today, free and name not in NO_TEXT_PARTS, closely, into)


@cache
def _inside(value: type[Value], closely: bool) -> tuple[tuple[str, str, str | None], ...]:
    """(attribute, JSON key, code list) of the parts of a value in which something can be wrong."""
    hints, coded = get_type_hints(value), CODED_PARTS.get(value, {})
    return tuple(
        (part.name, part.encode_name, coded.get(part.name))
        for part in msgspec.structs.fields(value)
        if part.name in coded or _holds(hints[part.name], closely)
    )


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
    if not is_date(value):
        yield Problem("date-invalid", path, f"not a date of precision {value.precision}", value=value.value)
    elif value.first > today and path.rpartition(".")[2] not in MAY_BE_FUTURE:
        yield Problem("date-future", path, "lies in the future", value=value.value)


@lru_cache(maxsize=4096)  # a source repeats its dates
def is_date(value: PartialDate) -> bool:
    """Whether it is written at its precision, and there is such a day."""
    if not _LEXICAL[value.precision].fullmatch(value.value):
        return False
    try:
        date.fromisoformat(value.first)
    except ValueError:
        return False
    return True


def _price(path: str, price: Price) -> Iterator[Problem]:
    bounds = [bound for bound in (price.min, price.max) if bound is not None]
    if not bounds:
        return
    if bounds[0] > bounds[-1]:
        yield Problem("price-order", path, "the lowest price is above the highest", value=price.raw[:200])
    if min(bounds) < 0:
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
    if until is not None and is_date(until) and until.year > today.year + EMBARGO_YEARS:
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
        if type(price) is Price and any(True for _ in _price(name, price)):
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
    values = _asked(type(record))(record)
    return round((len(values) - sum(map(is_missing, values))) / len(values), 3)


@cache
def _asked(record: type[Record]) -> Getter:
    counted = (Obligation.MANDATORY, Obligation.RECOMMENDED)
    return getter(tuple(b.name for b in fields(record) if b.field.obligation in counted and b.name not in ELSEWHERE))
