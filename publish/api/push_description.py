"""What the OpenAPI description says of `/api/v1/sources/{id}/records`: the operations that write, and their bearer token."""

from typing import Any

from publish import problem
from publish.api.push import LINES, LONGEST, MANY, MOST, ONE, RAW, BatchAnswer, BatchItem, PushAnswer
from publish.formats import JSON

Document = dict[str, Any]

STRUCTS = (PushAnswer, BatchAnswer, BatchItem)
SECURITY: Document = {"token": {"type": "http", "scheme": "bearer", "description": "Made by `chengguo token create`."}}
SOURCE: Document = {
    "name": "id",
    "in": "path",
    "required": True,
    "description": "The source's id",
    "schema": {"type": "string", "minLength": 1},
}
RECORD: Document = {
    "name": "record",
    "in": "path",
    "required": True,
    "description": "The source's own key of the record, percent-encoded",
    "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST},
}
CONDITIONS = tuple(
    {"name": name, "in": "header", "required": False, "description": meaning, "schema": {"type": "string"}}
    for name, meaning in (
        ("If-Match", "The `etag` of the last answer: 412 when something else was stored meanwhile"),
        ("If-None-Match", "`*`: 412 when the record is there already"),
    )
)
ERRORS = (400, 401, 403, 404, 412, 413, 414, 415, 422, 429, 500, 503)


def paths(version: str) -> Document:
    """The paths, by their template."""
    return {
        version + ONE: {"parameters": [SOURCE, RECORD, *CONDITIONS], "put": _put(), "delete": _delete()},
        version + MANY: {"parameters": [SOURCE], "post": _post()},
    }


def _put() -> Document:
    """What a record may look like is for the source's mapping to say."""
    return {
        "operationId": "putRecord",
        "summary": "Send one record of a source; sending it again changes nothing",
        "requestBody": {"required": True, "content": {kind: {"schema": {}} for kind in RAW}},
        **_answered(
            {"200": "Changed or unchanged", "201": "Published", "202": "Waits for a review or the end of an embargo"}
        ),
    }


def _delete() -> Document:
    return {
        "operationId": "deleteRecord",
        "summary": "Withdraw one record of a source",
        **_answered({"200": "Withdrawn"}),
    }


def _post() -> Document:
    item = {"$ref": "#/components/schemas/BatchItem"}
    array = {"type": "array", "items": item, "minItems": 1, "maxItems": MOST}
    content: Document = {JSON: {"schema": array}, **{kind: {"schema": {"type": "string"}} for kind in LINES}}
    return {
        "operationId": "postRecords",
        "summary": f"Send up to {MOST} records of a source, each with a result of its own",
        "requestBody": {"required": True, "content": content},
        **_answered({"207": "One result for each item, in their order"}, "BatchAnswer"),
    }


def _answered(good: dict[str, str], struct: str = "PushAnswer") -> Document:
    body = {JSON: {"schema": {"$ref": f"#/components/schemas/{struct}"}}}
    wrong = {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    responses: Document = {status: {"description": told, "content": body} for status, told in good.items()}
    responses |= {str(status): {"description": "Problem (RFC 9457)", "content": wrong} for status in ERRORS}
    return {"security": [{"token": []}], "responses": responses}
