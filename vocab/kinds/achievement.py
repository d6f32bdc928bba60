"""Achievement (成果): a result of publicly funded research, in the sixty rows of the unified publication standard (B.3).

Rows that are not attributes here: 1, 2, 5-7, 9 and 45-59 are shared by every kind (`vocab.record`); 6 (英文名称) is
`title.en`; 56's version is `PublicRecord.version`, given by the ledger; 57 (撤下原因) is all that remains of a withdrawn
record, so it is a tombstone and no attribute; 60 (使用指标) is counted by the platform and never taken from a source. Row 42 has a
second attribute, which the standard leaves to the provinces: when an agreed price was publicly noticed (E15).
"""

from typing import Annotated as A

from vocab.field import Field as F
from vocab.kind import Kind
from vocab.kinds.document import FACETS, document_of
from vocab.kinds.rules import blocking, level_is_evaluated, ordered, reason_is_given
from vocab.record import C, L, M, O, P, R, Record
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
    Price,
    Project,
    Standard,
    Trl,
    Words,
)

Codes = tuple[str, ...]
DISCIPLINE, INDUSTRY = "gbt13745-2009", "gbt4754-2017"


class Achievement(Record, frozen=True, kw_only=True, tag="achievement"):
    """成果. Amounts are in yuan, dates at the precision of the source, codes `scheme/notation`."""

    registration_no: A[str | None, F(3, "批准登记号", "Registration number", R, rdf="skos:notation")] = None
    national_reg_no: A[str | None, F(4, "国家登记号", "National registration number", O, rdf="adms:identifier")] = None
    highlights: A[Words, F(8, "创新点/技术指标", "Highlights", O, rdf="sta:innovationPoint")] = Words()
    category: A[str | None, F(10, "成果类别", "Category", M, P, "cl01", "dcterms:type")] = None
    output_form: A[Codes, F(11, "体现形式", "Form of output", R, P, "cl02", "sta:outputForm")] = ()
    origin_type: A[str | None, F(12, "成果属性", "Origin", R, P, "cl03", "sta:originType")] = None
    stage: A[str | None, F(13, "所处阶段", "Stage of development", R, P, "cl04", "sta:developmentStage")] = None
    trl: A[Trl | None, F(14, "技术成熟度", "Technology readiness level", R, rdf="sta:trl")] = None
    level: A[str | None, F(15, "成果水平", "Assessed level", R, P, "cl06", "sta:assessedLevel")] = None
    evaluation: A[tuple[Evaluation, ...], F(16, "评价", "Evaluation", C, rdf="dqv:hasQualityAnnotation")] = ()
    application_status: A[
        str | None, F(17, "应用状态", "Application status", R, P, "cl08", "sta:applicationStatus")
    ] = None
    not_applied_reason: A[Codes, F(18, "未应用原因", "Reason not applied", C, L, "cl09", "sta:notAppliedReason")] = ()
    discipline: A[Codes, F(19, "学科分类", "Discipline", R, P, DISCIPLINE, "dcat:theme")] = ()
    industry: A[Codes, F(20, "应用行业", "Industry of application", R, P, INDUSTRY, "schema:industry")] = ()
    hi_tech_field: A[Codes, F(21, "高新技术领域", "High-tech field", R, P, "cl10", "dcat:theme")] = ()
    tech_field: A[Codes, F(22, "技术合同领域", "Technology contract field", O, P, "cl11", "dcat:theme")] = ()
    seo: A[str | None, F(23, "社会经济目标", "Socio-economic objective", O, rdf="sta:socioEconomicObjective")] = None
    clc: A[Codes, F(24, "中图分类", "Chinese Library Classification", O, rdf="dcterms:subject")] = ()
    ipc: A[Codes, F(24, "国际专利分类", "International Patent Classification", O, rdf="dcterms:subject")] = ()
    first_org: A[Agent | None, F(25, "第一完成单位", "First organisation", M, rdf="schema:creator")] = None
    orgs: A[tuple[Agent, ...], F(26, "完成单位", "Organisations", R, rdf="prov:qualifiedAttribution")] = ()
    contributors: A[tuple[Contributor, ...], F(27, "主要完成人", "Contributors", R, rdf="schema:contributor")] = ()
    rights_holder: A[tuple[Agent, ...], F(28, "权属人", "Rights holder", R, rdf="dcterms:rightsHolder")] = ()
    research_period: A[Period | None, F(29, "研究起止", "Research period", R, rdf="dcterms:temporal")] = None
    completed_on: A[PartialDate | None, F(30, "完成日期", "Completed", R, rdf="dcterms:created")] = None
    registered_on: A[PartialDate | None, F(31, "批准登记日期", "Registered", R, rdf="dcterms:dateAccepted")] = None
    registrar: A[Agent | None, F(32, "批准登记单位", "Registrar", O, rdf="sta:registrar")] = None
    recommender: A[Agent | None, F(32, "推荐单位", "Recommender", O, rdf="sta:recommender")] = None
    programme_source: A[Codes, F(33, "课题来源", "Programme", M, P, "cl12", "frapo:isFundedBy")] = ()
    project: A[tuple[Project, ...], F(34, "项目", "Project", R, rdf="frapo:isOutputOf")] = ()
    funding: A[tuple[Funding, ...], F(35, "资助", "Funding", O, rdf="schema:funding")] = ()
    acceptance: A[Acceptance | None, F(36, "验收/结题", "Acceptance", R, rdf="sta:acceptance")] = None
    ipr: A[tuple[Ipr, ...], F(37, "知识产权", "Intellectual property", R, rdf="sta:intellectualProperty")] = ()
    standards: A[tuple[Standard, ...], F(38, "标准", "Standards", O, rdf="dcterms:relation")] = ()
    awards: A[tuple[str, ...], F(39, "获奖", "Awards", O, rdf="schema:award")] = ()
    transfer_modes: A[Codes, F(40, "转化方式", "Modes of transfer", R, P, "cl15", "sta:transferMode")] = ()
    licence_kind: A[Codes, F(41, "许可类型", "Kind of licence", C, P, "cl16", "sta:licenceKind")] = ()
    pricing_method: A[str | None, F(42, "定价方式", "Pricing method", O, P, "cl17", "sta:pricingMethod")] = None
    price_notice: A[Period | None, F(42, "价格公示期", "Public notice of the price", C, rdf="sta:priceNotice")] = None
    price: A[Price | None, F(43, "意向价格", "Asking price", O, rdf="schema:priceSpecification")] = None
    listing: A[tuple[Listing, ...], F(44, "挂牌", "Listing", O, rdf="schema:offers")] = ()


ACHIEVEMENT = Kind(
    name="achievement",
    zh="成果",
    en="Achievement",
    en_plural="Achievements",
    record=Achievement,
    rdf_class="sta:Achievement",
    document=document_of(
        dates=("completed_on", "registered_on", "research_period"),
        orgs=("first_org", "orgs", "rights_holder"),
        numbers=("registration_no", "national_reg_no"),
        price="price",
        stage="stage",
        transfer="transfer_modes",
    ),
    rules=(
        blocking("abstract", "first_org", "category"),
        ordered("research_period.start", "research_period.end", "completed_on", "registered_on"),
        level_is_evaluated,
        reason_is_given,
    ),
    facets=FACETS,
)
