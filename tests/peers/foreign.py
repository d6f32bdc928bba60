"""The CKAN as our client: a source in it that is a node of ours, harvested by CKAN's own harvesters. Its two consumers must run."""

import os
import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from ckanapi import CKANAPIError, RemoteCKAN

DEADLINE = 1500.0


def credentials() -> tuple[str, str]:
    """The address of the real CKAN and a sysadmin's token; without them the test is skipped."""
    url, token = os.environ.get("CHENGGUO_TEST_CKAN", ""), os.environ.get("CHENGGUO_TEST_CKAN_TOKEN", "")
    if not url or not token:
        pytest.skip(
            "no real CKAN: set CHENGGUO_TEST_CKAN to its address and CHENGGUO_TEST_CKAN_TOKEN to a sysadmin's token"
        )
    return url.rstrip("/"), token


class Foreign:
    """The CKAN, and the source in it that is our node."""

    def __init__(self, url: str, token: str, node: str, *, kind: str, config: str = "{}") -> None:
        self._remote = RemoteCKAN(url, apikey=token)
        self.name = f"t{uuid4().hex[:10]}"
        self.call("organization_create", name=self.name, title="测试单位")
        made = self.call(
            "harvest_source_create",
            name=f"{self.name}-node",
            title="节点",
            url=node,
            source_type=kind,
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
