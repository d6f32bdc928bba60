"""What may be told to partners abroad: English, plain, short enough, and without a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from vocab.kinds import Achievement
from vocab.offer import Client, OfferText, Partnership, Rights, client, partnerships, rights, wrong
from vocab.values import Agent, Contributor, Ipr

TEXT = OfferText(
    title="Thermally conductive graphene film",
    summary="A film that spreads heat in flat electronics.",
    description="The film is made roll to roll.\nIts conductivity was measured by an accredited laboratory.",
    advantages=("Half the weight of copper foil",),
    keywords=("graphene", "heat"),
)
RECORD = Achievement(
    identifier="https://data.example.cn/id/achievement/1",
    first_org=Agent("浙江示例新材料研究院", name_en="Zhejiang Example Institute"),
    orgs=(Agent("示例大学"), Agent("ACME Films")),
    contributors=(Contributor("张小明", 1), Contributor("欧阳修", 2), Contributor("Jane Roe", 3)),
    ipr=(Ipr(type="cl13/1", holder="Holder Works"),),
    transfer_modes=("cl15/1", "cl15/3", "cl15/5"),
)


def codes(text: OfferText, record: Achievement = RECORD) -> set[tuple[str, str]]:
    return {(one.field, one.code) for one in wrong(text, record)}


def test_a_good_text_is_an_offer() -> None:
    assert wrong(TEXT, RECORD) == []


@pytest.mark.parametrize(
    ("changes", "objection"),
    [
        ({"title": " "}, ("title", "missing")),
        ({"title": "x" * 101}, ("title", "too-long")),
        ({"summary": "x" * 501}, ("summary", "too-long")),
        ({"description": "x" * 4001}, ("description", "too-long")),
        ({"advantages": ("x",) * 11}, ("advantages", "too-many")),
        ({"keywords": ("石墨烯",)}, ("keywords", "not-english")),
        ({"title": "A\x00film"}, ("title", "not-plain")),
        ({"title": "A \u202efilm"}, ("title", "not-plain")),
        ({"summary": "<b>Film</b>"}, ("summary", "not-plain")),
        ({"summary": "See www.example.org"}, ("summary", "address")),
        ({"summary": "Write to info@example.org"}, ("summary", "address")),
        ({"summary": "Call +86 571 1234 5678"}, ("summary", "address")),
        ({"summary": "Call 138 1234 5678"}, ("summary", "address")),
        ({"description": "Made by the zhejiang  EXAMPLE institute."}, ("description", "named")),
        ({"description": "With ACME-Films."}, ("description", "named")),
        ({"description": "By Jane Roe"}, ("description", "named")),
        ({"description": "Invented by Zhang Xiaoming"}, ("description", "named")),
        ({"description": "Invented by XIAOMING ZHANG"}, ("description", "named")),
        ({"description": "Invented by Zhang Xiao-Ming"}, ("description", "named")),
        ({"description": "Ouyang Xiu's method"}, ("description", "named")),
        ({"advantages": ("Owned by Holder Works",)}, ("advantages", "named")),
    ],
)  # fmt: skip
def test_what_may_not_be_told_is_found(changes: dict[str, object], objection: tuple[str, str]) -> None:
    assert objection in codes(replace(TEXT, **changes))


def test_who_uses_the_result_himself_seeks_nobody() -> None:
    alone = replace(RECORD, transfer_modes=("cl15/1", "cl15/6"))
    assert codes(TEXT, alone) == {("transferModes", "no-partner-sought")}
    assert partnerships(RECORD) == (Partnership.LICENCE, Partnership.INVESTMENT)


@given(
    st.text(max_size=40),
    st.sampled_from(["Zhejiang Example Institute", "Zhang Xiaoming", "ACME Films"]),
    st.text(max_size=40),
)
def test_no_name_gets_through_whatever_stands_around_it(before: str, name: str, after: str) -> None:
    assert wrong(replace(TEXT, description=f"{before} {name} {after}"), RECORD)


def test_rights_are_told_by_kind_and_never_by_number() -> None:
    held = (
        Ipr(type="cl13/1", status="cl14/4", no="ZL202099900001.8"),
        Ipr(type="cl13/2", status="cl14/4"),
        Ipr(type="cl13/1", status="cl14/2"),
        Ipr(type="cl13/1"),
        Ipr(type="cl13/1", status="cl14/6"),
        Ipr(type="cl13/4"),
        Ipr(type="cl13/9"),
        Ipr(),
    )
    assert rights(replace(RECORD, ipr=held)) == (Rights.GRANTED, Rights.FILED, Rights.COPYRIGHT, Rights.SECRET)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("示例大学", Client.UNIVERSITY),
        ("浙江示例新材料研究院", Client.RESEARCH_INSTITUTE),
        ("示例科技有限公司", Client.COMPANY),
        ("示例医院", Client.HOSPITAL),
        ("某联盟", None),
    ],
)
def test_who_offers_is_told_by_kind(name: str, kind: Client | None) -> None:
    assert client(replace(RECORD, first_org=Agent(name))) is kind
    assert client(replace(RECORD, first_org=None)) is None
