"""The mark of the graph's state, asked of the ledger a few times a second rather than for every query."""

import time
from collections.abc import Callable

KEPT = 0.2  # seconds: a reading costs a fifth of what the smallest query costs


class Mark:
    """Text that changes whenever the graph does, up to `KEPT` later. An old one only makes a client ask again too soon."""

    def __init__(self, read: Callable[[], str]) -> None:
        self._read = read
        self._kept: tuple[float, str] = (0.0, "")

    def __call__(self) -> str:
        until, mark = self._kept
        if time.monotonic() < until:
            return mark
        mark = self._read()
        self._kept = (time.monotonic() + KEPT, mark)
        return mark
