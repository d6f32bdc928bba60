"""The database under the ledger: order of commits, migrations, and what is said when it fails."""

import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event, text

import federation.migrations
from federation.database import HEAD, KNOWN, Database
from federation.errors import LedgerBusy, LedgerError, LedgerFull, LedgerReadOnly, LedgerTooNew, LedgerUnavailable
from federation.ledger import Ledger
from federation.schema import metadata
from federation.verify import check
from tests.federation.world import World, good


def test_a_reader_never_skips_a_change_that_commits_late(world: World) -> None:
    """A writer that has taken its numbers and dawdles keeps all later numbers from being seen before its own."""
    ledger, started = world.ledger, threading.Event()

    def second() -> None:
        started.set()
        world.harvest({"1": good(), "2": good()})

    row = {
        "seq": 1,
        "at": "t",
        "event": "withdrawn",
        "kind": "achievement",
        "iri": "https://example.org/late",
        "version": 1,
    }
    thread = threading.Thread(target=second)
    with ledger.database.write() as connection:
        columns = ", ".join(row)
        connection.execute(text(f"INSERT INTO change ({columns}) VALUES (:{', :'.join(row)})"), row)
        thread.start()
        started.wait()
        for _ in range(20):
            assert ledger.changes(0, 10) == []
            thread.join(0.01)
        assert thread.is_alive()
    thread.join()
    assert [(c.seq, c.version) for c in ledger.changes(0, 10)] == [(1, 1), (2, 1), (3, 1)]


def test_migrations_make_exactly_the_declared_tables(url: str, ledger: Ledger) -> None:
    with ledger.database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    config = Config()
    config.set_main_option("script_location", str(Path(federation.migrations.__file__).parent))
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_current_head() == HEAD
    assert {script.revision for script in scripts.walk_revisions()} == set(KNOWN)


def test_take_downs_that_an_older_ledger_holds_are_told(url: str, world: World) -> None:
    world.harvest({"1": good(登记号="9442020Y0001"), "2": good()})
    world.ledger.desk.take_down([world.iri("1"), world.iri("2")], "2", officer="李四", note="来函")
    before = world.ledger.desk.takedowns()
    with world.ledger.database.write() as connection:
        connection.execute(text("DROP TABLE takedown"))
        connection.execute(text("UPDATE alembic_version SET version_num = '0009'"))
    newer = Ledger.open(url)
    assert [(one.iri, one.reason, one.ordered) for one in newer.desk.takedowns()] == [
        (one.iri, one.reason, one.ordered) for one in before
    ]
    newer.desk.take_down(world.iri("1"), "2", officer="王五", purge=True)
    assert [one.destroyed is not None for one in newer.desk.takedowns()] == [False, True]
    newer.close()


def test_two_processes_may_migrate_at_once(url: str) -> None:
    errors: list[Exception] = []

    def start() -> None:
        try:
            Ledger.open(url).close()
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_a_ledger_of_a_newer_program_is_left_alone(url: str, ledger: Ledger) -> None:
    with ledger.database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerTooNew, match="schema 9999"):
        Ledger.open(url)


def test_a_full_disk_ends_in_a_clear_message_and_loses_nothing(tmp_path: Path) -> None:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    world = World(ledger)
    world.harvest({str(n): good(f"成果{n}") for n in range(5)})
    ledger.database.engine.dispose()

    def small(connection, _):  # type: ignore[no-untyped-def]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count={pages + 3}")

    event.listen(ledger.database.engine, "connect", small)
    before = ledger.last_seq()
    with pytest.raises(LedgerFull, match="is full: free some space"):
        world.harvest({str(n): good(f"成果{n}", 简介="长" * 3000 + str(n)) for n in range(200)}, accept=True)
    assert not any(check(ledger).values())
    assert len(ledger.changes(0, 1000)) == ledger.last_seq() >= before
    event.remove(ledger.database.engine, "connect", small)
    ledger.database.engine.dispose()
    assert world.harvest({str(n): good(f"成果{n}") for n in range(200)}, accept=True).complete
    assert len(world.titles()) == 200
    ledger.close()


def test_a_ledger_that_cannot_be_written_says_so_and_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}")
    World(ledger).harvest({"1": good()})
    ledger.close()
    closed = Ledger.open(f"sqlite:///file:{path}?mode=ro&uri=true")
    assert World(closed).titles() == {"1": "某种新型材料的制备技术"}
    with pytest.raises(LedgerReadOnly, match="check the owner and rights"):
        World(closed).harvest({"1": good("二")})
    closed.close()


def test_a_held_lock_is_told(url: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.database.WAIT", 0.05)
    impatient = Ledger.open(url)
    with ledger.database.write(), pytest.raises(LedgerBusy, match="another process holds"):
        World(impatient).ledger.desk.take_down("https://example.org/x", "1", officer="李四")
    impatient.close()


def test_no_server_is_told_without_the_password() -> None:
    with pytest.raises(LedgerUnavailable) as caught:
        Ledger.open("postgresql://user:sesame@127.0.0.1:1/none")
    assert "sesame" not in str(caught.value)


def test_other_databases_are_refused() -> None:
    with pytest.raises(LedgerError, match="not in 'mysql'"):
        Database("mysql://127.0.0.1/x")


def test_messages_hold_no_content(ledger: Ledger) -> None:
    with pytest.raises(LedgerError) as caught, ledger.database.write() as connection:
        connection.execute(text("INSERT INTO cursor (projection) VALUES (:p)"), {"p": "绝不外泄"})
    assert "绝不外泄" not in str(caught.value)
