"""A real CKAN, started by hand (`docs/how-to/test-with-a-real-ckan.md`), and an organisation of its own in it for one run."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from ckanapi import RemoteCKAN

from harvesters.base import Limits
from tests.peers.foreign import credentials

COUNT = 1_050  # more than the 1,000 rows that CKAN gives at most
CLIENTS = 4


@dataclass
class Peer:
    """`datasets`: what was created, by id, as CKAN answered."""

    url: str
    token: str = field(repr=False)
    organisation: str
    datasets: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False)

    limits = Limits(allow_private=True, timeout=60.0)

    @property
    def filter(self) -> str:
        return f"organization:{self.organisation}"

    def call(self, action: str, **arguments: object) -> Any:
        with RemoteCKAN(self.url, apikey=self.token) as remote:
            return remote.call_action(action, arguments)

    def create(self, number: int, **more: object) -> str:
        made = self.call(
            "package_create",
            name=f"{self.organisation}-{number}",
            title=f"第{number}号新型材料的制备技术",
            notes=f"一种材料，编号{number}，含“引号”、<标记>与 𠮷 字。",
            owner_org=self.organisation,
            tags=[{"name": "材料"}, {"name": f"批次{number % 7}"}],
            extras=[{"key": "登记号", "value": f"91{number:08}"}, {"key": "密级", "value": "非涉密"}],
            resources=[{"url": f"http://x.example/{number}.csv", "format": "CSV", "name": "数据"}],
            **more,
        )
        self.datasets[made["id"]] = made
        identifier: str = made["id"]
        return identifier

    def patch(self, identifier: str, **changes: object) -> None:
        self.datasets[identifier] = self.call("package_patch", id=identifier, **changes)


@pytest.fixture(scope="session")
def peer() -> Iterator[Peer]:
    url, token = credentials()
    made = Peer(url, token, f"t{uuid4().hex[:10]}")
    made.call("organization_create", name=made.organisation, title="测试单位")
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(made.create, range(COUNT)))
    yield made
    with ThreadPoolExecutor(CLIENTS) as clients:
        list(clients.map(lambda identifier: made.call("dataset_purge", id=identifier), made.datasets))
    made.call("organization_purge", id=made.organisation)
