"""Sample records: fictional, covering every kind and every sort of value, and some that attack the pages."""

import hashlib
from decimal import Decimal

import msgspec

from federation.source import Declaration, DisclosurePolicy, Name, PolicyMode, Source
from harvesters.base import Limits
from vocab.kinds import Achievement, Demand, Organisation, ResearchProject, encode_record
from vocab.kinds.demand import DemandState
from vocab.kinds.organisation import OrganisationRole
from vocab.lineage import Lineage
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord, public_view
from vocab.record import Record
from vocab.values import (
    Acceptance,
    Agent,
    Contributor,
    Designation,
    Evaluation,
    Funding,
    Ipr,
    Listing,
    Membership,
    PartialDate,
    Period,
    Precision,
    Price,
    Project,
    Provenance,
    Quality,
    Review,
    Standard,
    Text,
    TranslationStatus,
    Trl,
    Words,
)

BASE = "https://data.example.cn"
NAMESPACES = Namespaces(BASE)
PROVINCES = {
    "330000": "浙江",
    "110000": "北京",
    "440000": "广东",
    "610000": "陕西",
    "650000": "新疆",
    "230000": "黑龙江",
}
SCRIPT = "<script>alert(1)</script>"
EVIL = "javascript:alert(1)"


def month(value: str) -> PartialDate:
    precision = {4: Precision.YEAR, 7: Precision.MONTH, 10: Precision.DAY}[len(value)]
    return PartialDate(value, precision)


def provenance(source: str) -> Provenance:
    return Provenance(source, "2026-11-20T02:00:00Z", f"{source} 1.3.0", "0" * 64, "https://platform.example/cg/17")


def full_achievement() -> Achievement:
    """An achievement with every field filled."""
    return Achievement(
        identifier=NAMESPACES.record("achievement", "cn-33", "17"),
        source_record_id=("ZJ-2020-0017",),
        registration_no="9332020Y0123",
        national_reg_no="33012020Y0123",
        title=Text("石墨烯基导热膜制备技术", "Graphene-based thermal conductive film", TranslationStatus.MACHINE),
        abstract=Text(
            "面向高功率电子器件散热的石墨烯导热膜，面内热导率大于 1500 W/(m·K)，已完成中试。\n"
            "采用卷对卷工艺，可连续制备幅宽 500 mm 的薄膜，适用于手机、基站与动力电池的热管理。",
            "A graphene film for cooling high-power electronics, with in-plane conductivity above 1500 W/(m·K).",
        ),
        highlights=Words(("卷对卷连续制备", "面内热导率 > 1500 W/(m·K)"), ("Roll-to-roll process",)),
        keywords=Words(("石墨烯", "导热膜", "热管理"), ("graphene", "thermal film")),
        category="cl01/2",
        output_form=("cl02/4", "cl02/2"),
        origin_type="cl03/1",
        stage="cl04/2",
        trl=Trl(4, 6, "derived-from-stage"),
        level="cl06/3",
        evaluation=(Evaluation("cl07/5", "浙江示例评价中心", month("2020-09-11"), "达到国内领先水平"),),
        application_status="cl08/2",
        not_applied_reason=("cl09/1",),
        discipline=("gbt13745-2009/430",),
        industry=("gbt4754-2017/C",),
        hi_tech_field=("cl10/4",),
        tech_field=("cl11/05",),
        seo="seo-7",
        clc=("TB383",),
        ipc=("C01B32/184",),
        first_org=Agent("浙江示例新材料研究院", uscc="12330000MB00000276"),
        orgs=(Agent("浙江示例新材料研究院", order=1), Agent("示例大学", order=2)),
        contributors=tuple(Contributor(name, i) for i, name in enumerate(("张示例", "李虚构", "王样本", "赵范例"), 1)),
        rights_holder=(Agent("浙江示例新材料研究院"),),
        research_period=Period(month("2018-01"), month("2020-06")),
        completed_on=month("2020-06"),
        registered_on=month("2020-12-01"),
        registrar=Agent("示例省科学技术厅"),
        recommender=Agent("示例市科学技术局"),
        programme_source=("cl12/P3",),
        project=(Project("高导热材料示例项目", "2018YF_0000000", "cl12/P3"),),
        funding=(Funding("示例基金会", Decimal("1200000")),),
        acceptance=Acceptance(month("2020-07"), "通过验收"),
        ipr=(
            Ipr(
                "cl13/1", "ZL202099900001.8", "cl14/4", "一种石墨烯导热膜", "浙江示例新材料研究院", month("2020"), True
            ),
            Ipr("cl13/1", "202099900002.1", "cl14/1", "一种卷对卷装置", "浙江示例新材料研究院", None, False),
        ),
        standards=(Standard("导热膜测试方法", "团体"),),
        awards=("示例省科技进步二等奖",),
        transfer_modes=("cl15/3", "cl15/5"),
        licence_kind=("cl16/3",),
        pricing_method="cl17/1",
        price_notice=Period(month("2020-12-01"), month("2020-12-20")),
        price=Price("30万元-50万元", Decimal(300_000), Decimal(500_000), "万元"),
        listing=(Listing("cl18/2", "示例技术市场", month("2026-01-01"), month("2026-12-31")),),
        region="330100",
        publisher=Agent("示例网上技术市场"),
        contact_org="成果转化处 0571-00000000",
        contact_person="不应公开",
        secret_level="cl19/非涉密",
        disclosure_class="cl20/1",
        embargo_until=month("2021-01-01"),
        review=(Review("approve", "示例研究院保密办", month("2020-11-01"), "内部依据", "内部经办"),),
        licence="https://data.example.cn/licence/open-gov",
        provenance=provenance("cn-33"),
        status="cl21/published",
        same_as=(NAMESPACES.record("achievement", "cn-11", "88"),),
        possible_same=(NAMESPACES.record("achievement", "cn-44", "9"),),
        quality=Quality(0.93),
    )


