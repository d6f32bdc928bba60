"""Lists over the real ledger, read while it is written: nothing is missed, nothing comes twice, a restart does no harm."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from federation.ledger import Ledger
from federation.selection import Order, Selection
from federation.views import Event
from publish.oai.endpoint import respond
from publish.oai.verbs import Repository
from publish.settings import SiteLimits
from tests.federation.world import BASE, World, good
from tests.publish import fakes

OAI = "{http://www.openarchives.org/OAI/2.0/}"
RECORD = f"{{{BASE}/ns/record/1}}"
OWN = Selection(sources=("cn-xx",), kinds=("achievement",))
DELETED = "deleted"
KEYS = tuple(f"r{n}" for n in range(6))


class Reader:
    """A harvester that keeps what it is given, and every version it was given."""

    def __init__(self, world: World, size: int = 2) -> None:
        self.repository = repository(world, size)
        self.token = ""
        self.given: list[tuple[str, str]] = []  # identifier, version (DELETED for a withdrawal)
        self.titles: dict[str, str] = {}

    @property
    def deleted(self) -> list[str]:
        return [identifier for identifier, version in self.given if version == DELETED]

    def page(self, **first: str) -> bool:
        """Ask for the next page; whether another follows."""
        asked = {"resumptionToken": self.token} if self.token else {"metadataPrefix": "chengguo", **first}
        root = self.ask(verb="ListRecords", **asked)
        for record in root.iter(f"{OAI}record"):
            self._take(record)
        self.token = root.findtext(f".//{OAI}resumptionToken") or ""
        return bool(self.token)

    def ask(self, **arguments: str) -> "etree._Element":
        return etree.fromstring(respond(self.repository, list(arguments.items())))

    def _take(self, record: "etree._Element") -> None:
        header = record[0]
        identifier = header.findtext(f"{OAI}identifier", "")
        if header.get("status") == "deleted":
            self.given.append((identifier, DELETED))
            self.titles.pop(identifier, None)
            return
        found = record[1][0]
        self.given.append((identifier, found.get("version", "")))
        self.titles[identifier] = found.findtext(f"{RECORD}title", "")


def repository(world: World, size: int) -> Repository:
    return Repository(fakes.over(world.ledger, world.source, BASE, limits=SiteLimits(oai=size)))


@contextmanager
def opened(folder: str | Path) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{folder}/ledger.sqlite")
    yield World(ledger)
    ledger.close()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with opened(tmp_path) as made:
        made.harvest({key: good(f"成果 {key}") for key in KEYS})
        yield made


def withdrawals(world: World) -> Counter[str]:
    """How often each record was withdrawn: a record that came back may be withdrawn again, and told so again."""
    return Counter(change.iri for change in world.ledger.changes(0, 10_000) if change.event is Event.WITHDRAWN)


def public(world: World) -> dict[str, str]:
    return {one.iri: one.record.title.zh for one in world.ledger.page(0, 10_000)}


WRITES = st.lists(  # between two pages: which records change, to what; None withdraws
    st.lists(st.tuples(st.sampled_from(KEYS), st.one_of(st.none(), st.integers(0, 99))), max_size=3), max_size=5
)


@given(WRITES, st.integers(1, 3))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_list_read_while_others_write_is_whole_and_without_repetition(
    writes: list[list[tuple[str, int | None]]], size: int
) -> None:
    with TemporaryDirectory() as folder, opened(folder) as world:
        world.harvest({key: good(f"成果 {key}") for key in KEYS})
        reader, waiting = Reader(world, size), list(writes)
        while reader.page():
            for key, title in waiting.pop(0) if waiting else []:
                world.harvest({key: None if title is None else good(f"成果 {title}")}, full=False)
            reader.repository = repository(world, size)  # another process answers
        versions = [one for one in reader.given if one[1] != DELETED]
        assert len(versions) == len(set(versions))
        assert all(number <= withdrawals(world)[iri] for iri, number in Counter(reader.deleted).items())
        assert reader.titles == public(world)
        assert {identifier for identifier, _ in reader.given} == {world.iri(key) for key in KEYS}


def test_a_record_that_changes_twice_and_one_withdrawn_behind_the_place_reached(world: World) -> None:
    reader = Reader(world)
    assert reader.page()
    world.harvest({"r0": good("一改")}, full=False)
    world.harvest({"r0": good("二改"), "r5": None}, full=False)
    while reader.page():
        pass
    assert reader.given.count((world.iri("r0"), "1")) == 1
    assert reader.given.count((world.iri("r0"), "3")) == 1
    assert (world.iri("r0"), "2") not in reader.given
    assert reader.given.count((world.iri("r5"), DELETED)) == 1
    assert reader.titles == public(world)


class Clock:
    """The ledger's time, set by hand."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._now = datetime(2026, 11, 26, 10, tzinfo=UTC)
        monkeypatch.setattr("federation.clock.now", lambda: self._now)

    def set(self, text: str) -> None:
        self._now = datetime.fromisoformat(text)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def test_what_changed_since_is_all_that_is_given(clock: Clock, world: World) -> None:
    clock.set("2026-11-27T10:00:00Z")
    world.harvest({"r1": good("已改"), "r2": None}, full=False)
    reader = Reader(world)
    reader.page(**{"from": "2026-11-27T10:00:00Z"})
    assert sorted(reader.given) == sorted([(world.iri("r1"), "2"), (world.iri("r2"), DELETED)])
    before = Reader(world, 10)
    before.page(until="2026-11-26")
    assert {identifier for identifier, _ in before.given} == {world.iri(key) for key in ("r0", "r3", "r4", "r5")}


