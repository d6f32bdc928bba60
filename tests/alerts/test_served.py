"""The served node tells, and goes on telling when the one who sends is killed in the middle of it."""

import signal
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import psutil
import pytest
import requests
from sqlalchemy import update

from chengguo.home import Home, create
from federation.alerts.schema import subscription
from federation.clock import stamp
from federation.ledger import Ledger
from tests.alerts.conftest import link
from tests.alerts.mailbox import Mailbox, plain
from tests.chengguo.commands import run, start
from tests.chengguo.processes import descendants, eventually
from tests.chengguo.test_serve import children, free_port
from tests.federation.world import BASE, World, good

READERS = [f"reader{n}@example.cn" for n in range(12)]
KILLS = 3


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    create(made)
    for file in made.sources.glob("*"):
        file.unlink()
    return made


@pytest.fixture
def ledger(home: Home) -> Iterator[Ledger]:
    opened = Ledger.open(home.ledger_url(home.settings({})))
    yield opened
    opened.close()


@pytest.fixture
def served(home: Home, mailbox: Mailbox, ledger: Ledger) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    mail = {"HOST": "127.0.0.1", "PORT": str(mailbox.port), "SECURITY": "none", "SENDER": "node@example.org"}
    env = {f"CHENGGUO_MAIL_{name}": value for name, value in mail.items()}
    more = {"CHENGGUO_HTTP_WORKERS": "1", "CHENGGUO_SITE_BASE_URL": BASE}
    process = start("serve", "--port", str(port), "--home", home.root, **env, **more)
    try:
        assert process.stdout is not None
        assert any("Ready:" in line for line in iter(process.stdout.readline, ""))
        yield process, port
    finally:
        left = descendants(process.pid)
        process.kill()
        process.communicate()
        for other in left:
            if other.is_running():
                other.kill()


def due_now(ledger: Ledger) -> None:
    """As if a day had gone by."""
    with ledger.database.touch() as connection:
        connection.execute(update(subscription).values(due=stamp()))


def kill_sender(process: subprocess.Popen[str], killed: set[int]) -> None:
    def living() -> list[psutil.Process]:
        return [child for child in children(process, "alerts --follow") if child.pid not in killed]

    (sender,) = eventually(living, "the sender runs")
    sender.send_signal(signal.SIGKILL)
    killed.add(sender.pid)


def test_everybody_is_told_though_the_sender_is_killed(
    served: tuple[subprocess.Popen[str], int], ledger: Ledger, mailbox: Mailbox
) -> None:
    process, port = served
    site = f"http://127.0.0.1:{port}"
    form = {"search": "q=石墨烯", "days": "1", "address": READERS[0]}
    assert requests.post(f"{site}/follow", data=form, timeout=30).status_code == 200
    (letter,) = eventually(lambda: mailbox.of(READERS[0]), "the letter that asks for the confirmation")
    assert requests.post(f"{site}/follow/{link(letter)}/confirm", timeout=30).status_code == 200
    for address in READERS[1:]:
        assert ledger.subscriptions.ask(address, "q=石墨烯", "zh", 1)
    eventually(lambda: all(map(mailbox.of, READERS)), "everybody is asked")
    for address in READERS[1:]:
        assert ledger.subscriptions.confirm(link(mailbox.of(address)[0]))
    World(ledger).harvest({"a": good("石墨烯导热膜"), "b": good("水稻插秧机"), "c": good("绝密石墨烯", 密级="机密")})

    def told(address: str) -> list[str]:
        return [str(one["Message-ID"]) for one in mailbox.of(address) if one["List-Unsubscribe"]]

    def sent() -> int:
        return sum(bool(told(address)) for address in READERS)

    def more_than(count: int) -> bool:
        return sent() > count

    killed: set[int] = set()
    kill_sender(process, killed)
    due_now(ledger)
    for n in range(KILLS):
        eventually(partial(more_than, n), f"{n + 1} readers are told")
        kill_sender(process, killed)
    eventually(lambda: sent() == len(READERS), "every reader is told")
    eventually(lambda: not ledger.outbox.waiting(1), "nothing waits any more")
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
