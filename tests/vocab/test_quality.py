"""Quality: every rule is kept by some record and broken by another, and the sums are those of the records."""

from datetime import date
from typing import Any

import msgspec
import pytest

from tests.publish import samples
from vocab.kinds import Achievement, Demand
from vocab.quality import RULES, Dimension, Facts, Passed, Rule, Sum, score, scored, verdicts
from vocab.values import PartialDate, Precision, Text, Words

TODAY = date(2026, 3, 1)
DAY = Precision.DAY


def facts(record: Any, *problems: str, first: date = TODAY) -> Facts:
    return Facts(record, frozenset(problems), first, TODAY)


def full() -> Achievement:
    """A record that keeps every rule that applies to achievements."""
    found = msgspec.structs.replace(
        samples.full_achievement(),
        title=Text("一种新型材料的制备技术", "A new material"),
        abstract=Text("内容" * 40),
        keywords=Words(zh=("甲", "乙", "丙")),
        licence="https://creativecommons.org/licenses/by/4.0/",
        completed_on=PartialDate("2025-03-01", DAY),
        registered_on=PartialDate("2025-06-01", DAY),
        contact_org="某大学",
    )
    assert isinstance(found, Achievement)
    return found


BREAKS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "title": ({"title": Text("材料")}, ()),
    "english-title": ({"title": Text("一种新型材料的制备技术")}, ()),
    "keywords": ({"keywords": Words(zh=("甲", "乙"))}, ()),
    "classified": (dict.fromkeys(("discipline", "industry", "hi_tech_field", "tech_field", "clc", "ipc"), ()), ()),
    "region": ({"region": None}, ()),
    "abstract": ({"abstract": Text("短")}, ()),
    "mandatory": ({"category": None}, ()),
    "recommended": (
        {
            "output_form": (), "origin_type": None, "stage": None, "trl": None, "level": None, "application_status": None,
            "discipline": (), "industry": (), "hi_tech_field": (), "orgs": (), "contributors": (), "rights_holder": (),
            "research_period": None, "project": (), "ipr": (),
        },
        (),
    ),
    "codes": ({}, ("unknown-code",)),
    "dates-valid": ({}, ("date-order",)),
    "identifiers": ({}, ("patent-check-digit",)),
    "text": ({}, ("text-markup",)),
    "dated": ({"completed_on": None, "registered_on": None}, ()),
    "prompt": (
        {"completed_on": PartialDate("2009", Precision.YEAR), "registered_on": PartialDate("2010", Precision.YEAR)},
        (),
    ),
    "licence": ({"licence": "CC BY"}, ()),
    "open-licence": ({"licence": "https://creativecommons.org/licenses/by-nc/4.0/"}, ()),
    "contact": ({"contact_org": None}, ()),
    "transfer": ({"transfer_modes": ()}, ()),
}  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_can_be_kept_and_broken(rule: Rule) -> None:
    if rule.id == "current":
        demand = samples.demand() if hasattr(samples, "demand") else Demand(identifier="x")
        open_, over = (
            msgspec.structs.replace(demand, valid_through=PartialDate(day, DAY)) for day in ("2026-03-01", "2026-02-28")
        )
        assert (rule.test(facts(open_)), rule.test(facts(over)), rule.test(facts(full()))) == (True, False, None)
        return
    changes, problems = BREAKS[rule.id]
    assert rule.test(facts(full())) is True
    assert rule.test(facts(msgspec.structs.replace(full(), **changes), *problems)) is False


def test_a_record_that_keeps_everything_scores_one_and_an_empty_one_far_less() -> None:
    assert score(facts(full())).total == 1.0
    empty = score(facts(Achievement(identifier="x")))
    assert empty.total is not None
    assert empty.total < 0.4
    assert set(empty.dimensions) == set(Dimension)


def test_a_rule_that_does_not_apply_counts_neither_way() -> None:
    counts = [Passed(0, 0) for _ in RULES]
    assert scored(counts).total is None
    counts[0] = Passed(3, 4)
    assert scored(counts).total == 0.75
    assert scored(counts).dimensions == {Dimension.FINDABILITY: 0.75}


def test_rules_are_declared_whole() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)
    for dimension in Dimension:
        assert sum(rule.weight for rule in RULES if rule.dimension is dimension) == 100 - 10 * (
            dimension == "completeness"
        )
    for rule in RULES:
        for text in (rule.name.zh, rule.name.en, rule.fix.zh, rule.fix.en):
            assert text.strip()


def test_sums_are_those_of_the_records_in_any_order() -> None:
    records = [facts(full()), facts(full(), "unknown-code"), facts(Achievement(identifier="x"), "date-invalid")]
    forward, backward = Sum(), Sum()
    for n, one in enumerate(records):
        forward.add(one, f"2026-0{n % 2 + 1}")
        backward.add(records[-1 - n], f"2026-0{(2 - n) % 2 + 1}")
    report = forward.report("cn-xx", "now")
    assert report == backward.report("cn-xx", "now")
    for n, count in enumerate(report.rules):
        kept = [verdicts(one)[n] for one in records]
        assert count == Passed(sum(k is True for k in kept), sum(k is not None for k in kept))
    assert [(month.month, month.records) for month in report.months] == [("2026-01", 2), ("2026-02", 1)]


def test_the_first_mending_is_the_one_that_gains_most() -> None:
    total = Sum()
    for _ in range(3):
        total.add(facts(full(), "unknown-code"), "2026-01")
    total.add(facts(msgspec.structs.replace(full(), contact_org=None)), "2026-01")
    report = total.report("cn-xx", "now")
    (first, count, gain), (second, _, _) = report.fixes
    assert (first.id, second.id) == ("codes", "contact")
    assert count == Passed(1, 4)
    mended = [Passed(4, 4) if rule.id == "codes" else c for rule, c in zip(RULES, report.rules, strict=True)]
    after, before = scored(mended).total, report.score.total
    assert after is not None
    assert before is not None
    assert after - before == pytest.approx(gain, abs=1e-3)
