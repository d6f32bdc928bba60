"""An HTTP answer as the harvesters see it, and how to tell an error page from data."""

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime

_PROLOGUE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:\s+|<\?xml[^>]*\?>|<!--.*?-->)*<(?:!doctype\s+html|html)\b", re.I | re.S
)
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.I | re.S)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")
_HEAD = 64 * 2**10


@dataclass(frozen=True, slots=True)
class Answer:
    """`url` is the last hop, secrets masked. `body` is empty when the answer went to a file."""

    url: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False, default=b"")

    @property
    def media_type(self) -> str:
        return self._content_type().get_content_type() if "content-type" in self.headers else ""

    @property
    def charset(self) -> str:
        return (self._content_type().get_content_charset() or "") if "content-type" in self.headers else ""

    def _content_type(self) -> Message:
        message = Message()
        message["content-type"] = _UNPRINTABLE.sub(" ", self.headers["content-type"])
        return message


def is_html(body: bytes) -> bool:
    """True for an HTML document, whatever its Content-Type says."""
    return _PROLOGUE.match(body[:_HEAD]) is not None


def html_title(body: bytes, charset: str = "") -> str:
    """The page's title, cut and made printable; empty when it has none."""
    text = decode_loosely(body[:_HEAD], charset)
    found = _TITLE.search(text)
    return printable(html.unescape(found[1])) if found else ""


def decode_loosely(body: bytes, charset: str) -> str:
    """Text for messages: never fails."""
    for name in filter(None, (charset, "utf-8", "gb18030")):
        try:
            return body.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("utf-8", "replace")


def printable(text: str, limit: int = 120) -> str:
    """One short line without control or direction characters: text of others that goes into our messages."""
    line = " ".join(_UNPRINTABLE.sub(" ", text).split())
    return line if len(line) <= limit else line[: limit - 1] + "…"


def retry_after(value: str, now: datetime | None = None) -> float | None:
    """Seconds to wait by a Retry-After header (RFC 9110, 10.2.3: seconds or HTTP date); None when it says nothing usable."""
    value = value.strip()
    if re.fullmatch(r"[0-9]{1,9}", value):
        return float(value)
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError, OverflowError):
        return None
    date = date if date.tzinfo else date.replace(tzinfo=UTC)
    return max(0.0, (date - (now or datetime.now(UTC))).total_seconds())
