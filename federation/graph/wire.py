"""One store over HTTP: bounded in time and size, and every failure an error of `federation/graph/base.py`."""

import base64
import time

import msgspec
import requests
import urllib3
from requests.auth import HTTPDigestAuth

from federation.graph.address import Address
from federation.graph.base import GraphError, GraphUnavailable, QueryRefused, QueryTimeout, QueryTooLarge
from federation.graph.dialect import Dialect, Login
from federation.graph.limits import GraphLimits
from harvesters.secrets import Secret

UNAVAILABLE = (502, 503, 504)
FORBIDDEN = (401, 403)
ABSENT = (404, 405, 410)
MESSAGE = 2_000  # bytes of what a store says about a query it refuses


class Writer(msgspec.Struct, frozen=True):
    """Who may write to a store that asks for it."""

    user: str
    password: Secret


class Wire:
    """Exchanges with one store; safe to use from many threads."""

    def __init__(self, address: Address, dialect: Dialect, limits: GraphLimits, writer: Writer | None = None) -> None:
        self.address, self.dialect, self.limits = address, dialect, limits
        self._http = urllib3.PoolManager(maxsize=16, retries=False)
        self._basic: dict[str, str] = {}
        self._digest: requests.Session | None = None
        if writer and dialect.login is Login.DIGEST:
            self._digest = _session(writer)
        elif writer:
            pair = f"{writer.user}:{writer.password.reveal()}".encode()
            self._basic = {"Authorization": f"Basic {base64.b64encode(pair).decode()}"}

    def ask(self, path: str, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """Media type and body of the answer to a question. Raises GraphError. The limit bounds the whole exchange."""
        limit = self.limits.query_seconds + self.limits.grace_seconds
        return self._exchange("POST", path, body, {"Content-Type": content_type, "Accept": accept}, limit)

    def write(self, path: str, body: bytes, content_type: str, method: str = "POST") -> None:
        """A change of the store. Raises GraphError."""
        headers = {"Content-Type": content_type, "Accept": "*/*"}
        self._exchange(method, path, body, headers, self.limits.write_seconds, writing=True)

    def close(self) -> None:
        self._http.clear()
        if self._digest:
            self._digest.close()

    def _exchange(
        self, method: str, path: str, body: bytes, headers: dict[str, str], limit: float, *, writing: bool = False
    ) -> tuple[str, bytes]:
        deadline = time.monotonic() + limit
        url = self.address.url() + path
        try:
            if writing and self._digest:
                response = self._challenged(self._digest, method, url, body, headers, limit)
            else:
                response = self._http.request(
                    method,
                    url,
                    body=body,
                    headers={**headers, **(self._basic if writing else {})},
                    # The connect limit also holds for sending the body, and a store that is busy loading reads slowly.
                    timeout=urllib3.Timeout(connect=limit, read=limit),
                    preload_content=False,
                )
            return self._read(response, deadline)
        except (urllib3.exceptions.ReadTimeoutError, requests.ReadTimeout) as error:
            self.address.overrun()
            raise QueryTimeout(f"the store did not answer within {limit:g} s") from error
        except (urllib3.exceptions.HTTPError, requests.RequestException) as error:
            raise GraphUnavailable("the store is down, starting or ended while it answered") from error

    def _challenged(
        self, session: requests.Session, method: str, url: str, body: bytes, headers: dict[str, str], limit: float
    ) -> urllib3.BaseHTTPResponse:
        """By a client that answers a challenge (RFC 7616), which urllib3 cannot."""
        answer = session.request(
            method, url, data=body, headers=headers, timeout=limit, stream=True, allow_redirects=False
        )
        raw: urllib3.BaseHTTPResponse = answer.raw
        return raw

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> tuple[str, bytes]:
        whole = False
        try:
            body = self._collect(response, deadline)
            whole = True
        finally:
            if whole:
                response.release_conn()
            else:
                response.close()  # half read: the connection cannot be used again, and the store sees us leave
        if response.status // 100 != 2:
            raise self._failure(response.status, body)
        if self.dialect.cut and (rows := response.headers.get(self.dialect.cut)):
            raise QueryTooLarge(f"the store gives {rows} rows at most: add a LIMIT, or page through the answer")
        return response.headers.get("Content-Type", ""), body

    def _failure(self, status: int, body: bytes) -> GraphError:
        late = self.dialect.late
        if status in self.dialect.timed_out or (late and late in body[:MESSAGE]):
            return QueryTimeout(f"the store stopped the query: it ran longer than {self.limits.query_seconds:g} s")
        if status in UNAVAILABLE:
            return GraphUnavailable(f"the store answered {status}")
        if status in FORBIDDEN:
            return GraphError(f"the store answered {status}: look at [graph] user and password")
        if status in ABSENT or status // 100 == 3:
            return GraphError(f"the store answered {status}: look at [graph] url and dialect")
        return QueryRefused(body[:MESSAGE].decode("utf-8", "replace").strip() or f"the store answered {status}")

    def _collect(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        pieces, size = [], 0
        for piece in response.stream(2**16):
            size += len(piece)
            if size > self.limits.answer_bytes:
                raise QueryTooLarge(f"the answer is larger than {self.limits.answer_bytes:,} bytes: add a LIMIT")
            if time.monotonic() > deadline:
                self.address.overrun()
                raise QueryTimeout("the answer took too long: ask for less, or page through it")
            pieces.append(piece)
        return b"".join(pieces)


def _session(writer: Writer) -> requests.Session:
    session = requests.Session()
    session.trust_env = False  # no proxy, and nobody else's password
    session.auth = HTTPDigestAuth(writer.user, writer.password.reveal())
    return session
