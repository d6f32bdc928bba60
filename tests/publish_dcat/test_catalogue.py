"""What the catalogue says, in which forms, page by page, and on condition."""

from dataclasses import replace
from pathlib import Path

import msgspec
import pyoxigraph
import pytest
from starlette.testclient import TestClient

from federation.ledger import Ledger
from federation.source import Name
from publish.app import create_app
from publish.dcat.doors import DOORS
from publish.dcat.years import Year, describe
from publish.export import MOST
from publish.services import Services
from publish.settings import SiteLimits
from search.base import Query
from tests.federation.world import BLANKET, World, good
from tests.publish import fakes, samples
from tests.publish_dcat.conftest import FORMATS, Read, Triples
from vocab.rdf.graph import Graph, Terms

NS = samples.NAMESPACES
COUNTED = fakes.services().index.search(Query(facets=("year",))).facets["year"]
YEARS = sorted(found.value for found in COUNTED)
DATASETS = [NS.source(name) for name in ("cn-11", "cn-33", "cn-44")]


def said(triples: Triples, subject: str, predicate: str) -> list[str]:
    """The values of a property, as text, literals with their language."""
    node, name = pyoxigraph.NamedNode(subject), pyoxigraph.NamedNode(NS.expand(predicate))
    return sorted(text(t.object) for t in triples if t.subject == node and t.predicate == name)


def of_sources(triples: Triples) -> list[str]:
    """The datasets of the catalogue without those of the years."""
    return [one for one in said(triples, f"{NS.base}/catalog", "dcat:dataset") if "#year-" not in one]


def text(term: object) -> str:
    if isinstance(term, pyoxigraph.Literal):
        return f"{term.value}@{term.language}" if term.language else term.value
    return str(term)[1:-1]


def test_every_source_with_public_records_is_a_dataset(read: Read) -> None:
    found = read()
    assert of_sources(found) == DATASETS
    assert len(said(found, f"{NS.base}/catalog", "dcat:record")) == len(DATASETS)
    assert "Nothing public yet" not in str(found)
    assert said(found, DATASETS[1], "dcterms:title") == [
        "Zhejiang Example Technology Market@en",
        "浙江示例网上技术市场@zh",
    ]
    assert said(found, DATASETS[1], "dcterms:identifier") == ["cn-33"]
    of_source = [r for r in samples.everything() if r.source == "cn-33"]
    assert said(found, DATASETS[1], "void:entities") == [str(len(of_source))]
    assert said(found, DATASETS[1], "dcterms:modified") == [max(of_source, key=lambda r: r.seq).at]
    themes = {iri.rpartition("/")[2] for iri in said(found, DATASETS[1], "dcat:theme")}
    assert "TECH" in themes


def test_the_years_are_a_series(read: Read) -> None:
    found, catalog = read(), f"{NS.base}/catalog"
    of_years = [f"{catalog}#year-{year}" for year in YEARS]
    assert len(YEARS) > 3
    assert {text(t.subject) for t in found if t.predicate.value == NS.expand("dcat:inSeries")} == set(of_years)
    assert said(found, f"{catalog}#years", "dcat:first") + said(found, f"{catalog}#years", "dcat:last") == [
        of_years[0],
        of_years[-1],
    ]
    assert [said(found, one, "dcat:prev") for one in of_years] == [[], *([one] for one in of_years[:-1])]
    counted = [said(found, one, "void:entities") for one in of_years]
    assert sum(int(count) for (count,) in counted) == sum(f.count for f in COUNTED)


def test_a_year_with_more_records_than_a_file_may_hold_has_the_interface_alone(services: Services) -> None:
    graph = Graph(Terms(services.namespaces), f"{NS.base}/catalog")
    describe(graph, [Year("2023", MOST), Year("2024", MOST + 1)], services, "<https://example.org/contact>")
    files = [line for line in graph.lines if "dcat#downloadURL" in line]
    assert len(files) == 2
    assert all("2023" in line for line in files)


