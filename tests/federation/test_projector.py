"""Outputs follow the change log: coalesced, in bulk from nothing, each for itself; verify proves and repairs."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence

import pytest
import structlog

from federation.errors import ProjectionFailed
from federation.projector import Projector
from federation.verify import Difference, verify
from tests.federation.conftest import wait_until
from tests.federation.world import Output, World, good
from vocab.public import PublicRecord


def same(world: World, output: Output) -> bool:
    return {i: r.version for i, r in output.records.items()} == {r.iri: r.version for r in world.ledger.page(0, 10_000)}


def test_a_new_output_is_filled_in_bulk_and_then_follows(world: World) -> None:
    output = Output()
    projector = Projector(world.ledger, [output], batch=5)
    world.harvest({str(n): good(f"成果{n}") for n in range(12)})
    projector.catch_up()
    assert output.twins == 1
    assert same(world, output)
    world.harvest({"0": good("改"), "1": None, "12": good("新")}, complete=False)
    projector.catch_up()
    assert output.twins == 1
    assert same(world, output)
    assert output.removed == [world.iri("1")]
    assert world.ledger.status().outputs["memory"].seq == world.ledger.last_seq()
    assert world.ledger.status().outputs["memory"].records == 12


def test_several_changes_of_one_record_are_one(world: World) -> None:
    output = Output()
    projector = Projector(world.ledger, [output])
    projector.catch_up()
    for title in ("甲", "乙", "丙"):
        world.harvest({"1": good(title)}, complete=False)
    before = output.commits
    projector.catch_up()
    assert output.commits == before + 1
    assert [record.record.title.zh for record in output.records.values()] == ["丙"]


def test_one_broken_output_does_not_stop_the_others(world: World) -> None:
    first, second = Output("first"), Output("second")
    projector = Projector(world.ledger, [first, second])
    projector.catch_up()
    world.harvest({"1": good()})
    first.broken = True
    with pytest.raises(ProjectionFailed, match="first"):
        projector.catch_up()
    assert same(world, second)
    assert {state.name: state.behind for state in projector.states()} == {"first": 1, "second": 0}
    first.broken = False
    projector.catch_up()
    assert same(world, first)


def test_outputs_catch_up_at_the_same_time_and_report_one_at_a_time(world: World) -> None:
    world.harvest({str(n): good(f"成果{n}") for n in range(6)})
    both = threading.Barrier(2, timeout=10)  # broken, and so a failure, if one output waits for the other's end

    class Meeting(Output):
        def put(self, batch: Sequence[PublicRecord]) -> None:
            both.wait()
            super().put(batch)

    inside, told = threading.Lock(), Counter[str]()

    def moved(name: str, count: int) -> None:
        assert inside.acquire(blocking=False)
        told[name] += count
        inside.release()

    first, second = Meeting("first"), Meeting("second")
    Projector(world.ledger, [first, second]).catch_up(moved)
    assert same(world, first)
    assert same(world, second)
    assert told == {"first": 6, "second": 6}


def test_a_twin_whose_building_failed_is_thrown_away(world: World) -> None:
    closed: list[str] = []

    class Failing(Output):
        def put(self, batch: Sequence[PublicRecord]) -> None:
            raise ValueError("full")

        def close(self) -> None:
            closed.append(self.generation)

    world.harvest({"1": good()})
    with pytest.raises(ProjectionFailed, match="full"):
        Projector(world.ledger, [Failing()]).catch_up()
    assert closed == ["g1.1"]


def test_an_output_that_died_before_its_cursor_was_kept_repeats_harmlessly(world: World) -> None:
    output = Output()
    projector = Projector(world.ledger, [output])
    world.harvest({"1": good()})
    projector.catch_up()
    world.harvest({"1": good("二")}, complete=False)
    changes, records = world.ledger.delta(1, 10)
    output.put(list(records.values()))
    output.commit()  # and dies here, before the ledger hears of it
    Projector(world.ledger, [output]).catch_up()
    assert len(changes) == 1
    assert same(world, output)


def test_a_lost_output_is_built_again(world: World) -> None:
    world.harvest({"1": good()})
    Projector(world.ledger, [Output()]).catch_up()
    lost = Output(generation="another")
    Projector(world.ledger, [lost]).catch_up()
    assert same(world, lost)


def test_an_output_ahead_of_the_ledger_is_not_trusted(world: World) -> None:
    output = Output()
    world.harvest({"1": good()})
    Projector(world.ledger, [output]).catch_up()
    world.ledger.cursors.set("memory", output.generation, 99, 1)
    output.records["https://example.org/ghost"] = next(iter(output.records.values()))
    Projector(world.ledger, [output]).catch_up()
    assert same(world, output)


def test_what_happens_during_a_rebuild_is_not_lost(world: World) -> None:
    world.harvest({str(n): good(f"成果{n}") for n in range(6)})

    class Moving(Output):
        def put(self, batch: Sequence[PublicRecord]) -> None:
            super().put(batch)
            if len(batch) == 6:  # the bulk page is in; now the world goes on
                world.harvest({"0": None, "1": good("改"), "6": good("新")}, complete=False)

    output = Moving()
    projector = Projector(world.ledger, [output])
    projector.rebuild("memory")
    assert same(world, output)
    assert len(output.records) == 6
    with pytest.raises(KeyError, match="there are memory"):
        projector.rebuild("grahp")


def test_following_until_told_to_stop(world: World) -> None:
    good_one, bad_one = Output("good"), Output("bad")
    projector = Projector(world.ledger, [good_one, bad_one])
    projector.catch_up()
    bad_one.broken = True
    stop = threading.Event()
    follower = threading.Thread(target=projector.follow, args=(stop, 0.01))
    follower.start()
    try:
        world.harvest({"1": good()})
        wait_until(lambda: same(world, good_one))
        wait_until(lambda: any(s.failures for s in projector.states()))
        bad_one.broken = False
        wait_until(lambda: same(world, bad_one))
        wait_until(lambda: not any(s.error for s in projector.states()))
    finally:
        stop.set()
        follower.join()


def test_two_outputs_of_one_name_are_refused(world: World) -> None:
    with pytest.raises(ValueError, match="share a name: memory, memory"):
        Projector(world.ledger, [Output(), Output()])


def test_verify_finds_and_repairs_every_difference(world: World) -> None:
    output = Output()
    projector = Projector(world.ledger, [output])
    world.harvest({str(n): good(f"成果{n}") for n in range(5)})
    world.harvest({"0": good("改")}, complete=False)
    projector.catch_up()
    assert verify(world.ledger, [output]).equal
    iris = {number: world.iri(str(number)) for number in range(5)}
    old = world.ledger.version(iris[0], 1)
    assert old is not None
    output.records[iris[0]] = old
    ghost = output.records.pop(iris[1])
    output.records["https://example.org/ghost"] = ghost
    found = verify(world.ledger, [output])
    assert not found.equal
    assert found.outputs == {"memory": Difference(missing=1, extra=1, stale=1)}
    repaired = verify(world.ledger, [output], repair=True)
    assert (repaired.equal, repaired.repaired) == (False, True)
    assert same(world, output)
    assert verify(world.ledger, [output]).equal


def test_an_output_that_was_lost_is_mended_and_built_again_with_a_notice(world: World) -> None:
    class Losable(Output):
        lost = False

        def mend(self) -> None:
            if self.lost:
                self.records, self._generation, self.lost = {}, "after the loss", False

    output = Losable()
    projector = Projector(world.ledger, [output])
    world.harvest({str(n): good(f"成果{n}") for n in range(5)})
    with structlog.testing.capture_logs() as said:
        projector.catch_up()
        assert said == []  # filled for the first time
        output.lost = True
        projector.catch_up()
    assert same(world, output)
    assert [(entry["event"], entry["projection"]) for entry in said] == [("projection.lost", "memory")]


def test_removals_carry_the_number_of_the_change_they_show(world: World) -> None:
    class Numbered(Output):
        def remove_at(self, iris: Sequence[str], seq: int) -> None:
            self.remove([f"{iri} {seq}" for iri in iris])
            self._pending.update(dict.fromkeys(iris))

    output = Numbered()
    projector = Projector(world.ledger, [output])
    world.harvest({str(n): good(f"成果{n}") for n in range(5)})
    projector.catch_up()
    world.harvest({"1": None}, complete=False)
    gone = world.ledger.last_seq()
    projector.catch_up()
    output.records["https://example.org/ghost"] = output.records[world.iri("2")]
    world.harvest({"3": good("改")}, complete=False)
    projector.catch_up()
    assert verify(world.ledger, [output], repair=True).outputs == {"memory": Difference(extra=1)}
    assert output.removed == [f"{world.iri('1')} {gone}", f"https://example.org/ghost {gone + 1}"]
    assert same(world, output)


def test_verify_is_not_confused_by_changes_while_it_reads(world: World) -> None:
    world.harvest({"1": good(), "2": good()})
    output = Output()
    Projector(world.ledger, [output]).catch_up()
    contents = list(output.contents())

    class Late(Output):
        def contents(self) -> Iterator[tuple[str, int]]:
            yield from contents
            world.harvest({"1": good("改"), "3": good()}, complete=False)

    late = Late()
    late.records = output.records
    assert verify(world.ledger, [late]).equal


def test_verify_finds_contradictions_inside_the_ledger(world: World) -> None:
    from sqlalchemy import text

    world.harvest({"1": good(), "2": good()})
    with world.ledger.database.write() as connection:
        connection.execute(text("DELETE FROM published WHERE seq = 1"))
    found = verify(world.ledger, [])
    assert not found.equal
    assert {name for name, count in found.ledger.items() if count} == {"logged-not-published", "item-without-published"}
