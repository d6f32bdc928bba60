"""A ledger with a few records, and a maker of its dumps."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from chengguo.dumping import Maker
from chengguo.home import Home
from chengguo.settings import Dumps
from federation.ledger import Ledger
from tests.federation.world import BASE, World, good
from vocab.namespaces import Namespaces

RECORDS = {str(n): good(f"成果{n}号") for n in range(1, 6)}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    made = World(ledger)
    made.harvest(RECORDS)
    yield made
    ledger.close()


def maker(world: World, folder: Path, **changes: object) -> Maker:
    settings = Dumps(**{"formats": ("jsonl", "nq"), **changes})  # type: ignore[arg-type]
    return Maker(Home(folder / "home"), world.ledger, Namespaces(BASE), settings)
