"""The record: the fields that every kind shares, with the numbers of the unified publication standard (B.3)."""

from typing import Annotated as A

import msgspec

from vocab.field import Field as F
from vocab.field import Obligation, Visibility
from vocab.values import Agent, PartialDate, Provenance, Quality, Review, Text, Words

M, R, O, C = Obligation.MANDATORY, Obligation.RECOMMENDED, Obligation.OPTIONAL, Obligation.CONDITIONAL  # noqa: E741
P, L, I = Visibility.PUBLIC, Visibility.LIMITED, Visibility.INTERNAL  # noqa: E741


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="camel", tag_field="kind", gc=False):
    """A record of any kind, without cycles by its nature (hence `gc=False`: Python need not look for them).

    Every field may be missing: what is missing is for validation to say, not for the decoder.

    Coded values are `scheme/notation` (`cl04/2`); `region` alone is the bare six digits of GB/T 2260.
    """

    identifier: A[str, F(1, "平台标识", "Identifier", M, rdf="dcterms:identifier")]
    source_record_id: A[tuple[str, ...], F(2, "来源记录号", "Source record number", M, rdf="adms:identifier")] = ()
    title: A[Text, F(5, "名称", "Title", M, rdf="dcterms:title")] = Text()
    abstract: A[Text, F(7, "简介", "Abstract", M, rdf="dcterms:description")] = Text()
    keywords: A[Words, F(9, "关键词", "Keywords", M, rdf="dcat:keyword")] = Words()
    region: A[str | None, F(45, "行政区划", "Region", M, scheme="gbt2260", rdf="dcterms:spatial")] = None
    publisher: A[Agent | None, F(46, "发布平台", "Publisher", M, rdf="dcterms:publisher")] = None
    contact_org: A[str | None, F(47, "联系机构", "Contact organisation", R, rdf="dcat:contactPoint")] = None
    contact_person: A[str | None, F(48, "联系人", "Contact person", O, I)] = None
    secret_level: A[str | None, F(49, "密级", "Secrecy level", M, I, scheme="cl19")] = None
    disclosure_class: A[
        str | None, F(50, "公开属性", "Disclosure class", M, scheme="cl20", rdf="dcterms:accessRights")
    ] = None
    embargo_until: A[PartialDate | None, F(51, "延期公开至", "Embargo until", C, rdf="dcterms:available")] = None
    review: A[tuple[Review, ...], F(52, "保密审查", "Secrecy review", M, I)] = ()
    export_screen: A[str | None, F(53, "出口管制筛查", "Export screening", C, I)] = None
    licence: A[str | None, F(54, "使用许可", "Licence", M, rdf="dcterms:license")] = None
    provenance: A[Provenance | None, F(55, "来源", "Provenance", M, rdf="prov:hadPrimarySource")] = None
    status: A[str | None, F(56, "状态", "Status", M, scheme="cl21", rdf="adms:status")] = None
    same_as: A[tuple[str, ...], F(58, "同一成果", "Same as", O, rdf="prov:alternateOf")] = ()
    possible_same: A[tuple[str, ...], F(58, "疑似重复", "Possibly the same", O, rdf="skos:closeMatch")] = ()
    quality: A[Quality | None, F(59, "质量评分", "Quality", M, rdf="dqv:hasQualityMeasurement")] = None
