"""Quality reports of past months: a source's report as it was when the month had ended, kept for good.

Made before the first pass of the next month changes anything, or by whoever looks first. A month that nobody looked at in time,
because the source was harvested again before, has none.
"""

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import Connection, func, select

from federation.clock import CHINA, day, moment, stamp
from federation.database import Database
from federation.schema import published, quality, run
from federation.watch.quality import measured
from vocab.quality import RULES, MonthQuality, Passed, Report, Score


class Kept(msgspec.Struct, frozen=True):
    """A report with its rules by name: those of a later program may be others."""

    at: str
    records: int
    public: int
    score: Score
    rules: dict[str, Passed]
    months: tuple[MonthQuality, ...]


class MonthBook:
    """Months are written `2026-03` and begin at midnight in China."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def months(self, source: str) -> list[str]:
        """Those of which there is a report, newest first."""
        query = select(quality.c.month).where(quality.c.source == source).order_by(quality.c.month.desc())
        with self._database.read() as connection:
            return list(connection.execute(query).scalars())

    def report(self, source: str, month: str) -> Report | None:
        query = select(quality.c.report).where(quality.c.source == source, quality.c.month == month)
        with self._database.read() as connection:
            text = connection.execute(query).scalar()
        return None if text is None else _report(source, msgspec.json.decode(text, type=Kept))

    def keep(self, source: str, *, today: date | None = None, but: int = 0) -> str | None:
        """Keep the report of the month before this one, if it is still to be had; the month when it was made.

        `but`: a run of this month that has not changed anything yet.
        """
        first = (today or day()).replace(day=1)
        last = first - timedelta(days=1)
        month = f"{last:%Y-%m}"
        with self._database.read() as connection:
            if not _is_due(connection, source, month, first, but):
                return None
            report = measured(connection, source, today=last)
        rules = {rule.id: count for rule, count in zip(RULES, report.rules, strict=True)}
        kept = Kept(report.at, report.records, report.public, report.score, rules, report.months)
        row = {"source": source, "month": month, "report": msgspec.json.encode(kept).decode()}
        with self._database.touch() as connection:
            connection.execute(self._database.insert(quality).on_conflict_do_nothing(), row)
        return month


def _is_due(connection: Connection, source: str, month: str, first: date, but: int) -> bool:
    """Whether there is no report yet, something was public then, and no run has changed it since."""
    start = stamp(datetime(first.year, first.month, 1, tzinfo=CHINA))
    known = select(func.count()).where(quality.c.source == source, quality.c.month == month)
    oldest = select(func.min(published.c.first)).where(published.c.source == source)
    since = select(func.count()).where(run.c.source == source, run.c.started >= start, run.c.id != but)
    if connection.execute(known).scalar_one():
        return False
    since_when = connection.execute(oldest).scalar()
    return since_when is not None and moment(since_when) < moment(start) and not connection.execute(since).scalar_one()


def _report(source: str, kept: Kept) -> Report:
    """In the order of the present rules; a rule that was not there then applies to nothing."""
    rules = tuple(kept.rules.get(rule.id, Passed()) for rule in RULES)
    return Report(source, kept.at, kept.records, kept.public, kept.score, rules, kept.months)
