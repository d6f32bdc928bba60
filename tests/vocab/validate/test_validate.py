"""The rules of the standard (B.6, 2 to 7): what blocks, what warns, what is repaired."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from vocab.kinds import KINDS, Achievement, Demand, Organisation, ResearchProject
from vocab.problem import Problem, Severity
from vocab.record import Record
from vocab.validate import normalise, validate
from vocab.values import (
    Agent,
    Evaluation,
    Ipr,
    Listing,
    PartialDate,
    Period,
    Precision,
    Price,
    Project,
    Provenance,
    Text,
    Words,
)

TODAY = date(2026, 11, 23)


def on(value: str) -> PartialDate:
    return PartialDate(value, {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(value)])


GOOD = Achievement(
    identifier="https://example.org/id/achievement/1",
    source_record_id=("1",),
    title=Text(zh="导热膜"),
    abstract=Text(zh="一种膜，厚度 d<b 且 p>0.05，发表于<Nature>。"),
    keywords=Words(zh=("膜",)),
    category="cl01/2",
    region="330100",
    publisher=Agent(name="平台"),
    licence="https://example.org/licence",
    first_org=Agent(name="示例大学"),
    programme_source=("cl12/P3",),
    provenance=Provenance(source="s", retrieved="2026-11-20T02:00:00Z", mapping="m 1", sha256="0" * 64),
    research_period=Period(start=on("2016"), end=on("2018-12")),
    completed_on=on("2019-03"),
    registered_on=on("2019-03-01"),
)


def found(**changes: Any) -> list[tuple[str, str, Severity]]:
    return [(p.code, p.path, p.severity) for p in validate(replace(GOOD, **changes), TODAY)]


E, W, I = Severity.ERROR, Severity.WARNING, Severity.INFO  # noqa: E741


def test_a_good_record_has_no_problem() -> None:
    assert validate(GOOD, TODAY) == []


@pytest.mark.parametrize("field", ["title", "abstract"])
def test_blank_texts_block(field: str) -> None:
    assert (("missing", field, E)) in found(**{field: Text(zh=" ")})


@pytest.mark.parametrize(
    ("field", "key"),
    [
        ("first_org", "firstOrg"),
        ("category", "category"),
        ("region", "region"),
        ("publisher", "publisher"),
        ("licence", "licence"),
        ("provenance", "provenance"),
    ],
)
def test_what_blocks_when_missing(field: str, key: str) -> None:
    assert found(**{field: None}) == [("missing", key, E)]


@pytest.mark.parametrize(
    ("field", "key", "empty"), [("keywords", "keywords", Words()), ("programme_source", "programmeSource", ())]
)
def test_what_only_warns_when_missing(field: str, key: str, empty: object) -> None:
    assert found(**{field: empty}) == [("missing", key, W)]


def test_kinds_ask_for_their_own() -> None:
    def blocked(record: Record) -> set[str]:
        return {p.path for p in validate(record, TODAY) if p.severity is E and p.code == "missing"}

    shared = {"sourceRecordId", "title", "region", "publisher", "licence", "provenance"}
    assert blocked(Organisation(identifier="x")) == shared
    assert blocked(Demand(identifier="x")) == shared | {"abstract", "firstOrg"}
    assert blocked(ResearchProject(identifier="x")) == shared | {"firstOrg"}


@pytest.mark.parametrize(
    ("text", "code", "severity"),
    [
        ("a<script>x</script>", "text-markup", E),
        ("<P style='x'>a", "text-markup", E),
        ("a<br/>b", "text-markup", E),
        ("a\x00", "text-unwritable", E),
        ("a\ud800", "text-unwritable", E),
        ("电话13812345678", "personal-data", W),
        ("长" * 201, "text-long", W),
    ],
)
def test_texts(text: str, code: str, severity: Severity) -> None:
    path = "title" if code == "text-long" else "title.zh"
    assert found(title=Text(zh=text)) == [(code, path, severity)]


def test_texts_are_found_wherever_they_stand() -> None:
    assert found(orgs=(Agent(name="甲"), Agent(name="<b>乙</b>"))) == [("text-markup", "orgs[1].name", E)]
    assert found(contact_person="13812345678") == [], "never public"
    assert found(ipr=(Ipr(no="13812345678"),)) == [], "a number is no text"


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"stage": "cl04/7"}, ("unknown-code", "stage", E)),
        ({"stage": "cl06/1"}, ("unknown-code", "stage", E)),
        ({"region": "999999"}, ("unknown-code", "region", E)),
        ({"transfer_modes": ("cl15/2", "转让")}, ("unknown-code", "transferModes", E)),
        ({"project": (Project(programme="863"),)}, ("unknown-code", "project[0].programme", E)),
        ({"completed_on": on("2027")}, ("date-future", "completedOn", E)),
        ({"completed_on": on("2019-02-29"), "registered_on": None}, ("date-invalid", "completedOn", E)),
        (
            {"completed_on": PartialDate("2019", Precision.DAY), "registered_on": None},
            ("date-invalid", "completedOn", E),
        ),
        ({"evaluation": (Evaluation(date=on("2026-12")),)}, ("date-future", "evaluation[0].date", E)),
        ({"price": Price(raw="x", min=Decimal(2), max=Decimal(1))}, ("price-order", "price", E)),
        ({"price": Price(raw="x", min=Decimal(-1))}, ("price-negative", "price", E)),
        ({"level": "cl06/1"}, ("level-not-evaluated", "level", E)),
        ({"level": "cl06/2"}, ("level-not-evaluated", "level", W)),
        ({"application_status": "cl08/5"}, ("missing", "notAppliedReason", I)),
        ({"first_org": Agent(name="甲", uscc="12330000MB00000277")}, ("identifier-check", "firstOrg.uscc", W)),
        ({"ipr": (Ipr(no="202099900001.9", valid=False),)}, ("identifier-check", "ipr[0].no", W)),
        ({"registration_no": "93320"}, ("identifier-check", "registrationNo", W)),
        ({"embargo_until": on("2040")}, ("embargo-long", "embargoUntil", W)),
        ({"keywords": Words(zh=tuple("一二三四五六七八九十甲"))}, ("words-many", "keywords", I)),
    ],
)
def test_values(changes: dict[str, Any], problem: tuple[str, str, Severity]) -> None:
    assert problem in found(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"completed_on": on("2019-03"), "registered_on": on("2019")},
        {"embargo_until": on("2030-01-01")},
        {"listing": (Listing(valid_through=on("2028")),)},
        {"level": "cl06/8"},
        {"first_org": Agent(name="甲", uscc="12330000MB00000276"), "registration_no": "9332020Y0123"},
        {"level": "cl06/1", "evaluation": (Evaluation(evaluator="x", date=on("2018")),)},
        {"price": Price(raw="x", min=Decimal(1), max=Decimal(1))},
    ],
)
def test_what_is_allowed(changes: dict[str, Any]) -> None:
    assert found(**changes) == []


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"completed_on": on("2018-11")}, "completed_on"),
        ({"registered_on": on("2019-02-28")}, "registered_on"),
        ({"research_period": Period(start=on("2019-01"), end=on("2018-12"))}, "research_period.end"),
        ({"registered_on": on("2026-11-21")}, "registered_on"),
    ],
)
def test_dates_follow_one_another(changes: dict[str, Any], path: str) -> None:
    assert [p[0] for p in found(**changes)] == ["date-order"]


def test_worst_first_and_once() -> None:
    problems = validate(Achievement(identifier=""), TODAY)
    assert [p.severity for p in problems] == sorted((p.severity for p in problems), key="EWI".index)
    assert len({(p.code, p.path) for p in problems}) == len(problems)


def test_normalise_downgrades_what_nobody_evaluated() -> None:
    record, problems = normalise(replace(GOOD, level="cl06/1"))
    assert record.level == "cl06/8"
    assert problems == (
        Problem(
            "level-downgraded", "level", "国际领先 without an evaluation counts as 未评价", Severity.WARNING, "国际领先"
        ),
    )
    assert normalise(record) == (record, ())


def test_normalise_drops_contradicting_bounds() -> None:
    record, problems = normalise(replace(GOOD, price=Price(raw="5-3万", min=Decimal(5), max=Decimal(3))))
    assert record.price == Price(raw="5-3万")
    assert [p.code for p in problems] == ["price-bounds-dropped"]


def test_normalise_takes_the_first_organisation() -> None:
    record, problems = normalise(replace(GOOD, first_org=None, orgs=(Agent(name="甲"), Agent(name="乙"))))
    assert record.first_org == Agent(name="甲")
    assert [p.severity for p in problems] == [Severity.INFO]


def test_completeness_grows_with_what_is_said() -> None:
    less, more = normalise(Achievement(identifier="x"))[0], normalise(GOOD)[0]
    assert less.quality is not None
    assert more.quality is not None
    assert 0 < less.quality.completeness < more.quality.completeness < 1


def test_every_rule_of_every_kind_takes_an_empty_record() -> None:
    for kind in KINDS.values():
        assert validate(kind.record(identifier="x"), TODAY)
