"""The kinds: complete against the standard, written and read back alike, and searchable."""

from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.codes import SCHEME_IDS
from vocab.field import Visibility, fields
from vocab.kind import Kind
from vocab.kinds import KINDS, Achievement, Demand, Organisation, ResearchProject, decode_record, encode_record
from vocab.namespaces import Namespaces
from vocab.public import Cluster, PublicRecord, public_view
from vocab.record import Record
from vocab.values import (
    CODED_PARTS,
    Agent,
    Ipr,
    Membership,
    PartialDate,
    Period,
    Precision,
    Price,
    Project,
    Review,
    Text,
    Words,
)

ACHIEVEMENT = Achievement(
    identifier="https://example.org/id/achievement/1",
    source_record_id=("TPR 1",),
    title=Text(zh="导热膜", en="Film"),
    abstract=Text(zh="一种膜", en="A film"),
    keywords=Words(zh=("膜", "石墨烯"), en=("film",)),
    category="cl01/2",
    stage="cl04/2",
    hi_tech_field=("cl10/4",),
    tech_field=("cl11/05",),
    region="330106",
    secret_level="cl19/非涉密",
    first_org=Agent(name="示例大学", uscc="12330000MB00000276"),
    orgs=(Agent(name="示例大学"), Agent(name="示例研究院")),
    registration_no="9332020Y0123",
    research_period=Period(start=PartialDate("2016", Precision.YEAR), end=PartialDate("2018-12", Precision.MONTH)),
    completed_on=PartialDate("2019-03", Precision.MONTH),
    ipr=(Ipr(type="cl13/1", no="zl 202099900001.8"),),
    project=(Project(no="2018YFA0000000"),),
    transfer_modes=("cl15/2", "cl15/3"),
    price=Price(raw="80-120万", min=Decimal(800_000), max=Decimal(1_200_000)),
    review=(Review(decision="approve", officer="甲"),),
)


def public(record: Record, kind: str) -> PublicRecord:
    at = "2026-11-20T02:00:00Z"
    return PublicRecord(record.identifier, kind, "cn-demo", 3, 17, at, at, "0" * 64, public_view(record))


def test_the_achievement_has_every_row_of_the_standard() -> None:
    numbers = {b.field.number for b in fields(Achievement)}
    elsewhere = {6, 57, 60}  # title.en, the tombstone, counted by the platform
    assert numbers == set(range(1, 61)) - elsewhere


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_declarations_agree_with_the_code_lists_and_namespaces(kind: Kind) -> None:
    known = Namespaces("https://example.org")
    assert known.expand(kind.rdf_class)
    for bound in fields(kind.record):
        assert bound.field.scheme is None or bound.field.scheme in SCHEME_IDS
        assert bound.field.rdf is None or known.expand(bound.field.rdf)
        assert bound.field.rdf or bound.field.visibility is not Visibility.PUBLIC or bound.key == "kind"
    assert kind.record.__struct_config__.tag == kind.name


def test_coded_parts_name_schemes_that_exist() -> None:
    for value, parts in CODED_PARTS.items():
        names = {f.name for f in msgspec.structs.fields(value)}
        assert names >= parts.keys()
        assert set(parts.values()) <= set(SCHEME_IDS)


def test_records_round_trip() -> None:
    body = encode_record(ACHIEVEMENT)
    assert decode_record(body) == ACHIEVEMENT
    assert encode_record(decode_record(body)) == body
    assert b'"kind":"achievement"' in body


@pytest.mark.parametrize(
    "record", [Organisation(identifier="x"), Demand(identifier="x"), ResearchProject(identifier="x")]
)
def test_kind_says_what_is_decoded(record: Record) -> None:
    assert type(decode_record(encode_record(record))) is type(record)


@pytest.mark.parametrize("body", [b"{}", b'{"kind": "book", "identifier": "x"}', b'{"kind": "demand"}', b"[]"])
def test_what_is_no_record_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.ValidationError):
        decode_record(body)


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_amounts_keep_every_digit(amount: Decimal) -> None:
    record = Demand(identifier="x", budget=Price(raw="x", min=amount))
    read = decode_record(encode_record(record))
    assert isinstance(read, Demand)
    assert read.budget is not None
    assert str(read.budget.min) == str(amount)


