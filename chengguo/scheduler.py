"""Harvests the sources that have a `schedule`, each in a process of its own, when their time has come.

Times are the machine's local time. When each source was last started is kept in a file, so that what fell due while the
node was down is caught up with at the next start.
"""

import os
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import msgspec
import structlog
from cronsim import CronSim, CronSimError

from chengguo.child import Child, Program, ending

REREAD = 60.0  # seconds after which the source files are read again

log = structlog.get_logger("chengguo.scheduler")


def local_now() -> datetime:
    return datetime.now().astimezone()


def next_due(expression: str, after: datetime) -> datetime:
    """The first moment after `after` that the cron expression names. Raises ValueError naming the expression."""
    try:
        return next(CronSim(expression, after))
    except (CronSimError, StopIteration) as error:
        raise ValueError(
            f'schedule "{expression}" is not a cron expression such as "30 2 * * *" (minute hour day month weekday)'
        ) from error


class Scheduler:
    """A part of the supervisor. `schedules` gives source -> cron expression; `program` what to run for a source."""

    def __init__(
        self,
        schedules: Callable[[], Mapping[str, str]],
        program: Callable[[str], Program],
        memory: Path,
        jobs: int,
        now: Callable[[], datetime] = local_now,
    ) -> None:
        self._schedules = schedules
        self._program = program
        self._memory = memory
        self._jobs = jobs
        self._now = now
        self._read_at: datetime | None = None
        self._started: dict[str, datetime] = {}
        self._due: dict[str, datetime] = {}
        self._expressions: dict[str, str] = {}
        self._waiting: deque[str] = deque()
        self._running: dict[str, Child] = {}

    def start(self) -> None:
        self._started = _remembered(self._memory)
        self._plan()

    def tend(self) -> None:
        self._collect()
        now = self._now()
        if self._read_at is None or (now - self._read_at).total_seconds() >= REREAD:
            self._plan()
        for source, due in self._due.items():
            if due <= now:
                self._enqueue(source, now)
        while self._waiting and len(self._running) < self._jobs:
            self._begin(self._waiting.popleft())

    def terminate(self) -> None:
        self._waiting.clear()
        for child in self._running.values():
            child.terminate()

    def kill(self) -> None:
        for child in self._running.values():
            child.kill()

    def gone(self) -> bool:
        self._running = {source: child for source, child in self._running.items() if not child.gone()}
        return not self._running

    def due(self) -> Mapping[str, datetime]:
        """When each source comes next."""
        return dict(self._due)

    def _plan(self) -> None:
        self._read_at = now = self._now()
        expressions = {source: text for source, text in self._schedules().items() if text}
        for source in set(self._due) - set(expressions):
            del self._due[source]
        for source, text in expressions.items():
            if self._expressions.get(source) != text:
                self._set_due(source, text, self._started.get(source, now))
        self._expressions = expressions

    def _set_due(self, source: str, expression: str, after: datetime) -> None:
        try:
            self._due[source] = next_due(expression, after)
        except ValueError as error:
            self._due.pop(source, None)
            log.error("source is not scheduled", source=source, reason=str(error))

    def _enqueue(self, source: str, now: datetime) -> None:
        self._due[source] = next_due(self._expressions[source], now)
        if source not in self._running and source not in self._waiting:
            self._waiting.append(source)

    def _begin(self, source: str) -> None:
        child = Child(self._program(source))
        child.start()
        self._running[source] = child
        self._started[source] = self._now()
        _remember(self._memory, self._started)
        log.info("harvest started", source=source, pid=child.pid)

    def _collect(self) -> None:
        for source, child in list(self._running.items()):
            child.tend()
            if not child.running:
                del self._running[source]
                log.info("harvest ended", source=source, how=ending(child.exit_code))


def _remembered(path: Path) -> dict[str, datetime]:
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, datetime])
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        log.warning("the times of earlier harvests are lost", file=str(path), reason=str(error))
        return {}


def _remember(path: Path, started: Mapping[str, datetime]) -> None:
    new = path.with_suffix(".new")
    new.write_bytes(msgspec.json.encode(started))
    os.replace(new, path)
