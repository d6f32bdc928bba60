import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from federation.graph.base import GraphError, QueryRefused
from federation.graph.oxigraph import OxigraphStore
from publish.sparql.examples import EXAMPLES, Example
from publish.sparql.guard import MAX_DEPTH, MAX_JOINS, MAX_OPERATORS, admit
from publish.sparql.lexer import resolved, tokens
from publish.sparql.protocol import MAX_BYTES
from tests.vocab.rdf.records import NS

INNER = "{ ?s ?p ?o }"
CALLS = {
    "plain": f"SELECT * {{ SERVICE <URL> {INNER} }}",
    "silent": f"SELECT * {{ SERVICE SILENT <URL> {INNER} }}",
    "case": f"SELECT * {{ sErViCe <URL> {INNER} }}",
    "no space": f"SELECT*{{SERVICE<URL>{INNER}}}",
    "newline": f"SELECT * {{ SERVICE\n\t<URL> {INNER} }}",
    "comment between": f"SELECT * {{ SERVICE # <x>\n<URL> {INNER} }}",
    "comment before": f"SELECT * {{ # nothing\nSERVICE <URL> {INNER} }}",
    "carriage return ends a comment": f"SELECT * {{ # nothing\rSERVICE <URL> {INNER} }}",
    "escaped letter": f"SELECT * {{ \\u0053ERVICE <URL> {INNER} }}",
    "escaped long": f"SELECT * {{ SERVIC\\U00000045 <URL> {INNER} }}",
    "escaped newline ends a comment": f"SELECT * {{ # \\u000ASERVICE <URL> {INNER}\n }}",
    "escaped quote ends a string": f'SELECT * {{ ?s ?p "a\\u0022 . SERVICE <URL> {INNER} #" }}',
    "hidden by a string": f'SELECT * {{ ?s ?p "\\"" . SERVICE <URL> {INNER} . ?s ?p "" }}',
    "hidden by a long string": f'SELECT * {{ ?s ?p """a"" \\"""" . SERVICE <URL> {INNER} }}',
    "after an operator <": f"SELECT * {{ ?s ?p ?o FILTER(1 < 2) SERVICE <URL> {INNER} FILTER(3 > 2) }}",
    "variable": f"SELECT * {{ VALUES ?u {{ <URL> }} SERVICE ?u {INNER} }}",
    "glued variable": f"SELECT * {{ VALUES ?u {{ <URL> }} SERVICE?u {INNER} }}",
    "empty prefix": f"PREFIX : <URL> SELECT * {{ SERVICE: {INNER} }}",
    "glued prefix": f"PREFIX x: <URL> SELECT * {{ SERVICEx: {INNER} }}",
    "glued to true": f"PREFIX x: <URL> SELECT * {{ ?s ?p trueSERVICE<URL> {INNER} }}",
    "glued to a number": f"SELECT * {{ ?s ?p 1.SERVICE <URL> {INNER} }}",
    "subquery": f"SELECT * {{ {{ SELECT * {{ SERVICE <URL> {INNER} }} }} }}",
    "exists": f"ASK {{ FILTER EXISTS {{ SERVICE <URL> {INNER} }} }}",
    "construct": f"CONSTRUCT {INNER} WHERE {{ SERVICE <URL> {INNER} }}",
    "describe": f"DESCRIBE ?s {{ SERVICE <URL> {INNER} }}",
    "long s": f"SELECT * {{ \u017fERVICE <URL> {INNER} }}",
    "dotless i": f"SELECT * {{ SERV\u0131CE <URL> {INNER} }}",
    "prefix named so": f"PREFIX service: <http://a/> SELECT * {{ SERVICE <URL> {INNER} }}",
}
HARMLESS = {
    "string": 'SELECT * { ?s ?p "SERVICE <http://a/> {}" }',
    "long string": "SELECT * { ?s ?p '''it's a SERVICE''' }",
    "comment": "SELECT * { # SERVICE <http://a/>\n ?s ?p ?o }",
    "IRI": "SELECT * { ?s <http://a/SERVICE> ?o }",
    "variable": "SELECT ?service { ?service ?p ?o }",
    "local name": "PREFIX x: <http://a/> SELECT * { ?s x:service ?o }",
    "language": 'SELECT * { ?s ?p "a"@en-service }',
    "nothing of the kind": "ASK {}",
}


@pytest.mark.parametrize("name", CALLS)
def test_a_call_in_disguise_is_refused_and_reaches_nobody(
    name: str, client: TestClient, victim: tuple[str, list[str]]
) -> None:
    address, visits = victim
    answer = client.post("/sparql", data={"query": CALLS[name].replace("URL", address)})
    assert answer.status_code == 400
    assert visits == []
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_store_itself_would_have_called(store: OxigraphStore, victim: tuple[str, list[str]]) -> None:
    """The proof that the list above means something."""
    address, visits = victim
    with pytest.raises(GraphError):
        store.query(CALLS["plain"].replace("URL", address), "*/*")
    deadline = time.monotonic() + 5
    while not visits:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("name", HARMLESS)
