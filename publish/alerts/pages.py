"""`/follow`: who wants to be told by mail asks here, confirms here, and ends it here. Without an account, without JavaScript.

Opening a link changes nothing: mail scanners open every link. Only a button's POST does, or the POST of a mail program's own
button (RFC 8058), which needs no question: the address with its key is the right to end it.
"""

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from federation.alerts.subscriptions import LONGEST_SEARCH, PERIODS, BadAddress
from publish.alerts.asking import PRIVATE, Porter, fields, guarded, kept, parsed, shown
from publish.alerts.letters import FOLLOW
from publish.errors import BadParameter, NotFound
from publish.portal.asked import Asked, asked
from publish.portal.site import Site
from publish.services import Following

SHOWN = 100  # characters of a wrong address that are shown again


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
        self._porter = Porter(site.services.settings)

    def form(self, request: Request) -> Response:
        return self._form(request, self._asked(request.query_params))

    async def ask(self, request: Request) -> Response:
        """Raises Forbidden for a form of another site, TooManyRequests, BadParameter."""
        given = fields(await request.body())
        return await run_in_threadpool(self._ask, request, given)

    def _ask(self, request: Request, given: QueryParams) -> Response:
        self._porter.admit(request)
        wanted = self._asked(parsed(given.get("search", "")[:LONGEST_SEARCH]))
        days = given.get("days", "")
        if days not in map(str, PERIODS):
            raise BadParameter("days", "Letters come every day or every week.", [*map(str, PERIODS)], days[:SHOWN])
        lang = self.site.reader(request).lang.value
        following, address = self._following(), given.get("address", "")
        try:
            guarded(lambda: following.ask(address, kept(wanted), lang, int(days)))
        except BadAddress:
            return self._form(request, wanted, wrong=address[:SHOWN])
        return self._page(request, "asked", wanted)

    def state(self, request: Request) -> Response:
        return self._state(request, request.path_params["key"])

    def confirm(self, request: Request) -> Response:
        key = request.path_params["key"]
        guarded(lambda: self._following().confirm(key))
        return self._state(request, key)

    def stop(self, request: Request) -> Response:
        """Whoever holds the key ends it, and is told the same when it had ended before."""
        key = request.path_params["key"]
        found = guarded(lambda: self._following().get(key))
        guarded(lambda: self._following().end(key))
        return self._page(request, "stopped", self._kept(found.search) if found else Asked())

    def _state(self, request: Request, key: str) -> Response:
        found = guarded(lambda: self._following().get(key))
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
            **shown(wanted, reader),
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
        return self._asked(parsed(search))
