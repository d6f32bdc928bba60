"""Who writes the outputs: one process at a time. While `serve` runs that is its projector, and commands ask it.

A request is a file in `data/run/requests/`; the projector does what it names and puts the answer beside it.
"""

import contextlib
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import msgspec

from chengguo import locks
from chengguo.errors import Failed
from chengguo.home import Home
from chengguo.statistics import Statistics
from federation.errors import FederationError
from federation.graph.base import GraphError
from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from federation.verify import Verdict, verify
from search.base import SearchError

EXPECTED = (FederationError, SearchError, GraphError, OSError)
Task = Literal["catch-up", "rebuild-search", "rebuild-graph", "verify", "repair"]
OUTPUTS: dict[Task, str] = {"rebuild-search": "search", "rebuild-graph": "graph"}
STEP = 0.05
TAKEN_OVER = 30.0  # seconds without a projector after which a request is given up


class Request(msgspec.Struct, frozen=True):
    """What is asked of the projector."""

    id: str
    task: Task


class Answer(msgspec.Struct, frozen=True):
    """`error` is empty when it was done; `result` is the task's own, as JSON."""

    error: str = ""
    result: msgspec.Raw = msgspec.Raw(b"null")


class Requests:
    """The requests of one home."""

    def __init__(self, home: Home) -> None:
        self._folder = home.run / "requests"
        self._lock = projector_lock(home)

    def ask(self, task: Task) -> Answer:
        """Ask the running projector, and wait. Raises Failed when it says no or goes away."""
        request = Request(uuid.uuid4().hex, task)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._put(self._asked(request), msgspec.json.encode(request))
        try:
            answer = self._wait(request)
        finally:
            for path in (self._asked(request), self._answered(request)):
                path.unlink(missing_ok=True)
        if answer.error:
            raise Failed(answer.error)
        return answer

    def waiting(self) -> bool:
        return any(self._folder.glob("*.asked"))

    def serve(self, do: Callable[[Task], bytes], expected: tuple[type[Exception], ...]) -> None:
        """Do what was asked since the last call; an error becomes its answer, then goes on if it was not `expected`."""
        for path in sorted(self._folder.glob("*.asked")):
            with contextlib.suppress(FileNotFoundError, msgspec.DecodeError):
                request = msgspec.json.decode(path.read_bytes(), type=Request)
                path.unlink()
                self._do(request, do, expected)

    def _do(self, request: Request, do: Callable[[Task], bytes], expected: tuple[type[Exception], ...]) -> None:
        answer = Answer(error=f"{request.task} failed; the projector's log says why")
        try:
            answer = Answer(result=msgspec.Raw(do(request.task)))
        except expected as error:
            answer = Answer(error=str(error))
        finally:
            self._put(self._answered(request), msgspec.json.encode(answer))

    def _wait(self, request: Request) -> Answer:
        alone = 0.0
        while True:
            with contextlib.suppress(FileNotFoundError):
                return msgspec.json.decode(self._answered(request).read_bytes(), type=Answer)
            alone = 0.0 if locks.holder(self._lock) else alone + STEP
            if alone > TAKEN_OVER:
                raise Failed("the projector ended before it had done it, and no other took its place: start again")
            time.sleep(STEP)

    def _asked(self, request: Request) -> Path:
        return self._folder / f"{request.id}.asked"

    def _answered(self, request: Request) -> Path:
        return self._folder / f"{request.id}.answer"

    def _put(self, path: Path, body: bytes) -> None:
        new = path.with_suffix(f".{os.getpid()}")
        new.write_bytes(body)
        os.replace(new, path)


def projector_lock(home: Home) -> Path:
    return home.run / "projector.lock"


@contextlib.contextmanager
def alone(home: Home) -> Iterator[None]:
    """Be the one process that writes the outputs. Raises Occupied."""
    with locks.held(projector_lock(home), "A projector"):
        yield


def asked_elsewhere(home: Home) -> Requests | None:
    """The requests, when a projector is running that would do them."""
    return Requests(home) if locks.holder(projector_lock(home)) else None


class Work:
    """What a projector does, whoever asked for it."""

    def __init__(self, ledger: Ledger, outputs: Sequence[Projection], statistics: Statistics | None = None) -> None:
        self._ledger = ledger
        self._outputs = outputs
        self._statistics = statistics
        self.projector = Projector(ledger, outputs)

    def do(self, task: Task, moved: Callable[[str, int], None] | None = None) -> bytes:
        """The task's result as JSON. Raises ProjectionFailed, SearchError, GraphError."""
        if task in OUTPUTS:
            self.projector.rebuild(OUTPUTS[task], moved)
        self.projector.catch_up(moved)
        if self._statistics is not None:
            self._statistics.refresh()
        if task == "verify":
            return msgspec.json.encode(verify(self._ledger, self._outputs))
        if task == "repair":
            return msgspec.json.encode(self._repair(moved))
        return msgspec.json.encode(self.projector.states())

    def _repair(self, moved: Callable[[str, int], None] | None) -> Verdict:
        """How the outputs were found. What could not be put right in place is built again: an output may hold newer states
        than a ledger that came back from a backup, and keep them."""
        found = verify(self._ledger, self._outputs, repair=True)
        if found.repaired:
            for name, difference in verify(self._ledger, self._outputs).outputs.items():
                if not difference.none:
                    self.projector.rebuild(name, moved)
        return found

    def follow(self, requests: Requests) -> None:
        """Follow the change log and do what is asked, until the calling thread is interrupted."""
        while True:
            stop = threading.Event()
            thread = threading.Thread(target=self.projector.follow, args=(stop,), name="follow", daemon=True)
            thread.start()
            counting = self._counting(stop)
            try:
                while not requests.waiting():
                    time.sleep(STEP)
            finally:
                stop.set()
                thread.join(TAKEN_OVER)
                counting.join(TAKEN_OVER)
            while thread.is_alive():  # a rebuild takes as long as it takes; what was asked needs the outputs to itself
                thread.join(STEP)
            requests.serve(self.do, EXPECTED)

    def _counting(self, stop: threading.Event) -> threading.Thread:
        """Beside the followers: counting must not hold them up."""
        follow = self._statistics.follow if self._statistics is not None else threading.Event.wait
        thread = threading.Thread(target=follow, args=(stop,), name="statistics", daemon=True)
        thread.start()
        return thread
