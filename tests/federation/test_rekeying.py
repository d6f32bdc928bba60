"""A source that changes its identifiers is recognised by its content, and its run waits."""

from typing import Any

from federation.rekeying import missed_keys, rekeyed
from federation.source import Guard
from federation.views import RunStatus
from federation.watch.attention import Concern, attention
from federation.workbench.held import held_diff
from tests.federation.world import World, good, source

GUARD = Guard(share=0.1, records=5)


def listing(prefix: str, count: int = 30, **changes: Any) -> dict[str, Any]:
    return {f"{prefix}{n}": good(f"成果{n}", 登记号=f"9612019Y{n:04}", **changes) for n in range(count)}


def test_the_run_waits_and_names_the_pairs(world: World) -> None:
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    run = world.harvest(listing("b"))
    assert run.status is RunStatus.HELD
    assert run.message.startswith("re-keyed: 30 missing records are there again under other keys")
    assert world.ledger.run_book.guard(run.id).rekeyed == 30
    found = held_diff(run.id, world.source, world.ledger, world.mappings, world.settings)
    assert len(found.rekeyed) == 20
    old = {world.iri(f"a{n}"): world.iri(f"b{n}") for n in range(30)}
    assert all(old[pair.old] == pair.new for pair in found.rekeyed)
    (matter,) = attention(world.ledger.database, {"cn-xx": None}, {})
    assert matter.concern is Concern.HELD


def test_a_number_and_the_title_are_enough(world: World) -> None:
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    run = world.harvest(listing("b", 简介="写法已经更新。"))
    assert world.ledger.run_book.guard(run.id).rekeyed == 30


def test_records_that_merely_came_and_went_are_not_taken_for_others(world: World) -> None:
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    other = {f"b{n}": good(f"别的成果{n}", 登记号=f"9612020Y{n:04}") for n in range(30)}
    run = world.harvest(other)
    assert (run.status, world.ledger.run_book.guard(run.id).rekeyed) == (RunStatus.DONE, 0)


def test_the_old_ones_go_when_a_person_says_so(world: World) -> None:
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    world.harvest(listing("b"))
    run = world.harvest(listing("b"))
    assert run.status is RunStatus.HELD
    assert world.accept(run.id).counts.withdrawn == 30
    assert world.harvest(listing("b")).status is RunStatus.DONE
    assert sorted(world.titles()) == sorted(listing("b"))


def test_equal_content_settles_what_a_number_leaves_open(world: World) -> None:
    """Two records with one number and one title: by these alone either could be either."""
    world.source = source(guard=Guard(share=0.0, records=0))
    number = "9612019Y0001"
    world.harvest({key: good("成果", 登记号=number, 简介=text) for key, text in (("a1", "甲"), ("a2", "乙"))})
    world.harvest({key: good("成果", 登记号=number, 简介=text) for key, text in (("b1", "甲"), ("b2", "丙"))})
    with world.ledger.database.read() as connection:
        found = rekeyed(connection, "cn-xx", missed_keys(connection, "cn-xx"))
    assert {(move.old.iri, move.new.iri) for move in found.moves} == {
        (world.iri("a1"), world.iri("b1")),
        (world.iri("a2"), world.iri("b2")),
    }
    assert found.unclear == ()
