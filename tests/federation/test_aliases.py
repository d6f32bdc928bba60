"""Re-keyed records keep their addresses when a person says so: one change, whatever is done to it, and whatever comes after."""

import os
import signal
from typing import Any

import pytest

from federation.ledger import Ledger
from federation.pipeline import Pass
from federation.projector import Projector
from federation.source import Guard, Rekey
from federation.verify import check, verify
from federation.views import Change, Event, Run, RunStatus
from federation.workbench.held import held_diff
from federation.writer import merged, source_withdrew
from tests.federation.test_history import replayed
from tests.federation.test_kill import assert_nothing_is_doubled
from tests.federation.world import Memory, Output, World, good, mapping, raw, source
from vocab.codes import concept

GUARD = Guard(share=0.1, records=5)
COUNT = 12


def listing(prefix: str, count: int = COUNT, **changes: Any) -> dict[str, Any]:
    return {f"{prefix}{n}": good(f"成果{n}", 登记号=f"9612019Y{n:04}", **changes) for n in range(count)}


@pytest.fixture
def rekeyed(world: World) -> World:
    """Records that were published under keys of one form; `held` says that they came under those of another."""
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    return world


def held(world: World, records: dict[str, Any]) -> Run:
    run = world.harvest(records)
    assert run.status is RunStatus.HELD
    return run


def since(world: World, seq: int) -> list[Change]:
    return world.ledger.changes(seq, 10_000)


def by_number(world: World) -> dict[str, str]:
    """The IRI of each registration number that is public; each once."""
    found = {}
    for one in world.ledger.page(0, 10_000):
        number = getattr(one.record, "registration_no", "")
        assert number not in found
        found[number] = one.iri
    return found


def assert_sound(world: World) -> None:
    assert not any(check(world.ledger).values()), check(world.ledger)
    assert replayed(world.ledger) == {one.iri: one.version for one in world.ledger.page(0, 10_000)}
    assert_nothing_is_doubled(world.ledger)


def test_records_keep_their_addresses_and_versions_go_on(rekeyed: World) -> None:
    world = rekeyed
    old, seq = by_number(world), world.ledger.last_seq()
    waiting = held(world, listing("b"))
    run = world.accept(waiting.id, rekey=True)
    assert (run.status, run.counts.changed, run.counts.withdrawn) == (RunStatus.DONE, COUNT, COUNT)
    assert run.message == f"{COUNT} re-keyed records keep their addresses"
    assert by_number(world) == old
    for one in world.ledger.page(0, 10_000):
        assert (one.version, one.record.identifier) == (2, one.iri)
        assert one.record.source_record_id[0].startswith("b")
        assert [memento.version for memento in world.ledger.versions(one.iri)] == [1, 2]
        before = world.ledger.version(one.iri, 1)
        assert before is not None
        assert before.first == one.first
    changes = since(world, seq)
    assert {c.iri for c in changes if c.event is Event.CHANGED} == set(old.values())
    gone = [c.iri for c in changes if c.event is Event.WITHDRAWN]
    assert sorted(gone) == sorted(world.iri(f"b{n}") for n in range(COUNT))
    assert_sound(world)


def test_what_was_public_meanwhile_leads_to_the_record(rekeyed: World) -> None:
    world = rekeyed
    world.accept(held(world, listing("b")).id, rekey=True)
    stone = world.ledger.tombstone(world.iri("b3"))
    assert stone is not None
    assert stone.reason == merged()
    found = concept(stone.reason)
    assert found is not None
    assert found.zh == "重复合并"
    assert world.ledger.living(world.iri("b3")) == world.iri("a3")
    assert world.ledger.living(world.iri("a3")) is None
    assert world.ledger.versions(world.iri("b3")) == []


def test_every_output_follows(rekeyed: World) -> None:
    world, output = rekeyed, Output()
    projector = Projector(world.ledger, [output])
    projector.catch_up()
    first = held(world, listing("b"))
    projector.catch_up()
    assert len(output.records) == 2 * COUNT
    world.accept(first.id, rekey=True)
    projector.catch_up()
    assert sorted(output.records) == sorted(world.iri(f"a{n}") for n in range(COUNT))
    assert verify(world.ledger, [output]).equal


