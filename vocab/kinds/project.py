"""Project (计划项目): a publicly funded project, whether or not its achievements are published yet.

Numbers from 301 are this kind's own rows.
"""

from typing import Annotated as A

from vocab.field import Field as F
from vocab.kind import Kind
from vocab.kinds.document import FACETS, document_of
from vocab.kinds.rules import blocking, ordered
from vocab.record import M, O, P, R, Record
from vocab.values import Acceptance, Agent, Contributor, Funding, PartialDate, Period

Codes = tuple[str, ...]


class ResearchProject(Record, frozen=True, kw_only=True, tag="project"):
    """计划项目. `first_org` is the undertaker (承担单位), `orgs` all organisations in order."""

    project_no: A[str | None, F(301, "项目编号", "Project number", M, rdf="frapo:hasProjectIdentifier")] = None
    programme_source: A[Codes, F(302, "计划类别", "Programme", M, P, "cl12", "frapo:isFundedBy")] = ()
    programme_name: A[str | None, F(303, "计划名称", "Programme name", O, rdf="sta:programmeName")] = None
    first_org: A[Agent | None, F(304, "承担单位", "Undertaker", M, rdf="schema:creator")] = None
    orgs: A[tuple[Agent, ...], F(305, "参与单位", "Organisations", R, rdf="prov:qualifiedAttribution")] = ()
    leaders: A[tuple[Contributor, ...], F(306, "项目负责人", "Leaders", R, rdf="schema:contributor")] = ()
    period: A[Period | None, F(307, "起止时间", "Period", R, rdf="dcterms:temporal")] = None
    approved_on: A[PartialDate | None, F(308, "立项日期", "Approved", R, rdf="dcterms:dateAccepted")] = None
    acceptance: A[Acceptance | None, F(309, "验收/结题", "Acceptance", R, rdf="sta:acceptance")] = None
    funding: A[tuple[Funding, ...], F(310, "资助", "Funding", O, rdf="schema:funding")] = ()
    discipline: A[Codes, F(311, "学科分类", "Discipline", O, P, "gbt13745-2009", "dcat:theme")] = ()
    industry: A[Codes, F(312, "应用行业", "Industry", O, P, "gbt4754-2017", "schema:industry")] = ()
    hi_tech_field: A[Codes, F(313, "高新技术领域", "High-tech field", R, P, "cl10", "dcat:theme")] = ()
    tech_field: A[Codes, F(314, "技术领域", "Technology contract field", O, P, "cl11", "dcat:theme")] = ()
    outcomes: A[tuple[str, ...], F(315, "成果", "Achievements", O, rdf="frapo:hasOutput")] = ()


PROJECT = Kind(
    name="project",
    zh="项目",
    en="Project",
    en_plural="Projects",
    record=ResearchProject,
    rdf_class="frapo:Project",
    document=document_of(
        dates=("approved_on", "period"), orgs=("first_org", "orgs"), numbers=("project_no",), words=("programme_name",)
    ),
    rules=(blocking("first_org"), ordered("approved_on", "acceptance.date"), ordered("period.start")),
    facets=FACETS,
)
