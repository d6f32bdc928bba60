"""What needs a person: each matter a value with the command that settles it.

Matters leave the node (feed, webhook), so `said` is made of counts, names of sources and fields, and moments. What a source
or a fault said in its own words stands in `detail`, which only the command line shows. Codes are counted over published
records alone.
"""

import hashlib
from collections.abc import Iterator, Mapping, Set
from datetime import datetime
from enum import StrEnum

import msgspec
from sqlalchemy import Connection, and_, func, select

from federation.clock import now
from federation.database import Database
from federation.errors import ConfigurationError
from federation.runs import last_runs
from federation.schema import item, problem, published
from federation.watch.health import PATIENCE, Condition, Health
from federation.watch.status import Schedules, healths

MASS = 0.10  # share of a source's published records with unknown codes in one field that calls a person
FEWEST = 10  # such records below which nobody is called
VALUES = 5  # unknown values named


class Concern(StrEnum):
    CONFIGURATION = "configuration"  # a source or mapping file is wrong: the source is not harvested
    HELD = "held"  # a run waits for a yes
    FAILING = "failing"
    UNREACHABLE = "unreachable"
    LATE = "late"
    REVIEW = "review"  # records wait for a secrecy review
    OWN_FAULT = "own-fault"  # records that failed by a fault of the platform
    UNKNOWN_CODES = "unknown-codes"
    ORPHANED = "orphaned"  # records are public whose source is not configured any more


class Matter(msgspec.Struct, frozen=True, omit_defaults=True):
    """One thing to settle. `id` names it for as long as it lasts; `since` is RFC 3339 in UTC; `command` settles it."""

    id: str
    concern: Concern
    source: str
    said: str
    command: str
    since: str | None = None
    detail: str = ""

    @property
    def digest(self) -> str:
        """Changes when what is said does: who was told of this digest need not be told again. Commands name the last run."""
        return hashlib.sha256(f"{self.id}\n{self.said}".encode()).hexdigest()


class Codes(msgspec.Struct, frozen=True):
    """Published records of one source whose values of one field no code list knows."""

    source: str
    path: str
    records: int
    values: tuple[str, ...]


def attention(
    database: Database, schedules: Schedules, faults: Mapping[str, ConfigurationError], moment: datetime | None = None
) -> tuple[Matter, ...]:
    """Everything that needs a person, by source. `faults` says of sources what is wrong with their files."""
    with database.read() as connection:
        known = healths(connection, schedules, moment or now())
        matters = [
            *_configuration(faults),
            *_health(known),
            *_reviews(connection),
            *_own_faults(connection),
            *_codes(connection),
            *_orphans(connection, {*schedules, *faults}),
        ]
    return tuple(sorted(matters, key=lambda matter: (matter.source, matter.id)))


def _configuration(faults: Mapping[str, ConfigurationError]) -> Iterator[Matter]:
    for source, error in faults.items():
        yield Matter(
            id=f"{source}/configuration",
            concern=Concern.CONFIGURATION,
            source=source,
            said=f"the source or mapping file of {source} is wrong: it is not harvested until it is mended",
            command=f"chengguo source check {source}",
            detail=str(error),
        )


def _health(known: Mapping[str, Health]) -> Iterator[Matter]:
    for source, health in known.items():
        if health.condition is Condition.HELD:
            yield _held(source, health)
        elif health.condition in (Condition.FAILING, Condition.UNREACHABLE) and health.failures >= PATIENCE:
            yield _failing(source, health)
        elif health.condition is Condition.LATE:
            said = f"{source} has had no good harvest for more than two periods of its schedule"
            command = f"chengguo harvest {source}"
            yield Matter(f"{source}/late", Concern.LATE, source, said, command, health.since)


def _held(source: str, health: Health) -> Matter:
    run = health.history[0].id
    return Matter(
        id=f"{source}/held/{run}",
        concern=Concern.HELD,
        source=source,
        said=f"run {run} of {source} would withdraw or change more than its guard allows, and waits for a yes",
        command=f"chengguo run show {run}; chengguo harvest --accept {run}",
        since=health.since,
        detail=health.message,
    )


