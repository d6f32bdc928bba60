"""A short soak; the long one is run by hand (`python -m tests.soak.soak`)."""

from pathlib import Path

import pytest

from federation.ledger import Ledger
from federation.source import Guard
from tests.federation.world import World, good, source
from tests.soak.addresses import lost
from tests.soak.soak import soaking

ROUNDS, PROVINCES = 12, 5


def test_what_is_published_equals_the_truth_in_the_end() -> None:
    with soaking(PROVINCES, seed=7) as soak:
        for _ in range(ROUNDS):
            soak.round()
        assert soak.kills
        soak.tell_the_truth()
        assert soak.faults() == []
        assert sum(len(province.public()) for province in soak.provinces) > PROVINCES


def test_the_truth_is_found_out_when_it_is_not_published() -> None:
    """The soak itself must be able to fail."""
    with soaking(2, seed=3) as soak:
        for _ in range(3):
            soak.round()
        soak.tell_the_truth()
        soak.provinces[0]._add()
        assert any("missing" in fault for fault in soak.faults())


@pytest.mark.parametrize("rekey", [True, False])
def test_a_lost_address_is_found_out(tmp_path: Path, rekey: bool) -> None:
    world = World(Ledger.open(f"sqlite:///{tmp_path}/ledger.db"))
    world.source = source(guard=Guard(share=0.0, records=0))
    world.harvest({"a": good(登记号="9612019Y0001")})
    for _ in range(2):
        run = world.harvest({"b": good(登记号="9612019Y0001")})
    world.accept(run.id, rekey=rekey)
    assert bool(list(lost(world.ledger, {"cn-xx"}))) is not rekey
    world.ledger.close()
