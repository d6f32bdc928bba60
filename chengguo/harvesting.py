"""Harvests several sources side by side, a bounded number at once; one that fails stops no other."""

import queue
import threading
from collections.abc import Callable, Sequence

import msgspec
import structlog

from federation.errors import FederationError
from federation.views import Run, RunCounts, RunStatus
from harvesters.base import HarvestError

log = structlog.get_logger("chengguo.harvest")
PATIENCE = 3.0  # seconds that running passes have to end after an interruption; their leases then expire by themselves

Report = Callable[[RunCounts], None]
Work = Callable[[Report], Run]


class Outcome(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of one source: a run, or the reason why there was none."""

    source: str
    run: Run | None = None
    error: str = ""

    @property
    def good(self) -> bool:
        """Whether nobody has to look at it."""
        return self.run is not None and self.run.status is RunStatus.DONE and not self.run.counts.failed


class Stopped(BaseException):
    """Raised inside a pass to leave it: not an Exception, so that no border takes it for a fault of the source."""


class Pool:
    """Runs named pieces of work in `workers` threads."""

    def __init__(self, workers: int, report: Callable[[str, RunCounts], None]) -> None:
        self._workers = workers
        self._report = report
        self._stop = threading.Event()
        self._todo: queue.SimpleQueue[tuple[str, Work]] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()

    def run(self, works: Sequence[tuple[str, Work]], ended: Callable[[Outcome], None]) -> list[Outcome]:
        """All outcomes, in the order given. An interruption of the calling thread ends the passes and goes on."""
        for work in works:
            self._todo.put(work)
        count = min(self._workers, len(works))
        # daemons: a pass that waits for a silent province must not hold up the end of the program
        threads = [threading.Thread(target=self._take, name=f"harvest-{n}", daemon=True) for n in range(count)]
        for thread in threads:
            thread.start()
        outcomes: dict[str, Outcome] = {}
        try:
            while len(outcomes) < len(works):
                outcome = self._done.get()
                outcomes[outcome.source] = outcome
                ended(outcome)
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(PATIENCE)
        return [outcomes[name] for name, _ in works]

    def _take(self) -> None:
        while not self._stop.is_set():
            try:
                name, work = self._todo.get_nowait()
            except queue.Empty:
                return
            try:
                self._done.put(self._guarded(name, work))
            except Stopped:
                return

    def _guarded(self, name: str, work: Work) -> Outcome:
        def report(counts: RunCounts) -> None:
            if self._stop.is_set():
                raise Stopped
            self._report(name, counts)

        try:
            return Outcome(name, work(report))
        except (FederationError, HarvestError, OSError) as error:
            return Outcome(name, error=str(error))
        except Exception as error:  # border of the source: a fault of ours in one must not stop the others
            log.exception("harvest failed", source=name)
            return Outcome(name, error=f"the platform failed ({type(error).__name__}); the log says where")
