"""Rules that kinds choose from: makers of `Rule`s, each named by what it demands of a record."""

from collections.abc import Callable, Iterable
from typing import Any

from vocab.field import fields
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.values import PartialDate, Text, Words

INTERNATIONAL_LEADING, NOT_ASSESSED = "cl06/1", "cl06/8"
NOT_APPLIED = "cl08/5"

RecordRule = Callable[[Any], list[Problem]]


def is_missing(value: Any) -> bool:
    """Whether a field says nothing: None, no items, a text in no language."""
    if value is None:
        return True
    if not value:
        return isinstance(value, (tuple, str))  # 0 and no (False) say something
    kind = type(value)  # not isinstance: asking that of the library's structs is slow
    if kind is Text:
        return not (value.zh.strip() or (value.en or "").strip())
    return kind is Words and not (value.zh or value.en)


def missing(key: str, label: str, severity: Severity) -> Problem:
    return Problem("missing", key, f"{label} ({key}) is missing", severity)


def blocking(*names: str) -> RecordRule:
    """The record is worth nothing to the public without these attributes."""

    def rule(record: Record) -> list[Problem]:
        lacking = [name for name in names if is_missing(getattr(record, name))]
        known = {b.name: b for b in fields(type(record))} if lacking else {}
        return [missing(known[name].key, known[name].field.zh, Severity.ERROR) for name in lacking]

    return rule


def ordered(*names: str) -> RecordRule:
    """These dates follow one another, up to the day the record was fetched ("research_period.start" names a part).

    Dates of different precision contradict each other only when no reading of them agrees.
    """

    paths = [(name, name.split(".")) for name in names]

    def rule(record: Record) -> list[Problem]:
        dates = [(name, value) for name, path in paths if (value := _date(record, path)) is not None]
        found = [
            Problem("date-order", later, f"{b.value} is before {a.value} ({earlier})", Severity.WARNING, b.value)
            for (earlier, a), (later, b) in zip(dates, dates[1:], strict=False)
            if a.first > b.last
        ]
        if dates and record.provenance and dates[-1][1].first > record.provenance.retrieved[:10]:
            name, value = dates[-1]
            found.append(
                Problem("date-order", name, f"{value.value} is after the record was fetched", Severity.WARNING)
            )
        return found

    return rule


def _date(record: Record, path: Iterable[str]) -> PartialDate | None:
    value: object = record
    for part in path:
        value = getattr(value, part, None)
    return value if type(value) is PartialDate else None  # not isinstance: see `is_missing`


def level_is_evaluated(record: Any) -> list[Problem]:
    """B.6.3: a level needs an evaluation with evaluator and date; 国际领先 without one may not be claimed at all."""
    if record.level in (None, NOT_ASSESSED):
        return []
    if not record.evaluation and record.level == INTERNATIONAL_LEADING:
        return [Problem("level-not-evaluated", "level", "国际领先 needs an evaluation", Severity.ERROR, record.level)]
    if not any(e.evaluator and e.date for e in record.evaluation):
        message = "a level needs an evaluation with evaluator and date"
        return [Problem("level-not-evaluated", "level", message, Severity.WARNING, record.level)]
    return []


def reason_is_given(record: Any) -> list[Problem]:
    """Field 18: what is not applied says why."""
    if record.application_status == NOT_APPLIED and not record.not_applied_reason:
        return [Problem("missing", "notAppliedReason", "未应用 asks for the reason (notAppliedReason)", Severity.INFO)]
    return []
