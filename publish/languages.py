"""The languages of the site, and which one a request wants: `?lang=`, then the cookie, then Accept-Language."""

from enum import StrEnum

from starlette.requests import HTTPConnection

from publish.negotiate import language

COOKIE = "lang"


class Lang(StrEnum):
    ZH = "zh"
    EN = "en"

    @property
    def tag(self) -> str:
        """The BCP 47 tag of pages in this language."""
        return "zh-CN" if self is Lang.ZH else "en"


def explicit(request: HTTPConnection) -> Lang | None:
    """The language the address itself asks for."""
    return _known(request.query_params.get("lang"))


def of(request: HTTPConnection) -> Lang:
    chosen = explicit(request) or _known(request.cookies.get(COOKIE))
    return chosen or Lang(language(request.headers.get("accept-language"), [lang.value for lang in Lang], Lang.ZH))


def _known(value: str | None) -> Lang | None:
    return Lang(value) if value in {lang.value for lang in Lang} else None
