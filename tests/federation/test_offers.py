"""Offers: reviewed for one content by two people, and told only while all of that holds."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from msgspec.structs import replace
from sqlalchemy import update

from federation import offers
from federation.clock import day
from federation.errors import UnknownRecord
from federation.ledger import Ledger
from federation.offers import Approval, Line, NotOffered, Offers
from federation.schema import offer
from tests.federation.test_secrecy import everything
from tests.federation.world import World, good, mapping
from vocab.offer import OfferText

MODES = '\n[fields.transferModes]\nfrom = "转化方式"\nlookup = "cl15"\n'
TEXT = OfferText("A film", "A film that spreads heat.", "It is made roll to roll.")
APPROVAL = Approval("译者", "审核人", "示例省科技厅", "审核制度第三条", "SCR-2026-001")


def sought(title: str = "一种薄膜", **changes: object) -> dict[str, object]:
    return good(title, 转化方式="许可", **changes)


@pytest.fixture
def world(ledger: Ledger) -> World:
    world = World(ledger)
    world.mappings = (mapping(text=MODES),)
    world.harvest({"1": sought(), "2": good("自用")})
    return world


def approve(
    book: Offers, iri: str, text: OfferText = TEXT, approval: Approval = APPROVAL, until: date | None = None
) -> Line:
    """Of what is public now."""
    return book.approve(iri, text, approval, content=book.seen(iri).content, until=until)


def told(world: World) -> dict[str, str]:
    lines = world.ledger.offers.lines(0, 1000)
    assert world.ledger.offers.size() == len([line for line in lines if line.offer])
    return {line.iri: line.offer.text.title for line in lines if line.offer}


def test_what_was_approved_is_told_and_nothing_else(world: World) -> None:
    book = world.ledger.offers
    assert (told(world), book.line(world.iri("1"))) == ({}, None)
    line = approve(book, world.iri("1"), TEXT)
    assert told(world) == {world.iri("1"): "A film"}
    assert line.offer is not None
    assert (line.offer.text, line.offer.since) == (TEXT, day().isoformat())
    assert book.line(world.iri("1")) == line
    assert book.lines(line.number, 10) == []
    for private in (APPROVAL.translator, APPROVAL.officer, APPROVAL.screening):
        assert private not in repr(line)


def test_what_may_not_be_offered_is_refused(world: World) -> None:
    book = world.ledger.offers
    with pytest.raises(NotOffered, match="no mode of transfer"):
        approve(book, world.iri("2"), TEXT)
    with pytest.raises(NotOffered, match="description has Chinese"):
        approve(book, world.iri("1"), replace(TEXT, description="薄膜"))
    with pytest.raises(UnknownRecord, match="no public achievement"):
        approve(book, world.iri("99"), TEXT)
    with pytest.raises(ValueError, match="missing are screening"):
        approve(book, world.iri("1"), TEXT, replace(APPROVAL, screening=" "))
    with pytest.raises(ValueError, match="translator and officer are one"):
        approve(book, world.iri("1"), TEXT, replace(APPROVAL, translator="审核人 "))
    for wrong in (day() - timedelta(days=1), day() + timedelta(days=366)):
        with pytest.raises(ValueError, match="renewed every year"):
            approve(book, world.iri("1"), TEXT, until=wrong)
    with pytest.raises(UnknownRecord, match="never offered"):
        book.end(world.iri("1"), officer="审核人", org="厅", basis="x")
    assert told(world) == {}


def test_another_content_needs_another_review(world: World) -> None:
    approve(world.ledger.offers, world.iri("1"), TEXT)
    world.harvest({"1": sought(简介="另一种材料。"), "2": good("自用")})
    line = world.ledger.offers.line(world.iri("1"))
    assert line is not None
    assert (line.offer, told(world)) == (None, {})
    again = approve(world.ledger.offers, world.iri("1"), replace(TEXT, title="A better film"))
    assert told(world) == {world.iri("1"): "A better film"}
    assert again.number > line.number
    world.harvest({"1": sought(简介="另一种材料。"), "2": good("自用")})  # only fetched anew
    assert told(world) != {}


def test_an_offer_ends_by_its_day_or_by_a_person(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    book = world.ledger.offers
    last = day() + timedelta(days=3)
    approve(book, world.iri("1"), TEXT, until=last)
    for today, found in ((last, 1), (last + timedelta(days=1), 0)):
        monkeypatch.setattr(offers, "day", lambda text=None, today=today: today)
        assert len(told(world)) == found
    monkeypatch.undo()
    book.end(world.iri("1"), officer="审核人", org="示例省科技厅", basis="权利人要求")
    line = book.line(world.iri("1"))
    assert line is not None
    assert line.offer is None
    with pytest.raises(ValueError, match="names the officer"):
        book.end(world.iri("1"), officer="", org="厅", basis="x")


def test_a_text_is_approved_for_the_content_it_was_drafted_from(world: World) -> None:
    book = world.ledger.offers
    seen = book.seen(world.iri("1"))
    world.harvest({"1": sought(简介="另一种材料。"), "2": good("自用")})
    with pytest.raises(UnknownRecord, match="has changed since it was drafted"):
        book.approve(world.iri("1"), TEXT, APPROVAL, content=seen.content)
    assert told(world) == {}


@pytest.mark.parametrize(("ahead", "found"), [(30, 30), (-1, 365), (400, 365)])
def test_it_lasts_as_long_as_the_listing_else_a_year(world: World, ahead: int, found: int) -> None:
    last = (day() + timedelta(days=ahead)).isoformat()
    listing = '[fields."listing.validThrough"]\nfrom = "挂牌至"\nparser = "date"\n'
    world.mappings = (mapping("1.0.1", text=MODES + listing),)
    world.harvest({"1": sought(挂牌至=last), "2": good("自用")}, accept=True)
    line = approve(world.ledger.offers, world.iri("1"))
    assert line.offer is not None
    assert line.offer.until == (day() + timedelta(days=found)).isoformat()


def test_a_take_down_ends_it_and_a_purge_leaves_no_word(world: World) -> None:
    book = world.ledger.offers
    approve(book, world.iri("1"), replace(TEXT, title="Unmistakable words"))
    world.ledger.desk.take_down(world.iri("1"), "权利人申请", officer="李四")
    line = book.line(world.iri("1"))
    assert line is not None
    assert (line.offer, told(world)) == (None, {})
    world.ledger.desk.lift(world.iri("1"), officer="李四")
    world.harvest({"1": sought(), "2": good("自用")})
    assert told(world) == {world.iri("1"): "Unmistakable words"}
    world.ledger.desk.take_down(world.iri("1"), "保密复核", officer="李四", purge=True)
    assert "Unmistakable words" not in everything(world.ledger)
    assert book.line(world.iri("1")) is None


def test_rules_that_became_stricter_hold_for_what_was_approved_before(world: World) -> None:
    approve(world.ledger.offers, world.iri("1"), TEXT)
    with world.ledger.database.write() as connection:
        connection.execute(update(offer).values(text='{"title":"薄膜","summary":"x","description":"x"}'))
    line = world.ledger.offers.line(world.iri("1"))
    assert line is not None
    assert line.offer is None


class Offering(RuleBasedStateMachine):
    """Whatever happens to records and reviews in whatever order: what is told was approved for exactly what is public now."""

    keys = st.sampled_from(["1", "2", "3"])

    def __init__(self) -> None:
        super().__init__()
        self.ledger = Ledger.open("sqlite:///:memory:")
        self.world = World(self.ledger)
        self.world.mappings = (mapping(text=MODES),)
        self.records: dict[str, dict[str, object]] = {key: sought(f"成果{key}") for key in "123"}
        self.model: dict[str, tuple[str, dict[str, object], date]] = {}  # key -> words, content, last day
        self.down: set[str] = set()
        self.number = 0
        self._harvest()

    def teardown(self) -> None:
        self.ledger.close()

    def _harvest(self) -> None:
        self.world.harvest(self.records, accept=True)

    def _public(self, key: str) -> bool:
        return key not in self.down and self.records[key].get("审查结论") == "approve"

    @rule(key=keys, days=st.integers(0, 365))
    def approve(self, key: str, days: int) -> None:
        self.number += 1
        words, last = f"Words {self.number}", day() + timedelta(days=days)
        if self._public(key):
            approve(self.ledger.offers, self.world.iri(key), replace(TEXT, title=words), until=last)
            self.model[key] = (words, dict(self.records[key]), last)
        else:
            with pytest.raises(UnknownRecord):
                approve(self.ledger.offers, self.world.iri(key), replace(TEXT, title=words), until=last)

    @rule(key=keys, text=st.sampled_from(["一", "二"]), reviewed=st.booleans())
    def change(self, key: str, text: str, reviewed: bool) -> None:
        self.records[key] = sought(f"成果{key}", 简介=text, 审查结论="approve" if reviewed else None)
        self._harvest()

    @rule(key=keys)
    def take_down(self, key: str) -> None:
        self.ledger.desk.take_down(self.world.iri(key), "权利人申请", officer="李四")
        self.down.add(key)

    @precondition(lambda self: self.down)
    @rule()
    def lift(self) -> None:
        for key in sorted(self.down):
            self.ledger.desk.lift(self.world.iri(key), officer="李四")
        self.down.clear()
        self._harvest()

    @precondition(lambda self: self.model)
    @rule()
    def end(self) -> None:
        key = sorted(self.model)[0]
        self.ledger.offers.end(self.world.iri(key), officer="审核人", org="厅", basis="x")
        del self.model[key]

    @invariant()
    def only_what_was_approved_for_what_is_public_is_told(self) -> None:
        valid = {
            self.world.iri(key): words
            for key, (words, content, _) in self.model.items()
            if self._public(key) and content == self.records[key]
        }
        assert told(self.world) == valid


Offering.TestCase.settings = settings(
    max_examples=10,
    stateful_step_count=10,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    database=None,
    derandomize=True,
)
TestOffering = Offering.TestCase
