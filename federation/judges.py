"""Judges in processes of their own: judging is most of a first harvest's work, and one Python process uses one core.

They are started for passes that have many records to judge, and shared by all passes of a program. What they need
travels with the work as a `Brief`; what they decide comes back. They never see the ledger.
"""

import os
import pickle
import signal
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from datetime import date
from functools import cached_property, lru_cache
from multiprocessing import get_context

import msgspec
import structlog

from federation.faults import trace_of
from federation.judge import Judge, Judged, JudgedRaw, Precedents
from federation.source import Source
from federation.suppression import Suppressed
from harvesters.base import RawRecord
from vocab.mapping import FieldMapping, load

FEW = 2000  # records that are judged before it is worth a second or two to start processes
CHUNK = 250  # records of one task
WATCH = 1.0  # seconds between two looks at whether the parent is alive

log = structlog.get_logger()
Fresh = tuple[RawRecord, str]  # a raw record and its digest
Work = Sequence[Fresh]


class Brief(msgspec.Struct, frozen=True):
    """All that a judge knows, in a form that travels: mappings go as their text."""

    source: Source
    mappings: tuple[str, ...]
    base: str
    today: date
    suppressed: Suppressed


class Verdicts(msgspec.Struct, frozen=True):
    """What became of a batch, in its order, and the traces of our own failures at it."""

    judged: list[JudgedRaw]
    traces: list[str]


def judge_all(judge: Judge, work: Work, known: Precedents) -> Verdicts:
    """Border of the record: our own fault at one must not stop the others."""
    judged, traces = [], []
    for raw, digest in work:
        try:
            judged.append(judge.judge(raw, digest, known))
        except Exception as error:
            traces.append(trace_of(error))
            judged.append(judge.failed(raw, digest))
    return Verdicts(judged, traces)


class Bench:
    """A judge and what he knows, as it is given to processes. Belongs to one pass."""

    def __init__(
        self,
        source: Source,
        mappings: Sequence[FieldMapping],
        base: str,
        today: date,
        suppressed: Suppressed,
    ) -> None:
        self.judge = Judge(source, mappings, base, today, suppressed)
        self._brief = Brief(source, tuple(mapping.text for mapping in mappings), base, today, suppressed)

    @cached_property
    def brief(self) -> bytes:
        return pickle.dumps(self._brief)


class Judges:
    """Up to `processes` of them; with fewer than two everything is judged where it is asked for. Safe for many threads."""

    def __init__(self, processes: int, few: int = FEW) -> None:
        self._processes, self._few = processes, few
        self._lock = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._judged = 0

    def begin(self, bench: Bench, work: Work, known: Precedents) -> "Hearing":
        """Start judging a batch."""
        return Hearing(self, bench, work, known, self._submitted(bench, work, known))

    def give_up(self, error: BrokenProcessPool) -> None:
        """A process was killed, by the system when memory is short: from now on all is judged in this one."""
        with self._lock:
            if self._processes > 1:
                log.warning("judges.lost", error=str(error))
            self._processes = 0
        self.close()

    def close(self) -> None:
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)

    def _submitted(self, bench: Bench, work: Work, known: Precedents) -> "Answers | None":
        """None when the batch is to be judged in this process."""
        pool = self._engaged(len(work))
        if pool is None:
            return None
        chunks = [work[start : start + CHUNK] for start in range(0, len(work), CHUNK)]
        try:
            return [pool.submit(_judge, bench.brief, one, known) for one in chunks]
        except (BrokenProcessPool, RuntimeError):  # it broke, or was given up, since it was taken
            return None

    def _engaged(self, count: int) -> ProcessPoolExecutor | None:
        with self._lock:
            self._judged += count
            if self._processes < 2 or self._judged <= self._few:
                return None
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._processes, get_context("spawn"), initializer=_begin, initargs=(os.getpid(),)
                )
            return self._pool


class Hearing:
    """A batch that is being judged."""

    def __init__(
        self,
        judges: Judges,
        bench: Bench,
        work: Work,
        known: Precedents,
        futures: "Answers | None",
    ) -> None:
        self._judges, self._bench, self._work, self._known = judges, bench, work, known
        self._futures = futures

    def verdicts(self) -> Verdicts:
        """Waits. What lost processes had not finished is judged here."""
        if self._futures is None:
            return judge_all(self._bench.judge, self._work, self._known)
        try:
            answers = [future.result() for future in self._futures]
        except BrokenProcessPool as error:
            self._judges.give_up(error)
            return judge_all(self._bench.judge, self._work, self._known)
        verdicts = [verdict for answer, _ in answers for verdict in answer]
        judged = [
            JudgedRaw(raw, key, digest, items, storable)
            for (raw, digest), (key, items, storable) in zip(self._work, verdicts, strict=True)
        ]
        return Verdicts(judged, [trace for _, traces in answers for trace in traces])


# What the processes do

_Verdict = tuple[str, tuple[Judged, ...], bool]  # a JudgedRaw without what the other side has already
Answers = list[Future[tuple[list[_Verdict], list[str]]]]


def _begin(parent: int) -> None:
    """They end with their parent, however it ends; Ctrl-C is the parent's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_leave_with, args=(parent,), daemon=True).start()


def _leave_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(WATCH)
    os._exit(0)


def _judge(brief: bytes, work: Work, precedents: Precedents) -> tuple[list[_Verdict], list[str]]:
    verdicts = judge_all(_judge_of(brief), work, precedents)
    return [(one.key, one.items, one.storable) for one in verdicts.judged], verdicts.traces


@lru_cache(maxsize=8)  # sources that are harvested at the same time
def _judge_of(brief: bytes) -> Judge:
    told: Brief = pickle.loads(brief)  # noqa: S301 - made by our own parent process
    mappings = [load(text) for text in told.mappings]
    return Judge(told.source, mappings, told.base, told.today, told.suppressed)
