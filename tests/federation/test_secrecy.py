"""What the gate holds to be secret leaves nothing behind (E02), in no table and no file."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, select, text

from federation.ledger import Ledger
from federation.schema import entry, item, metadata
from federation.views import Event
from tests.federation.world import BLANKET, World, good, mapping

WORD = "绝不外泄"


def everything(ledger: Ledger) -> str:
    """All that is stored, as text, raw bodies unpacked."""
    import zstandard

    found: list[str] = []
    with ledger.database.read() as connection:
        for table in metadata.sorted_tables:
            found += [_plain(value, zstandard.decompress) for row in connection.execute(select(table)) for value in row]
    return "\n".join(found)


def _plain(value: Any, unpack: Any) -> str:
    if isinstance(value, bytes | memoryview):
        body = bytes(value)
        return (unpack(body) if body[:4] == b"\x28\xb5\x2f\xfd" else body).decode()
    return str(value)


def rows(ledger: Ledger, table: Table) -> int:
    with ledger.database.read() as connection:
        return len(connection.execute(select(table)).all())


@pytest.mark.parametrize("level", ["绝密", "机密", "秘密", "工作秘密", "内部", "未审查", "不知道什么级", "", None])
def test_nothing_of_a_secret_record_is_stored(world: World, level: str | None) -> None:
    run = world.harvest({f"{WORD}-7": good(f"{WORD}的题目", 密级=level, 登记号=f"{WORD}号")})
    assert run.counts.refused == 1
    stored = everything(world.ledger)
    assert WORD not in stored
    assert world.ledger.raw("cn-xx", "") is None
    with world.ledger.database.read() as connection:
        kept = connection.execute(select(item.c.state, item.c.reason, item.c.iri)).one()
        assert connection.execute(select(entry.c.digest)).scalar_one()
    assert kept.state == "refused"
    assert kept.reason.startswith("secret-level-")
    assert world.ledger.last_seq() == 0
    again = world.harvest({f"{WORD}-7": good(f"{WORD}的题目", 密级=level, 登记号=f"{WORD}号")})
    assert again.counts.unchanged == 1


@pytest.mark.parametrize("level", ["机密", None, "说不清"])
def test_a_published_record_that_becomes_secret_is_withdrawn_and_purged(world: World, level: str | None) -> None:
    world.harvest({"1": good(f"{WORD}一"), "2": good("二")})
    assert WORD in everything(world.ledger)
    run = world.harvest({"1": good(f"{WORD}一", 密级=level), "2": good("二")})
    assert (run.counts.refused, run.counts.withdrawn) == (1, 1)
    assert world.titles() == {"2": "二"}
    assert WORD not in everything(world.ledger)
    assert world.ledger.changes(2, 10)[0].event is Event.WITHDRAWN
    stone = world.ledger.tombstone(world.iri("1"))
    assert stone is not None
    assert stone.reason == "cl22/6"  # not 保密复核: that would point at every copy


def test_many_that_become_secret_do_not_wait_for_the_guard(world: World) -> None:
    world.harvest({str(n): good() for n in range(70)})
    run = world.harvest({str(n): good(密级="秘密") for n in range(70)})
    assert run.counts.withdrawn == 70
    assert world.ledger.counts() == {}


def test_a_secret_in_one_of_two_records_of_a_raw_hides_both(world: World) -> None:
    world.mappings = (mapping(), mapping(name="cn-xx-d", kind="demand"))
    world.harvest({"1": good()})
    assert world.ledger.counts() == {"achievement": 1, "demand": 1}
    world.harvest({"1": good(f"{WORD}★", 密级="机密")})
    assert world.ledger.counts() == {}
    assert WORD not in everything(world.ledger)


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"{not json", True),
        ("{'密级': '机密'".encode(), False),
        ("{'密级': '机密'".encode("gb18030"), False),
    ],
)
def test_what_cannot_be_read_is_kept_only_under_a_declaration(ledger: Ledger, body: bytes, kept: bool) -> None:
    from federation.schema import raw

    strict, declared = World(ledger), World(ledger, BLANKET)
    strict.harvest({"1": body})
    assert rows(ledger, raw) == 0
    declared.harvest({"1": body})
    assert rows(ledger, raw) == int(kept)


def test_a_mapping_that_rejects_does_not_keep_a_secret(ledger: Ledger) -> None:
    from federation.schema import raw

    world = World(ledger, BLANKET)
    rule = '[fields.stage]\nfrom = "阶段"\nlookup = "cl04"\non_miss = "reject"\n'
    world.mappings = (mapping(text=rule),)
    world.harvest({"1": good(f"{WORD}", 密级="机密", 阶段="哪有这种阶段")})
    assert WORD not in everything(ledger)
    world.harvest({"2": good("普通", 阶段="哪有这种阶段")})
    assert rows(ledger, raw) == 1


def test_a_broken_mapping_does_not_destroy_what_was_approved(world: World) -> None:
    world.harvest({"1": good()})
    broken = mapping("1.0.1")
    text_of_it = '[fields.title]\nfrom = "成果名称"\n'
    from vocab.mapping import load

    world.mappings = (load(f'id = "cn-xx"\nversion = "{broken.version}"\nkind = "achievement"\n{text_of_it}'),)
    run = world.remap()
    assert run.counts.withdrawn == 1
    world.mappings = (mapping("1.0.2"),)
    assert world.remap().counts.published == 1
    assert world.titles() == {"1": "某种新型材料的制备技术"}


def test_purged_bytes_are_gone_from_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{path}")
    world = World(ledger)
    import os

    noise = os.urandom(64).hex()  # does not compress, so its bytes stand in the file as they are
    world.harvest({"1": good(noise)})
    world.harvest({"1": good(noise, 密级="秘密")})
    with ledger.database.engine.connect() as connection:
        connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
    ledger.close()
    assert noise[:32].encode() not in path.read_bytes()
