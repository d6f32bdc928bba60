"""How far long work is: moving bars on a terminal, a log line every few seconds elsewhere."""

import sys
import threading
import time
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Protocol

import structlog
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from chengguo.terminal import remarks

EVERY = 5.0  # seconds between log lines of one piece of work

log = structlog.get_logger("chengguo.progress")


class Meter(AbstractContextManager["Meter"], Protocol):
    """Shows several pieces of work side by side; any thread may call it."""

    def at(self, work: str, done: int, total: int | None = None, detail: str = "") -> None:
        """The work has come this far."""

    def end(self, work: str, done: int, detail: str = "") -> None:
        """The work is over."""


def meter(title: str, terminal: bool | None = None) -> Meter:
    """The right one for where standard error goes."""
    return Bars(title) if (sys.stderr.isatty() if terminal is None else terminal) else Lines(title)


class Rate(ProgressColumn):
    """Units per second."""

    def render(self, task: Task) -> Text:
        speed = task.finished_speed or task.speed
        return Text(f"{speed:,.0f}/s" if speed else "", style="dim")


class Bars(Meter):
    """For people."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed:,.0f}"),
            Rate(),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}"),
            console=remarks(),
            transient=False,
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> "Bars":
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def at(self, work: str, done: int, total: int | None = None, detail: str = "") -> None:
        self._progress.update(self._task(work), completed=done, total=total, detail=detail)

    def end(self, work: str, done: int, detail: str = "") -> None:
        self._progress.update(self._task(work), completed=done, total=max(done, 1) if done else 0, detail=detail)

    def _task(self, work: str) -> TaskID:
        with self._lock:
            if work not in self._tasks:
                self._tasks[work] = self._progress.add_task(f"{self._title} {work}", total=None, detail="")
            return self._tasks[work]


class Lines(Meter):
    """For logs."""

    def __init__(self, title: str, every: float = EVERY) -> None:
        self._title = title
        self._every = every
        self._said: dict[str, float] = {}
        self._lock = threading.Lock()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Nothing to put back."""

    def at(self, work: str, done: int, total: int | None = None, detail: str = "") -> None:
        now = time.monotonic()
        with self._lock:
            if now - self._said.setdefault(work, now) < self._every:
                return
            self._said[work] = now
        facts = {"total": total} if total is not None else {}
        log.info(self._title, work=work, done=done, **facts, detail=detail)

    def end(self, work: str, done: int, detail: str = "") -> None:
        log.info(f"{self._title} ended", work=work, done=done, detail=detail)
