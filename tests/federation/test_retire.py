"""Giving up a source: what it leaves behind is told, and withdrawn when a person says so."""

import pytest
from sqlalchemy import func, select

from federation.errors import SourceBusy
from federation.projector import Projector
from federation.retire import retire
from federation.runs import RunBook
from federation.schema import entry, raw, source_state
from federation.verify import check
from federation.views import RunStatus
from federation.watch.attention import Concern, attention
from tests.federation.test_lessons import many
from tests.federation.world import Output, World, good


def test_a_source_that_was_taken_away_leaves_its_records_for_ever(world: World) -> None:
    """GSA/data.gov#4000, #5700: more than 100,000 datasets without a source; udata#2764: of dead harvesters."""
    world.harvest(many(3))
    database = world.ledger.database
    assert attention(database, {"cn-xx": None}, {}) == ()
    (matter,) = attention(database, {}, {})
    assert (matter.concern, matter.command) == (Concern.ORPHANED, "chengguo source retire cn-xx")
    assert "3 records" in matter.said
    retire("cn-xx", world.ledger)
    assert attention(database, {}, {}) == ()


def test_everything_is_withdrawn_in_the_open(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.retire.BATCH", 4)
    output = Output()
    projector = Projector(world.ledger, [output])
    world.harvest(many(10) | {"secret": good("秘", 密级="机密")})
    projector.catch_up()
    run = retire("cn-xx", world.ledger)
    projector.catch_up()
    assert (run.status, run.mode, run.counts.withdrawn) == (RunStatus.DONE, "retire", 10)
    assert (output.records, world.titles()) == ({}, {})
    assert world.ledger.tombstone(world.iri("3")) is not None
    with world.ledger.database.read() as connection:
        left = [
            connection.execute(select(func.count()).select_from(t)).scalar_one() for t in (entry, raw, source_state)
        ]
    assert left == [0, 0, 0]
    assert not any(check(world.ledger).values())


def test_one_that_was_cut_off_is_begun_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.retire.BATCH", 4)
    world.harvest(many(10))
    progress, calls = RunBook.progress, iter(range(99))

    def cut(self: RunBook, *given: object) -> None:
        if next(calls) == 1:
            raise KeyboardInterrupt
        progress(self, *given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(RunBook, "progress", cut)
        with pytest.raises(KeyboardInterrupt):
            retire("cn-xx", world.ledger)
    assert len(world.titles()) == 6
    assert retire("cn-xx", world.ledger).counts.withdrawn == 6
    assert [one.status for one in world.ledger.run_book.of("cn-xx", 2)] == [RunStatus.DONE, RunStatus.INTERRUPTED]


def test_it_waits_for_a_pass_that_is_under_way_and_comes_back_as_new(world: World) -> None:
    world.harvest(many(3))
    with world.ledger.run_book.leased("cn-xx", "full"), pytest.raises(SourceBusy):
        retire("cn-xx", world.ledger)
    retire("cn-xx", world.ledger)
    run = world.harvest(many(3), full=False)
    assert (run.mode, run.counts.published) == ("full", 3)
    record = world.ledger.record(world.iri("1"))
    assert record is not None
    assert record.version == 2  # the same address, and its history goes on
