"""`/follow`: who wants to be told by mail asks here, confirms here, and ends it here. Without an account, without JavaScript.

Opening a link changes nothing: mail scanners open every link. Only a button's POST does, or the POST of a mail program's own
button (RFC 8058), which needs no question: the address with its key is the right to end it.
"""

import math
from collections.abc import Mapping
from ipaddress import ip_network
from urllib.parse import parse_qsl, urlencode

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.alerts.subscriptions import LONGEST_SEARCH, PERIODS, BadAddress
from federation.errors import FederationError
from publish.alerts.letters import FOLLOW
from publish.errors import BadParameter, NotFound, TooManyRequests, Unavailable, UnreadableBody
from publish.middleware.rate import Buckets, client_of
from publish.own_form import expect_own_form
from publish.portal.asked import Asked, asked
from publish.portal.search import chosen
from publish.portal.site import Site
from publish.services import Following
from publish.settings import RateLimit

PACE = RateLimit(per_second=0.05, burst=10)  # askings of one client
FIELDS = 100  # of a form
SHOWN = 100  # characters of a wrong address that are shown again
PRIVATE = {"Cache-Control": "private, no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}

log = structlog.get_logger("publish.follow")


def routes(site: Site) -> list[Route]:
    pages = Pages(site)
    return [
        Route(FOLLOW, pages.form, methods=["GET"], name="follow"),
        Route(FOLLOW, pages.ask, methods=["POST"], name="follow-ask"),
        Route(FOLLOW + "/{key}", pages.state, methods=["GET"], name="follow-state"),
        Route(FOLLOW + "/{key}/confirm", pages.confirm, methods=["POST"], name="follow-confirm"),
        Route(FOLLOW + "/{key}/stop", pages.state, methods=["GET"], name="follow-stop-state"),
        Route(FOLLOW + "/{key}/stop", pages.stop, methods=["POST"], name="follow-stop"),
    ]


class Pages:
    def __init__(self, site: Site) -> None:
        self.site = site
        self._trusted = tuple(map(ip_network, site.services.settings.trusted_proxies))
        self._pace = Buckets(PACE)

    def form(self, request: Request) -> Response:
        return self._form(request, self._asked(request.query_params))

    async def ask(self, request: Request) -> Response:
        """Raises Forbidden for a form of another site, TooManyRequests, BadParameter."""
        given = _fields(await request.body())
        return await run_in_threadpool(self._ask, request, given)

    def _ask(self, request: Request, given: QueryParams) -> Response:
        expect_own_form(request, self.site.services.settings.base_url)
        if seconds := self._pace.take(client_of(request.scope, self._trusted)):
            raise TooManyRequests(math.ceil(seconds))
        wanted = self._asked(_parsed(given.get("search", "")[:LONGEST_SEARCH]))
        days = given.get("days", "")
        if days not in map(str, PERIODS):
            raise BadParameter("days", "Letters come every day or every week.", [*map(str, PERIODS)], days[:SHOWN])
        lang = self.site.reader(request).lang.value
        try:
            self._following().ask(given.get("address", ""), kept(wanted), lang, int(days))
        except BadAddress:
            return self._form(request, wanted, wrong=given.get("address", "")[:SHOWN])
        except FederationError as error:
            raise self._unavailable(error) from error
        return self._page(request, "asked", wanted)

    def state(self, request: Request) -> Response:
        return self._state(request, request.path_params["key"])

    def confirm(self, request: Request) -> Response:
        key = request.path_params["key"]
        try:
            self._following().confirm(key)
        except FederationError as error:
            raise self._unavailable(error) from error
        return self._state(request, key)

    def stop(self, request: Request) -> Response:
        """Whoever holds the key ends it, and is told the same when it had ended before."""
        key = request.path_params["key"]
        try:
            found = self._following().get(key)
            self._following().end(key)
        except FederationError as error:
            raise self._unavailable(error) from error
        return self._page(request, "stopped", self._kept(found.search) if found else Asked())

    def _state(self, request: Request, key: str) -> Response:
        try:
            found = self._following().get(key)
        except FederationError as error:
            raise self._unavailable(error) from error
        if found is None:
            return self._page(request, "gone", Asked(), status=404)
        doing = "active" if found.confirmed else "confirm"
        return self._page(request, doing, self._kept(found.search), {"key": key, "address": found.address})

    def _form(self, request: Request, wanted: Asked, wrong: str | None = None) -> Response:
        status = 200 if wrong is None else 422
        more = {"wrong": wrong, "mail": self.site.services.following is not None}
        return self._page(request, "form", wanted, more, status=status)

    def _page(
        self,
        request: Request,
        doing: str,
        wanted: Asked,
        more: Mapping[str, object] | None = None,
        *,
        status: int = 200,
    ) -> Response:
        reader = self.site.reader(request)
        context = {
            "doing": doing,
            "asked": wanted,
            "search": kept(wanted),
            "named": wanted.text or reader.text("alert.everything"),
            "chosen": [(tag.title, tag.label) for tag in chosen(wanted, reader)],
            "periods": PERIODS,
            "wrong": None,
            "mail": True,
            "key": "",
            "address": "",
            **(more or {}),
        }
        return self.site.page(request, "follow.html", context, status=status, headers=PRIVATE)

    def _following(self) -> Following:
        if self.site.services.following is None:
            raise NotFound("No mail is sent from here.")
        return self.site.services.following

    def _asked(self, given: QueryParams) -> Asked:
        return asked(given, self.site.services.settings.limits.query_text)

    def _kept(self, search: str) -> Asked:
        return self._asked(_parsed(search))

    def _unavailable(self, error: FederationError) -> Unavailable:
        log.error("following failed", reason=str(error))
        return Unavailable("Subscriptions cannot be read or written at this moment.")


def kept(wanted: Asked) -> str:
    """A search as it is kept: what decides what is found, in one order."""
    parameters = {name: value for name, value in wanted.parameters().items() if name not in ("sort", "each") and value}
    return urlencode(sorted(parameters.items()), doseq=True)


def _parsed(text: str) -> QueryParams:
    try:
        return QueryParams(parse_qsl(text, max_num_fields=FIELDS))
    except ValueError as error:
        raise UnreadableBody(f"a form or a search of at most {FIELDS} fields is read here") from error


def _fields(body: bytes) -> QueryParams:
    """Raises UnreadableBody."""
    try:
        return _parsed(body.decode("utf-8"))
    except ValueError as error:
        raise UnreadableBody("a form as application/x-www-form-urlencoded in UTF-8 is read here") from error
