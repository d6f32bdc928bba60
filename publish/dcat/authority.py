"""Entries of the EU's authority tables, described where they are used (https://op.europa.eu/en/web/eu-vocabularies).

DCAT-AP takes its languages, places, themes, formats and frequencies from there. A reader that has not the tables finds label
and table beside each entry; one that has them finds nothing new.
"""

from typing import NamedTuple

from vocab.rdf.graph import Graph
from vocab.rdf.terms import tagged

TABLES = "http://publications.europa.eu/resource/authority/"
TITLES = {
    "access-right": ("获取权限", "Access right"),
    "country": ("国家和地区", "Countries and territories"),
    "data-theme": ("数据主题", "Data theme"),
    "file-type": ("文件类型", "File type"),
    "frequency": ("频率", "Frequency"),
    "language": ("语言", "Language"),
    "planned-availability": ("计划可用性", "Planned availability"),
}


class Entry(NamedTuple):
    """`range` is the class that DCAT-AP asks of the values of the property the table is for."""

    table: str
    code: str
    zh: str
    en: str
    range: str = "skos:Concept"


CHINA = Entry("country", "CHN", "中国", "China", "dcterms:Location")
CHINESE = Entry("language", "ZHO", "中文", "Chinese", "dcterms:LinguisticSystem")
ENGLISH = Entry("language", "ENG", "英语", "English", "dcterms:LinguisticSystem")
PUBLIC = Entry("access-right", "PUBLIC", "公开", "public", "dcterms:RightsStatement")
AVAILABLE = Entry("planned-availability", "AVAILABLE", "可用", "available")

CSV = Entry("file-type", "CSV", "CSV", "CSV", "dcterms:MediaTypeOrExtent")
JSON = Entry("file-type", "JSON", "JSON", "JSON", "dcterms:MediaTypeOrExtent")
XLSX = Entry("file-type", "XLSX", "Excel XLSX", "Excel XLSX", "dcterms:MediaTypeOrExtent")
XML = Entry("file-type", "XML", "XML", "XML", "dcterms:MediaTypeOrExtent")

TECHNOLOGY = Entry("data-theme", "TECH", "科学与技术", "Science and technology")
AGRICULTURE = Entry("data-theme", "AGRI", "农业、渔业、林业和食品", "Agriculture, fisheries, forestry and food")
ECONOMY = Entry("data-theme", "ECON", "经济与金融", "Economy and finance")
EDUCATION = Entry("data-theme", "EDUC", "教育、文化和体育", "Education, culture and sport")
ENERGY = Entry("data-theme", "ENER", "能源", "Energy")
ENVIRONMENT = Entry("data-theme", "ENVI", "环境", "Environment")
HEALTH = Entry("data-theme", "HEAL", "健康", "Health")
SOCIETY = Entry("data-theme", "SOCI", "人口与社会", "Population and society")
TRANSPORT = Entry("data-theme", "TRAN", "交通", "Transport")

HOURLY = Entry("frequency", "HOURLY", "每小时", "hourly", "dcterms:Frequency")
DAILY = Entry("frequency", "DAILY", "每日", "daily", "dcterms:Frequency")
WEEKLY = Entry("frequency", "WEEKLY", "每周", "weekly", "dcterms:Frequency")
MONTHLY = Entry("frequency", "MONTHLY", "每月", "monthly", "dcterms:Frequency")
IRREGULAR = Entry("frequency", "IRREG", "不定期", "irregular", "dcterms:Frequency")


def entry(graph: Graph, one: Entry) -> str:
    """The term of an entry, which is described."""
    node, table = f"<{TABLES}{one.table}/{one.code}>", scheme(graph, one.table)
    for name in dict.fromkeys(("skos:Concept", one.range)):
        graph.type(node, name)
    graph.add(node, "skos:prefLabel", tagged(one.zh, "zh"))
    graph.add(node, "skos:prefLabel", tagged(one.en, "en"))
    graph.add(node, "skos:inScheme", table)
    return node


def scheme(graph: Graph, table: str) -> str:
    """The term of a table, which is described."""
    node, (zh, en) = f"<{TABLES}{table}>", TITLES[table]
    graph.type(node, "skos:ConceptScheme")
    graph.add(node, "dcterms:title", tagged(zh, "zh"))
    graph.add(node, "dcterms:title", tagged(en, "en"))
    return node
