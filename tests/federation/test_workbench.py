"""The workbench: what rules not yet in force would do is told by field, problem and outcome, and nothing is written."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from federation.errors import ConfigurationError
from federation.ledger import Ledger
from federation.workbench.coverage import WITHHELD, cover
from federation.workbench.rehearsal import EXAMPLES, compare, kept, substituted
from harvesters.base import JSON, RawRecord
from tests.federation.test_secrecy import everything
from tests.federation.world import BLANKET, Memory, World, good, mapping, source

STAGE = '[fields.stage]\nfrom = "阶段"\nlookup = "cl04"\n'
DATED = '[fields.completedOn]\nfrom = "完成"\nparser = "date"\n'


def furnished(world: World) -> None:
    world.harvest(
        {
            "1": good("甲", 阶段="小试", 完成="2019年3月"),
            "2": good("乙", 阶段="样机", 完成="不详日"),
            "3": good("丙", 阶段="样机", 完成="待定日"),
            "4": good("丁", 审查结论=None, 阶段="产业化"),
            "5": good("", 联系电话="13900000000", 备用={"电邮": "li@qq.com"}),
            "绝不外泄": good("绝不外泄", 密级="机密"),
        }
    )


def test_fields_problems_and_outcomes_of_a_new_mapping(world: World) -> None:
    furnished(world)
    before = everything(world.ledger)
    draft = mapping("2", text=STAGE)
    done: list[int] = []
    found = compare(world.source, world.ledger, (draft,), world.settings, progress=done.append)
    assert everything(world.ledger) == before
    assert (found.read, found.unchanged, found.failed) == (5, 0, 0)  # of the secret one nothing is kept
    assert done[-1] == 5
    (stage,) = found.fields
    assert (stage.field, stage.added, stage.changed, stage.emptied) == ("stage", 1, 0, 0)
    assert [(e.identifier, e.before, e.after) for e in stage.examples] == [("1", None, '"cl04/1"')]
    (unknown,) = found.problems
    assert (unknown.code, unknown.new, unknown.vanished) == ("unknown-code", 2, 0)
    moves = {(m.before, m.after, m.event): m.records for m in found.moves}
    assert moves == {
        ("published", "published", "changed"): 1,
        ("published", "published", ""): 2,
        ("held", "held", ""): 1,
        ("rejected", "rejected", ""): 1,
    }
    assert "绝不外泄" not in str(found)


def test_it_says_what_a_remap_then_does(world: World) -> None:
    furnished(world)
    world.mappings = (mapping("2", text=STAGE),)
    told = compare(world.source, world.ledger, world.mappings, world.settings)
    run = world.remap()
    changed = sum(m.records for m in told.moves if m.event == "changed")
    assert (run.counts.changed, run.counts.seen) == (changed, told.read)
    again = compare(world.source, world.ledger, world.mappings, world.settings)
    assert (again.unchanged, again.moves, again.fields) == (5, (), ())


def test_a_policy_not_yet_in_force(world: World) -> None:
    furnished(world)
    found = compare(source(policy=BLANKET), world.ledger, world.mappings, world.settings)
    assert ("held", "published", "published", 1) in [(m.before, m.after, m.event, m.records) for m in found.moves]
    assert {f.field: f.added for f in found.fields}["title"] == 1


def test_emptied_and_changed_are_told_apart_and_examples_are_few_and_masked(world: World) -> None:
    world.harvest({str(n): good(f"材料{n}", 简介=f"电话13900000{n:03}。") for n in range(6)})
    text = (
        mapping()
        .text.replace('[fields.abstract]\nfrom = "简介"', "")
        .replace('from = "成果名称"', 'template = "新{成果名称}"')
    )
    from vocab.mapping import load

    found = compare(world.source, world.ledger, (load(text),), world.settings, limit=5)
    told = {field.field: field for field in found.fields}
    assert found.read == 5
    if "title" in told:  # without its abstract an achievement is rejected: its last good version stays
        assert told["title"].changed == 5
    assert {m.after for m in found.moves} == {"rejected"}
    shown = compare(
        world.source, world.ledger, (mapping("2", text='[fields.highlights]\nfrom = "简介"\n'),), world.settings
    )
    (field,) = shown.fields
    assert (field.added, len(field.examples)) == (6, EXAMPLES)
    assert "139****0" in str(field.examples)
    assert "13900000" not in str(field.examples)


def test_nothing_is_written_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ledger.db"
    ledger = Ledger.open(f"sqlite:///{file}")
    world = World(ledger)
    furnished(world)
    ledger.close()
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    ledger = Ledger.open(f"sqlite:///{file}")
    assert kept(ledger, "cn-xx") == 5
    compare(world.source, ledger, (mapping("2", text=STAGE),), world.settings)
    cover(world.source, ledger, (mapping("2", text=STAGE),), world.settings)
    ledger.close()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before


def test_a_draft_takes_the_place_of_the_mapping_whose_id_it_has() -> None:
    ours, other = mapping(), mapping(name="other", kind="demand")
    draft = mapping("2")
    assert substituted((ours, other), (draft,)) == (draft, other)
    with pytest.raises(ConfigurationError, match="'stranger' is no mapping of this source; it has cn-xx, other"):
        substituted((ours, other), (mapping(name="stranger"),))


def test_a_record_that_new_rules_find_secret_shows_nothing_but_its_outcome(world: World) -> None:
    furnished(world)
    draft = mapping("2", text="").text.replace('from = "密级"', 'from = "不存在"')
    from vocab.mapping import load

    found = compare(world.source, world.ledger, (load(draft),), world.settings)
    assert {(m.before, m.after, m.reason, m.event) for m in found.moves} >= {
        ("published", "refused", "secret-level-missing", "withdrawn")
    }
    assert (found.fields, found.problems) == ((), ())
    covered = cover(world.source, world.ledger, (load(draft),), world.settings)
    assert (covered.skipped, covered.unused, covered.unknown) == (5, (), ())


def test_coverage_tells_unused_unknown_unreadable_and_never_filled(world: World) -> None:
    world.mappings = (mapping(text=STAGE + DATED),)
    furnished(world)
    before = everything(world.ledger)
    found = cover(world.source, world.ledger, world.mappings, world.settings)
    assert everything(world.ledger) == before
    assert found.read == 5
    assert {u.path: (u.records, u.examples) for u in found.unused} == {
        "联系电话": (1, (WITHHELD,)),
        "备用.电邮": (1, ("***@qq.com",)),
    }
    (unknown,) = found.unknown
    assert (unknown.field, unknown.scheme, unknown.value, unknown.times) == ("stage", "cl04", "样机", 2)
    assert unknown.near
    assert unknown.near[0].startswith("cl04/1 ")
    failures = {(f.field, f.code, f.shape): f.times for f in found.failures}
    assert failures == {("completedOn", "date-invalid", "文日"): 2, ("review", "incomplete-value", WITHHELD): 1}
    filled = {one.field: one.filled for one in found.fields}
    assert (filled["title"], filled["stage"], filled["completedOn"]) == (4, 2, 1)
    assert "keywords" in [one.field for one in found.never]
    assert [one.obligation for one in found.never] == sorted((o.obligation for o in found.never), key="MROC".index)
    assert "绝不外泄" not in str(found)


def test_values_of_fields_that_are_not_public_stay_inside(world: World) -> None:
    world.mappings = (mapping(text='[fields.notAppliedReason]\nfrom = "未用"\n'),)
    world.harvest({"1": good(未用="某种不可说的缘由")})
    found = cover(world.source, world.ledger, world.mappings, world.settings)
    assert [(u.field, u.value, u.near) for u in found.unknown] == [("notAppliedReason", WITHHELD, ())]
    assert "不可说" not in str(found)


def test_kept_bytes_that_are_torn_are_counted(world: World) -> None:
    torn = RawRecord("cn-xx", "t", JSON, b'{"\xff', datetime.now(UTC))
    world.source = source(policy=BLANKET)
    world.pull(Memory([torn]))
    found = cover(world.source, world.ledger, world.mappings, world.settings)
    assert (found.read, found.undecodable) == (1, 1)
