"""The served node calls webhooks, and goes on when the one who calls is killed. The receiver of the manual works."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest
import requests

from chengguo.home import Home
from federation.ledger import Ledger
from tests.alerts.receiver import Receiver, answering
from tests.chengguo.commands import run
from tests.chengguo.nodes import free_port, kill, served
from tests.chengguo.processes import eventually
from tests.federation.world import BASE, World, good

MANUAL = Path(__file__).parents[2] / "docs" / "how-to" / "receive-webhooks.md"
KILLS = 3


@pytest.fixture
def node(home: Home, home_ledger: Ledger) -> Iterator[tuple[subprocess.Popen[str], str]]:
    port = free_port()
    enabled = {"CHENGGUO_WEBHOOKS_ENABLED": "true", "CHENGGUO_WEBHOOKS_ALLOW_PRIVATE": "true"}
    with served(home.root, port, CHENGGUO_SITE_BASE_URL=BASE, **enabled) as (process, _said):
        yield process, f"http://127.0.0.1:{port}/api/v1/webhooks"


def asked(api: str, address: str) -> dict[str, Any]:
    answer = requests.post(api, json={"address": address, "search": "q=石墨烯"}, timeout=30)
    assert answer.status_code == 201, answer.text
    opened: dict[str, Any] = answer.json()
    return opened


def state(api: str, opened: dict[str, Any]) -> str:
    return str(requests.get(f"{api}/{opened['key']}", timeout=30).json()["state"])


def comes_twice(receiver: Receiver, opened: dict[str, Any], count: int) -> bool:
    return len(receiver.deliveries(opened["secret"])) == 2 * count


def test_nothing_is_lost_though_the_one_who_calls_is_killed(
    node: tuple[subprocess.Popen[str], str], home_ledger: Ledger, receiver: Receiver
) -> None:
    """Killed with each delivery taken and its answer unread: it comes twice under one name, and all in order."""
    process, api = node
    opened = asked(api, receiver.url)
    eventually(lambda: state(api, opened) == "active", "the challenge is echoed")
    killed: set[int] = set()

    seen: set[str] = set()

    def deadly(handler: BaseHTTPRequestHandler) -> None:
        if handler.headers["webhook-id"] not in seen:
            seen.add(handler.headers["webhook-id"])
            kill(process, "webhooks --follow", killed)
        answering(204)(handler)

    receiver.answer = deadly
    records: dict[str, Any] = {}
    for n in range(KILLS):
        records |= {f"石墨烯{n}": good(f"石墨烯{n}"), f"水稻{n}": good(f"水稻{n}")}
        World(home_ledger).harvest(records)
        eventually(partial(comes_twice, receiver, opened, n + 1), f"delivery {n} comes twice")
    receiver.answer = None
    assert receiver.events(opened["secret"]) == [("new", f"石墨烯{n}") for n in range(KILLS)]
    deliveries = receiver.deliveries(opened["secret"])
    assert [one["id"] for one in deliveries[::2]] == [one["id"] for one in deliveries[1::2]]
    assert [one["changes"] for one in deliveries[::2]] == [one["changes"] for one in deliveries[1::2]]
    World(home_ledger).harvest(records | {"石墨烯0": None})
    iri = World(home_ledger).iri("石墨烯0")
    eventually(lambda: receiver.events(opened["secret"])[-1] == ("withdrawn", iri), "the withdrawal is told")


def test_the_receiver_of_the_manual_works(
    node: tuple[subprocess.Popen[str], str], home: Home, home_ledger: Ledger, tmp_path: Path
) -> None:
    _, api = node
    (code,) = re.findall(r"```python\n(.*?)```", MANUAL.read_text("utf-8"), re.DOTALL)
    port = free_port()
    opened = asked(api, f"http://127.0.0.1:{port}/hook")
    out = tmp_path / "told"
    with out.open("w") as told:
        env = {**os.environ, "PORT": str(port), "WEBHOOK_SECRET": opened["secret"]}
        program = subprocess.Popen([sys.executable, "-c", code], stdout=told, stderr=told, env=env)
        try:
            eventually(lambda: _answers(port), "the receiver runs")
            requests.post(f"{api}/{opened['key']}/challenge", timeout=30)
            eventually(lambda: state(api, opened) == "active", "the challenge is echoed")
            World(home_ledger).harvest({"石墨烯导热膜": good("石墨烯导热膜")})
            iri = World(home_ledger).iri("石墨烯导热膜")
            eventually(lambda: re.search(rf"^new \d+ {iri}$", out.read_text(), re.MULTILINE), "it is told")
            forged = requests.post(f"http://127.0.0.1:{port}/hook", json={}, timeout=30, headers=FORGED)
            assert forged.status_code == 401
        finally:
            program.kill()
            program.wait()
    listed = run("webhooks", "--list", "--json", "--home", home.root).stdout
    assert '"state":"active"' in listed.replace(" ", "")
    assert opened["secret"] not in listed
    number = opened["id"]
    assert run("webhooks", "--end", number, "--home", home.root).returncode == 0
    assert f"'{number}'" in run("webhooks", "--end", number, "--home", home.root).stderr
    assert requests.get(f"{api}/{opened['key']}", timeout=30).status_code == 404


FORGED = {"webhook-id": "msg_x", "webhook-timestamp": "4102444800", "webhook-signature": "v1,AAAA"}


def _answers(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/", timeout=5).status_code == 501
    except requests.ConnectionError:
        return False


def test_a_node_without_the_setting_says_what_is_missing(home: Home) -> None:
    done = run("webhooks", "--home", home.root)
    assert done.returncode != 0
    assert "[webhooks]" in done.stderr
