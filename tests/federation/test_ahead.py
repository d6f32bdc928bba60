"""Reading ahead: the same records in the same order, errors in their place, never far in front, and nobody left behind."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import msgspec
import pytest

from federation import ahead
from federation.ahead import listed
from federation.views import RunStatus
from harvesters.base import Harvested, TransientError
from tests.federation.conftest import wait_until
from tests.federation.test_resume import Paged, listing
from tests.federation.world import Memory, World, good, raw


@pytest.fixture
def eager(world: World) -> World:
    world.settings = msgspec.structs.replace(world.settings, ahead=True)
    return world


class Endless(Memory):
    """Counts what was asked of it, and knows whether it was closed."""

    def __init__(self, size: int = 10) -> None:
        super().__init__([])
        self.given = 0
        self.closed = threading.Event()
        self._size = size

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        try:
            while True:
                self.given += 1
                yield raw(str(self.given), b"x" * self._size)
        finally:
            self.closed.set()


def test_order_positions_and_the_end_are_those_of_the_listing() -> None:
    records = listing()
    assert list(listed(Paged(records), None, ahead=True)) == list(listed(Paged(records), None, ahead=False))


@pytest.mark.parametrize("error", [TransientError("down"), KeyboardInterrupt(), ValueError("a fault of ours")])
def test_what_is_raised_comes_after_what_was_read(error: BaseException) -> None:
    pass_ = Memory(listing(), fail_after=33, error=error)  # type: ignore[arg-type]
    seen: list[str] = []
    with pytest.raises(type(error)):
        seen.extend(one.identifier for one, _ in listed(pass_, None, ahead=True))
    assert len(seen) == 33


@pytest.mark.parametrize(("size", "most"), [(10, 2 * ahead.RECORDS + 2), (2**20, 3 * ahead.BYTES // 2**20)])
def test_it_never_gets_far_in_front(size: int, most: int) -> None:
    """Memory stays flat however fast the source and however slow the ledger."""
    source = Endless(size)
    with closing(listed(source, None, ahead=True)) as found:
        next(found)
        still = -1
        while still != source.given:  # until it waits
            still = source.given
            time.sleep(0.1)
        assert still <= most
    assert source.closed.wait(10)


def test_a_source_that_is_left_is_closed() -> None:
    source = Endless()
    found = listed(source, None, ahead=True)
    next(found)
    found.close()
    assert source.closed.wait(10)
    wait_until(lambda: "read-ahead" not in {thread.name for thread in threading.enumerate()})


def test_a_silent_source_does_not_hold_up_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ahead, "PATIENCE", 0.05)
    answer = threading.Event()

    class Silent(Memory):
        def records(self, since: datetime | None = None) -> Iterator[Harvested]:
            yield raw("1", b"{}")
            answer.wait(60)

    found = listed(Silent([]), None, ahead=True)
    next(found)
    found.close()
    assert not answer.is_set()
    answer.set()
    wait_until(lambda: "read-ahead" not in {thread.name for thread in threading.enumerate()})


def test_the_next_record_is_asked_for_while_the_one_before_is_worked_on() -> None:
    worked = threading.Event()

    class Meeting(Memory):
        def records(self, since: datetime | None = None) -> Iterator[Harvested]:
            yield raw("1", b"{}")
            assert worked.wait(30)  # only whoever has the first record already can get on
            yield raw("2", b"{}")

    found = listed(Meeting([]), None, ahead=True)
    next(found)
    worked.set()
    assert next(found)[0].identifier == "2"


def test_a_harvest_goes_on_where_it_was_written_not_where_it_was_read(eager: World) -> None:
    """Read ahead and then lost: what was never written must be asked for again."""
    assert eager.pull(Paged(listing(), fail_after=43), full=False).status is RunStatus.FAILED
    second = Paged(listing())
    eager.pull(second, full=False)
    assert second.asked == [40, 50]
    assert len(eager.titles()) == 60


def test_a_harvest_is_the_same_either_way(eager: World) -> None:
    records = {str(n): good(f"成果{n}") for n in range(40)}
    run = eager.harvest(records)
    assert (run.status, run.complete, run.counts.published) == (RunStatus.DONE, True, 40)
    assert eager.harvest(records).counts.unchanged == 40
    broken = eager.harvest(records, fail_after=20)
    assert (broken.status, broken.counts.unchanged, broken.complete) == (RunStatus.FAILED, 20, False)
