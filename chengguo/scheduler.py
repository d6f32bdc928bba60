"""Harvests the sources that have a `schedule`, each in a process of its own, when their time has come.

Each schedule is read in its source's time zone. Sources that name the same minute start spread over some minutes, each
always at the same distance. When each was last started is kept in a file: of the starts that were missed while the node was
down, the last one is caught up with. A schedule that is changed counts from the moment it is read.
"""

import hashlib
import os
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import structlog

from chengguo.child import Child, Program, ending
from federation.schedule import Schedule

REREAD = 60.0  # seconds after which the source files are read again
WATCH = 600.0  # seconds after which somebody looks at what needs a person, though no harvest has ended
SPREAD = timedelta(minutes=5)  # over which sources of one minute are started, and a tenth of their period at most

log = structlog.get_logger("chengguo.scheduler")


def utc_now() -> datetime:
    return datetime.now(UTC)


def delay_of(source: str, schedule: Schedule, now: datetime, widest: timedelta = SPREAD) -> timedelta:
    """How long after its minute a source is started: the same at every start, and on every machine."""
    share = int.from_bytes(hashlib.sha256(source.encode()).digest()[:4], "big") / 2**32
    return timedelta(seconds=int(share * min(widest, schedule.period(now) / 10).total_seconds()))


class Scheduler:
    """A part of the supervisor. `schedules` gives each source's schedule (None: only by hand); `program` what to run for it.

    `watch` are run when harvests have ended, and from time to time: they tell what needs a person.
    """

    def __init__(
        self,
        schedules: Callable[[], Mapping[str, Schedule | None]],
        program: Callable[[str], Program],
        memory: Path,
        jobs: int,
        now: Callable[[], datetime] = utc_now,
        *,
        spread: timedelta = SPREAD,
        watch: Sequence[Program] = (),
    ) -> None:
        self._schedules = schedules
        self._program = program
        self._memory = memory
        self._jobs = jobs
        self._now = now
        self._read_at: datetime | None = None
        self._started: dict[str, datetime] = {}
        self._due: dict[str, datetime] = {}
        self._known: dict[str, Schedule] = {}
        self._waiting: deque[str] = deque()
        self._running: dict[str, Child] = {}
        self._spread = spread
        self._watch = tuple(watch)
        self._watchers: list[Child] = []
        self._watch_at: datetime | None = None

    def start(self) -> None:
        self._started = _remembered(self._memory)
        self._watch_at = self._now()
        self._plan()

    def tend(self) -> None:
        self._collect()
        now = self._now()
        if self._read_at is None or (now - self._read_at).total_seconds() >= REREAD:
            self._plan()
        for source, due in list(self._due.items()):
            if due <= now:
                self._enqueue(source, now)
        while self._waiting and len(self._running) < self._jobs:
            self._begin(self._waiting.popleft())
        self._look(now)

    def terminate(self) -> None:
        self._waiting.clear()
        for child in self._children():
            child.terminate()

    def kill(self) -> None:
        for child in self._children():
            child.kill()

    def gone(self) -> bool:
        self._running = {source: child for source, child in self._running.items() if not child.gone()}
        self._watchers = [child for child in self._watchers if not child.gone()]
        return not self._children()

    def due(self) -> Mapping[str, datetime]:
        """When each source comes next."""
        return dict(self._due)

    def _children(self) -> list[Child]:
        return [*self._running.values(), *self._watchers]

    def _plan(self) -> None:
        self._read_at = now = self._now()
        schedules = {source: schedule for source, schedule in self._schedules().items() if schedule is not None}
        for source in set(self._due) - set(schedules):
            del self._due[source]
        for source, schedule in schedules.items():
            if source not in self._known:
                self._set_due(source, schedule, self._started.get(source, now))
            elif self._known[source] != schedule:
                self._set_due(source, schedule, now)
        self._known = schedules

    def _set_due(self, source: str, schedule: Schedule, after: datetime) -> None:
        try:
            self._due[source] = schedule.after(after) + delay_of(source, schedule, after, self._spread)
        except ValueError as error:
            self._due.pop(source, None)
            log.error("source is not scheduled", source=source, reason=str(error))

    def _enqueue(self, source: str, now: datetime) -> None:
        self._set_due(source, self._known[source], now)
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
                self._watch_at = None
                log.info("harvest ended", source=source, how=ending(child.exit_code))

    def _look(self, now: datetime) -> None:
        """Run the watches when harvests have ended and none is left, or when nobody has looked for a while."""
        for child in self._watchers:
            child.tend()
        self._watchers = [child for child in self._watchers if child.running]
        if self._watchers:
            return
        rested = self._watch_at is None or (now - self._watch_at).total_seconds() >= WATCH
        if rested and not self._running and not self._waiting:
            self._watch_at = now
            self._watchers = [Child(program) for program in self._watch]
            for child in self._watchers:
                child.start()


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