def test_texts_are_tagged_with_the_language_they_are_in(services: Services) -> None:
    """What a source has no English for is not told in Chinese under the name of English."""
    one = msgspec.structs.replace(
        services.sources["cn-33"], title=Name("只有中文"), publisher=Name("某厅"), region="330106"
    )
    site = replace(services, sources={one.id: one}, settings=fakes.settings(title=Name("平台")))
    with TestClient(create_app(site), base_url=samples.BASE) as client:
        found = [q.object for q in pyoxigraph.parse(client.get("/catalog.nt").content, format=FORMATS["nt"])]
    literals = [term for term in found if isinstance(term, pyoxigraph.Literal)]
    assert {"zh", "en"} == {term.language for term in literals if term.language}
    assert [term for term in literals if term.language == "en" and not term.value.isascii()] == []
    assert pyoxigraph.Literal("西湖区", language="zh") in literals


def test_places_and_licences_are_told_in_the_words_of_others_too(services: Services) -> None:
    licence = "https://creativecommons.org/licenses/by/4.0/"
    one = msgspec.structs.replace(services.sources["cn-33"], licence=licence)
    with TestClient(create_app(replace(services, sources={one.id: one})), base_url=samples.BASE) as client:
        body = client.get("/catalog.nt").content
    found = {quad.triple for quad in pyoxigraph.parse(body, format=FORMATS["nt"])}
    zhejiang, table = NS.region("330000"), "http://publications.europa.eu/resource/authority/licence"
    assert zhejiang in said(found, DATASETS[1], "dcterms:spatial")
    assert said(found, zhejiang, "skos:exactMatch") == [NS.concept("iso3166-2-cn/CN-ZJ")]
    assert said(found, zhejiang, "skos:notation") == ["CN-ZJ"]
    assert said(found, licence, "skos:exactMatch") == [f"{table}/CC_BY_4_0"]
    assert said(found, f"{table}/CC_BY_4_0", "skos:inScheme") == [table]


def test_what_it_offers_can_be_had(client: TestClient, read: Read) -> None:
    found = read()
    addresses = {
        text(t.object)
        for t in found
        if t.predicate.value
        in {NS.expand(f"dcat:{name}") for name in ("accessURL", "downloadURL", "endpointDescription")}
    }
    assert len(addresses) == 3 * 5 + 3 * len(YEARS) + len(DOORS)
    for address in addresses:
        answer = client.get(address.removeprefix(samples.BASE))
        assert answer.status_code == 200, address
        assert "<error" not in answer.text, address


def test_all_formats_say_the_same(client: TestClient, read: Read) -> None:
    """But for the address of the page."""
    view = NS.expand("hydra:view")

    def rest(suffix: str) -> set[str]:
        return {
            str(t)
            for t in read(f"/catalog.{suffix}")
            if f"/catalog.{suffix}" not in str(t) and t.predicate.value != view
        }

    assert rest("ttl") == rest("jsonld") == rest("rdf") == rest("nt")
    assert len(rest("ttl")) > 300


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("application/rdf+xml;q=0.9, text/turtle;q=0.5", "application/rdf+xml"),
        ("application/n-triples", "application/n-triples"),
    ],
)
def test_it_comes_as_it_is_wanted(client: TestClient, accept: str, media_type: str) -> None:
    answer = client.get("/catalog", headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type)
    assert "Accept" in answer.headers["vary"]
    assert list(pyoxigraph.parse(answer.content, format=pyoxigraph.RdfFormat.from_media_type(media_type)))


