"""Organisation (机构): who makes, holds or transfers achievements; names with validity, roles and recognitions, no scores.

Numbers from 101 are this kind's own rows; the shared rows keep theirs. `title` holds the name valid today.
"""

from enum import StrEnum
from typing import Annotated as A

from vocab.field import Field as F
from vocab.kind import Kind
from vocab.kinds.document import FACETS, document_of
from vocab.record import M, O, P, R, Record
from vocab.values import Agent, Designation, Membership, PartialDate


class OrganisationRole(StrEnum):
    """What an organisation is in the transfer system; an organisation may be several."""

    UNIT = "unit"  # 完成单位
    MARKET = "market"  # 常设技术市场
    ALLIANCE = "alliance"  # 技术转移联盟
    DEMONSTRATION = "demonstration"  # 技术转移示范机构
    HUB = "hub"  # 集聚区
    COUNTRY_CENTRE = "countryCentre"  # 国别中心


class Organisation(Record, frozen=True, kw_only=True, tag="organisation"):
    """机构. `names` are all names it ever had, `parent` and `host` name other organisations, as records name them."""

    uscc: A[str | None, F(101, "统一社会信用代码", "Unified social credit code", R, rdf="org:identifier")] = None
    names: A[tuple[Membership, ...], F(102, "名称沿革", "Names over time", O, rdf="sta:formerName")] = ()
    aliases: A[tuple[str, ...], F(103, "别名", "Aliases", O, rdf="skos:altLabel")] = ()
    org_type: A[str | None, F(104, "单位性质", "Type of organisation", R, P, "cl25", "org:classification")] = None
    parent: A[Agent | None, F(105, "上级单位", "Parent organisation", O, rdf="org:subOrganizationOf")] = None
    host: A[Agent | None, F(106, "依托单位", "Host institution", O, rdf="sta:hostInstitution")] = None
    roles: A[tuple[OrganisationRole, ...], F(107, "角色", "Roles", M, rdf="org:purpose")] = ()
    designations: A[tuple[Designation, ...], F(108, "认定", "Designations", O, rdf="sta:designation")] = ()
    members: A[tuple[Agent, ...], F(109, "成员单位", "Members", O, rdf="org:hasMember")] = ()
    services: A[tuple[str, ...], F(110, "服务类型", "Services", O, P, "cl23", "sta:serviceType")] = ()
    founded_on: A[PartialDate | None, F(111, "成立日期", "Founded", O, rdf="schema:foundingDate")] = None
    homepage: A[str | None, F(112, "网址", "Homepage", O, rdf="foaf:homepage")] = None


ORGANISATION = Kind(
    name="organisation",
    zh="机构",
    en="Organisation",
    en_plural="Organisations",
    record=Organisation,
    rdf_class="org:Organization",
    document=document_of(dates=("founded_on",), orgs=("parent", "host"), numbers=("uscc",), words=("aliases", "names")),
    facets=FACETS,
)
