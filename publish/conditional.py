"""Conditional answers (RFC 9110 section 13): strong entity tags, dates, 304."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import Response


def tag(*parts: object) -> str:
    """A strong entity tag over parts that together decide the bytes of an answer."""
    text = "\n".join(str(part) for part in parts)
    return f'"{hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]}"'


def body_tag(body: bytes) -> str:
    return f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"'


def http_date(rfc3339: str) -> str:
    """A time of the ledger as an HTTP date."""
    return format_datetime(datetime.fromisoformat(rfc3339).astimezone(UTC), usegmt=True)


def answer(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    etag: str | None = None,
    modified: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """200 with the body, or 304 when the client holds it already. `modified` is RFC 3339."""
    found = {"ETag": etag or body_tag(body), "Cache-Control": "no-cache", **(headers or {})}
    if modified:
        found["Last-Modified"] = http_date(modified)
    if unchanged(request, found["ETag"], modified):
        return Response(status_code=304, headers=found)
    return Response(body, headers=found, media_type=media_type)


def unchanged(request: Request, etag: str, modified: str | None) -> bool:
    """Whether the client's copy is this version. If-None-Match counts before If-Modified-Since (section 13.2.2)."""
    wanted = request.headers.get("if-none-match")
    if wanted is not None:
        tags = {part.strip().removeprefix("W/") for part in wanted.split(",")}
        return "*" in tags or etag in tags
    since = request.headers.get("if-modified-since")
    return bool(since and modified and _not_after(modified, since))


def _not_after(modified: str, since: str) -> bool:
    try:
        limit = parsedate_to_datetime(since)
    except ValueError:  # a date that cannot be read is ignored (section 13.1.3)
        return False
    moment = datetime.fromisoformat(modified).replace(microsecond=0)
    return limit.tzinfo is not None and moment <= limit
