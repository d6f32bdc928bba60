"""When its cluster changes, a record gets a version of its own in the log, which every output follows and `verify` proves."""

import pytest
from sqlalchemy import update

from federation.errors import UnknownRecord
from federation.matching.book import BUILDING, NAME, RULES, MatchBook
from federation.projector import Projector
from federation.schema import cursor
from federation.verify import Difference, check, verify
from federation.views import Event
from tests.federation.world import Output, World
from tests.matching.test_book import together, twins


def logged(world: World, after: int) -> list[tuple[Event, str, int]]:
    names = {world.iri(key): key for key in "abcd"}
    return [(change.event, names[change.iri], change.version) for change in world.ledger.changes(after, 100)]


def links(world: World) -> dict[str, str]:
    """By key, the keys of the others of its achievement, as the public view tells them."""
    names = {world.iri(key): key for key in "abcd"}
    return {names[r.iri]: "".join(sorted(names[iri] for iri in r.same_as)) for r in world.ledger.page(0, 100)}


def test_outputs_follow_a_new_cluster_as_any_change(world: World) -> None:
    world.harvest(twins())
    output = Output()
    projector = Projector(world.ledger, [output])
    projector.catch_up()
    before = world.ledger.last_seq()
    world.ledger.matches.follow()
    assert logged(world, before) == [(Event.CHANGED, key, 2) for key in sorted("ab", key=world.iri)]
    assert verify(world.ledger, [output]).outputs == {"memory": Difference(stale=2)}
    projector.catch_up()
    assert verify(world.ledger, [output]).equal
    a, b = output.records[world.iri("a")], output.records[world.iri("b")]
    assert (a.same_as, b.same_as) == ((b.iri,), (a.iri,))
    assert a.cluster == b.cluster
    assert output.records[world.iri("c")].cluster is None


