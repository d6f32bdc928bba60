"""A paged interface on loopback, and a pass over it."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harvesters import harvester
from harvesters.base import HarvestError, RawRecord, Unreadable
from harvesters.secrets import Secrets
from tests.harvesters.endpoints import endpoint, read
from tests.harvesters.servers.web import Asked, Behaviour, Reply, serving

PAGED: dict[str, object] = {"record_path": "data.rows", "total_path": "data.total", "size": 10}


def paged(
    rows: list[Any], total: Callable[[int], object] = lambda size: size, cap: int = 1000, past: str = "empty"
) -> Behaviour:
    """page/size paging; beyond the end an empty page, or the last one again."""

    def answer(asked: Asked) -> Reply:
        size = min(int(asked.query["size"]), cap)
        last = max(0, (len(rows) - 1) // size)
        page = int(asked.query["page"]) - 1
        page = min(page, last) if past == "last" else page
        part = rows[page * size : (page + 1) * size]
        return Reply(json.dumps({"data": {"rows": part, "total": total(len(rows))}}, ensure_ascii=False).encode())

    return answer


def rows(count: int) -> list[dict[str, object]]:
    return [{"id": number, "成果名称": f"成果{number}"} for number in range(1, count + 1)]


def run(
    behaviour: Behaviour, options: dict[str, object] | None = None, secrets: Secrets | None = None, **limits: float
) -> tuple[list[RawRecord], list[Unreadable], bool, list[Asked]]:
    with serving(behaviour) as server:
        pass_ = harvester("json_api", endpoint(server.url + "/list", PAGED | (options or {}), **limits), secrets)
        assert not pass_.complete
        records, unreadable = read(pass_)
        return records, unreadable, pass_.complete, server.asked


def broken(
    behaviour: Behaviour,
    kind: type[HarvestError],
    options: dict[str, object] | None = None,
    secrets: Secrets | None = None,
    **limits: float,
) -> str:
    with serving(behaviour) as server:
        pass_ = harvester("json_api", endpoint(server.url + "/list", PAGED | (options or {}), **limits), secrets)
        with pytest.raises(kind) as caught:
            list(pass_.records())
        assert not pass_.complete
    return str(caught.value)
