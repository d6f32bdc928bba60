"""Making and keeping dumps: whole or not at all, one at a time, and none that holds what was withdrawn."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chengguo import dumping, locks
from chengguo.dumping import Keeper
from chengguo.errors import ChengguoError, Failed, Occupied, SettingsError
from chengguo.settings import Dumps
from federation.ledger import Ledger
from publish.dumps.shelf import AGAIN, GONE, NEW
from publish.dumps.standing import Standing
from publish.dumps.write import write
from tests.dumps.conftest import RECORDS, maker
from tests.dumps.reading import contents, json_lines, proved
from tests.federation.world import World, good

HOLDER = """
import sys, time
from pathlib import Path
from chengguo import locks
with locks.held(Path(sys.argv[1]), "A dump"):
    print("held", flush=True)
    time.sleep(60)
"""


def taken_down(world: World, *keys: str) -> None:
    for key in keys:
        world.ledger.desk.take_down(world.iri(key), "cl22/2", officer="李四")


def test_nothing_new_makes_the_same_dump_and_what_is_new_another(world: World, tmp_path: Path) -> None:
    made = maker(world, tmp_path)
    first = made.make()
    before = contents(made.shelf.folder)
    assert made.make() == first
    assert contents(made.shelf.folder) == before
    world.harvest({**RECORDS, "6": good("成果6号")})
    second = made.make()
    assert [kept.name for kept in made.shelf.dumps()] == [second.name, first.name]
    assert (second.dump.records, second.seq) == (6, 6)
    assert proved(second.folder)


def test_so_many_earlier_ones_are_kept(world: World, tmp_path: Path) -> None:
    made = maker(world, tmp_path, keep=1)
    for n in range(6, 10):
        world.harvest({**RECORDS, str(n): good(f"成果{n}号")}, complete=False)
        made.make()
    assert [kept.seq for kept in made.shelf.dumps()] == [9, 8]


def test_other_formats_of_one_state_take_its_place(world: World, tmp_path: Path) -> None:
    maker(world, tmp_path).make()
    other = maker(world, tmp_path, compression="gzip")
    kept = other.make()
    assert [one.name for one in other.shelf.dumps()] == [kept.name]
    assert kept.file("records.jsonl.gz") is not None


@pytest.mark.parametrize("withdraw", [taken_down, lambda world, key: world.harvest({**RECORDS, key: None})])
def test_a_withdrawal_takes_every_kept_dump_away(world: World, tmp_path: Path, withdraw: object) -> None:
    made = maker(world, tmp_path)
    for n in (6, 7):
        world.harvest({**RECORDS, str(n): good(f"成果{n}号")}, complete=False)
        made.make()
    assert callable(withdraw)
    withdraw(world, "3")
    assert [kept for kept in made.shelf.dumps() if Standing(world.ledger).stands(kept)] == []
    assert made.revoke() == 2
    assert [path.name for path in made.shelf.folder.iterdir()] == [AGAIN]
    kept = made.make()
    assert world.iri("3") not in {line["iri"] for line in json_lines(kept.folder)}
    assert not made.shelf.awaited()


def test_a_record_taken_down_while_it_is_written_is_in_no_dump(world: World, tmp_path: Path) -> None:
    """The page that holds it was read and written before."""
    made, taken = maker(world, tmp_path), iter("2")
    kept = made.make(lambda count: taken_down(world, *taken))
    assert world.iri("2") not in {line["iri"] for line in json_lines(kept.folder)}
    assert [path.name for path in made.shelf.folder.iterdir()] == [kept.name]
    assert (kept.dump.records, kept.seq) == (4, 6)


def test_a_take_down_between_the_last_look_and_the_shelf_counts(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, keys = maker(world, tmp_path), iter("4")
    admit = made.shelf.admit

    def late(new: Path, dump: object) -> object:
        for key in keys:
            taken_down(world, key)
        return admit(new, dump)  # type: ignore[arg-type]

    monkeypatch.setattr(made.shelf, "admit", late)
    kept = made.make()
    assert [one.name for one in made.shelf.dumps()] == [kept.name]
    assert world.iri("4") not in {line["iri"] for line in json_lines(kept.folder)}


def test_what_is_withdrawn_each_time_ends_without_a_dump(world: World, tmp_path: Path) -> None:
    made, keys = maker(world, tmp_path), iter("12345")
    folder = tmp_path / "copy"
    with pytest.raises(Failed, match="run the command again"):
        made.make(lambda count: taken_down(world, next(keys)))
    assert made.shelf.dumps() == []
    keys = iter("4")
    made.make_in(folder, lambda count: taken_down(world, *keys))
    assert {line["iri"] for line in json_lines(folder)} == {world.iri("5")}


def test_a_folder_of_ones_own_keeps_nothing_of_an_earlier_dump(world: World, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    maker(world, tmp_path, compression="gzip", formats=("jsonl", "ttl")).make_in(folder)
    (folder / "notes.txt").write_text("mine")
    (folder / f"{NEW}1").mkdir()
    maker(world, tmp_path).make_in(folder)
    assert {path.name for path in folder.iterdir()} == {*proved(folder), "SHA256SUMS", "notes.txt"}
    assert "records.jsonl.gz" not in proved(folder)
    with pytest.raises(ChengguoError, match="name no folder"):
        maker(world, tmp_path).make_in(maker(world, tmp_path).shelf.folder / "x")


def test_a_dump_that_fails_leaves_the_old_one_whole(world: World, tmp_path: Path) -> None:
    made, folder = maker(world, tmp_path), tmp_path / "copy"
    made.make()
    made.make_in(folder)
    before = contents(tmp_path / "home"), contents(folder)
    world.harvest({**RECORDS, "6": good("成果6号")})

    def broken(count: int) -> None:
        raise OSError(28, "No space left on device", "x")

    for make in (lambda: made.make(broken), lambda: made.make_in(folder, broken)):
        with pytest.raises(OSError, match="No space"):
            make()
    lock = {"data/run/dump.lock"}
    assert {k: v for k, v in contents(tmp_path / "home").items() if k not in lock} == {
        k: v for k, v in before[0].items() if k not in lock
    }
    assert contents(folder) == before[1]


def test_two_at_once_are_refused_by_name(world: World, tmp_path: Path) -> None:
    made = maker(world, tmp_path)
    with locks.held(tmp_path / "home/data/run/dump.lock", "A dump"):
        for make in (made.make, lambda: made.make_in(tmp_path / "copy")):
            with pytest.raises(Occupied, match=f"A dump is already running on this home: process {os.getpid()}"):
                make()


def test_what_a_dead_one_left_is_removed(world: World, tmp_path: Path) -> None:
    made = maker(world, tmp_path)
    made.shelf.folder.mkdir(parents=True)
    for name in (f"{NEW}99", f"{GONE}5-0123456789abcdef-99", "7-0123456789abcdef"):
        (made.shelf.folder / name).mkdir()
        (made.shelf.folder / name / "records.nq.zst").write_bytes(b"half")
    assert made.shelf.dumps() == []
    kept = made.make()
    assert [path.name for path in made.shelf.folder.iterdir()] == [kept.name]


def test_a_dump_of_another_past_does_not_stand(world: World, tmp_path: Path) -> None:
    """The ledger came back from a backup, and its numbers are given again."""
    kept = maker(world, tmp_path).make()
    again = Ledger.open(f"sqlite:///{tmp_path}/again.db")
    assert not Standing(again).stands(kept)
    World(again).harvest(RECORDS)
    assert again.last_seq() == kept.seq
    assert not Standing(again).stands(kept)
    again.close()


class Clock:
    def __init__(self) -> None:
        self.at = datetime(2026, 3, 1, 0, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at


def keeper(world: World, folder: Path, clock: Clock, **changes: object) -> Keeper:
    (folder / "home/data/run").mkdir(parents=True, exist_ok=True)
    given = {"schedule": "30 3 * * *", "timezone": "Asia/Shanghai", "formats": ("jsonl",), **changes}
    settings = Dumps(**given)  # type: ignore[arg-type]
    return Keeper(maker(world, folder, formats=("jsonl",)), settings, folder / "home/data/run/dumps.json", clock)


def test_one_is_written_each_night_in_the_time_of_the_place(world: World, tmp_path: Path) -> None:
    clock = Clock()
    maker(world, tmp_path, formats=("jsonl",)).make()
    nightly = keeper(world, tmp_path, clock)
    assert nightly.round() is None
    clock.at += timedelta(hours=19, minutes=29)  # 03:29 in Shanghai
    assert nightly.round() is None
    clock.at += timedelta(minutes=1)
    assert nightly.round() is not None
    assert nightly.round() is None
    clock.at += timedelta(days=3)  # the node was down meanwhile
    later = keeper(world, tmp_path, clock)
    assert later.round() is not None
    assert later.round() is None


def test_the_first_is_written_when_the_records_have_come_to_rest(world: World, tmp_path: Path) -> None:
    clock = Clock()
    first = keeper(world, tmp_path, clock)
    assert first.round() is None
    clock.at += timedelta(seconds=29)
    world.harvest({**RECORDS, "6": good("成果6号")})
    assert first.round() is None
    clock.at += timedelta(seconds=29)
    assert first.round() is None
    clock.at += timedelta(seconds=1)
    kept = first.round()
    assert kept is not None
    assert kept.dump.records == 6
    clock.at += timedelta(minutes=5)
    assert first.round() is None


def test_a_node_without_records_or_schedule_writes_none(world: World, tmp_path: Path) -> None:
    clock = Clock()
    never = keeper(world, tmp_path, clock, schedule="")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/empty.sqlite")
    empty = keeper(World(ledger), tmp_path / "other", clock)
    for minutes in (0, 5):
        clock.at += timedelta(minutes=minutes)
        assert never.round() is None
        assert empty.round() is None
    ledger.close()


def test_it_is_written_again_after_a_withdrawal_but_not_all_the_time(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    nightly = keeper(world, tmp_path, clock)
    made = maker(world, tmp_path, formats=("jsonl",))
    made.make()
    taken_down(world, "1")

    def slow(*arguments: object) -> object:
        clock.at += timedelta(seconds=10)
        return write(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(dumping, "write", slow)
    assert nightly.round() is not None
    taken_down(world, "2")
    assert nightly.round() is None
    assert made.shelf.dumps() == []
    assert made.shelf.awaited()
    clock.at += timedelta(seconds=31)
    again = nightly.round()
    assert again is not None
    assert len(json_lines(again.folder)) == 3


def test_a_wrong_schedule_is_named() -> None:
    with pytest.raises(SettingsError, match=r"\[dumps\] timezone: 'Mars/Base'"):
        dumping.schedule_of(Dumps(timezone="Mars/Base"))
    assert dumping.schedule_of(Dumps(schedule="")) is None


def test_the_lock_ends_with_whoever_held_it(world: World, tmp_path: Path) -> None:
    lock = tmp_path / "home/data/run/dump.lock"
    other = subprocess.Popen([sys.executable, "-c", HOLDER, str(lock)], stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    assert other.stdout.readline() == "held\n"
    with pytest.raises(Occupied, match=f"process {other.pid}"):
        maker(world, tmp_path).make()
    other.kill()
    other.communicate()
    assert maker(world, tmp_path).make().dump.records == 5