def test_a_clock_that_was_set_back_hides_nothing(clock: Clock, world: World) -> None:
    for key, minute in (("a", "10:21"), ("b", "10:23"), ("c", "09:24"), ("d", "09:26"), ("e", "10:05")):
        clock.set(f"2026-11-26T{minute}:00Z")
        world.harvest({key: good(f"成果 {key}")}, full=False)
    every = world.ledger.page(0, 100)
    for minute in ("09:00", "09:25", "10:00", "10:22", "10:24"):
        since = f"2026-11-26T{minute}:00Z"
        right = [one.iri for one in every if one.at >= since]
        found = world.ledger.listed(Selection(since=since), 0, 100)
        assert [one.iri for one in found] == right
        before = world.ledger.window(Selection(before=since), Order.CHANGED, 0, 100)
        assert [one.iri for one in before] == [one.iri for one in every if one.at < since]


def test_records_of_a_list_that_changed_out_of_it_end_it(clock: Clock, world: World) -> None:
    reader = Reader(world, 5)
    assert reader.page(until="2026-11-26")
    clock.set("2026-11-27T10:00:00Z")
    world.harvest({"r5": good("已改")}, full=False)
    root = reader.ask(verb="ListRecords", resumptionToken=reader.token)
    assert [error.get("code") for error in root.iter(f"{OAI}error")] == ["noRecordsMatch"]


def test_a_token_of_another_log_is_refused(world: World, tmp_path: Path) -> None:
    reader = Reader(world)
    reader.page()
    (tmp_path / "anew").mkdir()
    with opened(tmp_path / "anew") as anew:
        for known in ({}, {key: good(f"别的 {key}") for key in KEYS}):
            if known:
                anew.harvest(known)
            reader.repository = repository(anew, 2)
            root = reader.ask(verb="ListRecords", resumptionToken=reader.token)
            assert [error.get("code") for error in root.iter(f"{OAI}error")] == ["badResumptionToken"]


def test_a_page_of_large_records_ends_early_and_loses_none(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("publish.oai.verbs.MOST_CHARACTERS", 3_000)
    reader, pages = Reader(world, 100), 1
    while reader.page():
        pages += 1
    assert pages > 1
    assert reader.titles == public(world)


def test_what_is_withheld_or_gone_leaves_no_content(world: World) -> None:
    world.harvest({"secret": good("某型号隐身涂层配方", 密级="秘密"), "r3": good("撤下的内容")}, full=False)
    world.harvest({"r3": None}, full=False)
    reader = Reader(world, 100)
    for verb in ("ListRecords", "ListIdentifiers"):
        text = respond(reader.repository, [("verb", verb), ("metadataPrefix", "rdf")]).decode()
        assert "隐身" not in text
        assert "撤下的内容" not in text
        assert world.iri("secret") not in text
        assert world.iri("r3") in text


@pytest.mark.parametrize("few", [0, 5_000])
def test_windows_and_counts_agree_with_the_whole(world: World, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("federation.listing.FEW", few)  # a source is found along the log, or by its index
    world.harvest({"r3": None}, full=False)
    ledger = world.ledger
    by_change = [one.iri for one in ledger.page(0, 100)]
    for order, right in (
        (Order.CHANGED, by_change),
        (Order.CHANGED_DOWN, by_change[::-1]),
        (Order.ADDRESS, sorted(by_change)),
        (Order.ADDRESS_DOWN, sorted(by_change, reverse=True)),
    ):
        for start in range(7):
            assert [one.iri for one in ledger.window(OWN, order, start, 2)] == right[start : start + 2]
            assert [one.iri for one in ledger.window(Selection(), order, start, 2)] == right[start : start + 2]
    assert [one.iri for one in ledger.listed(OWN, 2, 2)] == [one.iri for one in ledger.listed(Selection(), 2, 2)]
    assert ledger.count(Selection()) == 5
    assert ledger.size(Selection()) == 6
    assert ledger.count(OWN) == 5
    assert ledger.count(Selection(sources=("other",))) == ledger.size(Selection(kinds=("demand",))) == 0
    assert ledger.count(Selection(iris=tuple(by_change[:2]))) == 2
    assert ledger.published_sources() == [("cn-xx", 5)]
