"""Citations read back by other people's parsers: whatever a record is called, it is called so there."""

import json
import re
from typing import Any

import msgspec
import pybtex.database
import pytest
import rispy
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import html
from pylatexenc.latex2text import LatexNodes2Text, MacroTextSpec, get_default_latex_context_db
from starlette.testclient import TestClient

from publish.citations import BIBTEX, CITATIONS, CSL_JSON, GBT7714, RIS, WRITERS, work
from publish.citations.work import line
from publish.portal import schema_org
from tests.publish import fakes, samples
from vocab.public import PublicRecord
from vocab.values import Agent, Contributor, Text, Words

IRI = samples.full_achievement().identifier
PATH = IRI.removeprefix(samples.BASE)
PAGE = PATH.removeprefix("/id")
PLATFORM = fakes.settings().title
# Every character, and more often those that some format or other takes for its own.
TEXTS = st.text(
    st.one_of(st.sampled_from("{}\\%$#_&~^`'\"@,-<>[]=?! \n\r\t\x0b\x1c\x85\u2028成果a"), st.characters()), max_size=60
)
NASTY = (
    "The {Unbalanced",
    "100% of A & B and C_1^2 ~ $x$ #1 \\input{/etc/passwd} \\",
    "ER  - \r\nTY  - JOUR",
    "} @misc{evil, title = {x}",
    "</script><script>alert(1)</script><!--",
    "\"quoted\", ``quoted'' -- and --- ?` !`",
    "\ud800 half",
    "[DB/OL]. 平台, 2020",
    "𠮷野家 ﷽ \u202e",
)
# Symbols of LaTeX2e that the parser does not know, or takes for an accent.
MACROS = get_default_latex_context_db()
MACROS.add_context_category(
    "symbols",
    macros=[
        MacroTextSpec(name, simplify_repl=text)
        for name, text in (("textbraceleft", "{"), ("textbraceright", "}"), ("textasciicircum", "^"))
    ],
    prepend=True,
)
LATEX = LatexNodes2Text(latex_context=MACROS, strict_latex_spaces=True)
SERVICES = fakes.services([])


def titled(title: str, name: str = "张示例", organisation: str = "示例大学") -> PublicRecord:
    record = msgspec.structs.replace(
        samples.full_achievement(),
        title=Text(title),
        abstract=Text(title),
        keywords=Words((title,)),
        contributors=(Contributor(name, 1), Contributor("王, 样本 and 赵", 2)),
        first_org=Agent(organisation),
    )
    public = samples.published(samples.full_achievement(), 3)
    return msgspec.structs.replace(public, record=record)


def written(form: Any, public: PublicRecord) -> str:
    text = WRITERS[form](work(public, PLATFORM))
    text.encode()
    return text


def read_bibtex(text: str) -> tuple[str, list[str]]:
    (entry,) = pybtex.database.parse_string(text, "bibtex").entries.values()
    people = [
        " ".join([*p.first_names, *p.middle_names, *p.prelast_names, *p.last_names]) for p in entry.persons["author"]
    ]
    return latex(entry.fields["title"]), [latex(name) for name in people]


def latex(text: str) -> str:
    """What LaTeX would print."""
    return str(LATEX.latex_to_text(text))


def check(public: PublicRecord) -> None:
    cited = work(public, PLATFORM)
    title, names = read_bibtex(written(BIBTEX, public))
    assert (title, names) == (cited.title, list(cited.authors))
    (entry,) = rispy.loads(written(RIS, public))
    assert (entry["title"], entry["authors"], entry["urls"]) == (cited.title, list(cited.authors), [IRI])
    (item,) = json.loads(written(CSL_JSON, public))
    assert (item["title"], [a["literal"] for a in item["author"]]) == (cited.title, list(cited.authors))
    (reference,) = written(GBT7714, public).splitlines()
    dates = r"\d{4}-\d\d-\d\d\(\d{4}-\d\d-\d\d\)\[\d{4}-\d\d-\d\d\]"
    found = re.fullmatch(rf"(.*)\. (.*)\[DB/OL\]\. {re.escape(PLATFORM.zh)}, {dates}\. {re.escape(IRI)}\.", reference)
    assert found
    assert reference.startswith(f"{', '.join(cited.authors)}. {cited.title}[DB/OL]. ")
    in_page = schema_org.of(public, cited, SERVICES)
    assert json.loads(in_page)["mainEntity"]["name"] == cited.title
    assert not set("<>&") & set(in_page)


