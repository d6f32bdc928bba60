"""The served node tells, and goes on telling when the one who sends is killed in the middle of it."""

import subprocess
from collections.abc import Iterator
from functools import partial

import pytest
import requests
from sqlalchemy import update

from chengguo.home import Home
from federation.alerts.schema import subscription
from federation.clock import stamp
from federation.ledger import Ledger
from tests.alerts.conftest import link
from tests.alerts.mailbox import Mailbox, plain
from tests.chengguo.commands import run
from tests.chengguo.nodes import free_port, kill, served
from tests.chengguo.processes import eventually
from tests.federation.world import BASE, World, good

READERS = [f"reader{n}@example.cn" for n in range(12)]
KILLS = 3


@pytest.fixture
def node(home: Home, mailbox: Mailbox) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    mail = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none", "SENDER": "node@example.org"}
    env = {f"CHENGGUO_MAIL_{name}": value for name, value in mail.items()}
    with served(home.root, port, CHENGGUO_SITE_BASE_URL=BASE, **env) as (process, _said):
        yield process, port


def due_now(ledger: Ledger) -> None:
    """As if a day had gone by."""
    with ledger.database.touch() as connection:
        connection.execute(update(subscription).values(due=stamp()))


def test_everybody_is_told_though_the_sender_is_killed(
    node: tuple[subprocess.Popen[str], int], home_ledger: Ledger, mailbox: Mailbox
) -> None:
    process, port = node
    site = f"http://127.0.0.1:{port}"
    form = {"search": "q=石墨烯", "days": "1", "address": READERS[0]}
    assert requests.post(f"{site}/follow", data=form, timeout=30).status_code == 200
    (letter,) = eventually(lambda: mailbox.of(READERS[0]), "the letter that asks for the confirmation")
    assert requests.post(f"{site}/follow/{link(letter)}/confirm", timeout=30).status_code == 200
    for address in READERS[1:]:
        assert home_ledger.subscriptions.ask(address, "q=石墨烯", "zh", 1)
    eventually(lambda: all(map(mailbox.of, READERS)), "everybody is asked")
    for address in READERS[1:]:
        assert home_ledger.subscriptions.confirm(link(mailbox.of(address)[0]))
    World(home_ledger).harvest(
        {"a": good("石墨烯导热膜"), "b": good("水稻插秧机"), "c": good("绝密石墨烯", 密级="机密")}
    )

    def told(address: str) -> list[str]:
        return [str(one["Message-ID"]) for one in mailbox.of(address) if one["List-Unsubscribe"]]

    def sent() -> int:
        return sum(bool(told(address)) for address in READERS)

    def more_than(count: int) -> bool:
        return sent() > count

    killed: set[int] = set()
    kill(process, "alerts --follow", killed)
    due_now(home_ledger)
    for n in range(KILLS):
        eventually(partial(more_than, n), f"{n + 1} readers are told")
        kill(process, "alerts --follow", killed)
    eventually(lambda: sent() == len(READERS), "every reader is told")
    eventually(lambda: not home_ledger.outbox.waiting(1), "nothing waits any more")
    for address in READERS:
        assert len(set(told(address))) == 1
    texts = [plain(one) for one in mailbox.letters if one["List-Unsubscribe"]]
    assert all("石墨烯导热膜" in text for text in texts)
    assert not any("水稻" in text or "绝密" in text for text in texts)
    assert len(texts) <= len(READERS) + KILLS  # a letter whose taking nobody wrote down, under the same name


def test_a_node_without_mail_says_what_is_missing(home: Home) -> None:
    done = run("alerts", "--home", home.root)
    assert done.returncode != 0
    assert "[mail]" in done.stderr
