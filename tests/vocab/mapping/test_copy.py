"""Copying: another node's record becomes ours with nothing lost, nothing claimed, and nothing believed."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.publish import samples
from vocab.codes import scheme
from vocab.decode import decode
from vocab.kinds import KINDS, encode_record
from vocab.mapping import Context, FieldMapping, Mapped, MappingError, load
from vocab.public import PublicRecord, public_view
from vocab.rdf import triples
from vocab.values import Origin, Review

CONFIG = Path(__file__).resolve().parents[3] / "config" / "start" / "mappings"
BASE = "https://nation.example"
OURS = {"identifier", "provenance", "quality", "status", "sourceRecordId"}
PUBLIC = samples.everything()


def mapping(kind: str) -> FieldMapping:
    return load(CONFIG / f"node-{kind}.toml")


def context(public: PublicRecord, **changes: Any) -> Context:
    known = {
        "source": "province",
        "local_id": public.iri,
        "base": BASE,
        "region": "000000",
        "publisher_zh": "某部",
        "licence": "https://example.org/licence",
        "fetched": "2026-11-23T08:00:00.000Z",
        "sha256": "0" * 64,
        "url": "https://province.example/achievement/1",
    }
    return Context(**{**known, **changes})


def tree_of(public: PublicRecord, **changes: Any) -> Any:
    body = encode_record(public_view(public.record))
    return {**msgspec.json.decode(body), **changes}


def copied(public: PublicRecord, *, known: dict[str, Any] | None = None, **changes: Any) -> Mapped:
    tree = decode("application/json", msgspec.json.encode(tree_of(public, **changes)))
    return mapping(public.kind).apply(tree, context(public, **(known or {})))


@pytest.fixture
def achievement() -> PublicRecord:
    return next(p for p in PUBLIC if p.iri == samples.full_achievement().identifier)


def test_the_samples_are_of_every_kind() -> None:
    assert {public.kind for public in PUBLIC} == set(KINDS)


@pytest.mark.parametrize("public", PUBLIC, ids=lambda public: public.iri[-8:])
def test_nothing_is_lost(public: PublicRecord) -> None:
    mapped = copied(public)
    assert mapped.record is not None
    theirs, ours = tree_of(public), msgspec.json.decode(encode_record(mapped.record))
    assert {k: v for k, v in ours.items() if k in theirs and k not in OURS} == {
        k: v for k, v in theirs.items() if k not in OURS
    }
    assert set(ours) - set(theirs) <= {
        "licence",
        "publisher",
        "region",
        *OURS,
    }  # what it left out is said by its source
    assert mapped.record.source_record_id == (public.iri, *public.record.source_record_id)
    assert mapped.record.identifier.startswith(f"{BASE}/id/{public.kind}/")


@pytest.mark.parametrize("kind", KINDS)
def test_other_kinds_are_skipped(kind: str) -> None:
    others = [public for public in PUBLIC if public.kind != kind]
    assert all(mapping(kind).apply(tree_of(public), context(public)).skipped for public in others)


def test_the_way_it_came_is_told_the_nearest_first(achievement: PublicRecord) -> None:
    first = copied(achievement)
    assert first.record is not None
    province = msgspec.structs.replace(achievement, iri=first.record.identifier, record=first.record)
    second = copied(province, known={"base": "https://world.example", "source": "nation"})
    assert second.record is not None
    assert second.record.provenance is not None
    theirs = achievement.record.provenance
    assert theirs is not None
    chain = second.record.provenance.chain
    assert [one.iri for one in chain] == [province.iri, achievement.iri]
    assert chain[-1] == Origin(
        achievement.iri, theirs.source, theirs.retrieved, theirs.mapping, theirs.sha256, theirs.url
    )
    top = "https://world.example/id/achievement/1"
    public = msgspec.structs.replace(province, iri=top, record=second.record)
    lines = {str(triple) for triple in triples(public, samples.NAMESPACES)}
    prov = "http://www.w3.org/ns/prov#"
    assert f"<{top}> <{prov}wasDerivedFrom> <{province.iri}>" in lines
    assert f"<{province.iri}> <{prov}wasDerivedFrom> <{achievement.iri}>" in lines
    assert f"<{province.iri}> <{prov}wasAttributedTo> <{BASE}>" in lines
    assert f"<{top}> <{prov}hadPrimarySource> <{theirs.url}>" in lines


def level(zh: str) -> str:
    found = scheme("cl19").find(zh)
    assert found is not None
    return found.code


def test_an_open_level_is_not_believed(achievement: PublicRecord) -> None:
    mapped = copied(achievement, secretLevel=level("非涉密"))
    assert mapped.record is not None
    assert mapped.record.secret_level is None
    assert "secretLevel" not in {line.field for line in mapped.lineage}  # else the gate would take it for misunderstood


@pytest.mark.parametrize("given", [level("秘密"), level("未审查"), "whatever"])
def test_any_other_level_is_for_the_gate_to_refuse(achievement: PublicRecord, given: str) -> None:
    mapped = copied(achievement, secretLevel=given)
    assert mapped.record is not None
    assert mapped.record.secret_level == given


def test_the_reviews_stay_those_of_whoever_made_them(achievement: PublicRecord) -> None:
    mapped = copied(achievement, review=[{"decision": "approve", "org": "某市保密办"}])
    assert mapped.record is not None
    assert mapped.record.review == (Review("approve", org="某市保密办"),)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identifier": "https://elsewhere.example/id/achievement/1"}, "upstream-identifier"),
        ({"provenance": None}, "upstream-provenance"),
        ({"title": "plain"}, "not-a-record"),
        ({"embargoUntil": {"value": "20x6", "precision": "year"}}, "date-invalid"),
        ({"review": [{"decision": "approve", "date": {"value": "2026", "precision": "day"}}]}, "date-invalid"),
    ],
)
def test_what_no_node_publishes_is_rejected(achievement: PublicRecord, changes: dict[str, Any], code: str) -> None:
    mapped = copied(achievement, **changes)
    assert mapped.record is None
    assert not mapped.skipped
    assert [problem.code for problem in mapped.problems] == [code]


def test_our_own_records_do_not_come_back(achievement: PublicRecord) -> None:
    away = copied(achievement)
    assert away.record is not None
    back = msgspec.structs.replace(achievement, iri=away.record.identifier, record=away.record)
    returned = copied(back, known={"base": samples.BASE})
    assert [problem.code for problem in returned.problems] == ["upstream-is-us"]


def test_a_chain_ends(achievement: PublicRecord) -> None:
    current, codes = achievement, []
    for number in range(12):
        mapped = copied(current, known={"base": f"https://n{number}.example"})
        codes = [problem.code for problem in mapped.problems if problem.code.startswith("upstream")]
        if mapped.record is None:
            break
        current = msgspec.structs.replace(current, iri=mapped.record.identifier, record=mapped.record)
    assert (number, codes) == (8, ["upstream-chain"])


def test_fields_beside_copy_are_refused() -> None:
    text = (CONFIG / "node-project.toml").read_text("utf-8")
    with pytest.raises(MappingError, match="stands beside copy = true"):
        load(text + '[fields.title]\nfrom = "title"\n')
    with pytest.raises(MappingError, match="fills nothing"):
        load(text.replace("copy = true", "copy = false"))