def test_browsers_are_led_to_the_page_of_sources(client: TestClient) -> None:
    answer = client.get("/catalog", headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    assert (answer.status_code, answer.headers["location"]) == (303, f"{samples.BASE}/source")


@pytest.mark.parametrize(
    ("path", "accept", "status", "detail"),
    [
        ("/catalog", "image/png", 406, "text/turtle"),
        ("/catalog.xml", "*/*", 404, ".ttl, .jsonld, .rdf, .nt"),
        ("/catalog.ttl?page=2", "*/*", 404, "has 1 page; there is no page 2"),
        ("/catalog.ttl?page=0", "*/*", 404, "no page 0"),
        ("/catalog.ttl?page=x", "*/*", 400, "page"),
        ("/catalog.ttl?pages=1", "*/*", 400, "allowed are page"),
    ],
)
def test_what_cannot_be_answered_says_why(client: TestClient, path: str, accept: str, status: int, detail: str) -> None:
    answer = client.get(path, headers={"Accept": accept})
    assert (answer.status_code, detail in answer.text) == (status, True), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_pages_together_are_the_whole(services: Services, read: Read) -> None:
    small = replace(services, settings=fakes.settings(limits=SiteLimits(catalog=2)))
    with TestClient(create_app(small), base_url=samples.BASE) as client:
        first, second = client.get("/catalog.nt"), client.get("/catalog.nt?page=2")
    assert f'<{samples.BASE}/catalog.nt?page=2>; rel="next"' in first.headers["link"]
    assert f'<{samples.BASE}/catalog.nt>; rel="previous"' in second.headers["link"]
    assert f'<{samples.BASE}/catalog.rdf?page=2>; rel="alternate"' in second.headers["link"]
    assert 'rel="next"' not in second.headers["link"]
    pages = [{q.triple for q in pyoxigraph.parse(one.content, format=FORMATS["nt"])} for one in (first, second)]
    catalog = f"{NS.base}/catalog"
    assert [of_sources(page) for page in pages] == [DATASETS[:2], DATASETS[2:]]
    assert len(said(pages[0], catalog, "dcat:dataset")) == 2 + len(YEARS)  # the first has the years too
    assert [said(page, catalog, "hydra:totalItems") for page in pages] == [[str(3 + len(YEARS))]] * 2
    assert read("/catalog.nt") - (pages[0] | pages[1]) == {
        t for t in read("/catalog.nt") if t.predicate.value == NS.expand("hydra:last")
    }


def test_it_is_sent_again_only_when_it_changed(client: TestClient, services: Services) -> None:
    answer = client.get("/catalog.ttl")
    for headers in (
        {"If-None-Match": answer.headers["etag"]},
        {"If-Modified-Since": answer.headers["last-modified"]},
    ):
        assert client.get("/catalog.ttl", headers=headers).status_code == 304
    head = client.head("/catalog.ttl", headers={"Accept-Encoding": "identity"})
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["last-modified"] == answer.headers["last-modified"]
    known = {"If-None-Match": answer.headers["etag"]}
    with TestClient(create_app(replace(services, settings=fakes.settings(contact=""))), base_url=samples.BASE) as other:
        assert other.get("/catalog.ttl", headers=known).status_code == 200


def test_it_stands_without_search(services: Services, client: TestClient, read: Read) -> None:
    whole = read()
    assert said(whole, DATASETS[1], "dcterms:temporal")
    services.index.down = True  # type: ignore[attr-defined]  # of the index in memory
    found = read()
    assert said(found, f"{NS.base}/catalog", "dcat:dataset") == DATASETS
    assert said(found, DATASETS[1], "dcterms:temporal") == []


def test_pages_and_descriptions_lead_to_it(client: TestClient) -> None:
    assert f"{samples.BASE}/catalog" in client.get("/robots.txt").text
    assert f'<{samples.BASE}/catalog>; rel="describedby"' in client.get("/").headers["link"]
    assert 'href="/catalog.ttl"' in client.get("/about").text
    void = client.get("/.well-known/void", headers={"Accept": "application/n-triples"}).text
    assert f"<{samples.BASE}/catalog>" in void
    assert f"<{samples.BASE}/.well-known/void>" in client.get("/catalog.nt").text


def test_a_dataset_follows_the_ledger(tmp_path: Path) -> None:
    """It is issued when its source was first read, and gone with its last record."""
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.sqlite")
    world = World(ledger, policy=BLANKET)

    def read() -> Triples:
        with TestClient(create_app(fakes.over(ledger, world.source, samples.BASE)), base_url=samples.BASE) as client:
            return {q.triple for q in pyoxigraph.parse(client.get("/catalog.nt").content, format=FORMATS["nt"])}

    dataset = NS.source(world.source.id)
    assert said(read(), f"{NS.base}/catalog", "dcat:dataset") == []
    world.harvest({"1": good(), "2": good("另一种")})
    began = ledger.runs(world.source.id)[-1].started
    world.harvest({"1": good("改了名的")}, full=False)
    found = read()
    assert said(found, dataset, "dcterms:issued") == [began]
    assert said(found, dataset, "dcterms:modified") == [ledger.changes(ledger.last_seq() - 1, 1)[0].at]
    assert said(found, dataset, "void:entities") == ["2"]
    world.harvest({"1": None, "2": None}, full=False)
    assert said(read(), f"{NS.base}/catalog", "dcat:dataset") == []
    ledger.close()
