"""Preview and dry run tell what would happen and write nothing; remap and incremental passes do only what is due."""

from datetime import UTC, datetime, timedelta

from federation.views import RunStatus
from federation.workbench.preview import FieldDiff, preview
from harvesters.base import Harvested, Unreadable
from tests.federation.test_secrecy import everything
from tests.federation.world import Memory, World, good, mapping, raw
from vocab.kinds import Achievement


def test_a_preview_shows_fields_and_writes_nothing(world: World) -> None:
    world.harvest({"1": good("旧"), "2": good("同")})
    before = everything(world.ledger)
    records: list[Harvested] = [
        raw("1", good("新")),
        raw("2", good("同")),
        raw("3", good("来")),
        raw("绝不外泄", good("绝不外泄", 密级="机密")),
        raw("5", good(审查结论=None)),
        Unreadable("cn-xx", "row 6", "torn"),
        raw("2", None),
        raw("8", good()),
    ]
    shown = list(preview(world.source, Memory(records), world.ledger, world.mappings, world.settings, limit=7))
    outcomes = [one.outcome for one in shown]
    assert outcomes == ["changed", "unchanged", "published", "refused", "held", "unreadable", "withdrawn"]
    assert shown[0].diff == (FieldDiff("title", '{"zh":"旧"}', '{"zh":"新"}'),)
    assert {diff.field for diff in shown[2].diff} >= {"title", "abstract", "licence"}
    assert "绝不外泄" not in str(shown[3])
    assert everything(world.ledger) == before


def test_a_dry_run_counts_and_writes_nothing(world: World) -> None:
    world.harvest({"1": good("旧"), "2": good()})
    before = everything(world.ledger)
    run = world.harvest({"1": good("新"), "2": None, "3": good(密级="秘密"), "4": good()}, dry_run=True)
    assert run.id == 0
    counts = run.counts
    assert (counts.changed, counts.withdrawn, counts.refused, counts.published) == (1, 1, 1, 1)
    assert everything(world.ledger) == before


def test_remap_judges_only_what_the_new_rules_touch(world: World) -> None:
    world.harvest({"1": good(), "2": good(审查结论=None), "3": good("")})
    assert world.remap().counts.unchanged == 3
    world.mappings = (mapping("1.1.0", text='[fields.nationalRegNo]\ndefault = "N1"\n'),)
    run = world.remap()
    assert (run.mode, run.counts.changed, run.counts.held, run.counts.rejected) == ("remap", 1, 1, 1)
    record = world.ledger.record(world.iri("1"))
    assert record is not None
    assert isinstance(record.record, Achievement)
    assert record.record.national_reg_no == "N1"
    assert world.remap().counts.unchanged == 3
    world.mappings = (mapping("1.1.1", text='[fields.nationalRegNo]\ndefault = "N1"\n'),)
    assert world.remap().counts.changed == 0  # another version of the mapping that makes the same record


def test_what_a_mapping_no_longer_makes_is_withdrawn(world: World) -> None:
    world.mappings = (mapping(), mapping(name="cn-xx-d", kind="demand"))
    world.harvest({"1": good()})
    world.mappings = (mapping(),)
    assert world.remap().counts.withdrawn == 1
    assert world.ledger.counts() == {"achievement": 1}


def test_incremental_passes_follow_the_sources_own_clock(world: World) -> None:
    newest = datetime(2026, 2, 1, tzinfo=UTC)
    first = Memory([raw("1", good(), modified=newest), raw("2", b"{torn", modified=newest - timedelta(days=1))])
    assert world.pull(first, full=False).mode == "full"
    second = Memory([raw("3", good())])
    run = world.pull(second, full=False)
    assert run.mode == "incremental"
    assert second.since == newest - timedelta(minutes=5)
    assert not run.complete
    assert len(world.titles()) == 2  # absence means nothing here


def test_a_failed_pass_does_not_move_the_mark_and_a_future_date_cannot(world: World) -> None:
    far = datetime.now(UTC) + timedelta(days=400)
    world.pull(Memory([raw("1", good(), modified=far)]), full=False)
    mark = world.ledger.since("cn-xx", timedelta(days=1))
    assert mark is not None
    assert mark < datetime.now(UTC)
    failed = world.pull(Memory([raw("2", good())], fail_after=1), full=False)
    assert failed.status is RunStatus.FAILED
    assert world.ledger.since("cn-xx", timedelta(days=1)) == mark
    assert world.ledger.since("cn-xx", timedelta(0)) is None  # a full pass is due
