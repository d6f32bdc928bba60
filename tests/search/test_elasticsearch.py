"""The Elasticsearch engine in the suite every engine must pass, over TLS and as a user who may do no more than it needs."""

import secrets
from collections.abc import Iterator

import pytest

from search.base import SearchIndex
from search.elastic_index import ElasticIndex
from search.question import Language
from tests.chengguo.suite_elasticsearch import NodeBehaviour
from tests.search.acceptance import AcceptanceBehaviour
from tests.search.servers.elasticsearch import Server
from tests.search.suite import MakeIndex, SearchIndexBehaviour
from tests.search.suite_cluster import ClusterBehaviour
from tests.search.suite_keys import KeyBehaviour
from tests.search.suite_query import Spelling

pytestmark = pytest.mark.elasticsearch


class Made:
    @pytest.fixture(scope="class")
    @classmethod
    def make_index(cls, elasticsearch_server: Server) -> Iterator[MakeIndex]:
        opened: list[ElasticIndex] = []

        def make(language: Language | None = None) -> SearchIndex:
            name, cluster = f"chengguo-{secrets.token_hex(4)}", elasticsearch_server.cluster
            index = ElasticIndex(cluster, index=name, replicas=0, language=language, speller=Spelling())
            index.mend()
            opened.append(index)
            return index

        yield make
        for index in opened:
            index.close()


class TestElasticsearch(Made, SearchIndexBehaviour):
    pass


class TestAcceptance(Made, AcceptanceBehaviour):
    pass


class TestCluster(ClusterBehaviour):
    """In this file, so that its tests share the node of the others."""


class TestKeys(KeyBehaviour):
    """As above."""


class TestNode(NodeBehaviour):
    """As above."""
