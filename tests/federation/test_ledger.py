"""The ledger through the pipeline, on both databases: what is published, changed, withdrawn, and what is not written."""

from collections.abc import Sequence

import pytest
from sqlalchemy import func, select, text

from federation.errors import LedgerError
from federation.ledger import Ledger
from federation.schema import entry, raw, version
from federation.selection import Selection
from federation.verify import check
from federation.views import Change, Event, RunStatus
from tests.federation.world import World, good


def events(changes: Sequence[Change]) -> list[tuple[Event, int]]:
    return [(change.event, change.version) for change in changes]


def count(ledger: Ledger, table: str) -> int:
    with ledger.database.read() as connection:
        return int(connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())


def test_a_harvest_publishes_what_the_gate_lets_out(world: World) -> None:
    run = world.harvest({str(n): good(f"成果{n}") for n in range(20)})
    assert run.status is RunStatus.DONE
    assert (run.counts.seen, run.counts.published) == (20, 20)
    assert world.ledger.counts() == {"achievement": 20}
    assert [c.seq for c in world.ledger.changes(0, 100)] == list(range(1, 21))
    record = world.ledger.record(world.iri("3"))
    assert record is not None
    assert record.record.title.zh == "成果3"
    assert record.version == 1
    assert record.record.contact_person is None
    assert not any(check(world.ledger).values())


def test_unchanged_records_write_nothing(world: World) -> None:
    records = {str(n): good(f"成果{n}") for n in range(20)}
    world.harvest(records)
    before = {table: count(world.ledger, table) for table in ("entry", "raw", "item", "version", "change", "problem")}
    run = world.harvest(records)
    assert (run.counts.unchanged, run.counts.changed, run.counts.published) == (20, 0, 0)
    assert before == {table: count(world.ledger, table) for table in before}


def test_another_raw_with_the_same_content_is_no_change(world: World) -> None:
    world.harvest({"1": good(点击数=1)})
    run = world.harvest({"1": good(点击数=2)})
    assert (run.counts.unchanged, run.counts.changed) == (1, 0)
    assert world.ledger.last_seq() == 1


def test_a_change_is_a_new_version_and_the_old_one_stays_addressable(world: World) -> None:
    world.harvest({"1": good("旧名")})
    world.harvest({"1": good("新名")})
    iri = world.iri("1")
    assert events(world.ledger.changes(0, 10)) == [(Event.PUBLISHED, 1), (Event.CHANGED, 2)]
    assert [memento.version for memento in world.ledger.versions(iri)] == [1, 2]
    old = world.ledger.version(iri, 1)
    assert old is not None
    assert old.record.title.zh == "旧名"
    new = world.ledger.record(iri)
    assert new is not None
    assert new.first < new.at


def test_an_explicit_deletion_withdraws_at_once_and_a_return_is_a_new_publication(world: World) -> None:
    world.harvest({"1": good(), "2": good()})
    world.harvest({"1": None}, complete=False)
    stone = world.ledger.tombstone(world.iri("1"))
    assert stone is not None
    assert (stone.version, stone.seq, stone.reason) == (1, 3, "cl22/6")
    assert world.ledger.versions(world.iri("1")) == []
    assert world.ledger.version(world.iri("1"), 1) is None
    world.harvest({"1": good()}, complete=False)
    assert world.ledger.tombstone(world.iri("1")) is None
    assert events(world.ledger.changes(2, 10)) == [(Event.WITHDRAWN, 1), (Event.PUBLISHED, 2)]
    assert not any(check(world.ledger).values())


def test_a_deletion_of_what_was_never_known_is_nothing(world: World) -> None:
    run = world.harvest({"9": None})
    assert run.status is RunStatus.DONE
    assert world.ledger.last_seq() == 0


