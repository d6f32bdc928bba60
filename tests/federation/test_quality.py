"""Quality of a source: over its published records and their problems, and over nothing else."""

from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import text

from federation.clock import day
from federation.watch.quality import QualityBook, measured
from tests.federation.world import World, good, mapping
from vocab.quality import RULES, Passed, Report

STAGE = '\n[fields.stage]\nfrom = "阶段"\nlookup = "cl04"\n'


def count(report: Report, rule: str) -> Passed:
    return next(c for r, c in zip(RULES, report.rules, strict=True) if r.id == rule)


def test_only_published_records_count(world: World) -> None:
    world.mappings = (mapping(text=STAGE),)
    public = {"1": good("一", 阶段="孵化期"), "2": good("二", 阶段="孵化期"), "3": good("三")}
    world.harvest(public)
    alone = world.ledger.quality("cn-xx")
    others = {"s": good(密级="秘密", 阶段="某某"), "r": good("", 阶段="某某"), "h": good(审查结论=None, 阶段="某某")}
    world.harvest({**public, **others})
    with world.ledger.database.read() as connection:
        report = measured(connection, "cn-xx")
    assert report.rules == alone.rules
    assert report.records == 3
    assert count(report, "codes") == Passed(1, 3)
    assert count(report, "abstract") == Passed(0, 3)
    assert [month.records for month in report.months] == [3]


def test_a_withdrawn_record_counts_no_more(world: World) -> None:
    world.harvest({"1": good("一"), "2": good("二")})
    world.harvest({"1": good("一"), "2": None})
    with world.ledger.database.read() as connection:
        assert measured(connection, "cn-xx").records == 1


def test_a_source_without_records_has_no_score(world: World) -> None:
    report = world.ledger.quality("cn-none")
    assert (report.records, report.score.total, report.score.dimensions, report.fixes) == (0, None, {}, ())


def test_a_report_is_kept_while_nothing_changes(world: World) -> None:
    world.harvest({"1": good("一")})
    first = world.ledger.quality("cn-xx")
    assert world.ledger.quality("cn-xx") is first


def test_a_page_looks_at_a_sample_that_is_the_same_every_time(world: World) -> None:
    world.harvest({str(n): good(f"成果{n}", 简介="字" * (60 if n % 2 else 5)) for n in range(60)})
    first, again = (QualityBook(world.ledger.database, sample=40).report("cn-xx") for _ in range(2))
    assert (first.records, first.public) == (40, 60)
    assert first.rules == again.rules
    assert 8 < count(first, "abstract").passed < 32


def month_after() -> date:
    """A day of next month."""
    return (day().replace(day=1) + timedelta(days=40)).replace(day=9)


def this_month() -> str:
    return f"{day():%Y-%m}"


def test_the_report_of_a_month_is_kept_when_it_has_ended(world: World) -> None:
    world.harvest({"1": good("一"), "2": good("二")})
    months = world.ledger.months
    assert months.keep("cn-xx", today=day()) is None  # nothing was public before this month
    assert months.keep("cn-xx", today=month_after()) == this_month()
    assert world.ledger.quality_months("cn-xx") == [this_month()]
    then = world.ledger.quality_of("cn-xx", this_month())
    assert then is not None
    now = world.ledger.quality("cn-xx")
    assert (then.records, then.score, then.rules, then.fixes) == (2, now.score, now.rules, now.fixes)
    world.harvest({"1": good("一")} | {"2": None})
    assert world.ledger.quality_of("cn-xx", this_month()) == then
    assert months.keep("cn-xx", today=month_after()) is None
    assert world.ledger.quality_of("cn-xx", "2020-01") is None


def test_a_pass_keeps_the_month_before_it_changes_anything(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.harvest({"1": good("一"), "2": good("二")})
    monkeypatch.setattr("federation.watch.months.day", month_after)
    world.harvest({"1": good("一"), "2": good("二"), "3": good("三")})
    then = world.ledger.quality_of("cn-xx", this_month())
    assert then is not None
    assert then.records == 2


def test_what_has_changed_since_is_no_report_of_the_month(world: World) -> None:
    world.harvest({"1": good("一")})
    later = f"{month_after():%Y-%m}-02T00:00:00.000Z"
    with world.ledger.database.write() as connection:  # a run of next month, before anybody kept the report
        connection.execute(text("UPDATE run SET started = :later"), {"later": later})
    assert world.ledger.months.keep("cn-xx", today=month_after()) is None


def test_a_report_survives_rules_that_come_and_go(world: World) -> None:
    world.harvest({"1": good("一")})
    world.ledger.months.keep("cn-xx", today=month_after())
    with world.ledger.database.write() as connection:
        stored = msgspec.json.decode(connection.execute(text("SELECT report FROM quality")).scalar_one())
        first = RULES[0].id
        del stored["rules"][first]
        stored["rules"]["of-old"] = {"passed": 1, "applicable": 1}
        connection.execute(text("UPDATE quality SET report = :r"), {"r": msgspec.json.encode(stored).decode()})
    report = world.ledger.quality_of("cn-xx", this_month())
    assert report is not None
    assert count(report, first) == Passed()
    assert len(report.rules) == len(RULES)