@given(TEXTS, TEXTS, TEXTS)
@settings(max_examples=150, deadline=None)
def test_any_title_and_name_survive_every_format(title: str, name: str, organisation: str) -> None:
    check(titled(title, name, organisation))


@pytest.mark.parametrize("text", NASTY)
def test_titles_that_attack_a_format_survive(text: str) -> None:
    public = titled(text, text, text)
    check(public)
    assert work(public, PLATFORM).title == line(text)


@pytest.mark.parametrize("form", CITATIONS, ids=lambda form: form.suffix)
def test_citations_are_served_by_suffix_and_by_accept(client: TestClient, form: Any) -> None:
    answer = client.get(f"{PATH}.{form.suffix}")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{form.media_type}; charset=utf-8"
    assert "石墨烯基导热膜制备技术" in answer.text
    assert client.get(PATH, headers={"Accept": form.media_type}).headers["location"] == f"{IRI}.{form.suffix}"
    again = client.get(f"{PATH}.{form.suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304


def test_what_the_formats_say(client: TestClient) -> None:
    (entry,) = pybtex.database.parse_string(client.get(PATH + ".bib").text, "bibtex").entries.values()
    assert (entry.fields["url"], entry.fields["year"], entry.fields["version"]) == (IRI, "2026", "1")
    (ris,) = rispy.loads(client.get(PATH + ".ris").text)
    assert ris["type_of_reference"] == "DATA"
    assert ris["keywords"] == ["石墨烯", "导热膜", "热管理"]
    (item,) = client.get(PATH + ".csl").json()
    assert (item["type"], item["issued"]) == ("dataset", {"date-parts": [[2026, 10, 1]]})
    assert client.get(PATH + ".txt").text.startswith("张示例, 李虚构, 王样本, 等. 石墨烯基导热膜制备技术[DB/OL]. ")
    assert all("不应公开" not in client.get(f"{PATH}.{form.suffix}").text for form in CITATIONS)


@pytest.mark.parametrize("accept_language", ["zh", "en"])
def test_a_page_tells_who_wrote_what(client: TestClient, accept_language: str) -> None:
    page: Any = html.fromstring(client.get(PAGE, headers={"Accept-Language": accept_language}).text)
    told: dict[str, list[str]] = {}
    for meta in page.xpath("//meta[@name]"):
        told.setdefault(meta.get("name"), []).append(meta.get("content"))
    title = "Graphene-based thermal conductive film" if accept_language == "en" else "石墨烯基导热膜制备技术"
    assert told["citation_title"] == [title]
    assert told["citation_author"] == ["张示例", "李虚构", "王样本", "赵范例"]
    assert told["citation_publication_date"] == ["2026/10/01"]
    assert set(told["DC.title"]) == {"石墨烯基导热膜制备技术", "Graphene-based thermal conductive film"}
    (script,) = page.xpath("//script[@type='application/ld+json']/text()")
    document = json.loads(script)
    assert document["mainEntity"]["@type"] == "CreativeWork"
    assert document["mainEntity"]["creator"][0]["name"] == "浙江示例新材料研究院"
    assert IRI in document["mainEntity"]["identifier"]
    assert "不应公开" not in script
    assert page.xpath("//pre[contains(., '@misc')]")


@pytest.mark.parametrize(
    "record", [samples.organisation(), samples.demand(), samples.project()], ids=lambda r: type(r).__name__
)
def test_every_kind_can_be_cited(client: TestClient, record: Any) -> None:
    path = record.identifier.removeprefix(samples.BASE)
    for form in CITATIONS:
        assert record.title.zh in client.get(f"{path}.{form.suffix}").text
    page: Any = html.fromstring(client.get(path.removeprefix("/id")).text)
    document = json.loads(page.xpath("//script[@type='application/ld+json']/text()")[0])
    assert document["mainEntity"]["@type"] in schema_org.TYPES.values()
    assert document["mainEntity"]["name"] == record.title.zh
