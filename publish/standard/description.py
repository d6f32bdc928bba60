"""What the OpenAPI description says of `/api/v1/validate`."""

from typing import Any

from publish import problem
from publish.formats import JSON
from publish.standard.told import CheckAnswer
from publish.standard.validate import ValidateParams
from vocab.kinds import KINDS

Document = dict[str, Any]

STRUCTS = (CheckAnswer,)
BINARY: Document = {"type": "string", "format": "binary"}
FORMS = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    JSON,
    "application/x-ndjson",
)
ERRORS = (400, 413, 414, 415, 429, 500, 503)


def paths(version: str) -> Document:
    body = {JSON: {"schema": {"$ref": "#/components/schemas/CheckAnswer"}}}
    wrong = {problem.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}}
    responses: Document = {"200": {"description": "What is wrong, row by row and by field", "content": body}}
    responses |= {str(status): {"description": "Problem (RFC 9457)", "content": wrong} for status in ERRORS}
    operation = {
        "operationId": "validate",
        "summary": "Check a file against the unified publication standard; nothing of it is kept",
        "description": ValidateParams.__doc__,
        "parameters": [_parameter("kind", list(KINDS)), _parameter("lang", ["zh", "en"])],
        "requestBody": {"required": True, "content": {form: {"schema": BINARY} for form in FORMS}},
        "responses": responses,
    }
    return {f"{version}/validate": {"post": operation}}


def _parameter(name: str, values: list[str]) -> Document:
    return {"name": name, "in": "query", "required": False, "schema": {"type": "string", "enum": values}}
