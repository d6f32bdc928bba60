"""A source that says nothing has changed: nobody is missed by that, and it is read anew every so many days."""

import json
from collections.abc import Iterator

import msgspec
import pytest
from sqlalchemy import select, update

from federation.clock import ago
from federation.harvest import harvest
from federation.schema import entry, source_state
from federation.source import Guard
from federation.views import Run, RunStatus
from harvesters import harvester
from tests.federation.world import World, good
from tests.harvesters.servers.web import Asked, Reply, Server, serving

DAY = 86_400.0


class Shop:
    """A data.json of its own for a world. `lies`: it says 304 to whoever asks on condition, whatever has changed."""

    def __init__(self, world: World, server: Server) -> None:
        self.world, self.server = world, server
        self.names = ["1", "2", "3"]
        self.lies = False
        self.sent = 0
        limits = msgspec.structs.replace(world.source.limits, allow_private=True)
        world.source = msgspec.structs.replace(world.source, protocol="data_json", url=server.url, limits=limits)

    def answer(self, asked: Asked) -> Reply:
        body = json.dumps({"dataset": [good(f"成果{name}") | {"identifier": name} for name in self.names]}).encode()
        etag = f'"{"-".join(self.names)}"'
        shown = asked.headers.get("if-none-match", "")
        if shown == etag or (shown and self.lies):
            return Reply(status=304)
        self.sent += 1
        return Reply(body, headers={"ETag": etag})

    def harvest(self, *, full: bool = False) -> Run:
        world = self.world
        pass_ = harvester("data_json", world.source.endpoint())
        return harvest(world.source, pass_, world.ledger, world.mappings, world.settings, full=full)

    def state(self) -> tuple[str, str]:
        """The high-water mark, and when a pass was last complete."""
        with self.world.ledger.database.read() as connection:
            row = connection.execute(select(source_state)).one()
        return row.high_water, row.complete_at

    def missed(self) -> list[int]:
        with self.world.ledger.database.read() as connection:
            return list(connection.execute(select(entry.c.missed).order_by(entry.c.key)).scalars())

    def days_pass(self, days: float) -> None:
        with self.world.ledger.database.touch() as connection:
            connection.execute(update(source_state).values(complete_at=ago(days * DAY)))


@pytest.fixture
def shop(world: World) -> Iterator[Shop]:
    with serving(lambda _: Reply(status=503)) as server:
        made = Shop(world, server)
        server._behaviour = made.answer
        yield made


def test_that_nothing_has_changed_misses_nobody(shop: Shop) -> None:
    assert shop.harvest().complete
    before = shop.state()
    for _ in range(3):
        run = shop.harvest()
        assert (run.status, run.counts.seen, shop.missed()) == (RunStatus.DONE, 0, [0, 0, 0])
        assert "nothing has changed since the last pass" in run.message
    assert shop.sent == 1
    assert len(shop.world.titles()) == 3
    assert shop.state() == before  # what was not read counts neither as read nor as a date


def test_what_one_complete_pass_missed_waits_for_a_second_that_really_reads(shop: Shop) -> None:
    shop.harvest()
    shop.names.remove("3")
    shop.harvest(full=True)
    assert sorted(shop.missed()) == [0, 0, 1]
    for _ in range(3):
        assert shop.harvest().counts.withdrawn == 0
    assert shop.harvest(full=True).counts.withdrawn == 1


@pytest.mark.parametrize("days", [2, 7])
def test_a_server_that_always_says_304_is_read_anew_in_time(shop: Shop, days: int) -> None:
    shop.world.source = msgspec.structs.replace(shop.world.source, full_every=days)
    shop.harvest()
    shop.lies = True
    shop.names.append("4")
    shop.days_pass(days - 0.5)
    assert shop.harvest().counts.seen == 0
    shop.days_pass(days + 0.5)
    assert shop.harvest().counts.published == 1


def test_a_held_run_is_asked_for_again_and_not_forgotten(shop: Shop) -> None:
    """The next pass takes its place. Told "nothing has changed", or asking for changes alone, it would end well."""
    shop.world.source = msgspec.structs.replace(shop.world.source, guard=Guard(share=0.0, records=1))
    shop.harvest()
    shop.names = ["4"]
    shop.harvest(full=True)
    assert shop.harvest(full=True).status is RunStatus.HELD
    again = shop.harvest()
    assert (again.status, again.mode) == (RunStatus.HELD, "full")
    shop.names = ["1", "2", "3", "4"]
    assert shop.harvest().status is RunStatus.DONE
    assert shop.harvest().mode == "incremental"
    assert sorted(shop.world.titles()) == ["1", "2", "3", "4"]
