"""The table of the API's operations: from it come the routes and the OpenAPI description, so neither can forget one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import params
from publish.api import changes, records, search, shapes, sources
from publish.api.records import NoParams
from publish.conditional import answer
from publish.formats import JSON
from publish.offers import answers as offers
from publish.offers.profile import TechnologyOffer
from publish.services import Services

# services, the parameters read, the part of the path that names the thing -> the answer
Handler = Callable[[Services, Any, str], msgspec.Struct]
VERSION = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """One GET of the API. `name` is its operationId; `subject` says what the `{id}` of its path is, if it has one."""

    name: str
    path: str
    summary: str
    params: type[msgspec.Struct]
    answer: type[msgspec.Struct]
    handler: Handler
    errors: tuple[int, ...]
    subject: str = ""
    moves: bool = False  # what it names may have another address now


OPERATIONS = (
    Operation(
        "search",
        "/search",
        "Search public records",
        search.SearchParams,
        shapes.SearchAnswer,
        lambda services, given, _: search.search(services, given),
        (400, 503),
    ),
    Operation(
        "suggest",
        "/suggest",
        "Complete what somebody types",
        search.SuggestParams,
        shapes.SuggestAnswer,
        lambda services, given, _: search.suggest(services, given),
        (400, 503),
    ),
    Operation(
        "listRecords",
        "/records",
        "Page through every public record",
        records.RecordsParams,
        shapes.RecordsAnswer,
        lambda services, given, _: records.records(services, given),
        (400,),
    ),
    Operation(
        "getRecord",
        "/records/{id}",
        "One public record",
        NoParams,
        shapes.RecordAnswer,
        lambda services, _, subject: records.record(services, subject),
        (400, 404, 410),
        "`kind/id`, or the record's whole IRI, percent-encoded",
        moves=True,
    ),
    Operation(
        "listSources",
        "/sources",
        "The listings this node federates",
        NoParams,
        shapes.SourcesAnswer,
        lambda services, _given, _: sources.sources(services),
        (400,),
    ),
    Operation(
        "getSource",
        "/sources/{id}",
        "One listing, its last runs and the problems of its published records",
        NoParams,
        shapes.SourceAnswer,
        lambda services, _, subject: sources.source(services, subject),
        (400, 404),
        "The source's id",
    ),
    Operation(
        "listOffers",
        "/offers",
        "Technology offers for partners abroad, in English",
        offers.OffersParams,
        offers.OffersAnswer,
        lambda services, given, _: offers.offers(services, given, f"{VERSION}/offers"),
        (400,),
    ),
    Operation(
        "getOffer",
        "/offers/{id}",
        "One technology offer",
        NoParams,
        TechnologyOffer,
        lambda services, _, subject: offers.offer(services, subject),
        (400, 404, 410),
        "The offer's reference",
    ),
    Operation(
        "listChanges",
        "/changes",
        "The change log after a number",
        changes.ChangesParams,
        shapes.ChangesAnswer,
        lambda services, given, _: changes.changes(services, given),
        (400,),
    ),
)


def routes(services: Services) -> list[Route]:
    """One route per operation."""
    return [_route(operation, services) for operation in OPERATIONS]


def _route(operation: Operation, services: Services) -> Route:
    encoder = msgspec.json.Encoder(decimal_format="string")

    def endpoint(request: Request) -> Response:
        given = params.read(request, operation.params)
        found = operation.handler(services, given, request.path_params.get("id", ""))
        return answer(request, encoder.encode(found), JSON)

    path = operation.path.replace("{id}", "{id:path}" if operation.name == "getRecord" else "{id}")
    return Route(VERSION + path, endpoint, name=operation.name)
