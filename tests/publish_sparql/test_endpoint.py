import csv
import io
import json
import threading
from collections.abc import Callable
from urllib.parse import quote

import pyoxigraph
import pytest
import rdflib
import requests
from lxml import html
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from starlette.applications import Starlette
from starlette.testclient import TestClient

from federation.graph.answers import GRAPHS, RESULTS
from federation.graph.server import GraphServer
from federation.graph.store import SparqlStore
from publish.sparql.protocol import MAX_BYTES
from tests.federation_graph.asking import settled
from tests.publish_sparql.conftest import application
from tests.publish_sparql.loopback import serving
from tests.vocab.rdf.records import NS, achievement, published
from vocab.rdf import triples

TITLES = "SELECT ?r ?t { ?r a <https://data.example.cn/ns/sta#Achievement> ; <http://purl.org/dc/terms/title> ?t }"
CROSS = "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
QUERY_TYPE = {"Content-Type": "application/sparql-query"}
UPDATE_TYPE = {"Content-Type": "application/sparql-update"}
RECORD = published(achievement("石墨烯 7", "7"), "7")


def elements(page: html.HtmlElement, path: str) -> list[html.HtmlElement]:
    found = page.xpath(path)
    assert isinstance(found, list)
    return [element for element in found if isinstance(element, html.HtmlElement)]


def works(client: TestClient) -> Callable[[], bool]:
    return lambda: client.get("/sparql", params={"query": "ASK {}"}).status_code == 200


@pytest.mark.parametrize("method", ["get", "form", "body"])
def test_a_query_by_every_way_of_the_protocol(client: TestClient, method: str) -> None:
    if method == "get":
        answer = client.get("/sparql", params={"query": TITLES})
    elif method == "form":
        answer = client.post("/sparql", data={"query": TITLES})
    else:
        headers = {"Content-Type": "application/sparql-query; charset=utf-8"}
        answer = client.post("/sparql", content=TITLES.encode(), headers=headers)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/sparql-results+json"
    assert len(answer.json()["results"]["bindings"]) == 100
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Accept" in answer.headers["vary"]


@pytest.mark.parametrize("accept", list(RESULTS))
def test_results_in_the_format_asked_for(client: TestClient, accept: str) -> None:
    answer = client.get(
        "/sparql", params={"query": TITLES + " LIMIT 3"}, headers={"Accept": f"{accept};q=0.9, image/png"}
    )
    assert answer.headers["content-type"].partition(";")[0] == accept
    parsed = pyoxigraph.parse_query_results(answer.content, format=RESULTS[accept]) if accept != "text/csv" else None
    if isinstance(parsed, pyoxigraph.QuerySolutions):
        assert len(list(parsed)) == 3
    else:
        assert len(list(csv.reader(io.StringIO(answer.text)))) == 4


@pytest.mark.parametrize("accept", list(GRAPHS))
def test_graphs_in_the_format_asked_for(client: TestClient, accept: str) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{RECORD.iri}> {{ ?s ?p ?o }} }}"
    answer = client.get("/sparql", params={"query": query}, headers={"Accept": f"text/html;q=0.1, {accept}"})
    assert answer.headers["content-type"].partition(";")[0] == accept
    assert len(list(pyoxigraph.parse(answer.content, format=GRAPHS[accept]))) == len(set(triples(RECORD, NS)))


@pytest.mark.parametrize(
    "accept", [",", ";q=1", "text/csv;q=nan, */*;q=0.1", "text/csv;q=x, application/json", "a/b," * 40 + "*/*"]
)
def test_what_cannot_be_read_in_a_wish_counts_for_nothing(client: TestClient, accept: str) -> None:
    answer = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": accept})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/sparql-results+json")


@pytest.mark.parametrize("accept", ["image/png", "*/*;q=0", "/", "text/csv;q=inf", "image/png," * 20_000 + "*/*"])
def test_what_cannot_be_given_is_told_with_what_can(client: TestClient, accept: str) -> None:
    answer = client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": accept})
    assert answer.status_code == 406
    assert answer.json()["available"] == [*RESULTS, "text/html"]


def test_the_order_of_qualities_decides(client: TestClient) -> None:
    accept = "application/sparql-results+xml;q=0.4, text/csv;q=0.8, */*;q=0.1"
    assert client.get("/sparql", params={"query": "ASK {}"}, headers={"Accept": accept}).text == "true\n"