LINEAGE = (
    Lineage("title", "$.成果名称", "title: first of 成果名称, 名称", "《石墨烯基导热膜制备技术》"),
    Lineage("stage", "$.成果阶段", "stage: lookup cl04", "中试"),
    Lineage("price", "$.意向价格", "price: price, unit 万元", "30-50万元"),
)


def hostile() -> Achievement:
    """A record written by somebody who hopes that pages do not escape."""
    return Achievement(
        identifier=NAMESPACES.record("achievement", "cn-33", "evil"),
        title=Text(SCRIPT + "导热", '"><img src=x onerror=alert(2)>'),
        abstract=Text("摘要 " + SCRIPT),
        keywords=Words((SCRIPT,)),
        first_org=Agent('"><svg onload=alert(3)>', iri=EVIL),
        licence=EVIL,
        region="330000",
        provenance=Provenance("cn-33", "2026-11-20T02:00:00Z", "x", "0" * 64, EVIL),
        same_as=(EVIL,),
        awards=("{{ 7*7 }}",),
    )


def organisation() -> Organisation:
    return Organisation(
        identifier=NAMESPACES.record("organisation", "cn-33", "org-1"),
        title=Text("浙江示例新材料研究院", "Zhejiang Example Institute of New Materials", TranslationStatus.HUMAN),
        abstract=Text("省级新型研发机构，主要从事先进碳材料研究。"),
        keywords=Words(("新材料",)),
        uscc="12330000MB00000276",
        names=(Membership("浙江示例材料所", month("2001"), month("2015")),),
        org_type="cl25/021",
        roles=(OrganisationRole.UNIT, OrganisationRole.DEMONSTRATION),
        designations=(Designation("国家技术转移示范机构", "第三批", 2011, "有效", "示例部"),),
        homepage="https://institute.example/",
        region="330100",
        provenance=provenance("cn-33"),
    )


def demand() -> Demand:
    return Demand(
        identifier=NAMESPACES.record("demand", "cn-44", "d-1"),
        title=Text("动力电池热失控预警技术需求"),
        abstract=Text("希望在热失控发生前 5 分钟以上给出预警，误报率低于万分之一。"),
        keywords=Words(("动力电池", "预警")),
        first_org=Agent("广东示例新能源有限公司"),
        hi_tech_field=("cl10/6",),
        budget=Price("200万元", Decimal(2_000_000), Decimal(2_000_000), "万元"),
        transfer_modes=("cl15/4",),
        published_on=month("2026-10-08"),
        valid_through=month("2027-03-31"),
        state=DemandState.OPEN,
        answers=3,
        tender=True,
        region="440300",
        provenance=provenance("cn-44"),
    )


def project() -> ResearchProject:
    return ResearchProject(
        identifier=NAMESPACES.record("project", "cn-11", "p-1"),
        title=Text("高导热材料示例项目", "Example project on thermally conductive materials", TranslationStatus.HUMAN),
        abstract=Text("国家重点研发计划示例项目。"),
        keywords=Words(("导热",)),
        first_org=Agent("示例大学"),
        hi_tech_field=("cl10/4",),
        region="110000",
        provenance=provenance("cn-11"),
    )


