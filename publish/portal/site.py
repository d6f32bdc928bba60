"""What every page needs: templates, texts, assets, and the frame around the content."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.datastructures import URL
from starlette.requests import Request
from starlette.responses import HTMLResponse

from publish import languages
from publish.assets import Assets
from publish.languages import COOKIE, Lang
from publish.licences import licence
from publish.links import safe, segment, with_query
from publish.messages import Catalogue
from publish.portal.reader import Reader
from publish.portal.values import as_written, organisation
from publish.services import Services

YEAR = 365 * 24 * 3600
VARY = {"Vary": "Accept-Language, Cookie", "Cache-Control": "private, no-cache"}


@dataclass(frozen=True, slots=True)
class Site:
    """Made once per application."""

    services: Services
    assets: Assets
    catalogue: Catalogue
    environment: Environment

    def reader(self, request: Request) -> Reader:
        return Reader(languages.of(request), self.catalogue, self.services)

    def page(
        self,
        request: Request,
        template: str,
        context: Mapping[str, object],
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> HTMLResponse:
        """The rendered page, in the reader's language; a language chosen in the address is remembered."""
        reader = self.reader(request)
        frame = self._frame(request, reader)
        body = self.environment.get_template(template).render({**frame, **context})
        response = HTMLResponse(body, status, {**VARY, "Content-Language": reader.lang.tag, **(headers or {})})
        if languages.explicit(request):
            secure = self.services.settings.base_url.startswith("https:")
            response.set_cookie(COOKIE, reader.lang, max_age=YEAR, samesite="lax", httponly=True, secure=secure)
        return response

    def _frame(self, request: Request, reader: Reader) -> dict[str, object]:
        settings = self.services.settings
        return {
            "reader": reader,
            "t": reader.text,
            "settings": settings,
            "site_title": (settings.title.en if reader.lang is Lang.EN else "") or settings.title.zh,
            "notice": (settings.notice.en if reader.lang is Lang.EN else "") or settings.notice.zh,
            "asset": self.assets.path,
            "path": request.url.path,
            "switch": {lang: _in_language(request.url, lang) for lang in Lang},
            "canonical": settings.base_url + request.url.path,
        }


def make_site(services: Services, assets: Assets) -> Site:
    return Site(services, assets, Catalogue(), _environment())


@cache
def _environment() -> Environment:
    """The compiled templates; they hold nothing of an application."""
    environment = Environment(
        loader=PackageLoader("publish"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    functions = (safe, segment, with_query, organisation, licence, as_written)
    environment.globals.update({function.__name__: function for function in functions})
    return environment


def _in_language(url: URL, lang: Lang) -> str:
    """This page in another language: its path and query, never its host."""
    changed = url.include_query_params(lang=lang.value)
    return f"{changed.path}?{changed.query}"
