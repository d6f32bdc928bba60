"""A real CKAN harvests a node of ours by its own `ckan_harvester`. Its two consumers must be running."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from ckanapi import CKANAPIError, RemoteCKAN

from federation.ledger import Ledger
from publish.app import create_app
from tests.federation.world import BASE, BLANKET, World, good
from tests.publish import fakes
from tests.publish_sparql.loopback import serving

pytestmark = [pytest.mark.peer, pytest.mark.timeout(1800)]
RECORDS = 130  # more than the 100 of a page
DEADLINE = 1500.0


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    ledger = Ledger.open(f"sqlite:///{tmp_path_factory.mktemp('node')}/ledger.sqlite")
    made = World(ledger, policy=BLANKET)
    made.harvest({f"r{n}": good(f"成果 {n} 号 <&> 𠮷", 登记号=f"91{n:06}") for n in range(RECORDS)})
    yield made
    ledger.close()


@pytest.fixture(scope="module")
def node(world: World) -> Iterator[str]:
    site = fakes.over(world.ledger, world.source, BASE)
    with serving(create_app(site)) as url:
        yield url


class Foreign:
    """The CKAN, and the source in it that is our node."""

    def __init__(self, url: str, token: str, node: str) -> None:
        self._remote = RemoteCKAN(url, apikey=token)
        self.name = f"t{uuid4().hex[:10]}"
        self.call("organization_create", name=self.name, title="测试单位")
        config = '{"remote_orgs": "create", "remote_groups": "create"}'
        made = self.call(
            "harvest_source_create",
            name=f"{self.name}-node",
            title="节点",
            url=node,
            source_type="ckan",
            owner_org=self.name,
            config=config,
            frequency="MANUAL",
        )
        self.source = made["id"]

    def call(self, action: str, **arguments: object) -> Any:
        return self._remote.call_action(action, arguments)

    def harvest(self) -> dict[str, int]:
        """One job to its end: what became of the records."""
        job = self.call("harvest_job_create", source_id=self.source, run=True)["id"]
        end = time.monotonic() + DEADLINE
        while time.monotonic() < end:
            time.sleep(2)
            shown = self.call("harvest_job_show", id=job)
            stats: dict[str, int] = shown["stats"]
            if shown["status"] == "Finished":
                return stats
            if shown["gather_finished"] and not stats.get("null"):
                # Ends the job. Asked for while records wait, it would put them into the queue once more.
                with suppress(CKANAPIError):
                    self.call("harvest_jobs_run", source_id=self.source)
        raise AssertionError("the job did not end: are gather-consumer and fetch-consumer running?")

    def datasets(self) -> list[Any]:
        found: list[Any] = []
        while True:
            asked = {"fq": f"harvest_source_id:{self.source}", "rows": 100, "start": len(found), "sort": "name asc"}
            page = self.call("package_search", **asked)
            found += page["results"]
            if not page["results"]:
                return found

    def close(self) -> None:
        self.call("harvest_source_clear", id=self.source)
        self.call("harvest_source_delete", id=self.source)
        self._remote.close()


@pytest.fixture(scope="module")
def foreign(node: str) -> Iterator[Foreign]:
    url, token = os.environ.get("CHENGGUO_TEST_CKAN", ""), os.environ.get("CHENGGUO_TEST_CKAN_TOKEN", "")
    if not url or not token:
        pytest.skip(
            "no real CKAN: set CHENGGUO_TEST_CKAN to its address and CHENGGUO_TEST_CKAN_TOKEN to a sysadmin's token"
        )
    made = Foreign(url.rstrip("/"), token, node)
    yield made
    made.close()


def test_it_has_every_record_and_then_every_change(foreign: Foreign, world: World) -> None:
    first = foreign.harvest()
    assert (first["added"], first["errored"]) == (RECORDS, 0)
    found = foreign.datasets()
    assert sorted(one["title"] for one in found) == sorted(world.titles().values())
    one = next(each for each in found if each["title"].startswith("成果 7 号"))
    extras = {extra["key"]: extra["value"] for extra in one["extras"]}
    assert extras["registrationNo"] == "91000007"
    assert one["organization"]["name"] == "cn-xx"
    assert [each["format"] for each in one["resources"]][:2] == ["Turtle", "JSON-LD"]

    world.harvest({"r1": good("改名的成果"), "new": good("新的成果"), "r2": None}, full=False)
    second = foreign.harvest()
    assert (second["added"], second["errored"]) == (1, 0)
    assert second["updated"] >= 1
    titles = {each["title"] for each in foreign.datasets()}
    assert {"改名的成果", "新的成果"} <= titles
    # ckan_harvester 1.6 deletes nothing: what was withdrawn stays there (docs/how-to/be-harvested.md)
    assert titles - {"成果 2 号 <&> 𠮷"} == set(world.titles().values())
