"""Errors as pages in both languages for people, as problem details for programs."""

from starlette.requests import Request
from starlette.responses import Response

from publish import negotiate, problem
from publish.citations import CITATIONS
from publish.errors import BadParameter, Gone, NotAcceptable, NotFound, VersionGone
from publish.formats import BY_MEDIA_TYPE, BY_SUFFIX, HTML, JSON
from publish.portal.asked import PATH, asked
from publish.portal.reader import Reader
from publish.portal.site import Site
from search.base import BadQuery, Sort

# What is said to a reader; other statuses get the text of the nearest of their class.
KNOWN = (400, 404, 405, 406, 410, 413, 414, 429, 500, 503)
LEADING = ("/id/", "/code/", "/ns/", "/offers")  # addresses that lead to data by Accept and by suffix
MACHINE = ("/api/", "/readyz", "/metrics", "/sparql", "/oai", "/catalog", "/feed/", "/feed.")
DEEP = "deep"
PLACES = frozenset({"cursor", "stale", DEEP})  # refusals of a place in the results (`search.base.REFUSALS`)

DATA = frozenset(("xml", *BY_SUFFIX, *(form.suffix for form in CITATIONS)))


class ErrorPages:
    def __init__(self, site: Site) -> None:
        self.site = site

    def render(self, request: Request, error: Exception) -> Response:
        """The answer to any error; the API and clients that prefer JSON get problem details."""
        if request.url.path.startswith(MACHINE) or self._prefers_data(request, error):
            return problem.response(error, self.site.services.settings.base_url, request.url.path)
        status = problem.outcome_for(error).status
        context = {
            "status": status,
            "said": _said(status, error),
            "tombstone": error.tombstone if isinstance(error, Gone) else None,
            "detail": _detail(error, self.site.reader(request)),
            "again": self._again(request, error),
            "text": request.query_params.get("q", "")[: self.site.services.settings.limits.query_text],
            "known": error.known if isinstance(error, NotFound) else _available(error),
            "kind": None,
        }
        return self.site.page(request, "error.html", context, status=status, headers=problem.headers(error))

    def _again(self, request: Request, error: Exception) -> str | None:
        """The same search from its first page, where only the place in its results was wrong."""
        if request.url.path != PATH or not isinstance(error, BadQuery) or error.code not in PLACES:
            return None
        wanted = asked(request.query_params, self.site.services.settings.limits.query_text)
        return wanted.address(sort=Sort.NEWEST.value) if error.code == DEEP else wanted.address()

    def _prefers_data(self, request: Request, error: Exception) -> bool:
        accept, path = request.headers.get("accept"), request.url.path
        if _available(error) and negotiate.media_type(accept, (HTML,)) is None:
            return True  # who takes neither is no person
        if not path.startswith(LEADING):
            return negotiate.media_type(accept, (HTML, JSON, problem.MEDIA_TYPE)) not in (None, HTML)
        if path.rpartition(".")[2] in DATA:  # an address of data: data also where the client does not say
            return negotiate.media_type(accept, (JSON, HTML)) != HTML
        return negotiate.media_type(accept, (HTML, problem.MEDIA_TYPE, *BY_MEDIA_TYPE)) not in (None, HTML)


def _detail(error: Exception, reader: Reader) -> str | None:
    """What is wrong with the address: in the reader's language, if it is something that a search page leads to."""
    if isinstance(error, BadQuery) and error.code:
        return reader.text(f"refused.{error.code}", **error.values)
    if isinstance(error, BadParameter) and error.most is not None:
        return reader.text("refused.long", most=error.most)
    return str(error) if isinstance(error, BadParameter | BadQuery) else None


def _said(status: int, error: Exception) -> int | str:
    if isinstance(error, VersionGone):
        return "version"
    return status if status in KNOWN else 400 if status < 500 else 503


def _available(error: Exception) -> tuple[str, ...]:
    """The forms that could be had in place of the one asked for."""
    return error.available if isinstance(error, NotAcceptable) else ()
