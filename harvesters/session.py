"""The guarded HTTP session every protocol uses: bounded in time and size, checked addresses, honest messages.

What it does for all of them: one deadline per answer; bytes counted after decompression while they stream; busy answers
(429, 502, 503, 504, cut connections) tried again with growing pauses and Retry-After; redirects followed by hand, each
hop judged; limits.rate kept and, where asked for, robots.txt; proxies and netrc of the environment ignored; secrets masked
in every message.
"""

import io
import random
import re
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import IO, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

import requests
import urllib3.exceptions
from requests import exceptions

from harvesters import politeness
from harvesters.address import Guard, GuardedAdapter, Resolver
from harvesters.answer import Answer, html_title, is_html, printable, retry_after
from harvesters.base import Endpoint, LimitExceeded, TerminalError, TransientError
from harvesters.json_text import Malformed, wellformed
from harvesters.robots import ABSENT, Robots
from harvesters.secrets import Mask, Secret

T = TypeVar("T")

_BUSY = frozenset({429, 502, 503, 504})
_REDIRECT = frozenset({301, 302, 303, 307, 308})
_NO_SECRETS = frozenset({"accept", "if-modified-since", "if-none-match"})  # headers that may go to another host
_MAX_HOPS = 5
_MAX_PAUSE = 60.0
_CHUNK = 64 * 2**10
_ADVICE = {
    304: "it says that nothing has changed although everything was asked for: the province must mend its server or cache",
    400: "the source finds the request wrong: check [options]",
    401: "the key is missing or no longer valid: check the secret named in [options]",
    403: "the source refuses us: ask the province to allow this node, or check the key in [options]",
    404: "nothing is at this address: check url and [options]",
    405: "the source wants another method: check method in [options]",
    410: "the province has removed this service: ask for the new address",
    412: "the source refuses programs: ask the province to allow this node",
}


