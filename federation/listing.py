"""The listings of `federation.selection` in SQL."""

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select
from sqlalchemy.schema import Table

from federation.clock import moment, stamp
from federation.schema import change, published, tombstone
from federation.selection import Listed, Order, Selection
from federation.views import Event

# The log is in the order of time unless a clock was set back; by up to this much it may have been.
CLOCK = timedelta(hours=1)
FEW = 5_000  # records of a source that may be sorted for a page
_COLUMNS = (
    published.c.iri,
    published.c.kind,
    published.c.source,
    published.c.version,
    published.c.seq,
    published.c.at,
    published.c.first,
    published.c.digest,
    published.c.record,
)
_BY = {
    Order.ADDRESS: (published.c.iri, False),
    Order.ADDRESS_DOWN: (published.c.iri, True),
    Order.CHANGED: (published.c.seq, False),
    Order.CHANGED_DOWN: (published.c.seq, True),
}


def listed(connection: Connection, selection: Selection, after: int, limit: int) -> list[Listed]:
    """Public and withdrawn records in the order of the log."""
    low, high = _span(connection, selection)
    low = max(low, after)
    query = _present(selection, low, high, walk=_walks(connection, selection)).order_by(published.c.seq).limit(limit)
    present = [Listed(*row) for row in connection.execute(query)]
    if len(present) == limit:  # what was withdrawn behind them belongs to a later page
        high = present[-1].seq
    gone = [Listed(*row) for row in connection.execute(_withdrawn(selection, low, high, limit))]
    return sorted([*present, *gone], key=lambda one: one.seq)[:limit] if gone else present


def latest(connection: Connection, selection: Selection, before: int, limit: int) -> list[Listed]:
    """Public and withdrawn records against the order of the log, those with `seq` < before."""
    low, high = _span(connection, selection)
    high = before - 1 if high is None else min(before - 1, high)
    query = _present(selection, low, high, walk=_walks(connection, selection))
    present = [Listed(*row) for row in connection.execute(query.order_by(published.c.seq.desc()).limit(limit))]
    if len(present) == limit:  # what was withdrawn before them belongs to a later page
        low = present[-1].seq
    gone = [Listed(*row) for row in connection.execute(_withdrawn(selection, low, high, limit, down=True))]
    return sorted([*present, *gone], key=lambda one: -one.seq)[:limit] if gone else present


def size(connection: Connection, selection: Selection) -> int:
    conditions = _conditions(tombstone, selection)
    gone = connection.execute(select(func.count()).select_from(tombstone).where(*conditions)).scalar_one()
    return count(connection, selection) + int(gone)


def count(connection: Connection, selection: Selection) -> int:
    low, high = _span(connection, selection)
    found = connection.execute(select(func.count()).select_from(_present(selection, low, high).subquery()))
    return int(found.scalar_one())


def window(connection: Connection, selection: Selection, order: Order, start: int, limit: int) -> list[Listed]:
    column, down = _BY[order]
    by = column.desc() if down else column
    low, high = _span(connection, selection)
    # The place is counted in the index alone; only the rows of the page itself are read.
    walk = _walks(connection, selection)
    place = _present(selection, low, high, column, walk=walk).order_by(by).offset(start).limit(limit).subquery()
    query = select(*_COLUMNS).where(column.in_(select(place.c[column.name]))).order_by(by)
    return [Listed(*row) for row in connection.execute(query)]


def published_sources(connection: Connection) -> list[tuple[str, int]]:
    query = select(published.c.source, func.count()).group_by(published.c.source).order_by(published.c.source)
    return [(source, number) for source, number in connection.execute(query)]


def _present(
    selection: Selection, low: int, high: int | None, *columns: ColumnElement[Any], walk: bool = False
) -> Select[tuple[Any, ...]]:
    conditions = _conditions(published, selection, walk)
    if low:
        conditions.append(published.c.seq > low)
    if high is not None:
        conditions.append(published.c.seq <= high)
    return select(*(columns or _COLUMNS)).where(*conditions)


def _walks(connection: Connection, selection: Selection) -> bool:
    """Whether the records of a source are found faster along the log: its own index would sort them anew for every page."""
    if not selection.sources:
        return False
    some = select(published.c.seq).where(published.c.source.in_(selection.sources)).limit(FEW + 1).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one() > FEW


def _withdrawn(
    selection: Selection, low: int, high: int | None, limit: int, *, down: bool = False
) -> Select[tuple[Any, ...]]:
    """Found by walking the log: between two pages of records there are few changes, and the tombstones are not in order."""
    conditions = [change.c.seq > low, change.c.event == Event.WITHDRAWN.value, *_conditions(tombstone, selection)]
    if high is not None:
        conditions.append(change.c.seq <= high)
    c = tombstone.c
    joined = change.join(tombstone, and_(c.iri == change.c.iri, c.seq == change.c.seq))
    query = select(c.iri, c.kind, c.source, c.version, c.seq, c.at).select_from(joined)
    return query.where(*conditions).order_by(change.c.seq.desc() if down else change.c.seq).limit(limit)


def _conditions(table: Table, selection: Selection, walk: bool = False) -> list[ColumnElement[bool]]:
    source = func.coalesce(table.c.source, "") if walk else table.c.source  # an expression has no index
    found: list[ColumnElement[bool]] = []
    chosen = ((table.c.kind, selection.kinds), (source, selection.sources), (table.c.iri, selection.iris))
    for column, values in chosen:
        if values:
            found.append(column == values[0] if len(values) == 1 else column.in_(values))
    if selection.since:
        found.append(table.c.at >= selection.since)
    if selection.before:
        found.append(table.c.at < selection.before)
    return found


def _span(connection: Connection, selection: Selection) -> tuple[int, int | None]:
    """The part of the log, (after, upto), that holds a span of time: times have no index, numbers have."""
    low = _last_before(connection, _shifted(selection.since, -CLOCK)) if selection.since else 0
    high = _last_before(connection, _shifted(selection.before, CLOCK)) if selection.before else None
    return low, high


def _shifted(text: str, by: timedelta) -> str:
    try:
        return stamp(moment(text) + by)
    except OverflowError:  # at either end of time
        return text


def _last_before(connection: Connection, at: str) -> int:
    """The number of the last change before a moment, by halving; 0 when there is none."""
    low, high = 0, connection.execute(select(func.max(change.c.seq))).scalar() or 0
    while low < high:
        middle = (low + high + 1) // 2
        found = connection.execute(select(change.c.at).where(change.c.seq == middle)).scalar()
        if found is not None and found < at:
            low = middle
        else:
            high = middle - 1
    return low