def test_the_last_of_several_records_with_one_key_counts_and_does_not_change_for_ever(world: World) -> None:
    from tests.federation.world import Memory
    from tests.federation.world import raw as raw_record

    def twice() -> Memory:
        fill = [raw_record(f"x{n}", good(f"x{n}")) for n in range(10)]
        return Memory([raw_record("1", good("甲")), *fill, raw_record("1", good("乙"))])

    for _ in range(3):
        world.pull(twice(), accept=True)
        assert world.titles()["1"] == "乙"
    assert world.ledger.last_seq() == 12
    run = world.pull(twice())
    assert run.counts.changed == 0
    assert world.ledger.last_seq() == 12


def test_pages_of_one_kind_follow_the_last_change(world: World) -> None:
    world.harvest({str(n): good(f"成果{n}") for n in range(5)})
    world.harvest({"2": good("改"), **{str(n): good(f"成果{n}") for n in (0, 1, 3, 4)}})
    page = world.ledger.page(0, 3, "achievement")
    assert [record.seq for record in page] == [1, 2, 4]
    rest = world.ledger.page(page[-1].seq, 3, "achievement")
    assert [record.record.title.zh for record in rest] == ["成果4", "改"]
    assert world.ledger.page(0, 3, "demand") == []


@pytest.mark.parametrize("statement", ["UPDATE change SET event = 'changed'", "DELETE FROM change"])
def test_the_change_log_refuses_to_be_rewritten(world: World, statement: str) -> None:
    world.harvest({"1": good()})
    with pytest.raises(LedgerError), world.ledger.database.write() as connection:
        connection.execute(text(statement))
    assert len(world.ledger.changes(0, 10)) == 1


def test_an_invalid_update_leaves_the_last_good_version(world: World) -> None:
    world.harvest({"1": good("好")})
    run = world.harvest({"1": good("")})
    assert (run.counts.rejected, run.counts.withdrawn) == (1, 0)
    assert world.titles() == {"1": "好"}
    assert world.harvest({"1": good("更好")}).counts.changed == 1
    assert not any(check(world.ledger).values())


def test_raw_is_kept_and_comes_back_as_it_was(world: World) -> None:
    world.harvest({"a/1 ？": good()})
    (batch,) = world.ledger.raws("cn-xx", 100)
    assert [record.identifier for record in batch] == ["a/1 ？"]
    assert "某种新型材料".encode() in batch[0].body
    with world.ledger.database.read() as connection:
        stored = connection.execute(select(raw.c.body)).scalar_one()
        assert connection.execute(select(func.count()).select_from(version)).scalar_one() == 1
        assert connection.execute(select(entry.c.missed)).scalar_one() == 0
    assert len(stored) < len(batch[0].body)


def test_opening_again_finds_everything(url: str, world: World) -> None:
    world.harvest({"1": good()})
    again = Ledger.open(url)
    assert again.counts() == {"achievement": 1}
    again.close()


def test_the_log_is_read_backwards_as_it_is_forwards(world: World) -> None:
    for step in (
        {str(n): good(f"成果{n}") for n in range(9)},
        {"2": None, "3": good("另一个")},
        {"7": None, "8": None},
    ):
        world.harvest(step, complete=False)
    for selection in (Selection(), Selection(sources=("cn-xx",)), Selection(kinds=("achievement",))):
        forwards = world.ledger.listed(selection, 0, 100)
        assert [one.body is None for one in forwards].count(True) == 3
        for size in (1, 2, 4, 100):
            before, backwards = world.ledger.last_seq() + 1, []
            while page := world.ledger.latest(selection, before, size):
                backwards += page
                before = page[-1].seq
            assert backwards == forwards[::-1]


def test_a_change_knows_where_its_record_stood(world: World) -> None:
    for step in ({"1": good("一"), "2": good("二")}, {"1": good("一改")}, {"1": None}):
        world.harvest(step, complete=False)
    found = {change.seq: change.iri for change in world.ledger.changes(0, 100)}
    moves = world.ledger.moves(0, 100)
    assert [move.seq for move in moves] == sorted(found)
    for move in moves:
        earlier = [seq for seq, iri in found.items() if iri == found[move.seq] and seq < move.seq]
        assert move.before == max(earlier, default=0)
    assert world.ledger.moves(2, 1) == moves[2:3]
