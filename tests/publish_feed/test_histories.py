"""Any history of a source, read at any moment by who knows a feed and nothing else: in the end each holds what is public."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import rdflib
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from federation.ledger import Ledger
from federation.source import Guard
from federation.views import RunStatus
from tests.federation.test_history import copy_of
from tests.federation.world import BASE, World, good, source
from tests.publish_feed.conftest import Node
from tests.publish_feed.followers import AtomClient, ChangesClient, LdesClient, ResourceSyncClient
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord
from vocab.rdf import ntriples

KEYS = "abcdef"
# name -> the record; the first two are one achievement wherever they stand, the numbers tell records apart in a re-keyed listing
BODIES: dict[str, Any] = {
    "one": lambda key: good("石墨烯导热膜", 登记号="9612019Y0001"),
    "again": lambda key: good("石墨烯导热膜研究", 登记号="9612019Y0001"),
    "other": lambda key: good(f"成果{key}", 登记号=f"9612020Y000{ord(key) % 10}"),
    "changed": lambda key: good(f"成果{key}", 登记号=f"9612020Y000{ord(key) % 10}", 简介="写法已经更新。"),
    "secret": lambda key: good(f"成果{key}", 密级="秘密"),
    "gone": lambda key: None,
}
HARVEST = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(sorted(BODIES)), min_size=1)
DOWN = st.sampled_from(KEYS).map(lambda key: f"down {key}")
STEP = st.one_of(HARVEST, HARVEST, HARVEST, DOWN, st.sampled_from(["merge", "rekey", "poll", "poll", "join"]))
Step = dict[str, str] | str


class Follower(Protocol):
    def poll(self) -> None: ...


class History:
    """A source to which things happen. Its keys begin with `prefix`, which changes when it is re-keyed."""

    def __init__(self, ledger: Ledger) -> None:
        self.world, self.prefix = World(ledger), "x"
        self._told: dict[str, str] = {}

    def play(self, step: Step) -> None:
        if isinstance(step, dict):
            self._told |= step
            self._harvest(step, Guard(share=1.0, records=1000), complete=False)
        elif step == "merge":
            self.world.ledger.matches.follow()
        elif step == "rekey":
            self._rekey()
        else:
            iri = self.world.iri(self.prefix + step.removeprefix("down "))
            if self.world.ledger.record(iri) is not None:
                self.world.ledger.desk.take_down(iri, "1", officer="李四")

    def _rekey(self) -> None:
        self.prefix = "y" if self.prefix == "x" else "x"
        listing = {key: name for key, name in self._told.items() if name != "gone"}
        run = self._harvest(listing, Guard(share=0.0, records=0), complete=True)
        if run.status is RunStatus.HELD:
            self.world.accept(run.id, rekey=bool(self.world.ledger.run_book.guard(run.id).rekeyed))

    def _harvest(self, step: dict[str, str], guard: Guard, *, complete: bool) -> Any:
        self.world.source = source(guard=guard)
        records = {self.prefix + key: BODIES[name](key) for key, name in step.items()}
        return self.world.harvest(records, complete=complete)


class Followers:
    """Who follows the node, and by which feed. Between two of their requests the history goes on."""

    def __init__(self, node: Node, between: Callable[[], None]) -> None:
        self._node, self._between = node, between
        self.changes: list[LdesClient] = []
        self.records: list[LdesClient] = []
        self.atom: list[AtomClient] = []
        self.json: list[ChangesClient] = []
        self.files: list[ResourceSyncClient] = []

    def join(self) -> None:
        url = self._node.url
        self.changes.append(LdesClient(self._fetch, f"{url}/feed/ldes"))
        self.records.append(LdesClient(self._fetch, f"{url}/feed/records"))
        self.atom.append(AtomClient(self._fetch, f"{url}/feed.atom"))
        self.files.append(ResourceSyncClient(self._fetch, url))
        self.json.append(ChangesClient(self._fetch, f"{url}/api/v1/changes"))

    def poll(self) -> None:
        everyone: list[Follower] = [*self.changes, *self.records, *self.atom, *self.json, *self.files]
        for each in everyone:
            each.poll()

    def _fetch(self, address: str) -> bytes:
        found = self._node.fetch(address)
        self._between()
        return found


# Without shrinking: each try is a hundred requests, and the smaller history would be found after the patience of any reader.
@settings(
    max_examples=10,
    deadline=None,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(history=st.lists(STEP, min_size=3, max_size=12), pauses=st.lists(st.integers(0, 6), max_size=10))
def test_every_follower_ends_with_what_is_public(
    template: Path, served: Node, history: list[Step], pauses: list[int]
) -> None:
    with copy_of(template) as ledger:
        served.ledger, served.kept = ledger, {}
        playing, writing = History(ledger), [step for step in history if step not in ("poll", "join")]
        steps = iter(_paused(writing, pauses))

        def write() -> None:
            if step := next(steps, None):
                playing.play(step)

        followers = Followers(served, write)
        for step in ("join", *history, "join", "poll"):
            if step == "join":
                followers.join()
            elif step == "poll":
                followers.poll()
            else:
                write()
        for left in steps:
            if left:
                playing.play(left)
        followers.poll()
        assert_all_hold(followers, ledger.page(0, 1000))
        for address in list(served.kept):
            served.get(address, Accept="application/trig, application/atom+xml")


def _paused(writing: list[Step], pauses: list[int]) -> Iterator[Step | None]:
    """What happens at each opportunity: a step, or nothing for a while."""
    for number, step in enumerate(writing):
        yield from [None] * (pauses[number] if number < len(pauses) else 0)
        yield step


def assert_all_hold(followers: Followers, public: list[PublicRecord]) -> None:
    names = Namespaces(BASE)
    for json in followers.json:
        assert json.state == {one.iri: one.version for one in public}
    for changes in followers.changes:
        assert set(changes.state) == {one.iri for one in public}
    for files in followers.files:
        assert {address.partition("/id/")[2] for address in files.state} == {
            f"{one.iri.partition('/id/')[2]}.json" for one in public
        }
    for atom in followers.atom:
        assert atom.state == {one.iri: (one.at, one.record.title.zh) for one in public}
    for records in followers.records:
        assert records.state == {one.iri: as_read(one, names) for one in public}


def as_read(one: PublicRecord, names: Namespaces) -> frozenset[str]:
    """A record's statements as rdflib writes them."""
    graph = rdflib.Graph().parse(data=ntriples(one, names), format="nt")
    return frozenset(" ".join(term.n3() for term in triple) for triple in graph)
