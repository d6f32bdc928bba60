"""The terms of the platform's ontology that no field declares: those that the views of values write inside of them.

`vocab.rdf.ontology` adds the terms that the fields and kinds declare. A view that writes a term which stands in neither
fails a test.
"""

from collections.abc import Mapping
from types import MappingProxyType

import msgspec


class Term(msgspec.Struct, frozen=True, kw_only=True):
    """A class (`range` is None) or a property. Names of other terms are prefixed; `also` are labels it has elsewhere.

    `domain`, `range`: what it is said of and what it leads to, where that is known. `scheme`: the code list of its values.
    """

    name: str
    zh: str
    en: str
    note_zh: str = ""
    note_en: str = ""
    is_class: bool = False
    domain: tuple[str, ...] = ()
    range: str = ""
    scheme: str | None = None
    parents: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()  # (zh, en)

    @property
    def literal(self) -> bool:
        """Whether its values are literals."""
        return self.range.startswith("xsd:") or self.range in ("rdf:langString", "rdfs:Literal")


ANY = "dcat:Resource"  # a record of whatever kind
DESIGNATION = "sta:Designation"
AGENT, CONCEPT, PROPERTY = "org:Organization", "skos:Concept", "rdf:Property"

INNER: tuple[Term, ...] = (
    Term(
        name="sta:canonicalRecord",
        zh="代表记录",
        en="Canonical record",
        note_zh="同一成果的各条记录中代表全部的一条；各条记录所指相同，可据此计数。",
        note_en="The record that stands for all records of one achievement: the same in each of them, to count by.",
        domain=(ANY,),
        range=ANY,
        parents=("prov:alternateOf",),
    ),
    Term(
        name="sta:machineTranslated",
        zh="机器翻译",
        en="Machine translated",
        note_zh="记录中由机器译成英文的属性。",
        note_en="A property of the record whose English value a machine has translated.",
        domain=(ANY,),
        range=PROPERTY,
    ),
    Term(
        name="sta:mappingVersion",
        zh="映射版本",
        en="Version of the mapping",
        note_zh="生成本记录的映射规则及其版本。",
        note_en="The mapping, with its version, that made the record from what its source sent.",
        domain=(ANY,),
        range="xsd:string",
    ),
    Term(
        name="sta:sourceSha256",
        zh="原始记录摘要",
        en="Digest of the source record",
        note_zh="来源所发原始记录的 SHA-256。",
        note_en="SHA-256 of the record as its source sent it.",
        domain=(ANY,),
        range="xsd:hexBinary",
    ),
    Term(
        name="sta:completeness",
        zh="完整度",
        en="Completeness",
        note_zh="必备与推荐字段的填写比例，0 至 1。",
        note_en="The share, 0 to 1, of mandatory and recommended fields that are filled.",
        domain=(ANY,),
        range="xsd:double",
    ),
    Term(
        name="sta:order",
        zh="排序",
        en="Order",
        note_zh="完成单位或完成人的排名，1 为第一。",
        note_en="The place of an organisation or a person among those of the record; 1 is the first.",
        range="xsd:integer",
        parents=("schema:position",),
    ),
    Term(
        name="sta:numberValid",
        zh="号码有效",
        en="Number is valid",
        note_zh="仅在号码的校验位不符时给出，值为假。",
        note_en="Given only, as false, where the check digit of a number does not fit it.",
        range="xsd:boolean",
    ),
    Term(name="sta:standardLevel", zh="标准级别", en="Level of the standard", range="rdf:langString"),
    Term(name="sta:negotiable", zh="价格面议", en="Price to be agreed", range="xsd:boolean"),
    Term(
        name="sta:listingStatus",
        zh="挂牌状态",
        en="Listing status",
        range=CONCEPT,
        scheme="cl18",
        parents=("adms:status",),
    ),
    Term(name="sta:listedAt", zh="挂牌市场", en="Listed at", range=AGENT),
    Term(name="sta:decision", zh="审查结论", en="Decision of a review", range="xsd:string"),
    Term(name="sta:reviewedBy", zh="审查机构", en="Reviewed by", range="rdf:langString"),
    Term(name=DESIGNATION, zh="认定", en="Designation", is_class=True),
    Term(name="sta:name", zh="名称", en="Name", domain=(DESIGNATION,), range="rdfs:Literal"),
    Term(name="sta:batch", zh="批次", en="Batch", domain=(DESIGNATION,), range="rdfs:Literal"),
    Term(name="sta:year", zh="年份", en="Year", domain=(DESIGNATION,), range="xsd:integer"),
    Term(name="sta:status", zh="状态", en="Status", domain=(DESIGNATION,), range="rdfs:Literal"),
    Term(name="sta:issuer", zh="认定机构", en="Issuer", domain=(DESIGNATION,), range="rdfs:Literal"),
)

# Wider terms of the vocabularies that others know, for terms that fields and kinds declare.
ALIGNED: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "sta:Achievement": ("dcat:Resource", "frapo:Output", "prov:Entity"),
        "sta:innovationPoint": ("dcterms:description",),
        "sta:technicalIndicator": ("dcterms:description",),
        "sta:existingConditions": ("dcterms:description",),
        "sta:outputForm": ("dcterms:type",),
        "sta:originType": ("dcterms:type",),
        "sta:contractType": ("dcterms:type",),
        "sta:developmentStage": ("adms:status",),
        "sta:applicationStatus": ("adms:status",),
        "sta:intellectualProperty": ("dcterms:relation",),
        "sta:informationSource": ("dcterms:source",),
        "sta:hostInstitution": ("org:linkedTo",),
    }
)
