"""What only a cluster can do wrong, and what then has to be true: writes that come late, documents it refuses, a cluster that is
busy, full, red, closed, gone or silent, and indexes that are lost, of another format or somebody else's."""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import msgspec
import pytest
from elasticsearch import Elasticsearch

from search import elastic_contents, elastic_mapping, elastic_writing
from search.base import BadQuery, Page, Query, SearchUnavailable
from search.elastic_client import Cluster, Credentials, Missing, Refused, Unreachable, engine_errors
from search.elastic_index import ElasticIndex
from tests.search.records import iri, public
from tests.search.servers.elasticsearch import Server
from tests.search.servers.gate import Gate, gate_to

MakeElastic = Callable[..., ElasticIndex]


def names(page: Page) -> list[str]:
    return [hit.document.iri.rsplit("/", 1)[1] for hit in page.hits]


def filled(index: ElasticIndex, count: int) -> ElasticIndex:
    index.put([public(f"n{n}", f"成果{n}") for n in range(count)])
    index.commit()
    return index


class ClusterBehaviour:
    """Its subclass stands in the file whose tests share a server."""

    @pytest.fixture
    def make(self, elasticsearch_server: Server) -> Iterator[MakeElastic]:
        """An index with nothing in it, of a name of its own; arguments as of `ElasticIndex`."""
        opened: list[ElasticIndex] = []

        def make(cluster: Cluster | None = None, **options: Any) -> ElasticIndex:
            options = {"index": f"chengguo-{secrets.token_hex(4)}", "replicas": 0, **options}
            opened.append(ElasticIndex(cluster or elasticsearch_server.cluster, **options))
            opened[-1].mend()
            return opened[-1]

        yield make
        for index in opened:
            index.close()

    @pytest.fixture
    def client(self, elasticsearch_server: Server) -> Iterator[Elasticsearch]:
        """As the administrator."""
        asking = elasticsearch_server.ask()
        yield asking
        asking.close()

    @pytest.fixture
    def gate(self, elasticsearch_server: Server) -> Iterator[Gate]:
        with gate_to(int(elasticsearch_server.cluster.urls[0].rpartition(":")[2])) as gate:
            yield gate

    # Writes

    def test_a_write_that_comes_late_changes_nothing(self, make: MakeElastic) -> None:
        index = make()
        index.put([public("a", "新的题", version=9), public("b", "题", version=2)])
        index.put([public("a", "旧的题", version=4)])
        index.remove_at([iri("b")], 5)
        index.put([public("b", "撤下的题", version=3)])
        index.remove_at([iri("c")], 7)  # the deletion overtakes what it deletes
        index.put([public("c", "迟到的题", version=6)])
        index.remove_at([iri("a")], 8)
        index.commit()
        assert dict(index.contents()) == {iri("a"): 9}
        assert index.search(Query("新的")).total == 1
        index.put([public("b", "再次公开", version=8), public("c", "再次公开", version=10)])
        index.commit()
        assert dict(index.contents()) == {iri("a"): 9, iri("b"): 8, iri("c"): 10}

    def test_a_document_that_cannot_be_taken_keeps_no_other_out(
        self, make: MakeElastic, capsys: pytest.CaptureFixture[str]
    ) -> None:
        index = make()
        documents = [index._document(public(f"n{n}", f"成果{n}")) for n in range(5)]
        documents[2] = msgspec.structs.replace(
            documents[2], facets={"kind": ("x" * 40_000,)}
        )  # longer than a term may be
        index.put_documents(documents)
        index.commit()
        assert {i for i, _ in index.contents()} == {iri(f"n{n}") for n in (0, 1, 3, 4)}
        assert index.count() == 4
        said = capsys.readouterr()
        assert iri("n2") in said.out + said.err

    def test_no_record_can_add_a_field(self, make: MakeElastic, client: Elasticsearch) -> None:
        index = filled(make(), 30)
        found = client.indices.get(index=index._generations.alias)
        (described,) = found.body.values()
        assert described["mappings"]["properties"].keys() == elastic_mapping.properties().keys()
        assert described["mappings"]["dynamic"] == "strict"
        assert described["settings"]["index"]["number_of_shards"] == "1"

    def test_a_busy_cluster_is_asked_again(self, make: MakeElastic, client: Elasticsearch) -> None:
        """It refuses every body (429) for a while, as it does when its memory runs out."""
        index = make()
        _breaker(client, "1b")
        calm = threading.Timer(1.5, _breaker, (client, None))
        calm.start()
        try:
            filled(index, 20)
            assert index.search(Query()).total == 20
        finally:
            calm.join()

    def test_a_full_cluster_is_read_and_takes_writes_again_later(
        self, make: MakeElastic, client: Elasticsearch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(elastic_writing, "RETRIES", 1)
        index = filled(make(), 3)
        place = index._generations.index(index.generation)
        client.indices.put_settings(index=place, settings={"index.blocks.read_only_allow_delete": True})
        with pytest.raises(SearchUnavailable, match="block.*read-only"):
            index.put([public("later", "后来的成果")])
        assert index.search(Query()).total == 3
        client.indices.put_settings(index=place, settings={"index.blocks.read_only_allow_delete": None})
        index.put([public("later", "后来的成果")])
        index.commit()
        assert index.search(Query()).total == 4

    def test_contents_are_read_in_pages(self, make: MakeElastic, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(elastic_contents, "PAGE", 7)
        for count in (0, 7, 20):
            index = make(shards=2)
            assert sorted(i for i, _ in filled(index, count).contents()) == sorted(iri(f"n{n}") for n in range(count))

    def test_the_order_does_not_depend_on_the_number_of_shards(self, make: MakeElastic) -> None:
        records = [
            public(
                f"n{n}",
                "量子点" * (n % 4 + 1) + "显示" * (n % 3),
                abstract="量子点膜。" * (n % 7),
                year=str(2000 + n % 9),
            )
            for n in range(40)
        ]
        found = []
        for shards in (1, 4):
            index = make(shards=shards)
            index.put(records)
            index.commit()
            found.append(index.search(Query("量子点 显示", size=40, facets=("year",))))
        assert names(found[0]) == names(found[1])
        assert [hit.score for hit in found[0].hits] == pytest.approx([hit.score for hit in found[1].hits])
        assert found[0].facets == found[1].facets

    # A cluster that does not answer

    def test_an_index_that_is_not_there_says_so(self, elasticsearch_server: Server) -> None:
        index = ElasticIndex(elasticsearch_server.cluster, index=f"chengguo-{secrets.token_hex(4)}")
        for ask in (
            lambda: index.search(Query()),
            lambda: index.generation,
            lambda: list(index.contents()),
            index.count,
        ):
            with pytest.raises(Missing, match="missing or not built yet"):
                ask()
        index.close()

    def test_a_cluster_that_is_gone_is_told_at_once_and_found_again(
        self, make: MakeElastic, elasticsearch_server: Server, gate: Gate
    ) -> None:
        cluster = msgspec.structs.replace(elasticsearch_server.cluster, urls=(f"https://127.0.0.1:{gate.port}",))
        index = filled(make(cluster), 3)
        assert index.search(Query()).total == 3
        gate.close()
        with pytest.raises(Unreachable, match="cannot be reached"):
            index.put([public("lost", "成果")])
        with pytest.raises(Unreachable, match="cannot be reached"):
            index.search(Query())
        gate.open()
        index.put([public("kept", "成果")])
        index.commit()
        _eventually(lambda: index.search(Query()).total == 4)

    def test_a_silent_node_is_passed_over(self, make: MakeElastic, elasticsearch_server: Server, gate: Gate) -> None:
        served = filled(make(), 3)
        urls = (f"https://127.0.0.1:{gate.port}", *elasticsearch_server.cluster.urls)
        reader = ElasticIndex(
            msgspec.structs.replace(elasticsearch_server.cluster, urls=urls, timeout=2.0), index=served._index
        )
        gate.jam()
        assert [reader.search(Query()).total for _ in range(6)] == [3] * 6
        reader.close()

    def test_a_query_the_engine_finds_too_large_is_the_callers(self, make: MakeElastic) -> None:
        index = make()
        words = [{"term": {"title": str(n)}} for n in range(20_000)]
        with pytest.raises(BadQuery, match="fewer words"), engine_errors(index._cluster):
            index._client.search(index=index._place, query={"bool": {"should": words}})

    def test_of_many_who_ask_a_silent_cluster_one_waits(
        self, make: MakeElastic, elasticsearch_server: Server, gate: Gate
    ) -> None:
        served = make()
        urls = (f"https://127.0.0.1:{gate.port}",)
        silent = msgspec.structs.replace(elasticsearch_server.cluster, urls=urls, timeout=1.0)
        reader = ElasticIndex(silent, index=served._index)
        assert reader.search(Query()).total == 0
        gate.jam()
        with pytest.raises(Unreachable):
            reader.search(Query())
        waited: list[float] = []

        def ask() -> None:
            start = time.monotonic()
            with pytest.raises(Unreachable):
                reader.search(Query())
            waited.append(time.monotonic() - start)

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(waited)[18] < 1.0  # less than the cluster was given: they did not ask it
        gate.close()
        gate.open()
        _eventually(lambda: reader.search(Query()).total == 0)
        reader.close()

    def test_a_red_index_is_told_and_can_be_built_again(self, make: MakeElastic, client: Elasticsearch) -> None:
        index = make()
        generations, token = index._generations, secrets.token_hex(8)
        body = elastic_mapping.body(index._index, token, generations.writing(token), 1, 0)
        body["settings"]["routing"] = {"allocation": {"require": {"_name": "a-node-that-died"}}}
        client.indices.create(index=generations.index(token), **body, wait_for_active_shards="0")
        generations.point(token)
        with pytest.raises(SearchUnavailable, match="503"):
            index.search(Query())
        with pytest.raises(SearchUnavailable):
            list(index.contents())
        twin = index.fresh()
        filled(twin, 5)
        index.swap(twin)
        assert index.search(Query()).total == 5
        assert not client.indices.exists(index=generations.index(token))

    # Credentials

    def test_wrong_credentials_are_told_without_naming_them(
        self, elasticsearch_server: Server, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        wrong = Credentials(username="operator", password="hunter2-hunter2")
        index = ElasticIndex(msgspec.structs.replace(elasticsearch_server.cluster, credentials=wrong))
        for ask in (lambda: index.search(Query()), index.mend, lambda: index.generation):
            with pytest.raises(Refused, match=r"does not know us: check \[search\]") as told:
                ask()
            assert "hunter2" not in f"{told.value} {index._cluster!r}"
        assert "hunter2" not in caplog.text
        index.close()

    def test_an_api_key_is_sent_and_shown_nowhere(self, caplog: pytest.LogCaptureFixture) -> None:
        """What is sent is read from a listener that is no Elasticsearch; what a key may do is shown in `suite_keys`."""
        caplog.set_level(logging.DEBUG)
        with _listener() as (url, heard):
            index = ElasticIndex(Cluster((url,), Credentials(api_key="a-secret-key")))
            with pytest.raises(Refused, match="is no Elasticsearch") as told:
                index.search(Query())
            index.close()
        assert heard == {"ApiKey a-secret-key"}
        assert "a-secret-key" not in f"{told.value} {caplog.text} {index._cluster!r}"

    def test_a_certificate_of_nobody_we_trust_is_refused(self, elasticsearch_server: Server) -> None:
        for trusted in ({"ca_file": ""}, {"ca_file": "", "fingerprint": "00" * 32}):
            index = ElasticIndex(msgspec.structs.replace(elasticsearch_server.cluster, **trusted))
            with pytest.raises(Unreachable):
                index.search(Query())
            index.close()

    def test_a_fingerprint_is_trusted(self, make: MakeElastic, elasticsearch_server: Server) -> None:
        told = {"ca_file": "", "fingerprint": elasticsearch_server.fingerprint}
        index = make(msgspec.structs.replace(elasticsearch_server.cluster, **told))
        assert index.search(Query()).total == 0

    # Generations

    def test_an_index_deleted_under_its_writer_is_never_made_again_by_a_write(
        self, make: MakeElastic, client: Elasticsearch
    ) -> None:
        index = filled(make(), 3)
        old = index.generation
        client.indices.delete(index=index._generations.index(old))
        with pytest.raises(SearchUnavailable):
            index.put([public("a", "成果")])
        assert not client.indices.exists(index=f"{index._index}*", allow_no_indices=False)
        index.mend()
        assert index.generation != old
        assert filled(index, 2).search(Query()).total == 2

    def test_what_stands_in_our_place_is_not_taken_for_ours(self, make: MakeElastic, client: Elasticsearch) -> None:
        index = filled(make(), 3)
        alias = index._generations.alias
        client.indices.create(index=f"{index._index}-foreign")
        was = index._generations.index(index.generation)
        moved = [
            {"remove": {"index": was, "alias": alias}},
            {"add": {"index": f"{index._index}-foreign", "alias": alias}},
        ]
        client.indices.update_aliases(actions=moved)
        with pytest.raises(Missing, match="not an index that this program made"):
            _ = index.generation
        index.mend()
        assert index.search(Query()).total == 0
        index.swap(filled(index.fresh(), 4))
        assert index.search(Query()).total == 4
        assert client.indices.exists(index=f"{index._index}-foreign")  # not ours to delete

    def test_a_swap_clears_what_died_before_it_and_nothing_of_a_neighbour(
        self, make: MakeElastic, client: Elasticsearch
    ) -> None:
        index = make()
        neighbour = filled(make(index=f"{index._index}-b"), 2)
        left = index.fresh()
        filled(left, 9)
        left._twin = None  # its process was killed
        twin = filled(index.fresh(), 5)
        index.swap(twin)
        mine = client.indices.get(index=f"{index._index}-*,-{neighbour._index}-*").body
        assert list(mine) == [index._generations.index(index.generation)]
        assert index.search(Query()).total == 5
        assert neighbour.search(Query()).total == 2

    def test_a_twin_that_is_given_up_is_deleted(self, make: MakeElastic, client: Elasticsearch) -> None:
        index = make()
        twin = filled(index.fresh(), 2)
        place = index._generations.index(twin.generation)
        assert client.indices.exists(index=place)
        twin.close()
        assert not client.indices.exists(index=place)

    def test_programs_of_two_formats_each_have_their_own(
        self, make: MakeElastic, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = filled(make(), 3)
        monkeypatch.setattr(elastic_mapping, "fingerprint", lambda: "01234567")
        new = ElasticIndex(old._cluster, index=old._index, replicas=0)
        with pytest.raises(Missing):
            new.search(Query())
        new.mend()
        assert new.search(Query()).total == 0
        assert old.search(Query()).total == 3  # serves until the new one is complete
        new.swap(filled(new.fresh(), 4))
        with pytest.raises(Missing):
            old.search(Query())
        new.close()

    def test_a_rebuild_is_invisible_to_those_who_search(self, make: MakeElastic) -> None:
        index = filled(make(), 50)
        reader = ElasticIndex(index._cluster, index=index._index)
        ended, seen = threading.Event(), list[int]()

        def search() -> None:
            while not ended.is_set():
                seen.append(reader.search(Query("成果", facets=("year",))).total)

        threads = [threading.Thread(target=search) for _ in range(2)]
        for thread in threads:
            thread.start()
        for _ in range(3):
            index.swap(filled(index.fresh(), 50))
        ended.set()
        for thread in threads:
            thread.join()
        assert set(seen) == {50}
        assert len(seen) > 3
        reader.close()


@contextmanager
def _listener() -> Iterator[tuple[str, set[str]]]:
    """(its address, the credentials it was told)"""
    heard: set[str] = set()

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.add(self.headers["Authorization"])
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", heard
    server.shutdown()
    server.server_close()


def _breaker(client: Elasticsearch, limit: str | None) -> None:
    client.cluster.put_settings(persistent={"network.breaker.inflight_requests.limit": limit})


def _eventually(met: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            if met():
                return
        except SearchUnavailable:
            pass
        assert time.monotonic() < deadline, "the condition was not met in time"
        time.sleep(0.05)