def test_the_next_passes_find_nothing_to_do(rekeyed: World) -> None:
    world = rekeyed
    world.accept(held(world, listing("b")).id, rekey=True)
    seq = world.ledger.last_seq()
    for _ in range(3):
        run = world.harvest(listing("b"))
        assert (run.status, run.counts.unchanged) == (RunStatus.DONE, COUNT)
    assert world.remap(force=True).counts.unchanged == COUNT
    assert world.ledger.last_seq() == seq


def test_a_kept_record_changes_and_goes_like_any_other(rekeyed: World) -> None:
    world = rekeyed
    world.accept(held(world, listing("b")).id, rekey=True)
    later = listing("b") | {"b0": good("成果零", 登记号="9612019Y0000"), "b1": None, "b2": good("成果2", 密级="机密")}
    world.harvest(later)
    kept = world.ledger.record(world.iri("a0"))
    assert kept is not None
    assert (kept.record.title.zh, kept.version) == ("成果零", 3)
    for n in (1, 2):
        assert world.ledger.record(world.iri(f"a{n}")) is None
        assert world.ledger.tombstone(world.iri(f"a{n}")) is not None
        assert world.ledger.living(world.iri(f"b{n}")) == world.iri(f"a{n}")
    assert_sound(world)


def test_a_second_rekeying_keeps_the_first_address(rekeyed: World) -> None:
    world = rekeyed
    old = by_number(world)
    for prefix in ("b", "c", "a", "b"):  # the source goes back to keys whose addresses belong to the records already
        world.accept(held(world, listing(prefix)).id, rekey=True)
        assert by_number(world) == old
        assert_sound(world)
    assert {one.version for one in world.ledger.page(0, 100)} == {5}
    assert world.ledger.living(world.iri("b3")) == world.ledger.living(world.iri("c3")) == world.iri("a3")


def test_keys_that_change_twice_before_anybody_looks(rekeyed: World) -> None:
    world = rekeyed
    old = by_number(world)
    held(world, listing("b"))
    world.accept(held(world, listing("c")).id, rekey=True)
    assert by_number(world) == old
    assert world.ledger.living(world.iri("b3")) == world.ledger.living(world.iri("c3")) == world.iri("a3")
    assert world.harvest(listing("c")).counts.unchanged == COUNT
    assert_sound(world)


def test_keys_that_change_and_change_back_before_anybody_looks(rekeyed: World) -> None:
    world = rekeyed
    old = by_number(world)
    for prefix in ("b", "c"):
        held(world, listing(prefix))
    world.accept(held(world, listing("b")).id, rekey=True)
    kept = {world.ledger.record(iri).record.source_record_id[0] for iri in old.values()}  # type: ignore[union-attr]  # all are public
    assert kept == set(listing("b"))
    world.harvest(listing("b"))
    world.accept(held(world, listing("b")).id)
    assert by_number(world) == old
    assert_sound(world)


def test_a_correction_on_the_way_does_not_part_what_belongs_together(rekeyed: World) -> None:
    """The second and the third key share all content, the first only the number."""
    world = rekeyed
    old = by_number(world)
    corrected = [{f"{p}{n}": good(f"订正{n}", 登记号=f"9612019Y{n:04}") for n in range(COUNT)} for p in "bc"]
    held(world, corrected[0])
    world.accept(held(world, corrected[1]).id, rekey=True)
    assert by_number(world) == old
    assert world.ledger.living(world.iri("b3")) == world.ledger.living(world.iri("c3")) == world.iri("a3")


def test_a_listing_that_was_empty_once_loses_no_address(rekeyed: World) -> None:
    """By then the old keys are missing for the second time and the new ones for the first."""
    world = rekeyed
    old = by_number(world)
    held(world, listing("b"))
    world.accept(held(world, {}).id, rekey=True)
    assert by_number(world) == old
    assert world.harvest(listing("b")).counts.unchanged == COUNT
    assert by_number(world) == old
    assert_sound(world)


def test_a_key_that_is_used_again_is_something_new(rekeyed: World) -> None:
    """The address of the old key belongs to a record: another thing under that key must not be taken for it."""
    world = rekeyed
    world.accept(held(world, listing("b")).id, rekey=True)
    world.harvest(listing("b") | {"a3": good("别的成果", 登记号="9612020Y0001")})
    other = by_number(world)["9612020Y0001"]
    assert other not in {world.iri("a3"), world.iri("b3")}
    kept = world.ledger.record(world.iri("a3"))
    assert kept is not None
    assert kept.record.title.zh == "成果3"
    assert_sound(world)


