"""The status of the node in numbers, for its operators (`chengguo status --json`)."""

from collections.abc import Mapping
from datetime import datetime

import msgspec
from sqlalchemy import Connection, func, select

from federation.clock import now
from federation.matching.book import LEARNING, NAME, Counts, counts_of
from federation.public import last_seq
from federation.runs import histories, last_runs, run_of
from federation.schedule import Schedule
from federation.schema import cursor, item, published, source_state
from federation.views import Run
from federation.watch.health import HISTORY, PASSES, Health, health_of


class OutputStatus(msgspec.Struct, frozen=True):
    seq: int
    records: int


class SourceNumbers(msgspec.Struct, frozen=True, omit_defaults=True):
    """One source. `refused` by reason code; `held` counts embargoed records too."""

    published: int = 0
    refused: dict[str, int] = {}
    held: int = 0
    rejected: int = 0
    failed: int = 0
    last_run: Run | None = None
    last_success: str | None = None
    health: Health | None = None


Schedules = Mapping[str, Schedule | None]  # of every configured source; None: harvested by hand


class Status(msgspec.Struct, frozen=True):
    published: dict[str, int]
    refused: int
    held: int
    rejected: int
    seq: int
    outputs: dict[str, OutputStatus]
    sources: dict[str, SourceNumbers]
    matching: Counts | None = None


def status_of(connection: Connection, schedules: Schedules | None = None) -> Status:
    """Sources that are configured and were never read are listed too, when `schedules` names them."""
    kinds = select(published.c.kind, func.count()).group_by(published.c.kind).order_by(published.c.kind)
    states = select(item.c.source, item.c.state, item.c.reason, func.count())
    numbers: dict[str, dict[str, dict[str, int]]] = {}
    totals: dict[str, int] = {}
    for source, state, reason, count in connection.execute(states.group_by(item.c.source, item.c.state, item.c.reason)):
        numbers.setdefault(source, {}).setdefault(state, {})[reason] = count
        totals[state] = totals.get(state, 0) + count
    return Status(
        published={row[0]: row[1] for row in connection.execute(kinds)},
        refused=totals.get("refused", 0),
        held=totals.get("held", 0) + totals.get("embargoed", 0),
        rejected=totals.get("rejected", 0),
        seq=last_seq(connection),
        outputs=_outputs(connection),
        matching=counts_of(connection),
        sources=_sources(connection, numbers, schedules or {}),
    )


def _outputs(connection: Connection) -> dict[str, OutputStatus]:
    """Whatever follows the log but matching, which is no output."""
    rows = connection.execute(select(cursor).where(cursor.c.projection.not_in((NAME, LEARNING))).order_by(cursor.c.at))
    return {row.projection: OutputStatus(row.seq, row.records) for row in rows}


def healths(connection: Connection, schedules: Schedules, moment: datetime) -> dict[str, Health]:
    """The health of every source that is configured or was ever read."""
    passes: dict[str, list[Run]] = {}
    for row in connection.execute(histories(PASSES, HISTORY)):
        passes.setdefault(row.source, []).append(run_of(row))
    success = _successes(connection)
    names = sorted({*schedules, *passes})
    return {name: health_of(passes.get(name, ()), schedules.get(name), success.get(name), moment) for name in names}


def _successes(connection: Connection) -> dict[str, str | None]:
    return {row.source: row.success_at for row in connection.execute(select(source_state))}


def _sources(
    connection: Connection, numbers: dict[str, dict[str, dict[str, int]]], schedules: Schedules
) -> dict[str, SourceNumbers]:
    runs = {row.source: run_of(row) for row in connection.execute(last_runs())}
    success, health = _successes(connection), healths(connection, schedules, now())
    result = {}
    for source in sorted(runs.keys() | numbers.keys() | schedules.keys()):
        states = {state: sum(reasons.values()) for state, reasons in numbers.get(source, {}).items()}
        result[source] = SourceNumbers(
            published=states.get("published", 0),
            refused=numbers.get(source, {}).get("refused", {}),
            held=states.get("held", 0) + states.get("embargoed", 0),
            rejected=states.get("rejected", 0),
            failed=states.get("failed", 0),
            last_run=runs.get(source),
            last_success=success.get(source),
            health=health.get(source),
        )
    return result
