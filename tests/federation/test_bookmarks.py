"""Bookmarks: kept when a pass ended well, handed to the next harvester, and there after a migration."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from federation.bookmarks import kept
from federation.harvest import harvest
from federation.ledger import Ledger
from federation.views import Event, RunStatus
from harvesters.base import MAX_BOOKMARK, Harvested
from tests.federation.world import Memory, World, good, raw

DUMPS = Path(__file__).parent / "dumps"


class Marked(Memory):
    """A harvester with marks of its own."""

    def __init__(self, *arguments: object, mark: str, **options: object) -> None:
        super().__init__(*arguments, **options)  # type: ignore[arg-type]
        self.resumed: list[str] = []
        self._mark = mark

    @property
    def bookmark(self) -> str:
        return self._mark if self._ended else ""

    def resume(self, bookmark: str) -> None:
        self.resumed.append(bookmark)


def passed(world: World, mark: str, *, full: bool = False, **options: object) -> tuple[list[str], RunStatus]:
    records: list[Harvested] = [raw(str(n), good(f"成果{n}")) for n in range(3)]
    harvester = Marked(records, mark=mark, **options)
    return harvester.resumed, world.pull(harvester, full=full).status


def test_the_next_pass_begins_where_the_last_good_one_ended(world: World) -> None:
    assert passed(world, "41 a") == ([""], RunStatus.DONE)
    assert passed(world, "", fail_after=1) == (["41 a"], RunStatus.FAILED)
    assert passed(world, "57 b") == (["41 a"], RunStatus.DONE)
    assert passed(world, "58 c") == (["57 b"], RunStatus.DONE)
    assert kept(world.ledger.database, world.source.id) == "58 c"


def test_a_full_pass_begins_anew(world: World) -> None:
    passed(world, "41 a")
    assert passed(world, "42 b", full=True) == ([""], RunStatus.DONE)
    assert passed(world, "43 c") == (["42 b"], RunStatus.DONE)


def test_a_dry_run_keeps_nothing(world: World) -> None:
    passed(world, "41 a")
    world.pull(Marked([], mark="99 z"), full=False, dry_run=True)
    assert kept(world.ledger.database, world.source.id) == "41 a"


def test_a_held_run_keeps_the_bookmark_before_it(world: World) -> None:
    many = {str(n): good(f"成果{n}") for n in range(80)}
    first = Marked([raw(i, body) for i, body in many.items()], mark="80 a")
    world.pull(first)
    moved = Marked([raw(i, good(f"{body['成果名称']}改")) for i, body in many.items()], mark="160 b")
    assert world.pull(moved, full=False).status is RunStatus.HELD
    assert kept(world.ledger.database, world.source.id) == "80 a"


def test_what_is_no_bookmark_is_not_kept(world: World) -> None:
    passed(world, "41 a")
    passed(world, "x" * (MAX_BOOKMARK + 1))
    assert kept(world.ledger.database, world.source.id) == ""
    assert passed(world, "42 b") == ([""], RunStatus.DONE)


def test_a_harvester_without_marks_leaves_the_bookmark_alone(world: World) -> None:
    passed(world, "41 a")
    world.harvest({"1": good()}, full=False)
    assert kept(world.ledger.database, world.source.id) == "41 a"


@pytest.fixture
def former(url: str) -> Iterator[Ledger]:
    """A ledger of the first schema, from a dump, opened by this program."""
    kind = urlsplit(url).scheme
    dump = (DUMPS / f"0001-{kind}.sql").read_text("utf-8")
    if kind == "sqlite":
        lite = sqlite3.connect(url.removeprefix("sqlite:///"))
        lite.executescript(dump)
        lite.close()
    else:
        with psycopg.connect(url) as connection:
            connection.execute(dump.encode())
    opened = Ledger.open(url)
    yield opened
    opened.close()


def test_a_ledger_of_the_former_schema_goes_on(former: Ledger) -> None:
    world = World(former)
    assert world.titles() == {"2": "第二项成果（修订）"}
    assert [c.event for c in former.changes(0, 10)] == [
        Event.PUBLISHED,
        Event.PUBLISHED,
        Event.CHANGED,
        Event.WITHDRAWN,
    ]
    assert kept(former.database, world.source.id) == ""
    assert former.since(world.source.id, timedelta(days=7)) is not None
    run = harvest(world.source, Marked([raw("3", good("第三项"))], mark="7 x"), former, world.mappings, world.settings)
    assert (run.status, kept(former.database, world.source.id)) == (RunStatus.DONE, "7 x")
    assert set(world.titles()) == {"2", "3"}
