"""Opening a webhook, for the pages and the API: the search is tried before anybody is called about it."""

from dataclasses import replace

from federation.alerts.deliveries import WIDEST
from federation.alerts.hooks import Hook, Opened
from publish.alerts.asking import guarded, kept
from publish.errors import NotFound
from publish.portal.asked import Asked
from publish.services import Hooks, Services

HOOKS = "/follow/webhook"
ACTIONS = ("challenge", "pause", "resume")


class TooWide(Exception):
    """The search finds more than a webhook is told of."""

    def __init__(self, total: int) -> None:
        super().__init__(
            f"the search finds {total} records, and a webhook is told of {WIDEST} at most: narrow it, or follow"
            " /api/v1/changes for everything"
        )
        self.total = total


class Opener:
    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def hooks(self) -> Hooks:
        """Raises NotFound where programs are told nothing."""
        if self._services.hooks is None:
            raise NotFound("This site calls no webhooks; the same search can be read as an Atom feed.")
        return self._services.hooks

    def open(self, address: str, wanted: Asked) -> Opened:
        """Raises BadAddress, TooMany, TooWide, NotFound, Unavailable, SearchError."""
        hooks = self.hooks
        found = self._services.index.search(replace(wanted, each=True, cursor=None).query(size=1))
        if found.total > WIDEST and not found.relaxed:
            raise TooWide(found.total)
        return guarded(lambda: hooks.ask(address.strip(), kept(wanted)))

    def get(self, key: str) -> Hook | None:
        hooks = self.hooks
        return guarded(lambda: hooks.get(key))

    def act(self, key: str, action: str) -> Hook | None:
        """One of ACTIONS; None when there is no such webhook."""
        hooks = self.hooks
        doing = {"challenge": hooks.challenge, "pause": hooks.pause, "resume": hooks.resume}[action]
        return guarded(lambda: doing(key))

    def end(self, key: str) -> bool:
        hooks = self.hooks
        return guarded(lambda: hooks.end(key))
