"""A node that is known to the cluster by an API key: what the key may do, and what is said when it may not."""

import secrets
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from search.base import Query
from search.elastic_client import Cluster, Credentials, Refused
from search.elastic_index import ElasticIndex
from tests.search.records import public
from tests.search.servers.elasticsearch import PRIVILEGES, Server

MakeKey = Callable[..., "Key"]


class Key:
    """`secret` is what stands in the settings: id and key, encoded."""

    def __init__(self, made: Any) -> None:
        self.id: str = made["id"]
        self.secret: str = made["encoded"]


def known(server: Server, secret: str) -> Cluster:
    found = server.cluster
    return Cluster(found.urls, Credentials(api_key=secret), ca_file=found.ca_file)


def opened(server: Server, secret: str, name: str) -> ElasticIndex:
    return ElasticIndex(known(server, secret), index=name, replicas=0)


def begin(index: ElasticIndex) -> None:
    index.mend()
    index.put([public("a", "石墨烯导热膜")])
    index.commit()


class KeyBehaviour:
    """Its subclass stands in the file whose tests share a server."""

    @pytest.fixture
    def client(self, elasticsearch_server: Server) -> Iterator[Elasticsearch]:
        """As the administrator."""
        asking = elasticsearch_server.ask()
        yield asking
        asking.close()

    @pytest.fixture
    def make_key(self, client: Elasticsearch) -> Iterator[MakeKey]:
        """A key with what docs/how-to/use-elasticsearch.md says it needs, without some of it, or for other indexes."""
        made: list[str] = []

        def make(without: frozenset[str] = frozenset(), names: str = "chengguo*") -> Key:
            privileges = [one for one in PRIVILEGES if one not in without]
            role = {"cluster": [], "indices": [{"names": [names], "privileges": privileges}]}
            answer = client.security.create_api_key(name=secrets.token_hex(4), role_descriptors={"chengguo": role})
            made.append(answer["id"])
            return Key(answer)

        yield make
        client.security.invalidate_api_key(ids=made)

    @pytest.fixture
    def name(self) -> str:
        return f"chengguo-{secrets.token_hex(4)}"

    def test_a_key_does_what_a_node_needs(self, elasticsearch_server: Server, make_key: MakeKey, name: str) -> None:
        index = opened(elasticsearch_server, make_key().secret, name)
        index.mend()
        index.put([public("a", "石墨烯导热膜"), public("b", "水稻插秧机")])
        index.commit()
        assert index.search(Query("石墨烯")).total == 1
        twin = index.fresh()
        twin.put([public("c", "石墨烯新材料")])
        index.swap(twin)
        index.remove([next(iri for iri, _ in index.contents())])
        index.commit()
        assert index.search(Query()).total == 0
        index.close()

    def test_a_wrong_key_is_told_without_it(self, elasticsearch_server: Server, make_key: MakeKey, name: str) -> None:
        right = make_key().secret
        for wrong in (f"{right[:-4]}AAA=", "bm8ta2V5OmF0LWFsbA==", "no key"):
            index = opened(elasticsearch_server, wrong, name)
            with pytest.raises(Refused, match=r"\[search\] api_key") as told:
                index.search(Query())
            assert wrong not in str(told.value)
            index.close()

    @pytest.mark.parametrize("lacking", ["write", "create_index"])
    def test_what_a_key_may_not_do_is_named(
        self, elasticsearch_server: Server, make_key: MakeKey, name: str, lacking: str
    ) -> None:
        key = make_key(frozenset({lacking, "manage"} if lacking == "create_index" else {lacking}))
        index = opened(elasticsearch_server, key.secret, name)
        needed = rf"granted by the index privileges \[.*\b{lacking}\b.*use-elasticsearch"
        with pytest.raises(Refused, match=needed) as told:
            begin(index)
        assert key.secret not in str(told.value)
        index.close()

    def test_a_key_for_other_indexes_is_told_which_it_may_not_touch(
        self, elasticsearch_server: Server, make_key: MakeKey, name: str
    ) -> None:
        index = opened(elasticsearch_server, make_key(names="somebody-elses-*").secret, name)
        with pytest.raises(Refused, match=name):
            index.mend()
        index.close()

    def test_a_key_is_changed_for_another(
        self, elasticsearch_server: Server, make_key: MakeKey, client: Elasticsearch, name: str
    ) -> None:
        """Both are good until the old one is withdrawn; what a node wrote by one it reads by the other."""
        old, new = make_key(), make_key()
        index = opened(elasticsearch_server, old.secret, name)
        begin(index)
        after = opened(elasticsearch_server, new.secret, name)
        assert after.search(Query("石墨烯")).total == 1
        client.security.invalidate_api_key(ids=[old.id])
        with pytest.raises(Refused, match=r"\[search\] api_key"):
            index.search(Query())
        after.put([public("b", "石墨烯新材料")])
        after.commit()
        assert after.search(Query("石墨烯")).total == 2
        for one in (index, after):
            one.close()
