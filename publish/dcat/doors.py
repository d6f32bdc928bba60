"""The data services: the doors of the node that programs use. What a door is called here is its part of the address."""

from typing import NamedTuple


class Door(NamedTuple):
    """`address` and `description` are paths of the site; `standard` is the address and name of what it conforms to."""

    name: str
    zh: str
    en: str
    address: str
    description: str
    standard: tuple[str, str]
    zh_text: str
    en_text: str


API = Door(
    "api",
    "数据接口",
    "Data API",
    "/api/v1",
    "/api/v1/openapi.json",
    ("https://spec.openapis.org/oas/v3.1.0", "OpenAPI 3.1"),
    "检索、逐条读取公开记录和跟踪变更的 JSON 接口。",
    "Search, read and follow the public records in JSON.",
)
SPARQL = Door(
    "sparql",
    "SPARQL 查询端点",
    "SPARQL endpoint",
    "/sparql",
    "/sparql",
    ("https://www.w3.org/TR/sparql11-protocol/", "SPARQL 1.1 Protocol"),
    "以 SPARQL 1.1 查询全部公开记录的关联数据。",
    "Query the linked data of all public records with SPARQL 1.1.",
)
OAI = Door(
    "oai",
    "OAI-PMH 元数据收割",
    "OAI-PMH repository",
    "/oai",
    "/oai?verb=Identify",
    ("http://www.openarchives.org/OAI/openarchivesprotocol.html", "OAI-PMH 2.0"),
    "供图书馆与机构库收割公开记录，含撤回。",
    "Harvest the public records and their withdrawals.",
)
CKAN = Door(
    "ckan",
    "CKAN 操作接口",
    "CKAN Action API",
    "/api/3/action",
    "/api/3",
    ("https://docs.ckan.org/en/2.12/api/", "CKAN Action API"),
    "供 CKAN 及其客户端读取公开记录。",
    "Read the public records as a CKAN or one of its clients does.",
)
OFFERS = Door(
    "offers",
    "技术供给信息",
    "Technology offers",
    "/offers.xml",
    "/ns/offer/1.xsd",
    ("https://www.w3.org/TR/xmlschema11-1/", "XML Schema 1.1"),
    "供境外技术合作网络读取的英文技术供给信息，经人工审核与出口管制筛查，不含机构与人员名称。",
    "Technology offers in English for partnering networks: reviewed, screened for export, without names.",
)
FEED = Door(
    "feed",
    "变更流",
    "Change feed",
    "/feed/records",
    "/feed",
    ("https://w3id.org/ldes/specification", "Linked Data Event Streams"),
    "以事件流（LDES）跟踪全部公开记录的变更与撤回。",
    "Follow the public records and their withdrawals as a linked data event stream.",
)
DOORS = (API, SPARQL, OAI, CKAN, FEED, OFFERS)
