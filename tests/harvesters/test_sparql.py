"""SPARQL endpoints: a real oxigraph server, also behind one that gives less than it was asked for without saying so."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

import pyoxigraph as ox
import pytest
import urllib3

from federation.graph.limits import GraphLimits
from federation.graph.oxigraph_process import OxigraphProcess
from harvesters import harvester
from harvesters.base import OptionsError, TerminalError, TransientError
from tests.harvesters.endpoints import endpoint, read, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, Server, script, serving
from tests.harvesters.test_dcat import HONG_KONG, harvested, turtle

COUNT = 13
HTTP = urllib3.PoolManager(retries=False)


def catalogue() -> str:
    """So many datasets with a publisher and a distribution each; the last is withdrawn, one belongs to somebody else."""
    text = "".join(
        f'd:{n:03} a dcat:Dataset ; dct:title "成果 {n}"@zh ; dct:modified "2026-03-{n + 1:02}"^^xsd:date ; dct:publisher d:o ;'
        f' dct:isPartOf d:000 ; dcat:distribution [ dct:title "CSV" ; dct:license [ dct:title "open" ] ] .\n'
        for n in range(COUNT)
    )
    return f"""{text} d:o foaf:name "创新科技署" . d:{COUNT - 1:03} owl:deprecated true .
    d:x a dcat:DataService ; dct:title "other" . [] a dcat:Dataset ; dct:title "nobody can ask for it" ."""


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an endpoint with the catalogue, and with the Hong Kong one in a named graph."""
    process = OxigraphProcess(tmp_path_factory.mktemp("sparql") / "store", GraphLimits())
    process.start()
    try:
        for where, text in (("default", catalogue()), ("graph=https://data.example.hk/", HONG_KONG)):
            answer = HTTP.request(
                "POST", f"{process.url}/store?{where}", body=turtle(text), headers={"Content-Type": "text/turtle"}
            )
            assert answer.status in (201, 204), answer.data
        yield f"{process.url}/query"
    finally:
        process.stop()


Change = Callable[[str, urllib3.BaseHTTPResponse], Reply | None]


def between(store: str, change: Change) -> Behaviour:
    """A server in front of the store that may change its answers."""

    def answer(asked: Asked) -> Reply:
        given = {"Content-Type": asked.headers["content-type"], "Accept": asked.headers["accept"]}
        reply = HTTP.request("POST", store, body=asked.body, headers=given)
        changed = change(dict(parse_qsl(asked.body.decode()))["query"], reply)
        return changed or Reply(reply.data, reply.status, reply.headers["content-type"])

    return answer


def mine(server: Server, **options: object) -> Any:
    return harvester("sparql", endpoint(server.url + "/sparql", options, retries=1))


DEFAULT: dict[str, object] = {
    "select": "SELECT ?record WHERE { ?record a dcat:Dataset ; dct:isPartOf <https://data.example.hk/dataset/000> }"
}


@pytest.mark.parametrize("options", [{"size": 5, "batch": 4}, {"size": 13, "batch": 1}, {"size": 1000}, {"size": 1}])
def test_every_record_is_listed_and_described(store: str, options: dict[str, object]) -> None:
    pass_ = harvester("sparql", endpoint(store, DEFAULT | options))
    records, unreadable = read(pass_)
    assert [each.identifier[-3:] for each in records] == [f"{n:03}" for n in range(COUNT)]
    assert (unreadable, pass_.complete) == ([], True)
    assert json.loads(records[1].body) == {
        "@id": "https://data.example.hk/dataset/001",
        "@type": ["dcat:Dataset"],
        "dcat:distribution": [{"dct:license": [{"dct:title": [{"@value": "open"}]}], "dct:title": [{"@value": "CSV"}]}],
        "dct:isPartOf": [{"@id": "https://data.example.hk/dataset/000"}],
        "dct:modified": [{"@type": "xsd:date", "@value": "2026-03-02"}],
        "dct:publisher": [{"@id": "https://data.example.hk/dataset/o", "foaf:name": [{"@value": "创新科技署"}]}],
        "dct:title": [{"@language": "zh", "@value": "成果 1"}],
    }
    assert records[1].modified == datetime(2026, 3, 1, 16, tzinfo=UTC)
    assert [(each.deleted, each.body) for each in records[-1:]] == [(True, b"")]