def test_a_record_that_is_as_it_was_gets_no_version_by_being_harvested_again(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    before = world.ledger.last_seq()
    world.harvest(twins())
    assert world.ledger.matches.follow().seq == before
    world.harvest({"a": twins()["a"] | {"简介": "另一种说法。"}}, full=False, accept=True)
    assert logged(world, before) == [(Event.CHANGED, "a", 3)]
    world.ledger.matches.follow()
    assert logged(world, before) == [(Event.CHANGED, "a", 3)]  # it says another thing, and is of the same achievement
    assert links(world) == {"a": "b", "b": "a", "c": "", "d": ""}


def test_a_withdrawal_takes_the_links_away_in_its_own_transaction(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    before, gone = world.ledger.last_seq(), world.iri("a")
    world.harvest({"a": None}, full=False, accept=True)
    assert logged(world, before) == [(Event.WITHDRAWN, "a", 2), (Event.CHANGED, "b", 3)]
    b = world.ledger.record(world.iri("b"))
    assert b is not None
    assert b.cluster is None
    assert [world.ledger.version(b.iri, n) for n in (1, 2)] != [None, None]
    assert all(gone not in str(world.ledger.version(b.iri, n)) for n in (1, 2, 3))  # nor does an earlier version tell
    assert not any(check(world.ledger).values())


def test_a_take_down_does_so_too(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    before = world.ledger.last_seq()
    changes = world.ledger.desk.take_down(world.iri("b"), "1", officer="李四", purge=True)
    assert [change.iri for change in changes] == [world.iri("b"), world.iri("a")]
    assert logged(world, before) == [(Event.WITHDRAWN, "b", 2), (Event.CHANGED, "a", 3)]
    assert not any(check(world.ledger).values())


def test_without_the_one_between_them_two_records_are_apart(world: World) -> None:
    book = world.ledger.matches
    world.harvest(twins())
    book.follow()
    book.decide(world.iri("b"), world.iri("d"), same=True, by="王审核")
    assert links(world) == {"a": "bd", "b": "ad", "c": "", "d": "ab"}
    world.harvest({"b": None}, full=False, accept=True)
    assert links(world) == {"a": "", "c": "", "d": ""}
    world.harvest({"b": twins()["b"]}, full=False, accept=True)
    book.follow()
    assert links(world) == {"a": "bd", "b": "ad", "c": "", "d": "ab"}  # the person's word is still there


def test_a_withdrawal_can_bring_two_together_that_its_record_kept_apart(world: World) -> None:
    book, (a, b, d) = world.ledger.matches, (world.iri(key) for key in "abd")
    world.harvest(twins())
    book.follow()
    book.decide(a, d, same=True, by="王审核")
    book.decide(b, d, same=False, by="王审核")
    assert links(world) == {"a": "d", "b": "", "c": "", "d": "a"}
    world.harvest({"d": None}, full=False, accept=True)
    assert links(world) == {"a": "b", "b": "a", "c": ""}


def test_a_word_is_told_at_once_and_taken_back_at_once(world: World) -> None:
    book, (a, b) = world.ledger.matches, (world.iri(key) for key in "ab")
    world.harvest(twins())
    book.follow()
    before = world.ledger.last_seq()
    book.decide(a, b, same=False, by="王审核")
    assert links(world)["a"] == ""
    book.decide(a, b, same=None, by="王审核")
    assert links(world)["a"] == "b"
    assert sorted(logged(world, before)) == [(Event.CHANGED, key, version) for key in "ab" for version in (3, 4)]
    with pytest.raises(UnknownRecord):
        book.decide(a, world.iri("x"), same=True, by="王审核")
    assert world.ledger.last_seq() == before + 4


def test_under_new_rules_clusters_stay_until_all_was_compared(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    before = world.ledger.last_seq()
    with world.ledger.database.touch() as connection:
        connection.execute(update(cursor).where(cursor.c.projection == NAME).values(generation="older"))
    book = MatchBook(world.ledger.database)
    assert book.step() == 4
    assert world.ledger.cursors.get(NAME, BUILDING) is not None
    assert together(world) == {frozenset("ab")}
    book.follow()
    assert together(world) == {frozenset("ab")}
    assert world.ledger.last_seq() == before  # nothing is another than it was: nothing is told
    assert world.ledger.cursors.get(NAME, BUILDING) is None
    assert world.ledger.cursors.get(NAME, RULES) is not None


def test_of_two_who_follow_at_once_one_writes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.harvest(twins())
    first, second = MatchBook(world.ledger.database), MatchBook(world.ledger.database)
    position = first._position()
    monkeypatch.setattr(first, "_position", lambda: position)
    second.follow()
    before = world.ledger.last_seq()
    assert first.step() is not None  # it began where the second had begun
    assert world.ledger.last_seq() == before
    assert together(world) == {frozenset("ab")}


def test_what_was_cut_off_is_done_the_next_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each place where clusters are written, first while everything is compared and then when it was."""
    world.harvest(twins())
    before, book = world.ledger.last_seq(), world.ledger.matches
    for place in ("federation.matching.book.Comparison.write", "federation.matching.book.Regrouping.settle"):
        with monkeypatch.context() as patched:
            patched.setattr(place, cut_off)
            with pytest.raises(KeyboardInterrupt):
                book.follow()
        assert world.ledger.last_seq() == before
    book.follow()
    assert links(world) == {"a": "b", "b": "a", "c": "", "d": ""}
    assert len(logged(world, before)) == 2


def cut_off(*_: object) -> None:
    raise KeyboardInterrupt


def test_how_far_it_is_stands_in_the_status(world: World) -> None:
    world.harvest(twins())
    found = world.ledger.status().matching
    assert found is not None
    assert (found.seq, found.behind) == (0, 4)
    world.ledger.matches.follow()
    status = world.ledger.status()
    assert status.matching is not None
    assert (status.matching.behind, status.matching.clusters) == (0, 1)
    assert NAME not in status.outputs