def test_the_search_document_names_the_record_that_stands_for_its_achievement() -> None:
    alone = public(ACHIEVEMENT, "achievement")
    together = msgspec.structs.replace(
        alone, cluster=Cluster("https://example.org/b", ("https://example.org/b", alone.iri))
    )
    document = KINDS["achievement"].document
    assert (document(alone).cluster, alone.same_as) == ("", ())
    assert (document(together).cluster, together.same_as) == ("https://example.org/b", ("https://example.org/b",))


def test_the_search_document_of_an_achievement() -> None:
    document = KINDS["achievement"].document(public(ACHIEVEMENT, "achievement"))
    assert (document.title_zh, document.title_en, document.abstract) == ("导热膜", "Film", "一种膜\nA film")
    assert document.keywords == ("膜", "石墨烯", "film")
    assert document.orgs == ("示例大学", "示例研究院")
    assert document.facets == {
        "kind": ("achievement",),
        "source": ("cn-demo",),
        "region": ("330000", "330100", "330106"),
        "field": ("cl10/4",),
        "stage": ("cl04/2",),
        "transfer": ("cl15/2", "cl15/3"),
        "year": ("2019",),
        "price": ("500000-1000000",),
    }
    assert (document.sort_date, document.date, document.price) == ("2019-03-01", "2019-03-01", 800_000.0)
    assert (document.version, document.seq) == (3, 17)
    assert {"TPR1", "9332020Y0123", "202099900001.8", "ZL202099900001.8", "2018YFA0000000"} < set(document.identifiers)
    assert "12330000MB00000276" in document.identifiers


def test_labels_are_in_both_languages_and_only_of_what_is_public() -> None:
    labels = set(KINDS["achievement"].document(public(ACHIEVEMENT, "achievement")).labels)
    assert {"中期阶段", "Middle stage", "新材料", "New materials", "许可", "Licence", "发明专利"} < labels
    assert "非涉密" not in labels


def test_what_is_not_known_is_left_out() -> None:
    document = KINDS["achievement"].document(public(Achievement(identifier="x"), "achievement"))
    assert document.facets == {"kind": ("achievement",), "source": ("cn-demo",)}
    assert (document.sort_date, document.date, document.price, document.labels) == ("2026-11-20", "", None, ())


def test_an_industry_is_counted_under_all_it_belongs_to() -> None:
    record = Achievement(identifier="x", industry=("gbt4754-2017/C",), discipline=())
    assert KINDS["achievement"].document(public(record, "achievement")).facets["field"] == ("gbt4754-2017/C",)
    record = Achievement(identifier="x", discipline=("gbt13745-2009/11014",))
    facets = KINDS["achievement"].document(public(record, "achievement")).facets
    assert facets["field"] == facets["discipline"] == ("gbt13745-2009/110", "gbt13745-2009/11014")


@pytest.mark.parametrize(
    ("price", "band"),
    [
        (Price("", Decimal(0)), "0-100000"),
        (Price("", Decimal("99999.99")), "0-100000"),
        (Price("", Decimal(100_000), Decimal(900_000)), "100000-500000"),
        (Price("", None, Decimal(10_000_000)), "10000000-"),
        (Price("面议", negotiable=True), "negotiable"),
        (Price("10万，可议", Decimal(100_000), negotiable=True), "100000-500000"),
        (Price("看情况"), None),
        (None, None),
    ],
)
def test_prices_are_counted_in_bands(price: Price | None, band: str | None) -> None:
    facets = KINDS["achievement"].document(public(Achievement(identifier="x", price=price), "achievement")).facets
    assert facets.get("price") == (None if band is None else (band,))


def test_other_kinds_are_found_by_their_own() -> None:
    organisation = Organisation(
        identifier="x", uscc="12330000MB00000276", aliases=("示大",), names=(Membership(name="示例学院"),)
    )
    document = KINDS["organisation"].document(public(organisation, "organisation"))
    assert document.keywords == ("示大", "示例学院")
    assert "12330000MB00000276" in document.identifiers
    demand = Demand(identifier="x", budget=Price(raw="10万", max=Decimal(100_000)), first_org=Agent(name="甲"))
    document = KINDS["demand"].document(public(demand, "demand"))
    assert (document.price, document.orgs) == (100_000.0, ("甲",))
    project = ResearchProject(identifier="x", project_no="2018YFA0000000", programme_name="专项")
    document = KINDS["project"].document(public(project, "project"))
    assert (document.identifiers, document.keywords) == (("2018YFA0000000",), ("专项",))
