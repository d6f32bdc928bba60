"""Politeness: how often this process asks one host, whichever of its passes does the asking."""

import threading
import time


class Pace:
    """The turns of one host. Whoever asks keeps the longer of its own gap and the gap of the one before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = float("-inf")
        self._gap = 0.0

    def turn(self, gap: float) -> float:
        """Takes the next free turn, `gap` seconds after the last at the least; returns how long it is until then."""
        with self._lock:
            now = time.monotonic()
            at = max(now, self._last + max(gap, self._gap))
            self._last, self._gap = at, gap
            return at - now


_PACES: dict[str, Pace] = {}  # by host and port: a host in a hurry is no concern of the others
_LOCK = threading.Lock()


def wait(place: str, gap: float) -> None:
    """Sleeps until `place` (host and port) may be asked again. A gap of 0 waits only for the gaps of others."""
    with _LOCK:
        pace = _PACES.get(place) or (_PACES.setdefault(place, Pace()) if gap > 0 else None)
    if pace is not None and (seconds := pace.turn(gap)) > 0:
        time.sleep(seconds)
