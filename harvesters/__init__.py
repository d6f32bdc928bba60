"""Harvesters: one module per protocol, each reading a source and yielding bytes. See `harvesters.base` for the contract.

Another package adds a protocol by an entry point of group `chengguo.harvesters`, whose name is the protocol's and whose
object is called as `(endpoint, secrets)`.
"""

from collections.abc import Callable
from importlib.metadata import entry_points
from typing import TypeAlias

from harvesters.base import Endpoint, Harvester, OptionsError
from harvesters.ckan import Ckan
from harvesters.data_json import DataJson
from harvesters.dcat import Dcat
from harvesters.feed import Feed
from harvesters.file import File
from harvesters.html import Html
from harvesters.json_api import JsonApi
from harvesters.node import Node
from harvesters.oai_pmh import OaiPmh
from harvesters.push import Push
from harvesters.secrets import Secrets
from harvesters.sitemap import Sitemap
from harvesters.sparql import Sparql

GROUP = "chengguo.harvesters"
Factory: TypeAlias = Callable[[Endpoint, Secrets], Harvester]

HARVESTERS: dict[str, Factory] = {
    "ckan": Ckan,
    "data_json": DataJson,
    "dcat": Dcat,
    "feed": Feed,
    "file": File,
    "html": Html,
    "json_api": JsonApi,
    "node": Node,
    "oai_pmh": OaiPmh,
    "push": Push,
    "sitemap": Sitemap,
    "sparql": Sparql,
}


def harvester(protocol: str, endpoint: Endpoint, secrets: Secrets | None = None) -> Harvester:
    """A harvester for one pass. Reads the options and their secrets; no connection is made.

    Raises OptionsError for an unknown protocol, unknown or wrong options, and secrets that are not there.
    """
    return _factory(protocol, endpoint)(endpoint, secrets or Secrets())


def _factory(protocol: str, endpoint: Endpoint) -> Factory:
    if protocol in HARVESTERS:
        return HARVESTERS[protocol]
    others = {point.name: point for point in entry_points(group=GROUP)}
    if protocol in others:
        factory: Factory = others[protocol].load()
        return factory
    raise OptionsError(
        f"source {endpoint.source!r}: no protocol {protocol!r}; known: {', '.join(sorted({*HARVESTERS, *others}))}."
        f" Edit protocol in sources/{endpoint.source}.toml"
    )
