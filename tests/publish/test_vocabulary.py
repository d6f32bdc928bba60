"""Code lists and the ontology: every IRI in the data leads to a page and to the triples that the store holds."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyoxigraph
import pytest
from lxml import html
from starlette.testclient import TestClient

from publish.app import create_app
from publish.formats import BY_SUFFIX, FORMATS, HTML
from publish.languages import Lang
from publish.services import Services
from publish.vocabulary.counts import FACETS
from publish.vocabulary.finding import found
from publish.vocabulary.pages import MOST
from search.tantivy_index import TantivyIndex
from tests.publish import fakes, samples
from vocab.codes import SCHEME_IDS, scheme
from vocab.rdf import FORMATS as RDF
from vocab.rdf import serialise
from vocab.rdf.ontology import ontology, own
from vocab.rdf.scheme import concept_triples

RDF_FORMS = [form for form in FORMATS if form.rdf]
WIDEST = 100  # concepts on one level, which a page lists whole


def triples(body: bytes, media_type: str) -> set[str]:
    return {str(quad.triple) for quad in pyoxigraph.parse(body, format=RDF[media_type])}


def parse(page: str) -> Any:
    return html.fromstring(page)


def badges(page: str) -> dict[str, int]:
    """Search -> the number of records that a page says it finds."""
    links = parse(page).xpath("//main//a[@class='badge']")
    return {link.get("href"): int(link.text.replace(",", "")) for link in links}


@pytest.mark.parametrize(
    ("accept", "suffix"),
    [
        ("text/html", "html"),
        ("*/*", "html"),
        ("text/turtle", "ttl"),
        ("application/ld+json, text/html;q=0.5", "jsonld"),
        ("application/rdf+xml", "rdf"),
        ("application/n-triples", "nt"),
        ("application/json", "json"),
    ],
)
@pytest.mark.parametrize("path", ["/code/cl04", "/code/cl04/2", "/code/" + quote("cl19/非涉密")])
def test_accept_decides_where_a_code_leads(client: TestClient, path: str, accept: str, suffix: str) -> None:
    answer = client.get(path, headers={"Accept": accept, "Host": "evil.example"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{samples.BASE}{path}.{suffix}")
    assert "Accept" in answer.headers["vary"]
    document = client.get(answer.headers["location"])
    media_type = HTML if suffix == "html" else BY_SUFFIX[suffix].media_type
    assert (document.status_code, document.headers["content-type"].partition(";")[0]) == (200, media_type)


@pytest.mark.parametrize("form", RDF_FORMS, ids=lambda form: form.suffix)
@pytest.mark.parametrize("scheme_id", ["cl04", "cl24", "gbt4754-2017"])
def test_a_list_is_served_as_the_store_holds_it(client: TestClient, scheme_id: str, form: object) -> None:
    suffix, media_type = getattr(form, "suffix", ""), getattr(form, "media_type", "")
    answer = client.get(f"/code/{scheme_id}.{suffix}")
    assert triples(answer.content, media_type) == set(map(str, concept_triples(scheme_id, samples.NAMESPACES)))
    again = client.get(f"/code/{scheme_id}.{suffix}", headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_a_concept_is_served_as_its_list_has_it_in_every_form(client: TestClient) -> None:
    whole = set(map(str, concept_triples("gbt4754-2017", samples.NAMESPACES)))
    iri = samples.NAMESPACES.concept("gbt4754-2017/C")
    own_part = {line for line in whole if line.startswith(f"<{iri}> ")}
    tags = set()
    for form in RDF_FORMS:
        answer = client.get(f"/code/gbt4754-2017/C.{form.suffix}")
        assert triples(answer.content, form.media_type) == own_part
        assert f'<{iri}>; rel="canonical"' in answer.headers["link"]
        tags.add(answer.headers["etag"])
    assert len(tags) == len(RDF_FORMS)


def test_plain_json_has_what_the_list_has(client: TestClient) -> None:
    document = json.loads(client.get("/code/gbt2260.json").content)
    codes = scheme("gbt2260")
    assert [one["notation"] for one in document["concepts"]] == list(codes.concepts)
    city = json.loads(client.get("/code/gbt2260/330100.json").content)
    assert city == next(one for one in document["concepts"] if one["notation"] == "330100")
    assert city["broader"] == f"{samples.BASE}/code/gbt2260/330000"
    assert len(city["narrower"]) == len(codes.children("330100"))
    moved = next(one for one in document["concepts"] if "replaced_by" in one)
    assert client.get(moved["replaced_by"]).status_code == 303


@pytest.mark.parametrize("lang", list(Lang))
def test_every_list_has_a_page_whose_links_lead_somewhere(client: TestClient, lang: Lang) -> None:
    overview = parse(client.get(f"/code?lang={lang}").text)
    assert set(overview.xpath("//main//td/a/@href")) == {f"/code/{scheme_id}" for scheme_id in SCHEME_IDS}
    for scheme_id in SCHEME_IDS:
        codes = scheme(scheme_id)
        page = parse(client.get(f"/code/{scheme_id}.html").text)
        assert page.xpath("string(//h1)") == (codes.en if lang is Lang.EN else codes.zh)
        assert len(page.xpath("//main//section//ul[@class='codes']/li[not(ancestor::details)]")) == len(codes.top)
    for link in page.xpath("//main//a/@href")[:40]:
        assert client.get(link).status_code in (200, 303), link


def test_no_level_is_wider_than_a_page_bears_and_no_notation_looks_like_a_suffix() -> None:
    for codes in map(scheme, SCHEME_IDS):
        levels = [codes.top, *(codes.children(notation) for notation in codes.concepts)]
        assert max(map(len, levels)) <= WIDEST
        assert not [notation for notation in codes.concepts if "." in notation or "/" in notation]


def test_the_numbers_are_those_of_the_search_they_lead_to(tmp_path: Path) -> None:
    """By the engine itself."""
    index = TantivyIndex.open(tmp_path / "search")
    index.put(samples.everything())
    index.commit()
    app = create_app(replace(fakes.services(), index=index))
    with closing(index), TestClient(app, base_url=samples.BASE) as client:
        for path in (*(f"/code/{scheme_id}.html" for scheme_id in FACETS), "/code/gbt2260/330000.html"):
            shown = badges(client.get(path).text)
            totals = {a: client.get(a.replace("/search", "/api/v1/search")).json()["total"] for a in shown}
            assert shown == totals
            assert shown or path == "/code/cl11.html", path  # no sample is classified by contract fields first
        page = parse(client.get("/code/gbt2260/330000.html").text)
        total = client.get("/api/v1/search?region=330000").json()["total"]
        assert page.xpath("string(//a[@class='button'])") == f"公开记录：{total}"


def test_pages_stand_without_search(client: TestClient, services: Services) -> None:
    services.index.down = True  # type: ignore[attr-defined]  # of the fake
    for path in ("/code/cl04.html", "/code/cl04/2.html"):
        answer = client.get(path)
        assert (answer.status_code, badges(answer.text)) == (200, {})


def test_a_concept_page_says_what_is_above_and_below_it(client: TestClient) -> None:
    page = parse(client.get("/code/gbt2260/330100.html").text)
    assert page.xpath("string(//h1)") == "杭州市"
    links = page.xpath("//main//a/@href")
    assert {"/code/gbt2260", "/code/gbt2260/330000", "/code/gbt2260/330106"} <= set(links)
    english = client.get("/code/gbt2260/330100.html?lang=en").text
    assert 'lang="zh-CN">杭州市' in english


def test_a_code_is_found_by_name_alias_and_beginning(client: TestClient) -> None:
    assert found("杭州市", ["gbt2260"])[0].notation == "330100"
    assert found("３３０１００", SCHEME_IDS)[0].code == "gbt2260/330100"  # full-width digits
    assert found("不涉密", SCHEME_IDS)[0].code == "cl19/非涉密"
    assert found("middle", ["cl04"])[0].notation == "2"
    assert found(" ", SCHEME_IDS) == []
    page = parse(client.get("/code/gbt2260.html", params={"q": "杭州"}).text)
    assert page.xpath("(//main//section)[1]//a/@href")[0] == "/code/gbt2260/330100"
    everywhere = parse(client.get("/code", params={"q": "材料"}).text)
    assert len(everywhere.xpath("//main//section//li")) == MOST


def test_a_concept_says_what_it_corresponds_to_in_every_form(client: TestClient) -> None:
    ns = samples.NAMESPACES
    mathematics, oecd = ns.concept("gbt13745-2009/110"), ns.concept("fos-2015/101")
    for form in RDF_FORMS:
        of_ours = triples(client.get(f"/code/gbt13745-2009/110.{form.suffix}").content, form.media_type)
        of_theirs = triples(client.get(f"/code/fos-2015/101.{form.suffix}").content, form.media_type)
        same = ns.expand("skos:exactMatch")
        assert f"<{mathematics}> <{same}> <{oecd}>" in of_ours
        assert f"<{oecd}> <{same}> <{mathematics}>" in of_theirs
    found = json.loads(client.get("/code/cl10/2.json").content)["matches"]
    assert [(one["relation"], one["target"]) for one in found] == [
        ("relatedMatch", "http://publications.europa.eu/resource/authority/data-theme/HEAL")
    ]


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", ("属于", "欧盟权威表：数据主题")), ("en", ("Within", "EU authority table: Data theme"))]
)
def test_a_page_says_what_a_concept_corresponds_to(client: TestClient, lang: str, said: tuple[str, str]) -> None:
    page = parse(client.get(f"/code/gbt13745-2009/220.html?lang={lang}").text)
    rows = page.xpath("//section[@aria-labelledby='matches']//tbody/tr")
    assert len(rows) == 2
    theme = next(row for row in rows if "AGRI" in row.text_content())
    assert [cell.text_content() for cell in theme.xpath("td[position() != 2]")][:2] == list(said)
    for link in page.xpath("//section[@aria-labelledby='matches']//a/@href"):
        assert link.startswith("http://publications.europa.eu/") or client.get(link).status_code in (200, 303)


@pytest.mark.parametrize(
    ("address", "codes"),
    [
        (samples.NAMESPACES.concept("fos-2015/304"), []),
        (samples.NAMESPACES.concept("nowhere/1"), []),
        ("cl26/33", []),
        (samples.NAMESPACES.concept("iso3166-2-cn/CN-ZJ"), ["gbt2260/330000"]),
        ("http://publications.europa.eu/resource/authority/data-theme/TRAN", ["cl11/10", "gbt13745-2009/580"]),
        ("http://publications.europa.eu/resource/authority/data-theme/NONE", []),
        ("http://publications.europa.eu/resource/authority/", []),
    ],
)
def test_codes_are_found_by_what_they_correspond_to(client: TestClient, address: str, codes: list[str]) -> None:
    page = parse(client.get("/code", params={"q": address}).text)
    assert page.xpath("//section[@aria-labelledby='found']//li/a/@href") == [f"/code/{code}" for code in codes]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_origin_and_notes_are_in_the_language_of_the_page(client: TestClient, lang: str) -> None:
    assert ("Law on guarding state secrets" in client.get(f"/code/cl19.html?lang={lang}").text) is (lang == "en")
    for path in ("/code", "/code/cl01.html"):
        text = client.get(f"{path}?lang={lang}").text
        assert ("Registration form<" in text, "登记表<" in text) == (lang == "en", lang == "zh")
    assert ("（未核实）" in client.get(f"/code/cl09/1.html?lang={lang}").text) is (lang == "zh")


def test_what_is_looked_for_is_shown_as_text_and_bounded(client: TestClient) -> None:
    answer = client.get("/code", params={"q": '"><script>x</script>'})
    assert (answer.status_code, "<script>x" in answer.text) == (200, False)
    assert client.get("/code", params={"q": "材" * 201}).status_code == 400
    assert (
        client.get("/code", params={"q": "材" * 201}, headers={"Accept": "application/json"}).json()["parameter"] == "q"
    )


@pytest.mark.parametrize(
    ("path", "known"),
    [
        ("/code/cl99", list(SCHEME_IDS)),
        ("/code/cl99.ttl", list(SCHEME_IDS)),
        ("/code/cl04/7", ["1", "2", "3", "9"]),
        ("/code/gbt2260/999999.ttl", [one.notation for one in scheme("gbt2260").top]),
        ("/code/cl04.docx", ["html", "ttl", "jsonld", "json", "nt", "rdf"]),
        ("/ns/sta.json", ["ttl", "jsonld", "nt", "rdf"]),
    ],
)
def test_what_is_unknown_is_told_what_there_is(client: TestClient, path: str, known: list[str]) -> None:
    data = client.get(path, headers={"Accept": "text/turtle, application/problem+json;q=0.5"})
    assert (data.status_code, data.json()["allowed"]) == (404, known)
    page = client.get(path, headers={"Accept": "text/html"})
    assert page.status_code == 404
    assert parse(page.text).xpath("//p[@class='notice']/code/text()") == known


def test_no_acceptable_form_is_said_so(client: TestClient) -> None:
    for path in ("/code/cl04", "/code/cl04/2", "/ns/sta"):
        assert client.get(path, headers={"Accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("form", RDF_FORMS, ids=lambda form: form.suffix)
def test_the_ontology_comes_in_every_form(client: TestClient, form: object) -> None:
    suffix, media_type = getattr(form, "suffix", ""), getattr(form, "media_type", "")
    whole = triples(serialise(ontology(samples.NAMESPACES), media_type, samples.NAMESPACES), media_type)
    by_accept = client.get("/ns/sta", headers={"Accept": media_type})
    by_suffix = client.get(f"/ns/sta.{suffix}")
    assert triples(by_accept.content, media_type) == triples(by_suffix.content, media_type) == whole
    assert by_accept.headers["content-location"] == f"{samples.BASE}/ns/sta.{suffix}"
    assert "Accept" in by_accept.headers["vary"]
    assert (
        client.get("/ns/sta", headers={"Accept": media_type, "If-None-Match": by_accept.headers["etag"]}).status_code
        == 304
    )


@pytest.mark.parametrize("lang", list(Lang))
def test_every_term_has_its_place_on_the_page(client: TestClient, lang: Lang) -> None:
    """A term is a fragment of the document, so following its IRI in a browser must end at its row."""
    page = parse(client.get(f"/ns/sta?lang={lang}", headers={"Accept": "text/html"}).text)
    rows = {row.get("id"): row.text_content() for row in page.xpath("//tr[@id]")}
    for term in own():
        assert (term.en if lang is Lang.EN else term.zh) in rows[term.name.partition(":")[2]]
    quality = {str(t.subject) for t in ontology(samples.NAMESPACES) if "#quality-" in str(t.subject)}
    assert {subject.strip("<>").partition("#")[2] for subject in quality} <= set(rows)
    assert len(page.xpath("//*[@id]/@id")) == len(set(page.xpath("//*[@id]/@id")))


def test_a_code_in_a_record_that_no_search_counts_leads_to_its_concept() -> None:
    with TestClient(fakes.app(), base_url=samples.BASE) as client:
        page = client.get(samples.full_achievement().identifier.replace("/id/", "/"))
        codes = {link for link in parse(page.text).xpath("//main//a/@href") if link.startswith("/code/")}
        assert codes
        assert all(client.get(link).status_code == 200 for link in codes)
