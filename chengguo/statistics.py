"""Keeps the graph of statistics up to date, counted by the search engine: it counts in milliseconds, and `verify` proves it."""

import threading
import time
from collections.abc import Iterator
from typing import Protocol

import structlog

from federation.clock import stamp
from federation.graph.base import GraphError
from federation.ledger import Ledger
from search.base import Page, Query, SearchError, SearchIndex
from vocab.kinds import KINDS
from vocab.namespaces import Namespaces
from vocab.rdf.statistics import ALL, Counts, address, statistics

PAUSE = 5.0  # seconds between two looks: a take-down is gone from the counts as soon as from everything else
SHARE = 20  # times as long as the counting took, so that it never takes more than a twentieth of a processor
VALUES = 1_000  # of one dimension and kind, the most frequent; engines give no more
PROVINCE = "0000"  # how the code of a province ends

log = structlog.get_logger("chengguo.statistics")


class NamedGraphs(Protocol):
    """What is needed of the graph store."""

    name: str
    ns: Namespaces

    @property
    def generation(self) -> str: ...

    def put_graph(self, iri: str, body: bytes) -> None: ...


class Statistics:
    """Of one node, for the process that writes its outputs."""

    def __init__(self, ledger: Ledger, index: SearchIndex, graph: NamedGraphs) -> None:
        self._ledger, self._index, self._graph = ledger, index, graph
        self._written = ""

    def refresh(self) -> bool:
        """Write the graph when an output has moved since the last time. Raises SearchError, GraphError."""
        state = f"{self._ledger.cursors.mark(self._index.name)} {self._graph.generation}"
        if state == self._written:
            return False
        counts = counted(self._index, self._ledger.counts())
        self._graph.put_graph(address(self._graph.ns), statistics(counts, self._graph.ns))
        self._ledger.cursors.touch(self._graph.name, self._graph.generation)
        self._written = state
        return True

    def follow(self, stop: threading.Event) -> None:
        """Until told to stop; never raises for what search or graph do."""
        pause = PAUSE
        while not stop.wait(pause):
            began = time.monotonic()
            try:
                self.refresh()
            except (SearchError, GraphError) as error:
                log.warning("the statistics were not renewed", reason=str(error))
            pause = max(PAUSE, SHARE * (time.monotonic() - began))


def counted(index: SearchIndex, kinds: dict[str, int]) -> Counts:
    """What the engine counts, now. Raises SearchError."""
    by: dict[str, dict[tuple[str, str], int]] = {name: {} for name in ALL}
    most: set[str] = set()
    for kind in KINDS:
        page = _counts(index, {"kind": (kind,)}, ALL)
        for name in ALL:
            found = list(_values(page, name))
            by[name].update({(kind, value): count for value, count in found})
            if len(found) >= VALUES:
                most.add(name)
    provinces = sorted({region for _, region in by["region"] if region.endswith(PROVINCE)})
    region_year = {
        (region, year): count
        for region in provinces
        for year, count in _values(_counts(index, {"region": (region,)}, ("year",)), "year")
    }
    return Counts(stamp(), kinds, by, region_year, dict.fromkeys(sorted(most), VALUES))


def _counts(index: SearchIndex, filters: dict[str, tuple[str, ...]], facets: tuple[str, ...]) -> Page:
    return index.search(Query(filters=filters, facets=facets, size=1, facet_size=VALUES))


def _values(page: Page, name: str) -> Iterator[tuple[str, int]]:
    return ((found.value, found.count) for found in page.facets.get(name, ()))
