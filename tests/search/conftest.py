"""Servers that the tests of the engines share."""

import os
from collections.abc import Iterator

import pytest

from tests.search.servers.elasticsearch import Server, missing, one_node, running_already


@pytest.fixture(scope="session")
def elasticsearch_server() -> Iterator[Server]:
    """One node for all tests of this process: each uses indexes of its own. CHENGGUO_TEST_ES names one that runs already, as
    `https://administrator:password@host:port`; CHENGGUO_TEST_ES_CA the file of its authority."""
    if given := os.environ.get("CHENGGUO_TEST_ES"):
        yield running_already(given, os.environ.get("CHENGGUO_TEST_ES_CA", ""))
        return
    if reason := missing():
        pytest.skip(reason)
    with one_node() as server:
        yield server
