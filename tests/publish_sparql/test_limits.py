"""What a question may be and cost, and what the endpoint says to more."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from starlette.testclient import TestClient

from federation.graph.server import GraphServer
from federation.graph.store import SparqlStore
from publish.sparql.protocol import MAX_BYTES
from publish.sparql.turns import QUEUED
from tests.federation_graph.asking import CROSS, eventually, settled
from tests.publish import fakes
from tests.publish_sparql.conftest import LIMITS, application
from tests.vocab.rdf.records import NS

SLOW = f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}"
ONE = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 1"


def test_unchanged_data_are_not_sent_again(store: SparqlStore) -> None:
    state = ["1"]
    with TestClient(application(store, lambda: state[0])) as client:
        first = client.get("/sparql", params={"query": ONE})
        tag = first.headers["etag"]
        again = client.get("/sparql", params={"query": ONE}, headers={"If-None-Match": f'"other", {tag}'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["access-control-allow-origin"] == "*"
        others = [
            client.get("/sparql", params={"query": f"{ONE} "}),
            client.get("/sparql", params={"query": ONE, "default-graph-uri": "urn:a"}),
            client.get("/sparql", params={"query": ONE, "named-graph-uri": "urn:a"}),
            client.get("/sparql", params={"query": ONE}, headers={"Accept": "text/csv"}),
        ]
        assert len({tag, *(other.headers["etag"] for other in others)}) == 5
        state[0] = "2"
        eventually(lambda: client.get("/sparql", params={"query": ONE}).headers["etag"] != tag)
        changed = client.get("/sparql", params={"query": ONE}, headers={"If-None-Match": tag})
        assert changed.status_code == 200


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "struuid()", "BNODE()"])
def test_what_is_new_each_time_has_no_tag(store: SparqlStore, function: str) -> None:
    with TestClient(application(store, lambda: "1")) as client:
        answer = client.get("/sparql", params={"query": f"SELECT ({function} AS ?x) {{}}"})
        assert answer.status_code == 200
        assert "etag" not in answer.headers


def test_head_says_what_get_says(client: TestClient) -> None:
    get, head = (client.request(method, "/sparql", params={"query": ONE}) for method in ("GET", "HEAD"))
    assert head.status_code == get.status_code == 200
    assert head.content == b""
    assert head.headers["content-type"] == get.headers["content-type"]


@pytest.mark.parametrize(
    "accept", [",", ";;;", "*", "text/", "/", "a/b/c;q=x", "text/csv;q=", "\xff", "text/csv;q=nan", ";q=1," * 2_000, "*/*;q=0"]
)  # fmt: skip
def test_a_malformed_accept_header_is_no_fault_of_ours(client: TestClient, accept: str) -> None:
    answer = client.get("/sparql", params={"query": ONE}, headers={b"Accept": accept.encode("latin-1")})
    assert answer.status_code in (200, 406)


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("SELECT * { ?s ?p ?o } OFFSET 1000000000", 200, '"bindings":[]'),
        ("SELECT * { ?s ?p ?o } LIMIT 1 OFFSET 18446744073709551616", 400, ""),
        ("SELECT * { " + "{ " * 10_000 + "} " * 10_000 + "}", 400, "levels deep"),
        ("SELECT * { FILTER(" + "(" * 10_000 + "1" + ")" * 10_000 + ") }", 400, "levels deep"),
        ("SELECT * { ?s ?p ?o } # " + "x" * 2**20, 413, f"{MAX_BYTES:,} bytes"),
        ("SELECT * { ?s ?p '" + "石" * 50_000 + "' }", 200, '"bindings":[]'),
    ],
    ids=["offset", "offset-too-large", "braces", "brackets", "megabyte", "long"],
)
def test_large_questions_get_a_right_answer(client: TestClient, query: str, status: int, said: str) -> None:
    headers = {"Content-Type": "application/sparql-query"}
    answer = client.post("/sparql", content=query.encode(), headers=headers)
    assert answer.status_code == status, answer.text[:300]
    assert said in answer.text


def test_the_whole_site_takes_them_as_the_endpoint_does() -> None:
    with TestClient(fakes.app()) as client:
        form = {"query": "SELECT * { ?s ?p ?o } LIMIT 1 # " + "x" * 100_000}
        assert client.post("/sparql", data=form).status_code == 200
        answer = client.post("/sparql", data={"query": "x" * 2**20})
        assert (answer.status_code, "bytes" in answer.json()["detail"]) == (413, True)
        asked = {"Origin": "https://a.example", "Access-Control-Request-Method": "POST"}
        preflight = client.options("/sparql", headers={**asked, "Access-Control-Request-Headers": "content-type"})
        assert preflight.status_code in (200, 204)
        assert preflight.headers["access-control-allow-origin"] == "*"


def test_no_client_can_take_all_turns(store: SparqlStore, server: GraphServer) -> None:
    with TestClient(application(store)) as client, ThreadPoolExecutor(QUEUED + 4) as threads:
        asked = [threads.submit(client.get, "/sparql", params={"query": f"{SLOW} # {n}"}) for n in range(QUEUED + 4)]
        answers = [one.result() for one in asked]
        refused = [answer for answer in answers if answer.status_code == 429]
        assert len(refused) == 4
        assert all(int(answer.headers["retry-after"]) > 0 for answer in refused)
        assert {answer.status_code for answer in answers} <= {429, 503, 504}
        settled(server, lambda: client.get("/sparql", params={"query": "ASK {}"}).status_code == 200)


def liar(*pieces: bytes, pause: float = 0.0) -> Callable[[socket.socket], None]:
    """A store that sends these pieces and closes."""

    def answer(connection: socket.socket) -> None:
        connection.recv(65_536)
        for piece in pieces:
            connection.sendall(piece)
            time.sleep(pause)

    return answer


OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/sparql-results+json\r\n"
HALF = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"http://a/"}}'
LIARS = {
    "closes before its length": liar(OK + b"Content-Length: 900\r\n\r\n", HALF),
    "ends with half an answer": liar(OK + b"Connection: close\r\n\r\n", HALF),
    "ends in the middle of a chunk": liar(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % 500, HALF),
    "sends a comment after half": liar(OK + b"Connection: close\r\n\r\n", HALF, b"\n# timed out\n"),
    "is no server": liar(b"\x00\x01\x02"),
    "says nothing": liar(),
    "never comes to an end": liar(OK + b"Connection: close\r\n\r\n", *[b" "] * 30, pause=0.1),
    "speaks of something else": liar(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi"),
}


@pytest.fixture
def lying(request: pytest.FixtureRequest) -> Iterator[str]:
    with closing(socket.create_server(("127.0.0.1", 0))) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with closing(connection):
                try:
                    LIARS[request.param](connection)
                except OSError:  # the endpoint left, which is what it should do
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread.join(20)


@pytest.mark.parametrize("lying", list(LIARS), indirect=True)
def test_a_store_that_stops_in_the_middle_is_never_passed_on(lying: str) -> None:
    with closing(SparqlStore(lying, NS, LIMITS)) as store, TestClient(application(store)) as client:
        answer = client.get("/sparql", params={"query": ONE})
    assert answer.status_code in (503, 504)
    assert answer.headers["content-type"] == "application/problem+json"
    assert "http://a/" not in answer.text
