"""The web application: routes and middleware as lists, made from the services it is given."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.routing import BaseRoute

from publish import (
    atom,
    attention,
    ckan,
    dcat,
    dereference,
    discovery,
    export,
    feed,
    health,
    memento,
    moved,
    oai,
    offers,
    sparql,
    standard,
    vocabulary,
    void,
    warm,
)
from publish.alerts import hook_pages
from publish.alerts import pages as follow
from publish.api import openapi, operations, push, webhooks
from publish.assets import Assets
from publish.dumps import pages as dumps
from publish.dumps.manifest import XLSX
from publish.errors import OUTCOMES, Moved
from publish.metrics import Metrics
from publish.middleware.entity_tag import EncodedEntityTag
from publish.middleware.failures import Failures
from publish.middleware.headers import SecurityHeaders
from publish.middleware.limits import RequestLimits
from publish.middleware.observe import Observer
from publish.middleware.rate import RateLimiter
from publish.portal import routes as portal
from publish.portal.errors import ErrorPages
from publish.portal.site import make_site
from publish.services import Services

# What would only be packed a second time.
PACKED = (*DEFAULT_EXCLUDED_CONTENT_TYPES, "application/zstd", XLSX)
EXPOSED = (
    "ETag",
    "Last-Modified",
    "Link",
    "Location",
    "Memento-Datetime",
    "Repr-Digest",
    "Retry-After",
    "X-Export-Limit",
    "X-Total-Count",
)


def create_app(services: Services) -> Starlette:
    """The whole site over these services. Two applications share their compiled templates and nothing else."""
    assets, metrics = Assets(), Metrics(services)
    site = make_site(services, assets)
    errors = ErrorPages(site)
    routes: list[BaseRoute] = [
        *sparql.routes(site),  # first, as routes are tried in turn and its answers may take less time than that
        *health.routes(services),
        *metrics.routes(),
        *discovery.routes(services),
        *assets.routes(),
        *operations.routes(services),
        *push.routes(services),
        *webhooks.routes(services),
        *attention.routes(services),
        *openapi.routes(services),
        *dereference.routes(services),
        *memento.routes(site),
        *oai.routes(services),
        *ckan.routes(services),
        *void.routes(services),
        *vocabulary.routes(site),
        *standard.routes(site),
        *dcat.routes(services),
        *offers.routes(site),
        *export.routes(site),
        *dumps.routes(site),
        *atom.routes(site),
        *feed.routes(site),
        *hook_pages.routes(site),
        *follow.routes(site),
        *portal.routes(site),
    ]
    limits = services.settings.limits
    middleware = [  # from the outermost to the innermost
        Middleware(Observer, metrics=metrics, routes=routes),
        Middleware(SecurityHeaders),
        Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET", "HEAD", "POST"], expose_headers=EXPOSED),
        Middleware(EncodedEntityTag),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5, exclude_content_types=PACKED),
        Middleware(Failures, render=errors.render),
        Middleware(RequestLimits, url=limits.url, body=limits.body, push=limits.push, check=limits.check),
        Middleware(RateLimiter, limit=limits.rate, trusted_proxies=services.settings.trusted_proxies),
    ]
    # What handlers raise on purpose is answered inside; the last resort (`Exception`) belongs to `Failures`.
    handled = [HTTPException, *(error for error in OUTCOMES if error is not Exception)]
    app = Starlette(
        routes=routes,
        middleware=middleware,
        exception_handlers={**dict.fromkeys(handled, errors.render), Moved: moved.leading(services)},
        lifespan=warm.lifespan(site),
    )
    app.router.redirect_slashes = False  # the redirect would be made from the Host header
    return app
