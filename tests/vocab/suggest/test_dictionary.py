"""The dictionary: headings of every kind of platform are known, and every field it names exists."""

import csv
from importlib.resources import files

import pytest

from vocab.kinds import KINDS
from vocab.mapping.path import parse
from vocab.mapping.target import slots
from vocab.suggest.dictionary import TRUST, heading, is_personal, matches, unit_of


def test_every_field_it_names_can_be_filled() -> None:
    rows = list(csv.DictReader((files("vocab") / "suggest" / "dictionary.csv").read_text("utf-8").splitlines()))
    known = {kind: slots(one.record) for kind, one in KINDS.items()}
    for row in rows:
        assert row["evidence"] in TRUST
        if not row["field"].startswith("!"):
            kinds = KINDS if row["kind"] == "*" else [row["kind"]]
            assert any(row["field"] in known[kind] for kind in kinds), row


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("成果名称", "title"),
        ("cgmc", "title"),
        ("achieveName", "title"),
        ("achievement_name", "title"),
        ("IDENTIFY_REGIST_NO", "registrationNo"),
        ("成果（课题）名称", "title"),
        ("成果(课题)名称", "title"),
        ("拟转让价格(万元)", "price"),
        ("技术领域/一级", "hiTechField"),
        ("保密审查/结论", "review.decision"),
        ("extras[key=登记号].value", "registrationNo"),
        ("organization.title", "firstOrg"),
        ("patents[*].no", "ipr"),
        ("dc.type", "category"),
        ("技术成熟度", "stage"),
        ("本年度主要完成单位", "orgs"),
    ],
)
def test_headings_are_understood(path: str, field: str) -> None:
    assert matches("achievement", heading(parse(path).steps))[0].field == field


def test_a_heading_that_means_nothing_matches_nothing() -> None:
    assert not matches("achievement", ("冰箱温度",))
    assert not matches("achievement", ())


def test_units_and_personal_data_are_told_by_the_heading() -> None:
    assert unit_of("拟转让价格（万元）") == "万元"
    assert unit_of("价格") == ""
    for path in ("联系人", "联系电话", "lxdh", "contact.phone", "extras[key=手机号码].value"):
        assert is_personal(parse(path).steps), path
    assert not is_personal(parse("成果名称").steps)
