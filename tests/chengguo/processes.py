"""Looking at real processes from outside, with deadlines."""

import time
from collections.abc import Callable
from typing import TypeVar

import psutil

ValueT = TypeVar("ValueT")
DEADLINE = 120.0  # on a busy machine everything takes its time


def eventually(probe: Callable[[], ValueT], what: str, seconds: float = DEADLINE) -> ValueT:
    """The first true value of the probe."""
    end = time.monotonic() + seconds
    while not (value := probe()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return value


def alive(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def descendants(pid: int) -> list[psutil.Process]:
    try:
        return [p for p in psutil.Process(pid).children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE]
    except psutil.NoSuchProcess:
        return []
