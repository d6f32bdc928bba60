"""四川 (a platform of our own invention): a university repository over OAI-PMH 2.0 with persistent deletions.

Its records say nothing of secrecy: a recorded declaration covers them (see the source's disclosure policy).
"""

from collections.abc import Sequence

from lxml import etree

from chengguo.demo.cases import SECOND_DAY, VANISHED, on_day
from chengguo.demo.corpus import FIELD_NAMES, Province
from chengguo.demo.fiction import Fiction
from chengguo.demo.platforms.platform import Answer, Platform, Request, number

OAI = "http://www.openarchives.org/OAI/2.0/"
OAI_DC = "http://www.openarchives.org/OAI/2.0/oai_dc/"
DC = "http://purl.org/dc/elements/1.1/"
CITIES = (("510100", "成都市"), ("510700", "绵阳市"))
PAGE = 60

XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
Element = etree._Element


class Maker:
    """Makes elements of one namespace: tag, then texts and children, then attributes."""

    def __init__(self, namespace: str, prefixes: dict[str, str]) -> None:
        self.namespace, self.prefixes = namespace, prefixes

    def __call__(self, tag: str, *content: "str | Element", **attributes: str) -> Element:
        element = etree.Element(f"{{{self.namespace}}}{tag}", attributes, self.prefixes)
        for part in content:
            if isinstance(part, str):
                element.text = part
            else:
                element.append(part)
        return element


oai = Maker(OAI, {"oai": OAI})
dc = Maker(DC, {"dc": DC})
oai_dc = Maker(OAI_DC, {"oai_dc": OAI_DC, "dc": DC})


class Sichuan(Platform):
    def __init__(self) -> None:
        self.first_day = Province("510000", CITIES, "oai:sichuan.example:{n}").achievements(450)

    def fictions(self, day: int) -> Sequence[Fiction]:
        return on_day(self.first_day, day)

    def answer(self, request: Request) -> Answer:
        verbs = {"Identify": self._identify, "ListMetadataFormats": self._formats, "ListRecords": self._records}
        verb = request.query.get("verb", "")
        content = verbs[verb](request) if verb in verbs else error("badVerb", f"verb {verb!r} is not served")
        asked = oai("request", request.base + "/oai", **({"verb": verb} if verb in verbs else {}))
        document = oai("OAI-PMH", oai("responseDate", "2026-09-02T09:00:00Z"), asked, content)
        return Answer(etree.tostring(document, xml_declaration=True, encoding="UTF-8"), "text/xml; charset=utf-8")

    def _identify(self, request: Request) -> Element:
        return oai(
            "Identify",
            oai("repositoryName", "四川示例大学机构知识库（虚构）"),
            oai("baseURL", request.base + "/oai"),
            oai("protocolVersion", "2.0"),
            oai("adminEmail", "repository@sichuan.example"),
            oai("earliestDatestamp", "2026-01-01T00:00:00Z"),
            oai("deletedRecord", "persistent"),
            oai("granularity", "YYYY-MM-DDThh:mm:ssZ"),
        )

    def _formats(self, request: Request) -> Element:
        return oai(
            "ListMetadataFormats",
            oai(
                "metadataFormat",
                oai("metadataPrefix", "oai_dc"),
                oai("schema", f"{OAI}oai_dc.xsd"),
                oai("metadataNamespace", OAI_DC),
            ),
        )

    def _records(self, request: Request) -> Element:
        since, _, offset = request.query.get("resumptionToken", request.query.get("from", "")).partition("|")
        found = [f for f in self.fictions(request.day) if stamp(f, request.day) >= since]
        start = number(offset, 0)
        if not found[start:]:
            return error("noRecordsMatch", "nothing was changed since then")
        records = oai("ListRecords", *(record(f, request.day) for f in found[start : start + PAGE]))
        more = start + PAGE < len(found)
        if more or start:
            token = oai("resumptionToken", f"{since}|{start + PAGE}" if more else "", completeListSize=str(len(found)))
            records.append(token)
        return records


def error(code: str, message: str) -> Element:
    return oai("error", message, code=code)


def gone(fiction: Fiction, day: int) -> bool:
    return day > 1 and fiction.number == VANISHED


def stamp(fiction: Fiction, day: int) -> str:
    return SECOND_DAY if gone(fiction, day) else fiction.modified


def record(fiction: Fiction, day: int) -> Element:
    header = oai("header", oai("identifier", fiction.local_id), oai("datestamp", stamp(fiction, day)))
    if gone(fiction, day):
        header.set("status", "deleted")
        return oai("record", header)
    return oai("record", header, oai("metadata", dublin_core(fiction)))


def dublin_core(fiction: Fiction) -> Element:
    """One achievement as simple Dublin Core."""
    return oai_dc(
        "dc",
        dc("title", fiction.title, **{XML_LANG: "zh"}),
        dc("title", fiction.title_en, **{XML_LANG: "en"}),
        *(dc("creator", unit.zh) for unit in fiction.units),
        *(dc("contributor", person) for person in fiction.people),
        *(dc("subject", word) for word in (*fiction.keywords, FIELD_NAMES[fiction.field])),
        dc("description", fiction.abstract),
        dc("date", fiction.completed),
        dc("type", "应用技术成果"),
        dc("identifier", f"https://repository.sichuan.example/item/{fiction.number}"),
        dc("identifier", f"登记号:{fiction.registration_no}"),
        *(dc("relation", f"专利号:ZL{p.no}") for p in fiction.patents if p.granted),
        dc("relation", f"项目编号:{fiction.project_no}"),
        dc("coverage", fiction.region),
        dc("language", "zh-CN"),
    )
