"""The rules in words: one for each code that the standard's own forms can meet, and none that nobody gives."""

from pathlib import Path

import federation
import vocab
from chengguo.reference import found
from publish.portal.problems import entries
from vocab.field import fields
from vocab.kinds import KINDS
from vocab.standard.document import _notes, rules

ELSEWHERE = {  # problems of bytes, of HTML and of copies between nodes
    *("encoding-broken", "encoding-mislabelled", "encoding-mojibake", "text-truncated"),
    *("upstream-chain", "upstream-identifier", "upstream-is-us", "upstream-provenance"),
}


def made(package: object, module: str = "") -> set[str]:
    folder = Path(str(package.__file__)).parent  # type: ignore[attr-defined]
    return {one.code for one in found.problems(folder) if one.module.startswith(module)}


def test_every_code_of_mapping_and_validation_is_a_rule() -> None:
    assert {rule.code for rule in rules().rule} == made(vocab) - ELSEWHERE


def test_every_reason_of_the_gate_is_told() -> None:
    assert {reason.code for reason in rules().disclosure} == made(federation, "federation.gate")
    assert {reason.effect for reason in rules().disclosure} == {"refused", "held", "embargoed", "noted"}


def test_every_rule_can_be_mended() -> None:
    codes = {rule.code for rule in rules().rule} | {reason.code for reason in rules().disclosure}
    assert codes <= set(entries())


def test_notes_are_of_fields_that_there_are() -> None:
    known = {bound.key for kind in KINDS.values() for bound in fields(kind.record)}
    assert set(_notes()) <= known
    conditional = {b.key for kind in KINDS.values() for b in fields(kind.record) if b.field.obligation.value == "C"}
    assert conditional <= set(_notes())  # when it is needed is said
