"""The form of Standard Webhooks 1.0.0 (standardwebhooks.com): an envelope, and headers that sign it.

`webhook-id` is the same when a delivery is repeated, `webhook-timestamp` is Unix seconds of this attempt, `webhook-signature` is
`v1,` and the base64 of HMAC-SHA256 over `{id}.{timestamp}.{body}`.
"""

import base64
import hashlib
import hmac
from datetime import datetime
from typing import Generic, TypeVar

import msgspec

from federation.clock import stamp
from publish.formats import JSON

T = TypeVar("T")


class Envelope(msgspec.Struct, Generic[T], frozen=True):
    """The body of a delivery."""

    type: str
    timestamp: str
    data: T


def enveloped(sort: str, moment: datetime, data: msgspec.Struct) -> bytes:
    return msgspec.json.encode(Envelope(sort, stamp(moment), data))


def signed(secret: bytes, identifier: str, moment: datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery."""
    seconds = int(moment.timestamp())
    return {
        "Content-Type": JSON,
        "webhook-id": identifier,
        "webhook-timestamp": str(seconds),
        "webhook-signature": signature(secret, identifier, seconds, body),
    }


def signature(secret: bytes, identifier: str, seconds: int, body: bytes) -> str:
    content = f"{identifier}.{seconds}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
