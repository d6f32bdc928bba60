"""Demand (技术需求/难题): what an organisation is looking for; the other half of a technology market.

Numbers from 201 are this kind's own rows. The problem to be solved (拟解决的技术难题) is the abstract.
"""

from enum import StrEnum
from typing import Annotated as A

from vocab.field import Field as F
from vocab.kind import Kind
from vocab.kinds.document import FACETS, document_of
from vocab.kinds.rules import blocking, ordered
from vocab.record import M, O, P, R, Record
from vocab.values import Agent, PartialDate, Price, Words

Codes = tuple[str, ...]


class DemandState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Demand(Record, frozen=True, kw_only=True, tag="demand"):
    """技术需求. `budget` in yuan; `answers` is the number of answers its platform reports."""

    first_org: A[Agent | None, F(201, "需求单位", "Demanding organisation", M, rdf="schema:seeker")] = None
    hi_tech_field: A[Codes, F(202, "高新技术领域", "High-tech field", R, P, "cl10", "dcat:theme")] = ()
    tech_field: A[Codes, F(203, "技术领域", "Technology contract field", R, P, "cl11", "dcat:theme")] = ()
    industry: A[Codes, F(204, "所属行业", "Industry", O, P, "gbt4754-2017", "schema:industry")] = ()
    targets: A[Words, F(205, "技术指标", "Technical targets", R, rdf="sta:technicalIndicator")] = Words()
    conditions: A[str | None, F(206, "现有基础条件", "Existing conditions", O, rdf="sta:existingConditions")] = None
    budget: A[Price | None, F(207, "预算", "Budget", R, rdf="schema:priceSpecification")] = None
    transfer_modes: A[Codes, F(208, "合作方式", "Modes of cooperation", R, P, "cl15", "sta:transferMode")] = ()
    contract_type: A[Codes, F(209, "技术合同类型", "Type of contract", O, P, "cl24", "sta:contractType")] = ()
    demand_type: A[str | None, F(210, "需求类型", "Type of demand", O, rdf="dcterms:type")] = None
    published_on: A[PartialDate | None, F(211, "发布日期", "Published", R, rdf="dcterms:issued")] = None
    valid_through: A[PartialDate | None, F(212, "有效期至", "Closing date", R, rdf="schema:validThrough")] = None
    state: A[DemandState | None, F(213, "需求状态", "State", O, rdf="sta:demandState")] = None
    answers: A[int | None, F(214, "应答数", "Answers", O, rdf="sta:answerCount")] = None
    tender: A[bool | None, F(215, "是否揭榜挂帅", "Open tender", O, rdf="sta:openTender")] = None
    information_source: A[str | None, F(216, "信息来源", "Source of information", O, rdf="sta:informationSource")] = (
        None
    )


DEMAND = Kind(
    name="demand",
    zh="需求",
    en="Demand",
    en_plural="Demands",
    record=Demand,
    rdf_class="schema:Demand",
    document=document_of(dates=("published_on",), orgs=("first_org",), price="budget", transfer="transfer_modes"),
    rules=(blocking("abstract", "first_org"), ordered("published_on")),
    facets=FACETS,
)