class Busy(TransientError):
    """Worth another try within this pass; `wait` is what the source asked for, in seconds."""

    def __init__(self, message: str, wait: float | None = None) -> None:
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a source. `form`, `json` or `body` (bytes as they are) are what a POST sends."""

    url: str
    method: str = "GET"
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    form: Mapping[str, str] | None = field(default=None, repr=False)
    json: object = field(default=None, repr=False)
    body: bytes | None = field(default=None, repr=False)
    accept_status: frozenset[int] = frozenset()  # besides 2xx: answers the protocol itself explains


class Session:
    """Speaks HTTP(S) with one source. One thread, one pass; close it, or use it as a context."""

    def __init__(
        self,
        endpoint: Endpoint,
        secrets: Iterable[Secret] = (),
        *,
        resolve: Resolver | None = None,
        pause: Callable[[float], None] = time.sleep,
        robots: bool = False,
    ) -> None:
        self.source = endpoint.source
        self.limits = endpoint.limits
        self.mask = Mask(secrets)
        self._pause = pause
        self._robots = Robots(self._robots_file, self.say, self.source, self.limits.max_retry_after) if robots else None
        allow = endpoint.limits.allow_private
        self._guard = (
            Guard(self.source, endpoint.url, allow, resolve) if resolve else Guard(self.source, endpoint.url, allow)
        )
        self._http = requests.Session()
        self._http.trust_env = False
        self._http.headers.clear()
        contact = printable(endpoint.contact, 200).encode("ascii", "ignore").decode() or "contact not configured"
        self._http.headers.update(
            {"User-Agent": f"chengguo-harvester/1 (+{contact})", "Accept-Encoding": "gzip, deflate", "Accept": "*/*"}
        )
        for scheme in ("http://", "https://"):
            self._http.mount(scheme, GuardedAdapter(self._guard))

    def __enter__(self) -> "Session":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    # What the protocols call.

    def get_bytes(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        return self.fetch(Request(url, params=params or {}, headers=headers or {}), lambda answer: answer)

    def get_json(
        self, url: str, params: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        """JSON text that is valid, in UTF-8 and without lone surrogates."""
        return self.fetch(Request(url, params=params or {}, headers=headers or {}), self.json_of)

    def post_json(self, url: str, body: object, headers: Mapping[str, str] | None = None) -> bytes:
        return self.fetch(Request(url, "POST", json=body, headers=headers or {}), self.json_of)

    def post_form(self, url: str, form: Mapping[str, str], headers: Mapping[str, str] | None = None) -> bytes:
        return self.fetch(Request(url, "POST", form=form, headers=headers or {}), self.json_of)

    def download(self, request: Request, file: IO[bytes]) -> Answer:
        """Streams the body into `file` (emptied first); the answer's own body stays empty."""

        def fresh() -> IO[bytes]:
            file.seek(0)
            file.truncate()
            return file

        return self._persist(request, lambda answer: answer, fresh)

    def fetch(self, request: Request, read: Callable[[Answer], T]) -> T:
        """The answer as `read` understands it. `read` may raise Busy to have the request tried again.

        Raises TransientError, TerminalError, LimitExceeded, AddressRefused.
        """
        return self._persist(request, read, io.BytesIO)

    def json_of(self, answer: Answer) -> bytes:
        """The answer's JSON. Raises TerminalError for another format, Busy for JSON that stops in the middle."""
        self.refuse_html(answer, "JSON")
        try:
            return wellformed(answer.body, answer.charset)
        except Malformed as error:
            message = self.say(answer.url, f"answered {answer.status} with what is not JSON: {error}")
            if error.truncated:
                raise Busy(message) from None
            raise TerminalError(message) from None

    def refuse_html(self, answer: Answer, promised: str) -> None:
        if not is_html(answer.body):
            return
        title = self.mask(html_title(answer.body, answer.charset))
        raise TerminalError(
            self.say(
                answer.url,
                f"the source answered an HTML page titled '{title}' (status {answer.status}) where {promised} was promised:"
                " open the address in a browser; a login, maintenance or robot page there must be settled with the province",
            )
        )

    def say(self, url: str, what: str) -> str:
        """A message for the province's staff: source, address without secrets, what happened."""
        return f"source {self.source!r}: {self.mask(url)}: {what}"

    # How it is done.

    def _persist(self, request: Request, read: Callable[[Answer], T], sink: Callable[[], IO[bytes]]) -> T:
        tries = max(0, self.limits.retries) + 1
        for attempt in range(1, tries + 1):
            try:
                return read(self._follow(request, sink()))
            except Busy as busy:
                if attempt == tries:
                    raise TransientError(f"{busy} (tried {tries} times; the next run tries again)") from busy
                self._pause(self._wait(busy, attempt))
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _wait(self, busy: Busy, attempt: int) -> float:
        longest = self.limits.max_retry_after
        if busy.wait is not None and busy.wait > longest:
            raise TransientError(
                f"{busy}; it asked to wait {busy.wait:.0f} s, more than max_retry_after = {longest:.0f} s"
            )
        grown = min(self.limits.backoff * 2.0 ** (attempt - 1), _MAX_PAUSE)
        return max(grown * random.uniform(0.5, 1.0), busy.wait or 0.0)

    def _follow(self, request: Request, sink: IO[bytes]) -> Answer:
        for hop in range(_MAX_HOPS + 1):
            self._approach(request)
            if not hop:
                self._guard.deadline.start(self.limits.deadline, self.limits.timeout)
            with self._send(request) as response:
                if response.status_code not in _REDIRECT or "location" not in response.headers:
                    return self._receive(request, response, sink)
                request = self._next_hop(request, response)
        raise TerminalError(self.say(request.url, f"more than {_MAX_HOPS} redirects, perhaps in a circle: check url"))

    def _approach(self, request: Request) -> None:
        """Waits for our turn at the host. Raises TerminalError for no address of the web, Disallowed."""
        self._check_url(request.url)
        url = f"{request.url}{'&' if '?' in request.url else '?'}{urlencode(request.params)}"
        delay = self._robots.delay(url.rstrip("?")) if self._robots else 0.0
        rate = self.limits.rate
        politeness.wait(urlsplit(request.url).netloc.lower(), max(delay, 1 / rate if rate > 0 else 0.0))

    def _robots_file(self, url: str) -> Answer:
        return self.fetch(Request(url, accept_status=ABSENT), lambda answer: answer)

    def _send(self, request: Request) -> requests.Response:
        try:
            prepared = self._http.prepare_request(
                requests.Request(
                    request.method,
                    request.url,
                    params=dict(request.params),
                    headers=dict(request.headers),
                    data=dict(request.form) if request.form is not None else request.body,
                    json=request.json,
                )
            )
            return self._http.send(prepared, stream=True, allow_redirects=False, timeout=self.limits.timeout)
        except exceptions.SSLError as error:
            raise TerminalError(self.say(request.url, f"no secure connection: {self._cause(error)}")) from None
        except (exceptions.ConnectionError, exceptions.Timeout, exceptions.ChunkedEncodingError) as error:
            raise Busy(self.say(request.url, self._cut(error))) from None
        except (exceptions.RequestException, ValueError) as error:
            raise TerminalError(self.say(request.url, f"cannot be asked: {self._cause(error)}")) from None

    def _check_url(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise TerminalError(self.say(url, "only http:// and https:// addresses are read: check url"))
        if parts.username is not None or parts.password is not None:
            raise TerminalError(self.say(url, "a password inside the address is refused: use a secret in [options]"))

    def _next_hop(self, request: Request, response: requests.Response) -> Request:
        here = str(response.url)
        location = printable(response.headers["location"], 4000)
        try:
            url = urljoin(here, location)
        except ValueError:
            url = location
        self._check_url(url)
        if urlsplit(here).scheme == "https" and urlsplit(url).scheme == "http":
            raise TerminalError(
                self.say(url, "redirect from https to http refused: ask the province for a secure address")
            )
        hop = replace(request, url=url, params={})
        if response.status_code == 303:
            hop = replace(hop, method="GET", form=None, json=None, body=None)
        if _origin(here) == _origin(url):
            return hop
        if hop.method != "GET":
            raise TerminalError(self.say(url, "redirect of a POST to another host refused: set url to the new address"))
        return replace(hop, headers={k: v for k, v in request.headers.items() if k.lower() in _NO_SECRETS})

    def _receive(self, request: Request, response: requests.Response, sink: IO[bytes]) -> Answer:
        url = self.mask(str(response.url))
        headers = {name.lower(): value for name, value in response.headers.items()}
        status = response.status_code
        wait = retry_after(headers.get("retry-after", ""))
        if status in _BUSY:
            raise Busy(self.say(url, f"the source is busy or down (status {status})"), wait)
        if not 200 <= status < 300 and status not in request.accept_status:
            what = f"the source answered status {status}"
            if status >= 500:
                raise TransientError(self.say(url, f"{what}: its service is failing; the next run tries again"))
            raise TerminalError(self.say(url, f"{what}: {_ADVICE.get(status, 'check url and [options]')}"))
        self._drain(url, response, sink)
        return Answer(url, status, headers, sink.getvalue() if isinstance(sink, io.BytesIO) else b"")

    def _drain(self, url: str, response: requests.Response, sink: IO[bytes]) -> None:
        limit = self.limits.max_bytes
        announced = response.headers.get("content-length", "")
        if announced.isdigit() and int(announced[:18]) > limit:
            raise LimitExceeded(self._too_large(url, f"announces {announced[:18]} bytes"))
        size = 0
        try:
            for chunk in response.raw.stream(_CHUNK, decode_content=True):
                size += len(chunk)
                if size > limit:
                    raise LimitExceeded(self._too_large(url, "went on"))
                sink.write(chunk)
        except urllib3.exceptions.DecodeError as error:
            raise TerminalError(self.say(url, f"the answer's compression is broken: {self._cause(error)}")) from None
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise Busy(self.say(url, f"{self._cut(error)} after {size} bytes")) from None

    def _too_large(self, url: str, how: str) -> str:
        return self.say(
            url,
            f"the answer {how} beyond limits.max_bytes = {self.limits.max_bytes}; raise it in sources/{self.source}.toml"
            " or ask for smaller pages",
        )

    def _cut(self, error: Exception) -> str:
        if self._guard.deadline.passed:
            return f"the answer took longer than limits.deadline = {self.limits.deadline:g} s"
        if isinstance(error, exceptions.Timeout | urllib3.exceptions.TimeoutError | TimeoutError):
            return f"no answer within limits.timeout = {self.limits.timeout:g} s"
        return f"the connection failed or was cut ({self._cause(error)})"

    def _cause(self, error: BaseException) -> str:
        inner: object = error.args[0] if error.args else error
        inner = getattr(inner, "reason", None) or inner
        words = _POOL.sub("", str(inner))
        return printable(self.mask(words) or type(error).__name__, 200)


_POOL = re.compile(r"^\w+\(host=[^)]*\): ")  # urllib3 begins its messages with the connection's repr


def _origin(url: str) -> tuple[str, str, int | None]:
    parts = urlsplit(url)
    return parts.scheme, (parts.hostname or "").lower(), parts.port
