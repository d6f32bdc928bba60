"""Signed gateways: each request carries who asks, when, a number used once, and a digest made with a key.

    [options.sign]                                # Shandong's gateway
    id = { env = "SD_CLIENT_ID" }
    key = { env = "SD_CLIENT_KEY" }
    headers = { X-Client-Id = "{id}", X-Timestamp = "{timestamp}", X-Nonce = "{nonce}", X-Signature = "{signature}" }

HMAC is RFC 2104. In templates `{params}` is what would be sent, as JSON, `{params_text}` that as a string inside JSON, and
`{query}` the same as a=1&b=2 sorted by name.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Literal

import msgspec

from harvesters import when
from harvesters.base import OptionsError, TerminalError
from harvesters.secrets import SecretRef

_PLACE = re.compile(r"\{(id|key|timestamp|nonce|signature|params|params_text|query)\}")
_WORD = re.compile(r"\{[a-z_]+\}")
_WIDEST = timedelta(days=1)  # a source whose clock is further off than this is not followed
_NEAR = timedelta(seconds=2)  # a Date header has whole seconds


class Signing(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Templates may hold {id}, {timestamp}, {nonce}, {params}, {params_text}, {query}; `text` of a plain digest also {key}.

    The signature goes into headers or into params, one of the two. Where a template of `params` holds {params}, the
    parameters are in there and are not sent beside it.
    """

    key: SecretRef  # what signs
    id: str | SecretRef = ""  # who asks
    text: str = "{id}{timestamp}{nonce}"  # what is signed
    algorithm: Literal["hmac-sha256", "hmac-sha1", "hmac-md5", "sha256", "md5"] = "hmac-sha256"  # of the digest
    encoding: Literal["base64", "hex", "HEX"] = "base64"  # how the digest is written
    timestamp: str = "epoch_ms"  # iso, epoch, epoch_ms, or a pattern like "%Y%m%d%H%M%S"
    headers: dict[str, str] = {}  # templates that also may hold {signature}
    params: dict[str, str] = {}  # templates that also may hold {signature}
    clock_values: tuple[str, ...] = ()  # codes at status_path that mean: your clock is wrong


class SkewedClock(TerminalError):
    """The source refuses our timestamp. `date` is its own time, if it gives one."""

    def __init__(self, message: str, date: datetime | None) -> None:
        super().__init__(message)
        self.date = date


class Signer:
    """Signs requests with the time of this machine, corrected once by what a source said of its own."""

    def __init__(
        self,
        signing: Signing,
        key: str,
        identity: str,
        zone: timezone,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._signing, self._key, self._id, self._zone, self._now = signing, key, identity, zone, now
        self._correction = timedelta()

    def headers(self, plain: Mapping[str, str], params: Mapping[str, object]) -> Mapping[str, str]:
        """Headers of a request; signed anew each time they are read."""
        if not self._signing.headers:
            return plain
        return Fresh(lambda: dict(plain) | self._filled(self._signing.headers, params))

    def params(self, params: Mapping[str, object], texts: Mapping[str, str]) -> Mapping[str, str]:
        """Parameters of a request; signed anew each time they are read."""
        templates = self._signing.params
        if not templates:
            return texts
        kept = {} if any("{params" in template for template in templates.values()) else dict(texts)
        return Fresh(lambda: kept | self._filled(templates, params))

    def skew(self, date: datetime | None) -> timedelta | None:
        """How far the source's clock is ahead of ours (negative: behind)."""
        return date - self._now() if date is not None else None

    def correct(self, date: datetime | None) -> bool:
        """Count by the source's clock from now on. False when that would not help, or was done before."""
        skew = self.skew(date)
        if skew is None or self._correction or not _NEAR < abs(skew) <= _WIDEST:
            return False
        self._correction = skew
        return True

    def _filled(self, templates: Mapping[str, str], params: Mapping[str, object]) -> dict[str, str]:
        text = msgspec.json.encode(params).decode()
        values = {
            "id": self._id,
            "timestamp": when.write(self._now() + self._correction, self._signing.timestamp, self._zone),
            "nonce": secrets.token_hex(16),
            "params": text,
            "params_text": msgspec.json.encode(text).decode(),
            "query": "&".join(f"{name}={value}" for name, value in sorted(params.items())),
        }
        values["signature"] = self._digest(fill(self._signing.text, values | {"key": self._key}))
        return {name: fill(template, values) for name, template in templates.items()}

    def _digest(self, text: str) -> str:
        keyed, _, name = self._signing.algorithm.rpartition("-")
        made = hmac.new(self._key.encode(), text.encode(), name) if keyed else hashlib.new(name, text.encode())
        digest = made.digest()
        if self._signing.encoding == "base64":
            return base64.b64encode(digest).decode()
        return digest.hex().upper() if self._signing.encoding == "HEX" else digest.hex()


class Fresh(Mapping[str, str]):
    """Values made anew each time they are listed: a nonce is good for one request, and a request may be sent again."""

    def __init__(self, make: Callable[[], dict[str, str]]) -> None:
        self._make = make
        self._made: dict[str, str] = {}

    def __iter__(self) -> Iterator[str]:
        self._made = self._make()
        return iter(self._made)

    def __getitem__(self, name: str) -> str:
        return self._made[name]

    def __len__(self) -> int:
        return len(self._made)


def fill(template: str, values: Mapping[str, str]) -> str:
    """The template with its places filled, in one go: what a value holds is never a place."""
    return _PLACE.sub(lambda place: values[place[1]], template)


def check(signing: Signing, where: str) -> None:
    """Raises OptionsError for templates that would not sign, or would show the key."""
    shown = {**signing.headers, **signing.params}
    for name, template in {"text": signing.text, **shown}.items():
        unknown = [word for word in _WORD.findall(template) if not _PLACE.fullmatch(word)]
        if unknown:
            raise OptionsError(
                f"{where}: sign: {name!r} holds {unknown[0]}; allowed are {{id}}, {{timestamp}}, {{nonce}}, {{params}},"
                " {params_text}, {query} and, in headers and params, {signature}"
            )
    if any("{key}" in template for template in shown.values()):
        raise OptionsError(f"{where}: sign: the key itself is never sent; {{key}} may stand in text alone")
    if "{signature}" in signing.text or not any("{signature}" in template for template in shown.values()):
        raise OptionsError(f"{where}: sign: {{signature}} belongs into one of headers or params, and not into text")
    if bool(signing.headers) == bool(signing.params):
        raise OptionsError(f"{where}: sign: either headers or params take the signature, not both")
    if ("{key}" in signing.text) == signing.algorithm.startswith("hmac"):
        raise OptionsError(f"{where}: sign: text holds {{key}} with md5 and sha256, and never with hmac")


def server_date(header: str) -> datetime | None:
    """The time of a Date header (RFC 9110, 6.6.1); None for nothing usable."""
    try:
        date = parsedate_to_datetime(header)
    except (ValueError, TypeError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)
