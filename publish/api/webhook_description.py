"""What the OpenAPI description says of `/api/v1/webhooks`, and of the requests that the node makes to their addresses."""

from typing import Any

from publish import problem
from publish.alerts.opening import ACTIONS
from publish.alerts.parcels import Challenge, Changes
from publish.alerts.standard_webhooks import Envelope
from publish.api.webhooks import MANY, ONE, WebhookAsked, WebhookOpened, WebhookState
from publish.formats import JSON

Document = dict[str, Any]

STRUCTS = (WebhookAsked, WebhookState, WebhookOpened, Envelope[Changes], Envelope[Challenge])
KEY: Document = {
    "name": "key",
    "in": "path",
    "required": True,
    "description": "The key that was shown when the webhook was opened",
    "schema": {"type": "string", "minLength": 1},
}
SIGNED = tuple(
    {"name": name, "in": "header", "required": True, "description": meaning, "schema": {"type": "string"}}
    for name, meaning in (
        ("webhook-id", "The same when a delivery is repeated: who has seen it has nothing more to do"),
        ("webhook-timestamp", "Unix seconds of this attempt; refuse what is older than five minutes"),
        ("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`"),
    )
)
ERRORS = (400, 403, 404, 413, 414, 429, 500, 503)
TOLD = {
    "challenge": "Send the challenge of a webhook again that has not answered it",
    "pause": "Send nothing until it is resumed; what there is to tell is kept",
    "resume": "Go on after a pause, or after it was given up",
}


def paths(version: str) -> Document:
    """The paths, by their template."""
    open_: Document = {
        "operationId": "openWebhook",
        "summary": "Ask for an address to be told of what a search finds; a challenge is sent to it",
        "requestBody": {"required": True, "content": {JSON: {"schema": _ref("WebhookAsked")}}},
        "responses": {"201": _body("Opened", "WebhookOpened"), **_errors(415)},
    }
    get: Document = {"operationId": "getWebhook", "summary": "How a webhook stands", **_state()}
    end: Document = {
        "operationId": "endWebhook",
        "summary": "End a webhook and delete its address",
        "responses": {"204": {"description": "Ended"}, **_errors()},
    }
    actions: Document = {
        f"{version}{ONE}/{act}": {
            "parameters": [KEY],
            "post": {"operationId": f"{act}Webhook", "summary": TOLD[act], **_state()},
        }
        for act in ACTIONS
    }
    return {version + MANY: {"post": open_}, version + ONE: {"parameters": [KEY], "get": get, "delete": end}, **actions}


def calls() -> Document:
    """What the node sends, by the type in the body."""
    return {
        "search.challenge": _call(
            "Asks whether the address wants to be told", "Challenge", "Its body is the challenge"
        ),
        "search.changed": _call("Tells what changed in the results of a search", "Changes", "Taken"),
    }


def _call(summary: str, data: str, answer: str) -> Document:
    body = {"required": True, "content": {JSON: {"schema": _ref(f"Envelope_{data}_")}}}
    return {
        "post": {
            "summary": summary,
            "parameters": list(SIGNED),
            "requestBody": body,
            "responses": {"2XX": {"description": answer}},
        }
    }


def _state() -> Document:
    return {"responses": {"200": _body("OK", "WebhookState"), **_errors()}}


def _body(description: str, struct: str) -> Document:
    return {"description": description, "content": {JSON: {"schema": _ref(struct)}}}


def _errors(*more: int) -> Document:
    wrong = {problem.MEDIA_TYPE: {"schema": _ref("ProblemDetails")}}
    return {str(status): {"description": "Problem (RFC 9457)", "content": wrong} for status in sorted((*ERRORS, *more))}


def _ref(name: str) -> Document:
    return {"$ref": f"#/components/schemas/{name}"}