def test_the_same_catalogue_gives_the_same_bytes_as_over_dcat(store: str) -> None:
    options: dict[str, object] = {"graph": "https://data.example.hk/"}
    pass_ = harvester("sparql", endpoint(store, options))
    records, _ = read(pass_)
    assert {each.identifier: each.body for each in records} == {
        each.identifier: each.body for each in harvested(turtle(HONG_KONG))[0]
    }
    assert pass_.complete


@pytest.mark.parametrize(("levels", "deepest"), [(1, "dct:publisher"), (2, "CSV"), (3, "open")])
def test_levels_say_how_far_a_description_goes(store: str, levels: int, deepest: str) -> None:
    records, _ = read(harvester("sparql", endpoint(store, DEFAULT | {"levels": levels})))
    text = records[0].body.decode()
    assert [word in text for word in ("dct:publisher", "CSV", "open")] == [
        True,
        levels > 1,
        levels > 2,
    ]
    assert deepest in text


def test_other_classes_and_prefixes_are_options(store: str) -> None:
    services = read(harvester("sparql", endpoint(store, {"classes": ["dcat:DataService"]})))[0]
    assert [each.identifier[-1] for each in services] == ["x"]
    query = {
        "prefixes": {"my": "https://data.example.hk/dataset/"},
        "select": "SELECT ?record { VALUES ?record { my:001 my:x } }",
    }
    found = read(harvester("sparql", endpoint(store, query)))[0]
    assert [each.identifier[-1] for each in found] == ["1", "x"]


def test_an_incremental_pass_is_never_complete(store: str) -> None:
    pass_ = harvester("sparql", endpoint(store, DEFAULT))
    assert len(list(pass_.records(datetime(2026, 1, 1, tzinfo=UTC)))) == COUNT
    assert not pass_.complete


# Endpoints that do less than they say.


def capped(rows: int) -> Change:
    """Never more than so many rows, or triples, and not a word about it."""

    def change(query: str, reply: urllib3.BaseHTTPResponse) -> Reply | None:
        kind = reply.headers["content-type"].partition(";")[0]
        if kind == "application/sparql-results+json":
            table = json.loads(reply.data)
            table["results"]["bindings"] = table["results"]["bindings"][:rows]
            return Reply(json.dumps(table).encode(), media_type=kind)
        triples = [quad.triple for quad in ox.parse(reply.data, ox.RdfFormat.RDF_XML)][:rows]
        return Reply(ox.serialize(triples, format=ox.RdfFormat.RDF_XML) or b"", media_type=kind)

    return change


def test_pages_shorter_than_asked_for_are_not_the_end(store: str) -> None:
    """Virtuoso gives 10,000 rows and no more: a page is the last one only when the next is empty."""
    with serving(between(store, capped(12))) as server:
        pass_ = mine(server, **DEFAULT, size=1000, batch=10)
        records, unreadable = read(pass_)
    assert (len(records), unreadable, pass_.complete) == (COUNT, [], True)
    assert all(b"open" in each.body and "创新科技署".encode() in each.body for each in records if not each.deleted)


def test_a_description_that_never_comes_whole_is_reported_and_not_taken_for_one(store: str) -> None:
    with serving(between(store, capped(5))) as server:
        pass_ = mine(server, **DEFAULT)
        records, unreadable = read(pass_)
        trusting = mine(server, **DEFAULT, batch=1, count="ignore")
        assert len(read(trusting)[0]) == COUNT
    assert (records, len(unreadable), pass_.complete) == ([], COUNT, False)
    assert "withholds" in unreadable[0].reason


