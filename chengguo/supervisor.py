"""Keeps a set of processes running until told to stop, and then leaves none behind.

SIGINT and SIGTERM end it: every child gets SIGTERM, what is still there after the grace (or at a second signal) SIGKILL.
If the supervisor itself is killed, the kernel ends the children (see `federation/guarded.py`).
"""

import os
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

import structlog

TICK = 0.2  # seconds between looks at the children; a signal ends the wait at once
GRACE = 10.0

log = structlog.get_logger("chengguo.supervisor")


class Part(Protocol):
    """What is supervised: `Child`, or anything that starts, watches and ends processes in the same way."""

    def start(self) -> None: ...

    def tend(self) -> None:
        """Called every tick: notice deaths, restart, do what is due. Must not block."""

    def terminate(self) -> None: ...

    def kill(self) -> None: ...

    def gone(self) -> bool: ...


class Supervisor:
    """Runs parts in the calling (main) thread."""

    def __init__(self, parts: Sequence[Part], grace: float = GRACE) -> None:
        self._parts = parts
        self._grace = grace
        self._signals = 0
        self._stop = False

    def stop(self) -> None:
        """End `run` at the next tick."""
        self._stop = True

    def run(self, each_tick: Callable[[], None] = lambda: None) -> None:
        """Until SIGINT, SIGTERM or `stop`; `each_tick` runs in the same thread. All parts are gone when it returns."""
        with self._listening() as wait:
            try:
                for part in self._parts:
                    if self._stopping():
                        break
                    part.start()
                while not self._stopping():
                    for part in self._parts:
                        part.tend()
                    each_tick()
                    wait(TICK)
            finally:
                self._end(wait)

    def _stopping(self) -> bool:
        return self._stop or self._signals > 0

    def _end(self, wait: Callable[[float], None]) -> None:
        deadline = time.monotonic() + self._grace
        asked = self._signals
        for part in self._parts:
            part.terminate()
        while not self._all_gone() and time.monotonic() < deadline and self._signals <= max(asked, 1):
            wait(0.05)
        if not self._all_gone():
            log.warning("killing what did not end in time", grace=self._grace)
            for part in self._parts:
                part.kill()
        while not self._all_gone():
            wait(0.05)

    def _all_gone(self) -> bool:
        still_there = [part for part in self._parts if not part.gone()]  # every part is asked, not the first only
        return not still_there

    @contextmanager
    def _listening(self) -> Iterator[Callable[[float], None]]:
        """Signals write a byte into a pipe, so that waiting ends at once. Yields the wait."""
        reader, writer = os.pipe()
        for end in (reader, writer):
            os.set_blocking(end, False)
        numbers = (signal.SIGINT, signal.SIGTERM)
        before = {number: signal.signal(number, self._count) for number in numbers}
        wakeup = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)

        def wait(seconds: float) -> None:
            if select.select([reader], [], [], seconds)[0]:
                os.read(reader, 1024)

        try:
            yield wait
        finally:
            signal.set_wakeup_fd(wakeup)
            for number, handler in before.items():
                signal.signal(number, handler)
            os.close(reader)
            os.close(writer)

    def _count(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1
