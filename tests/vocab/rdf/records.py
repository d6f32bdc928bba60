"""Records for the tests of the RDF views: one full, and a strategy for hostile ones."""

from decimal import Decimal

from hypothesis import strategies as st

from vocab.kinds import Achievement
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord, public_view
from vocab.record import Record
from vocab.values import (
    Acceptance,
    Agent,
    Contributor,
    Evaluation,
    Funding,
    Ipr,
    Listing,
    PartialDate,
    Period,
    Precision,
    Price,
    Project,
    Provenance,
    Review,
    Standard,
    Text,
    TranslationStatus,
    Trl,
    Words,
)

NS = Namespaces("https://data.example.cn")
AT = "2026-11-20T02:00:00Z"
YEAR, MONTH = PartialDate("2019", Precision.YEAR), PartialDate("2020-06", Precision.MONTH)
DAY = PartialDate("2020-07-01", Precision.DAY)


def published(record: Record, key: str = "1", version: int = 1) -> PublicRecord:
    iri = NS.record("achievement", "cn-33", key)
    return PublicRecord(iri, "achievement", "cn-33", version, 1, AT, AT, "", public_view(record))


def achievement(title: str = "石墨烯基导热膜制备技术", key: str = "1", **changes: object) -> Achievement:
    values: dict[str, object] = {
        "identifier": NS.record("achievement", "cn-33", key),
        "source_record_id": (key,),
        "title": Text(title, "Graphene-based thermal film", TranslationStatus.MACHINE),
        "abstract": Text("简介"),
        "keywords": Words(("石墨烯",), ("graphene",)),
        "region": "330100",
        "publisher": Agent("浙江省科技厅", uscc="11330000002482496X"),
        "contact_org": "成果处",
        "contact_person": "13800000000",
        "secret_level": "cl19/非涉密",
        "review": (Review("approve", "保密办", DAY, officer="某审查员"),),
        "disclosure_class": "cl20/1",
        "licence": "https://data.example.cn/licence/open",
        "status": "cl21/published",
        "registration_no": "9332020Y0123",
        "category": "cl01/2",
        "output_form": ("cl02/4", "cl02/2"),
        "stage": "cl04/2",
        "trl": Trl(4, 6, "derived-from-stage"),
        "evaluation": (Evaluation("cl07/5", "评估中心", MONTH, "同意"),),
        "not_applied_reason": ("cl09/1",),
        "first_org": Agent("浙江示例新材料研究院", uscc="12330000MB0000027X"),
        "orgs": (Agent("甲", order=1), Agent("乙", order=2)),
        "contributors": (Contributor("王某", 1, "甲"),),
        "research_period": Period(YEAR, MONTH),
        "completed_on": MONTH,
        "registered_on": DAY,
        "programme_source": ("cl12/P3",),
        "project": (Project("示例项目", "2018YF0000000", "cl12/P3"),),
        "funding": (Funding("国家自然科学基金委员会", Decimal("1200000.50")),),
        "acceptance": Acceptance(DAY, "通过"),
        "ipr": (Ipr("cl13/1", "202099900001.8", "cl14/4", "一种导热膜", "甲", YEAR, valid=False),),
        "standards": (Standard("导热膜", "行业"),),
        "awards": ("省科技进步奖",),
        "price": Price("10-20万元", Decimal(100000), Decimal(200000), "万元"),
        "listing": (Listing("cl18/2", "浙江拍", YEAR, DAY),),
        "provenance": Provenance("cn-33", AT, "cn-33@1.3.0", "ab" * 32, "http://example.cn/成果?id=1"),
    }
    return Achievement(**{**values, **changes})  # type: ignore[arg-type]


# Everything a source may send: any code point, lone surrogates and controls included.
HOSTILE = st.text(st.characters(exclude_categories=()), max_size=40)
HOSTILE_RECORDS = st.builds(
    lambda title, words, name, url, code, number: achievement(
        title,
        keywords=Words(tuple(words)),
        first_org=Agent(name, iri=url),
        same_as=(url,),
        stage=code,
        region=code,
        registration_no=number,
        provenance=Provenance(name, number, code, number, url),
    ),
    HOSTILE,
    st.lists(HOSTILE, max_size=3),
    HOSTILE,
    st.one_of(HOSTILE, HOSTILE.map("http://example.cn/".__add__)),
    HOSTILE,
    HOSTILE,
)