def test_the_word_alone_is_no_call(name: str) -> None:
    admit(HARMLESS[name])


@pytest.mark.parametrize(
    "update",
    [
        "DROP ALL",
        "INSERT DATA { <a:a> <a:a> 1 }",
        "PREFIX x: <http://a/> DELETE WHERE { ?s ?p ?o }",
        "LOAD <http://127.0.0.1/>",
        "# a comment\nload <file:///etc/passwd>",
        "BASE <http://a/> CLEAR DEFAULT",
        "WITH <http://a/> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }",
        "",
        "nonsense",
        "PREFIX",
    ],
)
def test_only_queries_are_admitted(update: str) -> None:
    with pytest.raises(QueryRefused):
        admit(update)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {" + "{" * MAX_DEPTH + "}" * MAX_DEPTH + "}",
        "SELECT * { ?s ?p " + "[ ?p " * MAX_DEPTH + "1" + "]" * MAX_DEPTH + " }",
        "SELECT * {" + "?s ?p ?o . " * (MAX_JOINS + 1) + "}",
        "SELECT * { ?s <a:a>" + "/<a:a>" * (MAX_JOINS + 1) + " ?o }",
        "SELECT * { ?s ?p ?o FILTER(1" + " + 1" * (MAX_OPERATORS + 1) + ") }",
        "SELECT * { ?s ?p ?o FILTER(" + "!" * (MAX_OPERATORS + 1) + "?o) }",
        "SELECT * { {} " + "UNION {} " * (MAX_OPERATORS + 1) + "}",
    ],
)
def test_what_would_end_the_store_is_refused(query: str, client: TestClient) -> None:
    answer = client.post("/sparql", data={"query": query})
    assert answer.status_code == 400
    assert "more than" in answer.json()["detail"]


ENDLESS = [r"\'", "a.", "a-", "'''\\", '"""\\', "<", ":a%", "?", r"\u0027\u005c", r"\u0022"]


@pytest.mark.parametrize("piece", ENDLESS)
def test_reading_costs_no_more_than_its_length(piece: str) -> None:
    """A quarter of a megabyte of what begins and never ends: read from each beginning to the end, it would take minutes."""
    for start in ("SELECT * { ", "SELECT * { '"):
        with suppress(QueryRefused):
            admit(start + piece * (MAX_BYTES // len(piece)))


def test_a_quotation_mark_that_begins_no_string_is_refused() -> None:
    with pytest.raises(QueryRefused, match="quotation mark"):
        admit("SELECT * { ?s ?p 'a }")
    assert admit("SELECT * { ?s <it's> 'a' # isn't\n }").form == "SELECT"


def test_a_long_query_with_the_word_is_refused_rather_than_parsed() -> None:
    values = " ".join(f"<http://a/{number}>" for number in range(3000))
    with pytest.raises(QueryRefused, match="16,384"):
        admit(f"SELECT * {{ VALUES ?s {{ {values} }} ?s ?p 'service' }}")


def test_relative_graphs_are_resolved_against_the_base() -> None:
    found = admit("BASE <http://a/b/> PREFIX x: <c#> SELECT * FROM <d> FROM NAMED x:e { ?s ?p ?o }")
    assert (found.default_graphs, found.named_graphs) == (("http://a/b/d",), ("http://a/b/c#e",))


def test_long_lists_of_values_are_admitted() -> None:
    values = " ".join(f"<http://a/{number}>" for number in range(3000))
    assert admit(f"SELECT * {{ VALUES ?s {{ {values} }} ?s ?p ?o }}").form == "SELECT"


def test_the_form_and_the_dataset_are_read() -> None:
    found = admit("PREFIX x: <http://a/> construct { ?s ?p ?o } FROM <http://b/c> from named x:d WHERE { ?s ?p ?o }")
    assert (found.form, found.default_graphs, found.named_graphs) == ("CONSTRUCT", ("http://b/c",), ("http://a/d",))


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.en)
def test_every_example_is_admitted(example: Example) -> None:
    assert admit(example.text(NS)).form == "SELECT"


@given(st.text())
def test_reading_never_fails_and_loses_nothing_but_space_and_comments(text: str) -> None:
    found = "".join(token.text for token in tokens(text))
    if "#" not in text:
        assert "".join(found.split()) == "".join(text.split())


@given(st.text())
def test_resolving_escapes_never_fails(text: str) -> None:
    assert resolved(text + "\\u0041").endswith("A")