@pytest.mark.parametrize("which", ["SELECT DISTINCT ?record", "CONSTRUCT", "COUNT"])
def test_an_answer_cut_in_the_middle_is_asked_for_again(store: str, which: str) -> None:
    """What oxigraph does when its time is over: status 200, and half a body."""
    cuts: list[str] = []

    def once(query: str, reply: urllib3.BaseHTTPResponse) -> Reply | None:
        if which not in query or cuts:
            return None
        cuts.append(query)
        return Reply(reply.data[: len(reply.data) * 2 // 3], media_type=reply.headers["content-type"])

    def always(query: str, reply: urllib3.BaseHTTPResponse) -> Reply | None:
        return Reply(reply.data[:-9], media_type=reply.headers["content-type"]) if which in query else None

    with serving(between(store, once)) as server:
        pass_ = mine(server, **DEFAULT)
        assert len(read(pass_)[0]) == COUNT
    assert (len(cuts), pass_.complete) == (1, True)
    with serving(between(store, always)) as server:
        pass_ = mine(server, **DEFAULT)
        seen, error = until_failure(pass_)
    assert (seen, type(error), pass_.complete) == ([], TransientError, False)
    assert "lower size, batch or levels" in str(error)


def test_what_the_endpoint_does_not_understand_is_said_in_its_words(store: str) -> None:
    query: dict[str, object] = {"select": "SELECT ?record WHERE { ?record a undeclared:Thing }"}
    seen, error = until_failure(harvester("sparql", endpoint(store, query)))
    assert (seen, type(error)) == ([], TerminalError)
    assert "status 400" in str(error)
    assert "prefix" in str(error).lower()


def rows(*iris: str, variable: str = "record") -> Reply:
    table = {
        "head": {"vars": [variable]},
        "results": {"bindings": [{variable: {"type": "uri", "value": iri}} for iri in iris]},
    }
    return Reply(json.dumps(table).encode(), media_type="application/sparql-results+json")


NOTHING = Reply(b"", media_type="text/turtle")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (rows("http://x.example/2", "http://x.example/1"), "does not keep ORDER BY"),
        (rows("http://x.example/1", "http://x.example/1"), "does not keep ORDER BY"),
        (rows("http://x.example/1", variable="other"), r"rows without \?record"),
        (Reply(b'{"boolean": true}'), "not SPARQL results"),
        (Reply(b'{"results": {"bindings": [{"record": 1}]}}'), "not SPARQL results"),
        (Reply(b"<sparql/>"), "not JSON"),
        (Reply(b"<html><title>Virtuoso SPARQL Query Editor</title>"), "titled 'Virtuoso SPARQL Query Editor'"),
        (Reply(b"Virtuoso 37000 Error SP030", status=400), "status 400: Virtuoso 37000 Error SP030"),
    ],
)
def test_what_no_endpoint_would_say_is_a_typed_error(reply: Reply, message: str) -> None:
    with serving(script(reply)) as server, pytest.raises(TerminalError, match=message):
        read(mine(server))


def test_an_endpoint_that_repeats_its_page_is_left() -> None:
    page = rows("http://x.example/1")
    described = Reply(b'<http://x.example/1> <http://purl.org/dc/terms/title> "t" .', media_type="text/turtle")
    with serving(script(page, described, rows("1", variable="triples"), page)) as server:
        pass_ = mine(server)
        seen, error = until_failure(pass_)
    assert (len(seen), type(error), pass_.complete) == (1, TerminalError, False)


def test_records_that_cannot_be_asked_for_or_are_not_described_are_reported() -> None:
    """No IRI of a source reaches a query as it is unless it may stand in one."""
    evil = "http://x.example/> } ; DROP ALL #"
    with serving(script(rows(evil, "http://x.example/~"), NOTHING, rows("0", variable="triples"), rows())) as server:
        pass_ = mine(server)
        records, unreadable = read(pass_)
        queries = [dict(parse_qsl(asked.body.decode()))["query"] for asked in server.asked]
    assert (records, [each.identifier for each in unreadable], pass_.complete) == (
        [],
        [evil, "http://x.example/~"],
        False,
    )
    assert not any("DROP ALL" in query for query in queries)


def test_an_empty_endpoint_is_empty() -> None:
    with serving(script(rows())) as server:
        pass_ = mine(server)
        assert read(pass_) == ([], [])
        assert pass_.complete
        assert server.asked[0].method == "POST"
        assert server.asked[0].headers["content-type"] == "application/x-www-form-urlencoded"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"classes": ["dcta:Dataset> }"]}, "is no IRI"),
        ({"classes": ["Dataset"]}, "is no IRI"),
        ({"graph": "a b"}, "is no IRI"),
        ({"prefixes": {"x": "<"}}, "is no IRI"),
        ({"select": "SELECT ?s WHERE { ?s ?p ?o }"}, r"must find \?record"),
        ({"utc_offset": "8"}, "utc_offset"),
        ({"levels": 9}, "levels"),
    ],
)
def test_options_are_checked_before_anything_is_asked(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError, match=message):
        harvester("sparql", endpoint("http://x.example/", options))
