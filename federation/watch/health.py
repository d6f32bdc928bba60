"""The health of a source: judged from its runs, its schedule and the time, by nothing else and without side effects.

Passes are harvests; a remap or an accepted run says nothing of whether the source can be read. A pass that waits for a
person, or that a later one replaced, counts neither as good nor as bad.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile

import msgspec

from federation.clock import moment, stamp
from federation.schedule import Schedule
from federation.views import Cause, Run, RunStatus

HISTORY = 30  # passes that are remembered and counted
PATIENCE = 3  # passes in a row that must end badly before a person is called
OVERDUE = 2  # periods of the schedule without a good pass after which a source is late
PASSES = ("full", "incremental")
BAD = frozenset({RunStatus.FAILED, RunStatus.INTERRUPTED})


class Condition(StrEnum):
    FRESH = "fresh"
    LATE = "late"  # the last good pass is older than twice its schedule's period
    FAILING = "failing"  # the last passes ended badly
    UNREACHABLE = "unreachable"  # they did, and each for a reason that may go away by itself
    HELD = "held"  # the last pass waits for a person
    NEVER = "never"  # no pass has ended yet


class Past(msgspec.Struct, frozen=True, omit_defaults=True):
    """One pass, as short as a history needs it. `started` is RFC 3339 in UTC."""

    id: int
    started: str
    status: RunStatus
    cause: Cause | None = None


class Health(msgspec.Struct, frozen=True, omit_defaults=True):
    """`since`: when the condition began (RFC 3339). `failures`: bad passes in a row; `message`: the last one's, for operators.

    `reliability`: share (0..1) of the passes in `history` (newest first) that ended well; None when none has ended.
    """

    condition: Condition
    since: str | None = None
    failures: int = 0
    message: str = ""
    reliability: float | None = None
    history: tuple[Past, ...] = ()


def health_of(runs: Iterable[Run], schedule: Schedule | None, last_success: str | None, now: datetime) -> Health:
    """`runs` are a source's latest, newest first; `schedule` is None for one harvested by hand, which is never late."""
    passes = [run for run in runs if run.mode in PASSES][:HISTORY]
    ended = [run for run in passes if run.status is not RunStatus.RUNNING]
    row = list(takewhile(lambda run: run.status in BAD, ended))
    condition, since = _condition(ended, row, schedule, last_success, now)
    return Health(
        condition=condition,
        since=since,
        failures=len(row),
        message=ended[0].message if ended and (row or condition is Condition.HELD) else "",
        reliability=reliability(ended),
        history=tuple(Past(run.id, run.started, run.status, run.cause) for run in passes),
    )


def reliability(ended: Sequence[Run]) -> float | None:
    """The share of passes that ended well, three decimals; None when there is none to count."""
    bad = sum(run.status in BAD for run in ended)
    good = sum(run.status is RunStatus.DONE for run in ended)
    return round(good / (good + bad), 3) if good + bad else None


def _condition(
    ended: Sequence[Run], row: Sequence[Run], schedule: Schedule | None, last_success: str | None, now: datetime
) -> tuple[Condition, str | None]:
    if not ended and last_success is None:
        return Condition.NEVER, None
    if ended and ended[0].status is RunStatus.HELD:
        return Condition.HELD, ended[0].started
    failed = [run for run in row if run.status is RunStatus.FAILED]
    if failed or len(row) >= PATIENCE:  # one interruption is somebody's Ctrl-C, many are no accident
        away = bool(failed) and all(run.cause is Cause.TRANSIENT for run in failed)
        return Condition.UNREACHABLE if away else Condition.FAILING, row[-1].started
    if schedule is not None and last_success is not None:
        limit = moment(last_success) + patience(schedule, now)
        if now > limit:
            return Condition.LATE, stamp(limit)
    return Condition.FRESH, last_success


def patience(schedule: Schedule, now: datetime) -> timedelta:
    """How old a good pass may become; without end for a schedule that is not one: its file is reported elsewhere."""
    try:
        return OVERDUE * schedule.period(now)
    except ValueError:
        return timedelta(days=36_500)