TOPICS = (
    ("寒地水稻直播栽培技术", "在积温不足地区实现水稻直播，亩均节本 120 元。", "cl10/2", "cl04/3"),
    ("戈壁光伏支架抗风结构", "适用于强风沙环境，抗风等级 14 级，安装工效提高四成。", "cl10/6", "cl04/3"),
    ("海上风电叶片健康监测系统", "基于声发射与深度学习，提前发现叶片裂纹。", "cl10/6", "cl04/2"),
    ("古建筑木构件无损检测方法", "应力波与雷达联合检测，已用于三处文物保护单位。", "cl10/8", "cl04/2"),
    ("肝癌早筛多组学标志物组合", "多中心验证灵敏度 87 %，特异度 93 %。", "cl10/2", "cl04/1"),
    ("车规级碳化硅功率模块", "1200 V/600 A，结温 175 ℃，通过车规可靠性试验。", "cl10/1", "cl04/3"),
    ("城市污泥厌氧产氢工艺", "中试规模 50 吨/日，氢气产率提高 35 %。", "cl10/7", "cl04/2"),
    ("航空复合材料自动铺丝软件", "支持大曲率构件轨迹规划，铺放效率提高两倍。", "cl10/3", "cl04/2"),
)


def achievements() -> list[Achievement]:
    """Forty-eight plain achievements spread over the provinces, years and fields."""
    return [_plain(i, *TOPICS[i % len(TOPICS)]) for i in range(48)]


def _plain(i: int, title: str, abstract: str, field: str, stage: str) -> Achievement:
    region = list(PROVINCES)[(i * i + i // 7) % len(PROVINCES)]
    source = f"cn-{region[:2]}" if f"cn-{region[:2]}" in SOURCES else "cn-33"
    return Achievement(
        identifier=NAMESPACES.record("achievement", source, f"plain-{i}"),
        source_record_id=(f"P-{i}",),
        title=Text(f"{title}（{i + 1} 号）"),
        abstract=Text(abstract),
        keywords=Words((title[:4],)),
        category="cl01/2",
        stage=stage,
        hi_tech_field=(field,),
        first_org=Agent(f"{PROVINCES[region]}示例研究院"),
        completed_on=month(str(2015 + i % 11)),
        transfer_modes=("cl15/3",),
        price=Price("面议", negotiable=True) if i % 2 else None,
        region=region,
        provenance=provenance(source),
    )


def _source(id: str, region: str, zh: str, en: str, declared: bool) -> Source:  # noqa: A002
    declaration = Declaration("示例省科学技术厅", "2026-03-01", "《政府信息公开条例》第十三条", "示科公〔2026〕1 号")
    policy = DisclosurePolicy(PolicyMode.BLANKET, (), "declared", declaration) if declared else DisclosurePolicy()
    return Source(
        id=id,
        title=Name(zh, en),
        protocol="ckan",
        url="https://platform.example/api/3/",
        region=region,
        publisher=Name(f"{zh}运营方", ""),
        licence="https://data.example.cn/licence/open-gov",
        mappings=(id,),
        homepage="https://platform.example/",
        disclosure=policy,
        limits=Limits(),
        fictional=True,
    )


SOURCES = {
    s.id: s
    for s in (
        _source("cn-33", "330000", "浙江示例网上技术市场", "Zhejiang Example Technology Market", True),
        _source("cn-11", "110000", "北京示例成果库", "Beijing Example Repository", False),
        _source("cn-44", "440000", "广东示例成果转化平台", "Guangdong Example Transfer Platform", True),
    )
}


def published(record: Record, seq: int, lineage: tuple[Lineage, ...] = ()) -> PublicRecord:
    """The public view of a record, as the ledger would give it out."""
    view = public_view(record)
    source = record.provenance.source if record.provenance else "cn-33"
    return PublicRecord(
        iri=record.identifier,
        kind=record.identifier.split("/")[-2],
        source=source,
        version=1,
        seq=seq,
        at=f"2026-11-{1 + seq % 20:02d}T08:30:00Z",
        first="2026-10-01T08:30:00Z",
        digest=hashlib.sha256(encode_record(view)).hexdigest(),
        record=view,
        lineage_json=msgspec.json.encode(lineage),
    )


def everything() -> list[PublicRecord]:
    """All samples in the order of their `seq`."""
    plain = [published(record, seq) for seq, record in enumerate(achievements(), 1)]
    others: list[Record] = [organisation(), demand(), project()]
    rest = [published(record, len(plain) + i) for i, record in enumerate(others, 1)]
    return [*plain, *rest, published(full_achievement(), len(plain) + 4, LINEAGE)]
