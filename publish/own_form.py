"""Whether a form was sent from a page of this site: no page of another may make a reader's browser send it."""

from starlette.requests import Request

from publish.errors import Forbidden


def expect_own_form(request: Request, base: str) -> None:
    """By what browsers say of where a request comes from. Programs say nothing of it, and harm nobody's browser. Raises
    Forbidden.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin")
    if site not in (None, "same-origin", "none") or (site is None and origin not in (None, base)):
        raise Forbidden("This form can only be sent from a page of this site: open it here and send it again.")
