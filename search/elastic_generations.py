"""Generations of an index in a cluster: each an index of its own, one of them behind the alias that is searched.

    NAME-FORMAT                   alias: the generation that is served; moved in one step
    NAME-FORMAT-TOKEN             index
    NAME-FORMAT-TOKEN-write       alias of that index alone, which writes require: an index that was deleted is never
                                  created again by a write, without its mapping

FORMAT is the fingerprint of mapping and analysis: during an upgrade old and new programs each have their own index.
"""

import re
import secrets
from collections.abc import Mapping
from typing import Any

from elasticsearch import Elasticsearch

from search import elastic_mapping as mapping
from search.elastic_client import Cluster, Missing, engine_errors

TOKEN = re.compile(r"[0-9a-f]{16}")


class Generations:
    def __init__(self, client: Elasticsearch, cluster: Cluster, name: str, shards: int = 1, replicas: int = 1) -> None:
        self._client, self._cluster, self._name = client, cluster, name
        self._shards, self._replicas = shards, replicas
        self.alias = f"{name}-{mapping.fingerprint()}"

    def index(self, token: str) -> str:
        return f"{self.alias}-{token}"

    def writing(self, token: str) -> str:
        return f"{self.index(token)}-write"

    def current(self) -> str:
        """The token of the generation that is served. Raises Missing when there is none, or what is there is not ours."""
        with engine_errors(self._cluster):
            found = self._client.indices.get(index=self.alias, features="mappings", filter_path="*.mappings._meta")
        tokens = [self._token(index, described) for index, described in found.items()]
        if len(tokens) != 1 or tokens[0] is None:
            raise Missing(
                f"Elasticsearch at {self._cluster.address}: {self.alias} is not an index that this program made"
            )
        return tokens[0]

    def _token(self, index: str, described: Mapping[str, Any]) -> str | None:
        """The token an index bears, when that is also the one in its name."""
        token = str(_meta(described).get("generation"))
        return token if TOKEN.fullmatch(token) and index == self.index(token) else None

    def create(self) -> str:
        token = secrets.token_hex(8)
        body = mapping.body(self._name, token, self.writing(token), self._shards, self._replicas)
        with engine_errors(self._cluster):
            self._client.options(request_timeout=60).indices.create(index=self.index(token), **body)
        return token

    def point(self, token: str) -> None:
        """Make it the one that is served, in one step for all readers."""
        with engine_errors(self._cluster):
            old = self._client.options(ignore_status=404).indices.get_alias(name=self.alias)
            served = (
                [index for index in old if index != "error" and index != "status"] if old.meta.status != 404 else []
            )
            actions: list[Mapping[str, Any]] = [{"add": {"index": self.index(token), "alias": self.alias}}]
            actions += [
                {"remove": {"index": index, "alias": self.alias}} for index in served if index != self.index(token)
            ]
            self._client.indices.update_aliases(actions=actions)

    def drop_others(self, *keep: str) -> None:
        """Delete the generations of this name that swaps, builds that died and earlier formats left behind."""
        with engine_errors(self._cluster):
            found = self._client.indices.get(
                index=f"{self._name}-*", features="mappings", filter_path="*.mappings._meta", allow_no_indices=True
            )
            kept = {self.index(token) for token in keep}
            mine = [index for index, described in found.items() if self._mine(described) and index not in kept]
            for index in mine:
                self._client.options(ignore_status=404).indices.delete(index=index)

    def _mine(self, described: Mapping[str, Any]) -> bool:
        meta = _meta(described)
        return meta.get("program") == mapping.PROGRAM and meta.get("name") == self._name

    def drop(self, token: str) -> None:
        with engine_errors(self._cluster):
            self._client.options(ignore_status=404).indices.delete(index=self.index(token))


def _meta(described: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = described.get("mappings", {}).get("_meta", {})
    return found