def test_without_the_word_nothing_is_moved(rekeyed: World) -> None:
    world = rekeyed
    held(world, listing("b"))
    assert world.accept(held(world, listing("b")).id).counts.withdrawn == COUNT
    assert set(by_number(world).values()) == {world.iri(f"b{n}") for n in range(COUNT)}
    stone = world.ledger.tombstone(world.iri("a3"))
    assert stone is not None
    assert stone.reason == source_withdrew()
    assert world.ledger.living(world.iri("a3")) is None


def test_records_that_cannot_be_told_apart_are_listed_and_left(world: World) -> None:
    world.source = source(guard=GUARD)
    twins = {"t1": good("双生"), "t2": good("双生")}
    world.harvest(listing("a") | twins)
    run = held(world, listing("b") | {"u1": good("双生"), "u2": good("双生")})
    found = held_diff(run.id, world.source, world.ledger, world.mappings, world.settings)
    assert found.moves == COUNT
    (unclear,) = found.unclear
    assert set(unclear.old) == {world.iri("t1"), world.iri("t2")}
    assert set(unclear.new) == {world.iri("u1"), world.iri("u2")}
    world.accept(run.id, rekey=True)
    for key in ("t1", "t2", "u1", "u2"):
        assert world.ledger.record(world.iri(key)) is not None
        assert world.ledger.living(world.iri(key)) is None
    assert_sound(world)


def test_a_double_that_always_stood_beside_it_is_no_successor(world: World) -> None:
    world.source = source(guard=Guard(share=0.0, records=0))
    world.harvest({"1": good("成果", 登记号="9612019Y0001"), "2": good("成果", 登记号="9612019Y0001")})
    run = world.harvest({"2": good("成果", 登记号="9612019Y0001")})
    assert (run.status, world.ledger.run_book.guard(run.id).rekeyed) == (RunStatus.DONE, 0)


def test_a_record_that_was_corrected_too_is_known_by_its_registration(rekeyed: World) -> None:
    world = rekeyed
    old = by_number(world)
    corrected = {f"b{n}": good(f"订正后的成果{n}", 登记号=f"9612019Y{n:04}") for n in range(COUNT)}
    world.accept(held(world, corrected).id, rekey=True)
    assert by_number(world) == old
    assert world.titles()["b3"] == "订正后的成果3"


def test_what_one_raw_record_says_twice_moves_together(world: World) -> None:
    """All kinds of a key go on under it; a project that stands in two raw records identifies neither."""
    world.source = source(guard=GUARD)
    world.mappings = (mapping(), mapping(name="cn-xx-d", kind="demand"))
    world.harvest(listing("a"))
    iris = {one.iri for one in world.ledger.page(0, 100)}
    assert len(iris) == 2 * COUNT
    world.accept(held(world, listing("b")).id, rekey=True)
    assert {one.iri for one in world.ledger.page(0, 100)} == iris
    assert world.ledger.living(world.iri("b1", "demand")) == world.iri("a1", "demand")
    world.mappings = (mapping(),)
    world.remap(force=True)
    assert world.ledger.record(world.iri("a1", "demand")) is None
    world.mappings = (mapping(), mapping(name="cn-xx-d", kind="demand"))
    world.remap(force=True)
    assert {one.iri for one in world.ledger.page(0, 100)} == iris
    assert_sound(world)


def test_a_review_made_here_holds_under_the_old_address(world: World) -> None:
    world.source = source(guard=GUARD)
    world.harvest(listing("a"))
    unreviewed = {key: body | {"审查结论": None} for key, body in listing("b").items()}
    unreviewed = {key: {k: v for k, v in body.items() if v} for key, body in unreviewed.items()}
    world.harvest(unreviewed)
    for waiting in world.ledger.desk.waiting():
        world.ledger.desk.decide(waiting, "approve", officer="李四", org="某省保密局", basis="")
    run = held(world, unreviewed)
    old = {world.iri(f"a{n}") for n in range(COUNT)}
    world.accept(run.id, rekey=True)
    assert {one.iri for one in world.ledger.page(0, 100)} == old
    assert world.remap(force=True).counts.held == 0
    assert {one.iri for one in world.ledger.page(0, 100)} == old


def test_a_record_that_would_be_lost_stays_where_it_is(rekeyed: World) -> None:
    """The rules have become stricter since: nothing is moved into the dark."""
    world = rekeyed
    run = held(world, listing("b"))
    world.mappings = (mapping("2.0.0", text='\n[fields.exportScreen]\ndefault = "restricted"\n'),)
    assert world.accept(run.id, rekey=True).counts.changed == 0
    assert world.ledger.living(world.iri("b3")) is None
    assert_sound(world)


