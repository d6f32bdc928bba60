"""Quality of a source: over its published records and their problems, and over nothing else."""

from federation.quality import QualityBook, measured
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