def _failing(source: str, health: Health) -> Matter:
    away = health.condition is Condition.UNREACHABLE
    concern = Concern.UNREACHABLE if away else Concern.FAILING
    how = "does not answer" if away else "cannot be read"
    return Matter(
        id=f"{source}/{concern.value}",
        concern=concern,
        source=source,
        said=f"{source} {how}: its last passes have failed, {PATIENCE} or more in a row",  # no count: told once, not nightly
        command=f"chengguo run show {health.history[0].id}"
        if not away
        else f"chengguo source check {source} --connect",
        since=health.since,
        detail=f"{health.failures} in a row: {health.message}",
    )


def _reviews(connection: Connection) -> Iterator[Matter]:
    """In `said` there is no count: told once, and not at every harvest."""
    held = select(item.c.source, func.count(), func.min(item.c.at)).where(item.c.state == "held")
    for source, count, since in connection.execute(held.group_by(item.c.source)):
        said = f"records of {source} wait for a secrecy review"
        command = f"chengguo review list --source {source}"
        yield Matter(f"{source}/review", Concern.REVIEW, source, said, command, since, f"{count:,} records")


def _own_faults(connection: Connection) -> Iterator[Matter]:
    runs = {row.source: row.id for row in connection.execute(last_runs())}
    failed = select(item.c.source, func.count(), func.min(item.c.at)).where(item.c.state == "failed")
    for source, count, since in connection.execute(failed.group_by(item.c.source)):
        command = f"chengguo run show {runs[source]}" if source in runs else f"chengguo remap {source}"
        said = f"{count:,} records of {source} failed by a fault of the platform; they are tried again at every pass"
        yield Matter(f"{source}/own-fault", Concern.OWN_FAULT, source, said, command, since)


def _codes(connection: Connection) -> Iterator[Matter]:
    totals = select(published.c.source, func.count()).group_by(published.c.source)
    public = {row[0]: row[1] for row in connection.execute(totals)}
    for codes in unknown_codes(connection):
        total = public.get(codes.source, 0)
        if codes.records < max(FEWEST, MASS * total):
            continue
        named = ", ".join(f"“{value}”" for value in codes.values)
        yield Matter(
            id=f"{codes.source}/unknown-codes/{codes.path}",
            concern=Concern.UNKNOWN_CODES,
            source=codes.source,
            # in tenths, so that a few records more are no news
            said=f"{_tenths(codes.records, total)} of the published records of {codes.source} have values of "
            f"{codes.path} that no code list knows: {named}",
            command=f"chengguo remap {codes.source}",
            detail=f"{codes.records:,} of {total:,} records; add the values to the mapping first",
        )


def _orphans(connection: Connection, configured: Set[str]) -> Iterator[Matter]:
    counts = select(published.c.source, func.count()).group_by(published.c.source)
    for source, count in connection.execute(counts):
        if source not in configured:
            said = (
                f"{count:,} records of {source} are public and it has no source file: nobody updates or withdraws them"
            )
            yield Matter(f"{source}/orphaned", Concern.ORPHANED, source, said, f"chengguo source retire {source}")


def unknown_codes(connection: Connection) -> Iterator[Codes]:
    """By source and field, over published records only; the most frequent values named."""
    c = problem.c
    same = and_(item.c.source == c.source, item.c.key == c.key, item.c.kind == c.kind)
    query = (
        select(c.source, c.path, c.value, func.count())
        .join(item, same)
        .where(c.code == "unknown-code", item.c.state == "published")
        .group_by(c.source, c.path, c.value)
        .order_by(c.source, c.path, func.count().desc(), c.value)
    )
    found: dict[tuple[str, str], list[tuple[str | None, int]]] = {}
    for source, path, value, count in connection.execute(query):
        found.setdefault((source, path), []).append((value, count))
    for (source, path), values in found.items():
        named = tuple(value for value, _ in values if value)[:VALUES]
        yield Codes(source, path, sum(count for _, count in values), named)


def _tenths(part: int, total: int) -> str:
    return f"{10 * part // total * 10 if total else 100}%"