def test_an_address_that_leads_on_is_taken_down_with_its_record(rekeyed: World) -> None:
    world = rekeyed
    world.accept(held(world, listing("b")).id, rekey=True)
    (change,) = world.ledger.desk.take_down(world.iri("b3"), "1", officer="李四", purge=True)
    assert change.iri == world.iri("a3")
    assert world.ledger.record(world.iri("a3")) is None
    world.harvest(listing("b"))
    assert world.ledger.record(world.iri("a3")) is None
    world.ledger.desk.lift(world.iri("b3"), officer="李四")
    world.harvest(listing("b"))
    assert world.ledger.record(world.iri("a3")) is not None


@pytest.mark.parametrize("deaths", [1, 3])
def test_killed_in_between_it_is_done_again_from_there(url: str, rekeyed: World, deaths: int) -> None:
    world = rekeyed
    old = by_number(world)
    run = held(world, listing("b"))
    for _ in range(deaths):
        child = os.fork()
        if child == 0:
            accept_and_die(url, run.id)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
        assert not any(check(world.ledger).values())
    moved = [n for n in range(COUNT) if world.ledger.living(world.iri(f"b{n}"))]
    assert len(moved) == 3 * deaths
    world.accept(run.id, rekey=True)
    assert by_number(world) == old
    assert {one.version for one in world.ledger.page(0, 100)} == {2}
    assert_sound(world)


def accept_and_die(url: str, run: int) -> None:
    """Never returns: it is killed inside its second transaction that moves records, or in the first when one is left."""
    try:
        world = World(Ledger.open(url))
        world.source = source(guard=GUARD)
        world.settings = type(world.settings)(base=world.settings.base, batch=3)
        fences = 0
        fence = Pass.fence

        def counted(self: Pass, connection: Any) -> None:
            nonlocal fences
            fence(self, connection)
            fences += 1
            if fences == 2:
                os.kill(os.getpid(), signal.SIGKILL)

        Pass.fence = counted  # type: ignore[method-assign]  # in a process that is about to die
        world.accept(run, rekey=True)
    finally:
        os._exit(1)


def test_a_fault_of_ours_while_moving_costs_nothing(rekeyed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world = rekeyed
    old = by_number(world)
    held(world, listing("b"))
    run = held(world, listing("b"))  # by now the old keys could be withdrawn
    with monkeypatch.context() as patch:
        patch.setattr("federation.harvest.keep_found", broken)
        assert world.accept(run.id, rekey=True).status is RunStatus.FAILED
    assert all(world.ledger.record(iri) is not None for iri in old.values())
    assert world.accept(run.id, rekey=True).status is RunStatus.DONE
    assert by_number(world) == old


def broken(work: Pass) -> None:
    raise RuntimeError("our own fault")


def test_accepting_twice_is_told(rekeyed: World) -> None:
    world = rekeyed
    run = held(world, listing("b"))
    world.accept(run.id, rekey=True)
    with pytest.raises(Exception, match="does not wait for anybody"):
        world.accept(run.id, rekey=True)


def test_a_source_may_keep_addresses_without_a_person(rekeyed: World) -> None:
    world = rekeyed
    world.source = source(guard=Guard(share=0.1, records=5, rekey=Rekey.KEEP))
    old = by_number(world)
    run = world.harvest(listing("b"))
    assert (run.status, run.counts.changed) == (RunStatus.DONE, COUNT)
    assert by_number(world) == old
    assert_sound(world)


def test_but_not_when_something_is_really_gone(rekeyed: World) -> None:
    world = rekeyed
    world.source = source(guard=Guard(share=0.1, records=5, rekey=Rekey.KEEP))
    old = by_number(world)
    run = held(world, listing("b", COUNT - 1))
    assert world.ledger.living(world.iri("b3")) is None
    world.accept(run.id, rekey=True)
    assert by_number(world) == old  # the missing one was missed once only


def test_an_incremental_pass_may_have_brought_the_new_keys(rekeyed: World) -> None:
    world = rekeyed
    old = by_number(world)
    world.pull(Memory([raw(key, body) for key, body in listing("b").items()], complete=False), full=False)
    world.accept(held(world, listing("b")).id, rekey=True)
    assert by_number(world) == old
