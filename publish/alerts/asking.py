"""What asking to be told has in common, by whichever way: the search as it is kept, whose form it is, how often one may ask."""

import math
from collections.abc import Callable, Iterable
from ipaddress import ip_network
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

import structlog
from starlette.datastructures import QueryParams
from starlette.requests import Request

from federation.errors import FederationError
from publish.errors import TooManyRequests, Unavailable, UnreadableBody
from publish.middleware.rate import Buckets, client_of
from publish.own_form import expect_own_form
from publish.portal.asked import Asked
from publish.portal.reader import Reader
from publish.portal.search import Tag, chosen
from publish.settings import RateLimit, SiteSettings

PACE = RateLimit(per_second=0.05, burst=10)  # askings of one client
FIELDS = 100  # of a form
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

T = TypeVar("T")
log = structlog.get_logger("publish.follow")


class Porter:
    """Who may ask. Raises Forbidden, TooManyRequests."""

    def __init__(self, settings: SiteSettings) -> None:
        self._base = settings.base_url
        self._trusted = tuple(map(ip_network, settings.trusted_proxies))
        self._pace = Buckets(PACE)

    def admit(self, request: Request) -> None:
        self.require_own_form(request)
        if seconds := self._pace.take(client_of(request.scope, self._trusted)):
            raise TooManyRequests(math.ceil(seconds))

    def require_own_form(self, request: Request) -> None:
        expect_own_form(request, self._base)


def kept(wanted: Asked) -> str:
    """A search as it is kept: what decides what is found, in one order."""
    parameters = {name: value for name, value in wanted.parameters().items() if name not in ("sort", "each") and value}
    return urlencode(sorted(parameters.items()), doseq=True)


def shown(wanted: Asked, reader: Reader) -> dict[str, object]:
    """What the pages show of the search that is followed."""
    return {
        "asked": wanted,
        "search": kept(wanted),
        "named": wanted.text or reader.text("alert.everything"),
        "chosen": _by_title(chosen(wanted, reader), reader),
    }


def _by_title(tags: Iterable[Tag], reader: Reader) -> list[tuple[str, str]]:
    """(title, the values under it) of conditions."""
    found: dict[str, list[str]] = {}
    for tag in tags:
        found.setdefault(tag.title, []).append(tag.label)
    return [(title, reader.text("word.semicolon").join(labels)) for title, labels in found.items()]


def parsed(text: str) -> QueryParams:
    try:
        return QueryParams(parse_qsl(text, max_num_fields=FIELDS))
    except ValueError as error:
        raise UnreadableBody(f"a form or a search of at most {FIELDS} fields is read here") from error


def fields(body: bytes) -> QueryParams:
    """Raises UnreadableBody."""
    try:
        return parsed(body.decode("utf-8"))
    except ValueError as error:
        raise UnreadableBody("a form as application/x-www-form-urlencoded in UTF-8 is read here") from error


def guarded(work: Callable[[], T]) -> T:
    """The ledger's messages are for the operators. Raises Unavailable."""
    try:
        return work()
    except FederationError as error:
        log.error("following failed", reason=str(error))
        raise Unavailable("Subscriptions cannot be read or written at this moment.") from error
