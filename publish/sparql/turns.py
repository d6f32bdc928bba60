"""Turns at the store: a few queries at once, some waiting, and no client can take the turns of all others."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import anyio

from federation.graph.base import GraphBusy
from publish.errors import TooManyRequests

CONCURRENT = 4  # queries at once: more would only share the same cores
WAITING = 32  # further ones that may wait for their turn
EACH = 2  # of one client at once
QUEUED = 8  # of one client, those that wait included


class Turns:
    """The turns of one process. For its event loop alone."""

    def __init__(self) -> None:
        self._clients: dict[str, _Client] = {}

    @asynccontextmanager
    async def wait(self, client: str) -> AsyncIterator[None]:
        """Inside, the client has one of its own turns. Raises GraphBusy, TooManyRequests."""
        if sum(one.inside for one in self._clients.values()) >= CONCURRENT + WAITING:
            raise GraphBusy("More queries are waiting than can be answered soon. Try again in some seconds.")
        known = self._clients.setdefault(client, _Client())
        if known.inside >= QUEUED:
            raise TooManyRequests(1)
        known.inside += 1
        try:
            async with known.turns:
                yield
        finally:
            known.inside -= 1
            if not known.inside:
                self._clients.pop(client, None)


class _Client:
    def __init__(self) -> None:
        self.inside = 0
        self.turns = anyio.Semaphore(EACH, fast_acquire=True)
