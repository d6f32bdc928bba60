"""Three nodes, one of which is killed while records are written and searched.

    python -m tests.search.three_nodes [--rounds 30]

It takes about two minutes and 2.5 GB, so it is run by hand. True in the end, else the exit code is 1: no search failed, none found
fewer records than one before it, nothing was lost (`verify`), and a killed node's shards were served by the others.
"""

import argparse
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import cast

from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from federation.verify import verify
from search.base import Query, SearchError
from search.elastic_index import ElasticIndex
from tests.federation.conftest import wait_until
from tests.federation.world import World, good
from tests.search.servers.elasticsearch import Server, missing, several_nodes

READERS, BATCH = 4, 50


class Reader(threading.Thread):
    """A portal of its own that searches without a pause."""

    def __init__(self, index: ElasticIndex, ended: threading.Event) -> None:
        super().__init__(daemon=True)
        self._index, self._ended = index, ended
        self.totals: list[int] = []
        self.errors: list[str] = []
        self.slowest = 0.0

    def run(self) -> None:
        while not self._ended.is_set():
            start = time.monotonic()
            try:
                self.totals.append(self._index.search(Query("石墨烯", facets=("year", "source"))).total)
            except SearchError as error:
                self.errors.append(f"{type(error).__name__}: {error}")
            self.slowest = max(self.slowest, time.monotonic() - start)


def kill_one(server: Server) -> str:
    """The node that leads the cluster: the worst to lose."""
    client = server.ask()
    leader = client.cluster.state(metric="master_node", filter_path="master_node")["master_node"]
    address = client.nodes.info(node_id=leader, filter_path="nodes.*.http.publish_address")["nodes"][leader]
    port = address["http"]["publish_address"].rpartition(":")[2]
    client.close()
    [node] = [node for node in server.nodes if node.url.endswith(f":{port}")]
    node.kill()
    return node.url


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    options = parser.parse_args()
    if reason := missing():
        sys.exit(reason)
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, several_nodes(3) as server:
        print(f"three nodes after {time.monotonic() - started:.0f} s")
        ledger = Ledger.open(f"sqlite:///{Path(folder) / 'ledger.sqlite'}")
        faults = during(server, ledger, options.rounds)
        ledger.close()
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def during(server: Server, ledger: Ledger, rounds: int) -> list[str]:
    """What went wrong."""
    world = World(ledger)
    index = ElasticIndex(server.cluster, shards=3, replicas=1)
    projector = Projector(ledger, [cast(Projection, index)])
    harvested(world, 0)
    projector.catch_up()
    ended = threading.Event()
    follower = threading.Thread(target=projector.follow, args=(ended,))
    follower.start()
    readers = [Reader(ElasticIndex(server.cluster), ended) for _ in range(READERS)]
    for reader in readers:
        reader.start()
    for number in range(1, rounds + 1):
        harvested(world, number)
        if number == rounds // 3:
            print(f"killed {kill_one(server)} after {sum(len(r.totals) for r in readers)} searches")
    wait_until(lambda: projector.states()[0].behind == 0, 120)
    ended.set()
    follower.join()
    for reader in readers:
        reader.join()
    asked = sum(len(reader.totals) for reader in readers)
    print(f"{ledger.last_seq()} changes, {asked} searches, the slowest {max(r.slowest for r in readers):.1f} s")
    verdict = verify(ledger, [cast(Projection, index)])
    faults = [f"search failed: {error}" for reader in readers for error in reader.errors]
    faults += [f"totals went down: {r.totals}" for r in readers if r.totals != sorted(r.totals)]
    return faults if verdict.equal else [*faults, f"not equal: {verdict.outputs}"]


def harvested(world: World, number: int) -> None:
    """A batch of new records, and a change of an older one."""
    records = {f"{number}-{n}": good(f"石墨烯材料{number}第{n}号") for n in range(BATCH)}
    world.harvest({**records, "0-0": good(f"石墨烯材料改{number}")}, complete=False)


if __name__ == "__main__":
    sys.exit(main())
