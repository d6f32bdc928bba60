"""A real CKAN harvested: what it holds, what it changes, deletes and hides, and how it pages. Not part of the usual run."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from federation.harvest import harvest
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.views import Run, RunStatus
from harvesters import harvester
from harvesters.base import Endpoint, Harvester, RawRecord, TerminalError
from harvesters.secrets import Secrets
from tests.federation.world import BASE, BLANKET, World
from tests.federation.world import source as province
from tests.harvesters.endpoints import read
from tests.peers.conftest import COUNT, Peer
from vocab.mapping import load

pytestmark = [pytest.mark.peer, pytest.mark.timeout(1200)]
MAPPING = """
id = "cn-xx"
version = "1.0.0"
kind = "achievement"
[fields.title]
from = "title"
[fields.abstract]
from = "notes"
[fields."firstOrg.name"]
from = "organization.title"
[fields.category]
default = "cl01/2"
[fields.programmeSource]
default = "cl12/07"
[fields.registrationNo]
from = "extras[key=登记号].value"
[fields.secretLevel]
from = "extras[key=密级].value"
lookup = "cl19"
[fields.disclosureClass]
default = "cl20/1"
"""


class Province(World):
    """The CKAN as a source of a ledger."""

    def __init__(self, ledger: Ledger, peer: Peer, **options: object) -> None:
        super().__init__(ledger)
        self.peer = peer
        self.mappings = (load(MAPPING),)
        self.settings = Settings(base=BASE)
        self.source = msgspec.structs.replace(
            province(policy=BLANKET),
            protocol="ckan",
            url=peer.url,
            limits=peer.limits,
            options={"fq": peer.filter, **options},
        )

    def ask(self, *, full: bool = False) -> Run:
        asking = harvester("ckan", self.source.endpoint(), secrets(self.peer))
        return harvest(self.source, asking, self.ledger, self.mappings, self.settings, full=full)


def secrets(peer: Peer) -> Secrets:
    return Secrets({"KEY": peer.token})


def asking(peer: Peer, protocol: str = "ckan", path: str = "", **options: object) -> Harvester:
    return harvester(protocol, Endpoint("cn-xx", peer.url + path, options, peer.limits), secrets(peer))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    opened = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    yield opened
    opened.close()


@pytest.mark.parametrize("rows", [100, 1000])
def test_more_than_a_thousand_datasets_come_whole(peer: Peer, rows: int) -> None:
    pass_ = asking(peer, fq=peer.filter, rows=rows)
    records, unreadable = read(pass_)
    assert (len(records), unreadable, pass_.complete) == (COUNT, [], True)
    found = {one.identifier: json.loads(one.body) for one in records}
    assert found.keys() == peer.datasets.keys()
    for identifier, dataset in peer.datasets.items():
        for name in ("title", "notes", "name", "extras", "resources", "metadata_modified", "organization"):
            assert found[identifier][name] == dataset[name], name
        assert {tag["name"] for tag in found[identifier]["tags"]} == {tag["name"] for tag in dataset["tags"]}
    shown = peer.call("package_show", id=records[0].identifier)
    assert {name: value for name, value in shown.items() if found[records[0].identifier].get(name) != value} == {}
    assert records[0].url == f"{peer.url}/dataset/{shown['name']}"


def test_its_dcat_catalogue_is_read_over_all_pages(peer: Peer) -> None:
    """ckanext-dcat: 100 datasets a page, linked by hydra:next."""
    pass_ = asking(peer, "dcat", f"/catalog.ttl?fq={peer.filter}")
    records, unreadable = read(pass_)
    assert unreadable == []
    assert {one.identifier.rpartition("/")[2] for one in records} == peer.datasets.keys()
    assert all(isinstance(one, RawRecord) and one.modified is not None for one in records)
    assert pass_.complete


def test_a_pass_goes_on_in_the_middle(peer: Peer) -> None:
    pass_ = asking(peer, fq=peer.filter, rows=100)
    getattr(pass_, "go_on")("1000")  # noqa: B009 - not every harvester has one
    assert len(read(pass_)[0]) == COUNT - 1000
    assert not pass_.complete


def test_what_it_refuses_is_told_in_words_a_province_understands(peer: Peer) -> None:
    with pytest.raises(TerminalError, match="check fq"):
        read(asking(peer, fq="organization:(("))
    with pytest.raises(TerminalError, match="api_path"):
        read(asking(peer, api_path="api/9/action"))


def test_changes_deletions_and_what_is_hidden(peer: Peer, ledger: Ledger) -> None:
    """Anonymously: a change shows at the next pass, what is gone when two full passes have missed it."""
    province = Province(ledger, peer)
    first = province.ask()
    assert (first.status, first.complete, first.counts.published) == (RunStatus.DONE, True, COUNT)
    again = province.ask()
    assert (again.mode, again.counts.published, again.counts.changed) == ("incremental", 0, 0)
    assert again.counts.seen < COUNT

    names = list(peer.datasets)
    new = peer.create(COUNT)
    for identifier in names[:3]:
        peer.patch(identifier, title=f"改{identifier}")
    peer.call("package_delete", id=names[3])
    peer.patch(names[4], private=True)
    peer.patch(names[5], state="draft")
    changed = province.ask()
    assert (changed.counts.changed, changed.counts.published, changed.counts.withdrawn) == (3, 1, 0)
    assert province.ask(full=True).counts.withdrawn == 0
    assert province.ask(full=True).counts.withdrawn == 3
    titles = province.titles()
    assert titles.keys() == {*names, new} - {*names[3:6]}
    assert titles[names[0]] == f"改{names[0]}"

    peer.patch(names[3], state="active")  # undeleted
    peer.patch(names[4], private=False)
    peer.patch(names[5], state="active")
    assert province.ask().counts.published == 3
    peer.call("dataset_purge", id=new)
    del peer.datasets[new]
    assert [province.ask(full=True).counts.withdrawn for _ in range(2)] == [0, 1]
    assert province.titles().keys() == set(names)


def test_with_a_key_what_is_hidden_goes_at_the_next_pass(peer: Peer, ledger: Ledger) -> None:
    province = Province(ledger, peer, api_key={"env": "KEY"}, include=["private", "drafts", "deleted"])
    province.ask()
    names = list(peer.datasets)
    keeps = _keeps_deleted(peer, names[10])
    peer.patch(names[11], private=True)
    peer.patch(names[12], state="draft")
    run = province.ask()
    assert run.mode == "incremental"
    assert run.counts.withdrawn == (3 if keeps else 2)
    for identifier in names[10:13]:
        peer.patch(identifier, state="active", private=False)
    assert province.ask().counts.published == run.counts.withdrawn
    assert province.titles().keys() == set(names)


def _keeps_deleted(peer: Peer, identifier: str) -> bool:
    """Deletes a dataset; whether the site still finds it (its `ckan.search.remove_deleted_packages` is false)."""
    peer.call("package_delete", id=identifier)
    found = peer.call("package_search", fq=f"{peer.filter} +id:{identifier}", include_deleted=True)
    return bool(found["count"])
