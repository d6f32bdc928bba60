"""Where a graph store listens: fixed for one that others run, in the graph directory for one that we run."""

from typing import Protocol

import msgspec

from federation.graph.base import GraphUnavailable
from federation.graph.server import GraphDirectory


class Address(Protocol):
    """Where a store listens now. It may move between two questions: a restart or a swap gives it a new port."""

    def url(self) -> str:
        """Raises GraphUnavailable while nobody serves it."""

    def overrun(self) -> None:
        """A query ran over its time and may still be running."""


class FixedAddress(msgspec.Struct, frozen=True):
    """A store that does not move and that we do not supervise."""

    address: str

    def url(self) -> str:
        return self.address

    def overrun(self) -> None:
        """Whoever runs it watches over it."""


class DirectoryAddress:
    """The store that the owner of a graph directory serves."""

    def __init__(self, directory: GraphDirectory) -> None:
        self.directory = directory

    def url(self) -> str:
        endpoint = self.directory.endpoint()
        if endpoint is None:
            raise GraphUnavailable(f"nobody serves the graph in {self.directory.path}")
        return endpoint.url

    def overrun(self) -> None:
        self.directory.overrun()
