"""A ledger on both databases, an index that follows it, a mail server, a webhook's receiver, and those who tell."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from email.message import EmailMessage
from functools import partial
from pathlib import Path
from typing import Any, cast

import pytest
import structlog
from sqlalchemy import update

from chengguo.alerting import Teller
from chengguo.calling import Caller
from chengguo.home import Home, create
from chengguo.post import Post
from chengguo.settings import Mail
from chengguo.webhooks import Called, Messenger
from federation.alerts.hooks import Hook, Hooks, Opened
from federation.alerts.schema import hook
from federation.clock import stamp
from federation.ledger import Ledger
from federation.projection import Projection
from federation.projector import Projector
from harvesters.secrets import Secrets
from publish.alerts.letters import Writer
from publish.alerts.parcels import Parcels
from publish.settings import SiteSettings
from search.tantivy_index import TantivyIndex
from tests.alerts.mailbox import Mailbox, plain
from tests.alerts.receiver import Receiver
from tests.federation.conftest import ledger, postgresql_server, postgresql_url, url, world
from tests.federation.world import BASE, World, good

__all__ = ["ledger", "postgresql_server", "postgresql_url", "url", "world"]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Of a node without sources, for tests that serve one."""
    made = Home(tmp_path / "home")
    create(made)
    for file in made.sources.glob("*"):
        file.unlink()
    return made


@pytest.fixture
def home_ledger(home: Home) -> Iterator[Ledger]:
    opened = Ledger.open(home.ledger_url(home.settings({})))
    yield opened
    opened.close()


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

    def harvest(self, records: Mapping[str, object], *, indexed: bool = True) -> None:
        self.world.harvest(records)
        if indexed:
            self.projector.catch_up()


@pytest.fixture
def scene(world: World, tmp_path: Path, mailbox: Mailbox) -> Iterator[Scene]:
    made = Scene(world, tmp_path, mailbox)
    yield made
    made.index.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as made:
        yield made


class Exchange:
    """A province, and programs that follow searches in it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = world
        self.ledger: Ledger = world.ledger
        self.hooks = Hooks(self.ledger.database, any_port=True)
        self.index = TantivyIndex.open(folder / "search")
        self.projector = Projector(self.ledger, [cast(Projection, self.index)])
        self.messenger = self.made(partial(Caller, contact="node@example.org", allow_private=True))
        self.projector.catch_up()
        self.messenger.round()  # the log is followed from here on

    def made(self, calling: partial[Caller], patience: timedelta = timedelta(days=5)) -> Messenger:
        return Messenger(self.ledger, self.hooks, self.index, Parcels(self.ledger, BASE), calling, patience)

    def follow(self, search: str, receiver: Receiver) -> Opened:
        """Ask, and have the challenge echoed."""
        opened = self.hooks.ask(receiver.url, search)
        assert self.messenger.round().begun == 1
        return opened

    def harvest(self, records: Mapping[str, object], *, indexed: bool = True) -> None:
        self.world.harvest(records)
        if indexed:
            self.projector.catch_up()

    def tell(self) -> Called:
        """A round, as if every pause were over."""
        with self.ledger.database.touch() as connection:
            connection.execute(update(hook).values(due=stamp()))
        return self.messenger.round()

    def state(self, opened: Opened) -> Hook:
        found = self.hooks.get(opened.key)
        assert found is not None
        return found


@pytest.fixture
def exchange(world: World, tmp_path: Path) -> Iterator[Exchange]:
    made = Exchange(world, tmp_path)
    yield made
    made.index.close()


def titled(*titles: str) -> dict[str, Any]:
    return {title: good(title) for title in titles}


def link(letter: EmailMessage) -> str:
    """The key in a letter's links."""
    return plain(letter).partition(f"{BASE}/follow/")[2].split()[0]


@pytest.fixture(autouse=True)
def log() -> Iterator[list[structlog.typing.EventDict]]:
    """What is logged, kept off the terminal."""
    with structlog.testing.capture_logs() as entries:
        yield entries