def test_the_dataset_comes_from_the_protocol_else_from_the_query(client: TestClient) -> None:
    other = published(achievement("", "8"), "8").iri
    query = "SELECT DISTINCT ?r { ?r <http://www.w3.org/ns/dcat#version> ?v }"
    chosen = client.get("/sparql", params={"query": query, "default-graph-uri": RECORD.iri}).json()
    assert [row["r"]["value"] for row in chosen["results"]["bindings"]] == [RECORD.iri]
    inside = query.replace("{ ?r", f"FROM <{other}> WHERE {{ ?r")
    assert [
        row["r"]["value"] for row in client.get("/sparql", params={"query": inside}).json()["results"]["bindings"]
    ] == [other]
    both = client.get("/sparql", params={"query": inside, "default-graph-uri": RECORD.iri}).json()
    assert [row["r"]["value"] for row in both["results"]["bindings"]] == [RECORD.iri]


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        ({"method": "GET", "url": "/sparql?query=SELECT%20*%20%7B"}, 400),
        ({"method": "GET", "url": "/sparql?query=ASK{}&query=ASK{}"}, 400),
        ({"method": "GET", "url": "/sparql?update=DROP%20ALL"}, 400),
        ({"method": "POST", "url": "/sparql", "data": {"update": "DROP ALL"}}, 400),
        ({"method": "POST", "url": "/sparql", "data": {"query": "DROP ALL"}}, 400),
        ({"method": "POST", "url": "/sparql", "data": {}, "headers": {"Content-Type": "application/x-www-form-urlencoded"}}, 400),
        ({"method": "POST", "url": "/sparql", "content": b"\xff", "headers": QUERY_TYPE}, 400),
        ({"method": "POST", "url": "/sparql", "content": b"DROP ALL", "headers": UPDATE_TYPE}, 415),
        ({"method": "POST", "url": "/sparql", "content": b"x" * (MAX_BYTES + 1), "headers": QUERY_TYPE}, 413),
        ({"method": "PUT", "url": "/sparql"}, 405),
        ({"method": "DELETE", "url": "/sparql"}, 405),
    ],
)  # fmt: skip
def test_what_is_not_a_query_is_refused(client: TestClient, request_: dict[str, object], status: int) -> None:
    answer = client.request(**request_)  # type: ignore[arg-type]
    assert answer.status_code == status
    if status != 405:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
        assert answer.headers["access-control-allow-origin"] == "*"


def test_the_data_survive_every_refusal(client: TestClient) -> None:
    assert len(client.get("/sparql", params={"query": TITLES}).json()["results"]["bindings"]) == 100


@pytest.mark.parametrize("accept", list(RESULTS))
def test_a_query_without_end_is_an_error_in_every_format(client: TestClient, server: GraphServer, accept: str) -> None:
    answer = client.get(
        "/sparql", params={"query": COUNT}, headers={"Accept": f"{accept}, application/problem+json;q=0.1"}
    )
    assert answer.status_code in (503, 504)
    assert answer.headers["content-type"] == "application/problem+json"
    settled(server, works(client))


def test_an_answer_too_large_says_so(client: TestClient, server: GraphServer) -> None:
    answer = client.get("/sparql", params={"query": CROSS}, headers={"Accept": "text/csv"})
    assert answer.status_code == 422
    assert "LIMIT" in answer.json()["detail"]
    settled(server, works(client))


def test_a_store_killed_in_the_middle_of_an_answer_is_an_honest_error(client: TestClient, server: GraphServer) -> None:
    timer = threading.Timer(0.2, server.child.kill)
    timer.start()
    answer = client.get("/sparql", params={"query": COUNT})
    timer.join()
    assert answer.status_code in (503, 504)
    settled(server, works(client))
    assert len(client.get("/sparql", params={"query": TITLES}).json()["results"]["bindings"]) == 100


def test_a_store_that_is_down_is_503_with_retry_after() -> None:
    with TestClient(application(SparqlStore("http://127.0.0.1:1", NS))) as client:
        answer = client.get("/sparql", params={"query": "ASK {}"})
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0


