"""A pass over a large source that was cut off goes on where it was, and nothing is missed or withdrawn by that."""

import os
import signal
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from federation.ledger import Ledger
from federation.views import RunStatus
from harvesters import harvester
from harvesters.base import Harvested, TransientError
from tests.federation.world import Memory, World, good, raw
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.oai import OaiRecord, dublin_core, oai
from tests.harvesters.servers.web import Asked, Reply, serving

RECORDS, PAGE = 60, 10


class Paged(Memory):
    """Pages of ten; its position is the number of records before the page. `asked`: the pages that were read."""

    def __init__(self, records: list[Any], **options: Any) -> None:
        super().__init__(records, **options)
        self._start = self._at = 0
        self.asked: list[int] = []

    @property
    def complete(self) -> bool:
        return super().complete and not self._start

    @property
    def position(self) -> str:
        return str(self._at) if self._at else ""

    def go_on(self, position: str) -> None:
        self._start = int(position)

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        for n, one in enumerate(super().records(since)):
            if n >= self._start:
                if n % PAGE == 0:
                    self._at = n
                    self.asked.append(n)
                yield one


def listing() -> list[Any]:
    return [raw(f"{n}", good(f"成果{n}")) for n in range(RECORDS)]


def test_a_pass_that_broke_off_goes_on(world: World) -> None:
    assert world.pull(Paged(listing(), fail_after=43), full=False).status is RunStatus.FAILED
    assert len(world.titles()) == 43
    second = Paged(listing())
    run = world.pull(second, full=False)
    assert second.asked == [40, 50]
    assert (run.status, run.complete) == (RunStatus.DONE, False)
    assert len(world.titles()) == RECORDS
    third = Paged(listing())
    assert world.pull(third, full=False).complete  # a full pass is still due, and now it is whole
    assert third.asked[0] == 0


def test_full_means_from_the_beginning(world: World) -> None:
    world.pull(Paged(listing(), fail_after=43), full=False)
    second = Paged(listing())
    world.pull(second, full=True)
    assert second.asked[0] == 0


def test_twice_cut_off_at_one_place_begins_anew(world: World) -> None:
    for _ in range(2):
        world.pull(Paged(listing(), fail_after=43), full=False)
    third = Paged(listing())
    world.pull(third, full=False)
    assert third.asked[0] == 0


def test_unchanged_records_move_the_position_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.harvest.MARK", 0.0)
    world.pull(Paged(listing()), full=True)
    monkeypatch.setattr("federation.ledger.Ledger.since", lambda *_: None)
    world.pull(Paged(listing(), fail_after=43), full=False)
    again = Paged(listing())
    world.pull(again, full=False)
    assert again.asked == [40, 50]


def test_a_killed_pass_goes_on(url: str, ledger: Ledger) -> None:
    class Deadly(Paged):
        def records(self, since: datetime | None = None) -> Iterator[Harvested]:
            for n, one in enumerate(super().records(since)):
                if n == 35:
                    os.kill(os.getpid(), signal.SIGKILL)
                yield one

    child = os.fork()
    if child == 0:  # a process of its own: it never returns into the test
        try:
            World(Ledger.open(url)).pull(Deadly(listing()), full=False)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    second = Paged(listing())
    World(ledger).pull(second, full=False)
    assert second.asked[0] in (10, 20)  # one batch was still under way
    assert len(World(ledger).titles()) == RECORDS


def positions(protocol: str, url: str, options: dict[str, object], break_at: int) -> tuple[list[str], list[str], bool]:
    """Identifiers read before a break and after going on where it was, and whether the second pass claims to be whole."""
    first, before, position = harvester(protocol, endpoint(url, options)), [], ""
    for one in first.records():
        before.append(one.identifier)
        position = getattr(first, "position")  # noqa: B009 - not every harvester has one
        if len(before) == break_at:
            break
    second = harvester(protocol, endpoint(url, options))
    getattr(second, "go_on")(position)  # noqa: B009
    return before, [one.identifier for one in second.records()], second.complete


def test_oai_pmh_goes_on_by_its_token() -> None:
    with oai([OaiRecord(f"oai:t:{n}", "2026-01-02", dublin_core("x")) for n in range(30)], page_size=10) as repository:
        before, after, whole = positions("oai_pmh", repository.url, {}, 25)
    assert (len(before), after[0], len(after), whole) == (25, "oai:t:20", 10, False)


def test_oai_pmh_begins_anew_when_its_token_is_forgotten() -> None:
    with oai([OaiRecord(f"oai:t:{n}", "2026-01-02", dublin_core("x")) for n in range(30)], page_size=10) as repository:
        second = harvester("oai_pmh", endpoint(repository.url))
        getattr(second, "go_on")("forgotten")  # noqa: B009
        assert len(list(second.records())) == 30
        assert second.complete


@pytest.mark.parametrize("way", ["page", "offset", "cursor"])
def test_a_paged_interface_goes_on(way: str) -> None:
    def answer(asked: Asked) -> Reply:
        number = int(asked.query.get("page", 1)) - 1
        start = int(asked.query.get("offset", 0)) or int(asked.query.get("cursor", 0)) or number * 10
        rows = [{"id": f"{n}"} for n in range(start, min(start + 10, 30))]
        return Reply(msgspec.json.encode({"total": 30, "rows": rows, "next": str(start + 10) if start < 20 else ""}))

    options = {"paging": way, "size": 10, "record_path": "rows", "total_path": "total", "cursor_path": "next"}
    with serving(answer) as server:
        before, after, whole = positions("json_api", f"{server.url}/list", options, 25)
    assert (len(before), after[0], after[-1], whole) == (25, "20", "29", False)


def test_ckan_goes_on() -> None:
    def answer(asked: Asked) -> Reply:
        start, rows = int(asked.query["start"]), int(asked.query["rows"])
        found = [{"id": f"{n}", "name": f"d{n}"} for n in range(start, min(start + rows, 30))]
        return Reply(msgspec.json.encode({"success": True, "result": {"count": 30, "results": found}}))

    with serving(answer) as server:
        before, after, whole = positions("ckan", server.url, {"rows": 10}, 25)
    assert (len(before), after, whole) == (25, [f"{n}" for n in range(20, 30)], False)


def test_the_error_of_the_source_is_kept(world: World) -> None:
    run = world.pull(Paged(listing(), fail_after=43, error=TransientError("it flaps")), full=False)
    assert run.message == "it flaps"
