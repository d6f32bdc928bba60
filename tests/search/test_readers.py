"""Several readers, one writer: portals search in processes of their own while the projector follows and builds the index again."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, cast

import pytest

from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from federation.verify import verify
from search.tantivy_index import TantivyIndex
from tests.federation.world import World, good

READERS, RECORDS, REBUILDS = 3, 600, 4
READER = """
import json, sys, threading
from search.base import Query, Sort
from search.tantivy_index import TantivyIndex

index = TantivyIndex(sys.argv[1])
ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
totals, pages, generations, errors = [], [], set(), []
asked, last = 0, False
while not last:
    last = ended.is_set()  # however seldom it had its turn, it looks once more at what is there in the end
    try:
        found = index.search(Query("石墨烯", facets=("year", "source"), sort=list(Sort)[asked % 4]))
        following = index.search(Query("石墨烯", size=5, cursor=index.search(Query("石墨烯", size=5)).next))
        totals.append(found.total)
        pages.append(min(len(found.hits), len(following.hits) * 4, len(index.suggest("石墨")) * 20))
        generations.add(index.generation)
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
    asked += 1
    if asked == 1:
        print("asking", flush=True)
print(json.dumps({"totals": totals, "pages": min(pages), "generations": len(generations), "errors": errors}), flush=True)
"""


class Reader:
    """A process that searches without a pause until it is told to end."""

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", READER, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "asking\n"

    def end(self) -> dict[str, Any]:
        out, _ = self._process.communicate(timeout=60)
        found: dict[str, Any] = json.loads(out)
        return found

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    yield opened
    opened.close()


def test_a_rebuild_under_load_is_invisible_to_every_reader(ledger: Ledger, tmp_path: Path) -> None:
    world = World(ledger)
    world.settings = type(world.settings)(base=world.settings.base, batch=200)
    world.harvest({str(n): good(f"石墨烯材料{n}") for n in range(RECORDS)})
    index = TantivyIndex(tmp_path / "index")
    output = cast(Projection, index)
    projector = Projector(ledger, [output])
    projector.catch_up()
    with ExitStack() as stack:
        readers = [Reader(tmp_path / "index") for _ in range(READERS)]
        for reader in readers:
            stack.callback(reader.kill)
        for more in range(REBUILDS):
            projector.rebuild("search")
            world.harvest({f"more{more}": good(f"石墨烯新材料{more}")}, complete=False)
            projector.catch_up()
        seen = [reader.end() for reader in readers]
    for told in seen:
        assert told["errors"] == []
        assert told["totals"] == sorted(told["totals"])  # nothing that was there ever went missing
        assert told["totals"][0] >= RECORDS
        assert told["pages"] == 20
        assert told["generations"] > 1
    assert verify(ledger, [output]).equal
    index.close()