def test_options_and_head(client: TestClient) -> None:
    preflight = client.options(
        "/sparql", headers={"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
    )
    assert preflight.status_code == 204
    assert "POST" in preflight.headers["access-control-allow-methods"]
    head = client.head("/sparql", params={"query": "ASK {}"})
    assert head.status_code == 200
    assert head.content == b""


def test_without_a_query_programs_get_the_service_description(client: TestClient) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/turtle"})
    graph = rdflib.Graph().parse(data=answer.content, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    assert (rdflib.URIRef(f"{NS.base}/sparql"), sd.feature, sd.UnionDefaultGraph) in graph


@pytest.mark.parametrize(
    ("lang", "accepted", "expected"), [("en", "", "en"), ("", "en-GB,zh;q=0.5", "en"), ("", "", "zh-CN")]
)
def test_people_get_a_form_in_their_language(client: TestClient, lang: str, accepted: str, expected: str) -> None:
    answer = client.get(f"/sparql?lang={lang}", headers={"Accept": "text/html", "Accept-Language": accepted or "zh"})
    page = html.fromstring(answer.content)
    assert page.get("lang") == expected
    assert elements(page, "//form[@action='/sparql']//textarea[@name='query']")
    assert len(elements(page, "//label")) == 2


def test_people_see_results_as_a_table_and_hostile_text_as_text(client: TestClient) -> None:
    query = 'SELECT ?x ?y ?z { VALUES (?x ?y ?z) { ("<script>alert(1)</script>" <javascript:alert(1)> <http://a.example/>) } }'
    answer = client.get("/sparql", params={"query": query, "format": "text/html"})
    page = html.fromstring(answer.content)
    assert elements(page, "//td")[0].text_content().strip().startswith("<script>")
    assert [link.get("href") for link in elements(page, "//td//a")] == ["http://a.example/"]
    assert not elements(page, "//td//script")


@pytest.mark.parametrize(("lang", "verdict"), [("zh", "是 true"), ("en", "Yes true")])
def test_people_see_yes_and_no_in_their_language(client: TestClient, lang: str, verdict: str) -> None:
    asked = {"query": "ASK {}", "format": "text/html", "lang": lang}
    page = html.fromstring(client.get("/sparql", params=asked).content)
    assert elements(page, "//p[@class='verdict']")[0].text_content().strip() == verdict


def test_people_see_graphs_as_turtle_and_may_download_them(client: TestClient) -> None:
    query = f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{RECORD.iri}> {{ ?s ?p ?o }} }}"
    page = html.fromstring(client.get("/sparql", params={"query": query, "format": "text/html"}).content)
    written = elements(page, "//section/pre")[0].text_content()
    assert len(list(pyoxigraph.parse(written, format=pyoxigraph.RdfFormat.TURTLE))) == len(set(triples(RECORD, NS)))
    for link in elements(page, "//p[@class='downloads']/a"):
        answer = client.get(link.get("href", ""))
        assert answer.headers["content-type"].partition(";")[0] == link.get("type")
        assert len(list(pyoxigraph.parse(answer.content, format=GRAPHS[link.get("type", "")]))) > 10


def test_the_page_stands_in_the_sites_frame(client: TestClient) -> None:
    answer = client.get("/sparql", headers={"Accept": "text/html"})
    page = html.fromstring(answer.content)
    styles = [link.get("href", "") for link in elements(page, "//link[@rel='stylesheet']")]
    assert styles
    assert {client.get(style).status_code for style in styles} == {200}
    assert elements(page, "//header//nav//a[@href='/sparql'][@aria-current='page']")
    assert elements(page, "//footer//a[@href='/sparql']")
    assert set(answer.headers["vary"].split(", ")) >= {"Accept", "Accept-Language", "Cookie"}


def test_switching_the_language_keeps_the_query_and_its_answer(client: TestClient) -> None:
    asked = client.get("/sparql", params={"query": TITLES, "format": "text/html", "lang": "zh"})
    switch = elements(html.fromstring(asked.content), "//a[@hreflang='en']")[0].get("href", "")
    page = html.fromstring(client.get(switch).content)
    assert page.get("lang") == "en"
    assert elements(page, "//textarea")[0].text_content().strip() == TITLES
    assert elements(page, "//*[@id='results']")[0].text_content() == "Results: 100 rows"


def test_every_example_on_the_page_is_answered(client: TestClient) -> None:
    page = html.fromstring(client.get("/sparql", headers={"Accept": "text/html"}).content)
    links = [link.get("href", "") for link in elements(page, "//ul[@class='examples']//a")]
    assert len(links) >= 5
    for link in links:
        assert elements(html.fromstring(client.get(link).content), "//*[@id='results']"), link


def test_people_see_errors_in_the_page_with_their_query(client: TestClient) -> None:
    answer = client.get("/sparql", params={"query": "SELECT * {"}, headers={"Accept": "text/html"})
    page = html.fromstring(answer.content)
    assert answer.status_code == 400
    assert elements(page, "//textarea")[0].text_content().strip() == "SELECT * {"
    assert elements(page, "//*[@role='alert']")


def test_rdflib_as_a_client_over_http(app: Starlette) -> None:
    with serving(app) as address:
        store = SPARQLStore(f"{address}/sparql")
        graph, record = rdflib.Graph(store), rdflib.URIRef(RECORD.iri)
        assert len(list(graph.query(TITLES + " LIMIT 5"))) == 5
        assert bool(graph.query(f"ASK {{ <{RECORD.iri}> ?p ?o }}"))
        assert graph.value(record, rdflib.URIRef(NS.expand("dcat:version"))) == rdflib.Literal("1")
        assert rdflib.Literal("石墨烯 7", "zh") in set(graph.objects(record, rdflib.DCTERMS.title))
        described = graph.query(f"CONSTRUCT {{ ?s ?p ?o }} {{ GRAPH <{RECORD.iri}> {{ ?s ?p ?o }} }}").graph
        assert described is not None
        assert len(described) == len(set(triples(RECORD, NS)))
        store.close()


def test_a_client_like_curl_over_http(app: Starlette) -> None:
    with serving(app) as address:
        answer = requests.get(f"{address}/sparql?query={quote(TITLES)}", headers={"Accept": "*/*"}, timeout=10)
        assert answer.status_code == 200
        assert len(json.loads(answer.content)["results"]["bindings"]) == 100
