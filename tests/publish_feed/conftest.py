"""A running node whose ledger may be changed under it, with pages of a few changes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
import requests
import structlog

from federation.ledger import Ledger
from federation.selection import ListedView
from federation.views import SourceView
from publish.app import create_app
from publish.feed import slices, spans
from publish.services import Services
from publish.settings import RateLimit, SiteLimits
from tests.federation.test_history import copy_of, template
from tests.federation.world import BASE, World, source
from tests.publish import fakes
from tests.publish_sparql.loopback import serving_at
from vocab.namespaces import Namespaces

__all__ = ["template"]

PAGE, BLOCK, FILE, FEW = 3, 2, 4, 2


class Node:
    """What is served, and over which ledger. `kept` are the answers that said they would never change."""

    def __init__(self) -> None:
        self.ledger = cast(Ledger, None)
        self.url = ""
        self.kept: dict[str, bytes] = {}

    def __getattr__(self, name: str) -> Any:
        """As `ListedView` and `SourceView`: whatever the present ledger says."""
        return getattr(self.ledger, name)

    def get(self, address: str, **headers: str) -> requests.Response:
        """An answer of a path, or of an address as the site writes it."""
        address = address if "://" in address else self.url + address
        answer = requests.get(address, headers=headers, timeout=10)
        if answer.status_code == 200 and "immutable" in answer.headers.get("Cache-Control", ""):
            assert self.kept.setdefault(address, answer.content) == answer.content, address
        return answer

    def fetch(self, address: str) -> bytes:
        answer = self.get(address, Accept="application/trig, application/atom+xml, application/xml, application/json")
        assert answer.status_code == 200, (address, answer.text)
        return answer.content


@pytest.fixture(scope="module")
def served() -> Iterator[Node]:
    node = Node()
    of = source()

    def services(address: str) -> Services:
        return Services(
            view=cast(ListedView, node),
            sources_view=cast(SourceView, node),
            sources={of.id: of},
            index=fakes.MemoryIndex([]),
            graph=fakes.MemoryGraph([]),
            namespaces=Namespaces(BASE),
            settings=fakes.settings(base_url=address, demo=False, limits=SiteLimits(rate=RateLimit(per_second=0))),
        )

    with (
        pytest.MonkeyPatch.context() as patch,
        structlog.testing.capture_logs(),
        serving_at(lambda address: create_app(services(address))) as node.url,
    ):
        patch.setattr(spans, "PAGE", PAGE)
        patch.setattr(spans, "BLOCK", BLOCK)
        patch.setattr(spans, "FILE", FILE)
        patch.setattr(slices, "FEW", FEW)
        yield node


@pytest.fixture
def ledger(template: Path) -> Iterator[Ledger]:
    with copy_of(template) as opened:
        yield opened


@pytest.fixture
def world(ledger: Ledger) -> World:
    return World(ledger)


@pytest.fixture
def node(served: Node, ledger: Ledger) -> Node:
    served.ledger, served.kept = ledger, {}
    return served
