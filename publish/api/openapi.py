"""The OpenAPI 3.1 description, generated from the table of operations and their structs."""

from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from publish import problem
from publish.api import push_description, webhook_description
from publish.api.operations import OPERATIONS, VERSION, Operation
from publish.conditional import answer
from publish.formats import JSON
from publish.params import repeatable
from publish.services import Services
from publish.standard import description as check_description

PATH = "/openapi.json"
REF = "#/components/schemas/{name}"
Document = dict[str, Any]


def routes(services: Services) -> list[Route]:
    body = msgspec.json.encode(document(services))

    def openapi(request: Request) -> Response:
        return answer(request, body, JSON)

    return [Route(VERSION + PATH, openapi, name="openapi")]


def document(services: Services) -> Document:
    """The whole description."""
    settings = services.settings
    written = (*push_description.STRUCTS, *check_description.STRUCTS, *webhook_description.STRUCTS)
    structs = [*(o.answer for o in OPERATIONS), *written, problem.ProblemDetails]
    _, schemas = msgspec.json.schema_components(structs, ref_template=REF)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": settings.title.en or settings.title.zh,
            "version": "1",
            "description": "Public records of publicly funded scientific and technological achievements.",
        },
        "servers": [{"url": settings.base_url}],
        "paths": {
            VERSION + PATH: {"get": _self()},
            **{VERSION + o.path: {"get": _operation(o)} for o in OPERATIONS},
            **push_description.paths(VERSION),
            **check_description.paths(VERSION),
            **webhook_description.paths(VERSION),
        },
        "webhooks": webhook_description.calls(),
        "components": {
            "schemas": {**schemas, **_parameter_schemas()},
            "securitySchemes": push_description.SECURITY,
        },
    }


def _self() -> Document:
    body = {JSON: {"schema": {"type": "object"}}}
    return {
        "operationId": "openapi",
        "summary": "This description",
        "responses": {"200": {"description": "OK", "content": body}},
    }


def _operation(operation: Operation) -> Document:
    body = {JSON: {"schema": {"$ref": REF.format(name=operation.answer.__name__)}}}
    wrong = {problem.MEDIA_TYPE: {"schema": {"$ref": REF.format(name="ProblemDetails")}}}
    responses: Document = {"200": {"description": "OK", "content": body}, "304": {"description": "Not modified"}}
    if operation.moves:
        responses["301"] = {"description": "The record goes on under another address: `Location`"}
    for status in (*operation.errors, 413, 414, 429, 500):
        responses[str(status)] = {"description": "Problem (RFC 9457)", "content": wrong}
    return {
        "operationId": operation.name,
        "summary": operation.summary,
        "description": (operation.params.__doc__ or "").strip(),
        "parameters": [*_subject(operation), *_parameters(operation.params)],
        "responses": responses,
    }


def _subject(operation: Operation) -> list[Document]:
    if not operation.subject:
        return []
    schema = {"type": "string", "minLength": 1}
    return [{"name": "id", "in": "path", "required": True, "description": operation.subject, "schema": schema}]


def _parameters(declared: type[msgspec.Struct]) -> list[Document]:
    _, components = msgspec.json.schema_components((declared,), ref_template=REF)
    schema = components[declared.__name__]
    required = schema.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in required,
            "description": found.get("description", ""),
            "schema": _plain(found),
            **({"style": "form", "explode": True} if repeatable(declared)[name] else {}),
        }
        for name, found in schema["properties"].items()
    ]


def _plain(schema: Document) -> Document:
    """A query string cannot carry null: an optional parameter is left out instead."""
    options = [option for option in schema.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1:
        rest = {key: value for key, value in schema.items() if key not in {"anyOf", "default"}}
        return {**rest, **options[0]}
    return schema


def _parameter_schemas() -> Document:
    """Schemas that parameters point to (enumerations)."""
    named: Document = {}
    for operation in OPERATIONS:
        _, components = msgspec.json.schema_components((operation.params,), ref_template=REF)
        named.update({name: schema for name, schema in components.items() if name != operation.params.__name__})
    return named
