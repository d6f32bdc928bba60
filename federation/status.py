"""The status of the node in numbers, for its operators (`chengguo status --json`)."""

import msgspec
from sqlalchemy import Connection, func, select

from federation.public import last_seq
from federation.runs import last_runs, run_of
from federation.schema import cursor, item, published, source_state
from federation.views import Run


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


class Status(msgspec.Struct, frozen=True):
    published: dict[str, int]
    refused: int
    held: int
    rejected: int
    seq: int
    outputs: dict[str, OutputStatus]
    sources: dict[str, SourceNumbers]


def status_of(connection: Connection) -> Status:
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
        sources=_sources(connection, numbers),
    )


def _outputs(connection: Connection) -> dict[str, OutputStatus]:
    rows = connection.execute(select(cursor).order_by(cursor.c.at))
    return {row.projection: OutputStatus(row.seq, row.records) for row in rows}


def _sources(connection: Connection, numbers: dict[str, dict[str, dict[str, int]]]) -> dict[str, SourceNumbers]:
    runs = {row.source: run_of(row) for row in connection.execute(last_runs())}
    success = {row.source: row.success_at for row in connection.execute(select(source_state))}
    result = {}
    for source in sorted(runs.keys() | numbers.keys()):
        states = {state: sum(reasons.values()) for state, reasons in numbers.get(source, {}).items()}
        result[source] = SourceNumbers(
            published=states.get("published", 0),
            refused=numbers.get(source, {}).get("refused", {}),
            held=states.get("held", 0) + states.get("embargoed", 0),
            rejected=states.get("rejected", 0),
            failed=states.get("failed", 0),
            last_run=runs.get(source),
            last_success=success.get(source),
        )
    return result
