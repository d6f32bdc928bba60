"""The quality of a source's published records: one streaming pass, kept for a minute, and longer while nothing changes.

Pages look at a sample of a large source: keys are hashes, so the first of them in their order are an even sample, and the
same one every time.
"""

import threading
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from time import monotonic
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, func, select

from federation.clock import day, stamp
from federation.database import Database
from federation.public import last_seq
from federation.schema import item, problem, published
from vocab.kinds import decode_record
from vocab.quality import Facts, Report, Sum

PAGE = 500  # records of the pass that are in memory at once
KEEP = 60.0  # seconds for which a report is served though the log has gone on
SAMPLE = 10_000  # records looked at for a page: a share is then known to one per cent


class _Kept(msgspec.Struct, frozen=True):
    seq: int
    until: float
    report: Report


class QualityBook:
    """Reports by source, for pages. Several who ask for one at once wait for one pass."""

    def __init__(self, database: Database, sample: int = SAMPLE) -> None:
        self._database = database
        self._sample = sample
        self._kept: dict[str, _Kept] = {}
        self._locks: dict[str, threading.Lock] = {}

    def report(self, source: str) -> Report:
        with self._locks.setdefault(source, threading.Lock()), self._database.read() as connection:
            seq, kept = last_seq(connection), self._kept.get(source)
            if kept is not None and (kept.seq == seq or monotonic() < kept.until):
                return kept.report
            report = measured(connection, source, self._sample)
            self._kept[source] = _Kept(seq, monotonic() + KEEP, report)
        return report


def measured(connection: Connection, source: str, sample: int | None = None, today: date | None = None) -> Report:
    """From published records and their problems alone: of any other record not even the number shows."""
    total, here = Sum(), today or day()
    for rows in _pages(connection, source, sample):
        codes = _problems(connection, source, rows)
        for row in rows:
            facts = Facts(
                decode_record(row.record), frozenset(codes.get((row.key, row.kind), ())), _date(row.first), here
            )
            total.add(facts, row.at[:7])
    count = select(func.count()).select_from(published).where(published.c.source == source)
    return total.report(source, stamp(), connection.execute(count).scalar_one())


def _pages(connection: Connection, source: str, sample: int | None) -> Iterator[Sequence[Row[Any]]]:
    c = published.c
    public = select(item.c.iri).where(item.c.source == source, item.c.state == "published").order_by(item.c.key)
    query: Select[Any] = select(c.key, c.kind, c.record, c.first, c.at)
    for iris in (
        connection.execute(public.limit(sample), execution_options={"yield_per": PAGE}).scalars().partitions(PAGE)
    ):
        yield connection.execute(query.where(c.iri.in_(iris))).all()


def _problems(connection: Connection, source: str, rows: Sequence[Row[Any]]) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    query = select(problem.c.key, problem.c.kind, problem.c.code).where(problem.c.source == source)
    for key, kind, code in connection.execute(query.where(problem.c.key.in_([row.key for row in rows]))):
        found.setdefault((key, kind), set()).add(code)
    return found


def _date(rfc3339: str) -> date:
    return datetime.fromisoformat(rfc3339).date()
