"""`/dumps/`: what can be had as a whole, for people and for programs, and the files themselves.

Every answer asks the ledger first, so that nothing is given of a dump in which something was withdrawn, whatever still lies
in the folder: such a dump is 410, and where the newest is asked for while it is written again, 503.
"""

import msgspec
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from publish import conditional, negotiate, problem
from publish.dumps import download
from publish.dumps.manifest import MANIFEST
from publish.dumps.offer import PATH, Dumps, Offer, State, offer_of
from publish.dumps.shelf import Kept, seq_of
from publish.errors import DumpGone, DumpWritten, NotAcceptable, NotFound, PublishError
from publish.formats import HTML, JSON
from publish.portal.reader import Reader
from publish.portal.site import Site

LATEST = "latest"


def routes(site: Site) -> list[Route]:
    pages = _Pages(site, offer_of(site.services))
    return [
        Route(PATH.rstrip("/"), pages.lead, name="dumps-short"),
        Route(PATH, pages.index, name="dumps"),
        Route(f"{PATH}index.json", pages.data, name="dumps-data"),
        Route(f"{PATH}{LATEST}/{{file}}", pages.latest, name="dump-latest"),
        Route(f"{PATH}{{dump}}/{{file}}", pages.file, name="dump-file"),
    ]


class _Pages:
    def __init__(self, site: Site, offer: Offer) -> None:
        self._site, self._offer = site, offer

    def lead(self, request: Request) -> Response:
        return RedirectResponse(f"{self._offer.base}{PATH}", 308)

    def index(self, request: Request) -> Response:
        wanted = negotiate.media_type(request.headers.get("accept"), (HTML, JSON))
        if wanted is None:
            raise NotAcceptable((HTML, JSON))
        return self.data(request) if wanted == JSON else self._page(request)

    def data(self, request: Request) -> Response:
        items = Dumps(self._offer.state(), tuple(map(self._offer.item, self._offer.kept())))
        return conditional.answer(request, msgspec.json.encode(items), JSON, headers={"Vary": "Accept"})

    def latest(self, request: Request) -> Response:
        """Leads to the file where it lies: a download that is continued later must not be of two dumps."""
        kept, name = self._offer.latest(), request.path_params["file"]
        if kept is None and self._offer.state() is State.WRITING:
            return self._failed(request, DumpWritten())
        if kept is None or kept.file(name) is None:
            raise NotFound("There is no such file of the latest dump.", _names(kept))
        return RedirectResponse(self._offer.url(kept, name), 302, {"Cache-Control": "no-cache"})

    def file(self, request: Request) -> Response:
        name, wanted = request.path_params["dump"], request.path_params["file"]
        kept, seq = self._offer.shelf.get(name), seq_of(name)
        if kept is None or not self._offer.standing.stands(kept):
            if seq is not None and (kept is not None or seq < self._offer.standing.withdrawn()):
                return self._failed(request, DumpGone())
            raise NotFound("There is no such dump, or no more: older ones make room for newer ones.")
        file = kept.file(wanted)
        if file is None:
            raise NotFound("The dump has no such file.", _names(kept))
        try:
            return download.answer(request, kept, file, lambda: self._offer.standing.stands(kept))
        except FileNotFoundError:  # taken away between the two looks
            return self._failed(request, DumpGone())

    def _failed(self, request: Request, error: PublishError) -> Response:
        """To people the page, which says what there is instead."""
        base, path = self._offer.base, request.url.path
        if negotiate.media_type(request.headers.get("accept"), (problem.MEDIA_TYPE, JSON, HTML)) == HTML:
            status = problem.outcome_for(error).status
            return self._page(request, status, problem.headers(error))
        return problem.response(error, base, path)

    def _page(self, request: Request, status: int = 200, headers: dict[str, str] | None = None) -> Response:
        kept = self._offer.kept()
        context = {
            "state": self._offer.state().value,
            "gone": status == 410,
            "latest": self._offer.item(kept[0]) if kept else None,
            "earlier": [self._offer.item(one) for one in kept[1:]],
            "size": size,
            "manifest": self._offer.url(kept[0], MANIFEST) if kept else "",
        }
        return self._site.page(request, "dumps.html", context, status=status, headers=headers)


def size(count: int, reader: Reader) -> str:
    """Bytes as people read them."""
    amount, units = float(count), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while amount >= 1000:
        amount, unit = amount / 1000, next(units)
    return f"{reader.number(round(amount, 1) if amount < 10 and unit != 'B' else round(amount))} {unit}"


def _names(kept: Kept | None) -> tuple[str, ...]:
    return tuple(file.name for file in kept.dump.files) if kept else ()
