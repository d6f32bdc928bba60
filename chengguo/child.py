"""One supervised process: started guarded and in a group of its own, restarted with back-off, ended with all it started."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable

import msgspec
import structlog

from federation import guarded

log = structlog.get_logger("chengguo.supervisor")


class Backoff(msgspec.Struct, frozen=True):
    """Pauses before restarts, in seconds: doubling while the process dies young, from the first again once it has lived."""

    first: float = 0.5
    longest: float = 30.0
    settled: float = 10.0

    def pause(self, deaths: int) -> float:
        """After `deaths` early deaths in a row (1 for the first)."""
        return min(self.longest, self.first * 2.0 ** min(deaths - 1, 30))


class Program(msgspec.Struct, frozen=True):
    """What to run. One that is not `kept` runs once: a job.

    `orphaned` is the signal it gets when the supervisor is killed: SIGTERM for one that has processes of its own to end.
    """

    name: str
    argv: tuple[str, ...]
    env: dict[str, str] = {}
    kept: bool = True
    orphaned: int = int(signal.SIGKILL)


class Child:
    """A program's process, over all its restarts. Only the main thread may call it (the kernel ties the guard to a thread)."""

    def __init__(
        self, program: Program, backoff: Backoff | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.program = program
        self.restarts = 0
        self._backoff = backoff or Backoff()
        self._clock = clock
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._deaths = 0
        self._due = 0.0
        self._last: int | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def running(self) -> bool:
        return self._process is not None

    @property
    def exit_code(self) -> int | None:
        """How it ended last; negative for a signal."""
        return self._last

    def start(self) -> None:
        argv = guarded.command(self.program.argv, self.program.orphaned)
        self._process = subprocess.Popen(  # noqa: S603 - our own command lines, no shell
            argv, stdin=subprocess.DEVNULL, env={**os.environ, **self.program.env}, start_new_session=True
        )
        self._started = self._clock()
        log.debug("started", process=self.program.name, pid=self._process.pid)

    def tend(self) -> None:
        """Notice a death; restart when the pause is over."""
        if self._process is not None:
            if self._dead():
                self._bury()
        elif self.program.kept and self._clock() >= self._due:
            self.restarts += 1
            self.start()

    def terminate(self) -> None:
        self._signal(signal.SIGTERM)

    def kill(self) -> None:
        self._signal(signal.SIGKILL)

    def gone(self) -> bool:
        """Whether nothing of it runs any more; for stopping, so nothing is restarted."""
        if self._process is not None and self._dead():
            self._collect(self._process)
        return self._process is None

    def _dead(self) -> bool:
        """Ended, but not yet collected: its process group still has its number, so nobody else's can be hit."""
        assert self._process is not None
        flags = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, flags) is not None

    def _bury(self) -> None:
        assert self._process is not None
        process, lived = self._process, self._clock() - self._started
        self._collect(process)
        if not self.program.kept:
            return
        self._deaths = 1 if lived >= self._backoff.settled else self._deaths + 1
        pause = self._backoff.pause(self._deaths)
        self._due = self._clock() + pause
        log.warning("ended", process=self.program.name, pid=process.pid, how=ending(self._last), restart_in=pause)

    def _collect(self, process: subprocess.Popen[bytes]) -> None:
        self._signal(signal.SIGKILL)  # what it left behind
        self._last = process.wait()
        self._process = None

    def _signal(self, number: signal.Signals) -> None:
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError, PermissionError):  # Permission: macOS, for zombies
                os.killpg(self._process.pid, number)


def ending(code: int | None) -> str:
    """An exit code in words."""
    if code is None:
        return "unknown"
    if code >= 0:
        return f"exit code {code}"
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"
