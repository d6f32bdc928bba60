"""The table of actions: what each is called, what it does, and the word it has for `help_show`."""

import re
from collections.abc import Callable, Mapping
from functools import partial
from importlib.metadata import version
from types import MappingProxyType
from typing import Any

from publish.ckan.arguments import Arguments
from publish.ckan.errors import BadRequest, NotAuthorized, NotFound
from publish.ckan.listings import LISTINGS
from publish.ckan.search import PackageSearch
from publish.links import segment
from publish.services import Services

Action = Callable[[Arguments], Any]
PATH = "/api/3/action"
LIKE = "2.11"  # the version of CKAN whose answers these are like
WRITES = re.compile(
    r".*_(create|update|patch|delete|purge|revise|invite|follow|unfollow|upsert|reorder)(_.*)?|follow_.*|unfollow_.*"
)


class Actions:
    """Everything a client may call on one node."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._search = PackageSearch(services)
        listings = {name: partial(action, services) for name, action in LISTINGS.items()}
        self._table: Mapping[str, Action] = MappingProxyType(
            {
                "package_search": self._search,
                **listings,
                "site_read": lambda _: True,
                "status_show": self._status_show,
                "help_show": self._help_show,
            }
        )

    def call(self, name: str, given: Arguments) -> Any:
        """The result of an action. Raises ActionError, SearchError."""
        action = self._table.get(name)
        if action is not None:
            return action(given)
        if WRITES.fullmatch(name):
            raise NotAuthorized("Access denied: this site can be read and not written by CKAN's API")
        raise BadRequest(f"Action name not known: {name[:60]}; known are {', '.join(self._table)}")

    def help(self, name: str) -> str:
        """The address of what an action is for."""
        return f"{self._services.settings.base_url}{PATH}/help_show?name={segment(name[:60])}"

    def _status_show(self, _: Arguments) -> dict[str, Any]:
        settings = self._services.settings
        return {
            "ckan_version": LIKE,
            "site_title": settings.title.zh,
            "site_description": settings.title.en,
            "site_url": settings.base_url,
            "locale_default": "zh_Hans_CN",
            "error_emails_to": None,
            "extensions": [],
            "software": f"chengguo {version('chengguo')}",
        }

    def _help_show(self, given: Arguments) -> str:
        name = given.needed("name")
        if name not in self._table:
            raise NotFound("Action was not found.")
        return HELP[name]


HELP: dict[str, str] = {
    "package_search": "Search datasets. q: words, fq: conditions on organization, groups, extras_kind, id, name, "
    "metadata_modified; sort, rows (at most 1,000), start, facet.field, facet.limit.",
    "site_read": "Whether this site can be read: true.",
    "status_show": "What this site is.",
    "help_show": "What an action is for. name: the action's.",
    **{name: (action.__doc__ or "").strip() for name, action in LISTINGS.items()},
}
