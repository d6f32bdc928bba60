"""A ledger on both databases, an index that follows it, a mail server, and the one who tells."""

from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import cast

import pytest
import structlog

from chengguo.alerting import Teller
from chengguo.post import Post
from chengguo.settings import Mail
from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from harvesters.secrets import Secrets
from publish.alerts.letters import Writer
from publish.settings import SiteSettings
from search.tantivy_index import TantivyIndex
from tests.alerts.mailbox import Mailbox, plain
from tests.federation.conftest import ledger, postgresql_server, postgresql_url, url, world
from tests.federation.world import BASE, World

__all__ = ["ledger", "postgresql_server", "postgresql_url", "url", "world"]


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with Mailbox() as box:
        yield box


class Scene:
    """A province, those who follow searches in it, and their mail."""

    def __init__(self, world: World, folder: Path, mailbox: Mailbox) -> None:
        self.world, self.mailbox = world, mailbox
        self.ledger: Ledger = world.ledger
        self.index = TantivyIndex.open(folder / "search")
        self.projector = Projector(self.ledger, [cast(Projection, self.index)])
        self.mail = Mail(host="127.0.0.1", port=mailbox.port, security="none", sender="node@example.org")
        writer = Writer(self.ledger, SiteSettings(base_url=BASE), self.mail.sender)
        self.teller = Teller(self.ledger, self.index, writer, lambda: Post(self.mail, Secrets()))
        self.projector.catch_up()
        self.teller.round()  # the log is followed from here on

    def follow(self, search: str, address: str = "reader@example.cn", days: int = 1, lang: str = "zh") -> str:
        """Ask and confirm; the key of the subscription."""
        before = len(self.mailbox.of(address))
        assert self.ledger.subscriptions.ask(address, search, lang, days)
        self.teller.round()
        asking = self.mailbox.of(address)[before:]
        assert len(asking) == 1
        key = link(asking[0])
        assert self.ledger.subscriptions.confirm(key)
        return key

    def harvest(self, records: dict[str, object], *, indexed: bool = True) -> None:
        self.world.harvest(records)
        if indexed:
            self.projector.catch_up()


@pytest.fixture
def scene(world: World, tmp_path: Path, mailbox: Mailbox) -> Iterator[Scene]:
    made = Scene(world, tmp_path, mailbox)
    yield made
    made.index.close()


def link(letter: EmailMessage) -> str:
    """The key in a letter's links."""
    return plain(letter).partition(f"{BASE}/follow/")[2].split()[0]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What is logged, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries
