"""Faults of our own code: where it failed, never about what, as messages of exceptions quote values."""

import traceback
from collections.abc import Iterable

TRACES = 5  # kept of one run


class Faults:
    """What a run counts and shows of them."""

    def __init__(self) -> None:
        self.count = 0
        self._traces: list[str] = []

    def add(self, error: BaseException) -> None:
        self.extend((trace_of(error),))

    def extend(self, traces: Iterable[str]) -> None:
        for trace in traces:
            self.count += 1
            if len(self._traces) < TRACES:
                self._traces.append(trace)

    @property
    def text(self) -> str:
        return "\n".join(self._traces)


def trace_of(error: BaseException) -> str:
    """Frames and the exception's type, without its message."""
    return f"{''.join(traceback.format_tb(error.__traceback__))}{type(error).__qualname__}\n"
