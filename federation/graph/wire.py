"""One store over HTTP: bounded in time and size, and every failure an error of `federation/graph/base.py`."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
import pycurl

from federation.graph.address import Address
from federation.graph.base import GraphError, GraphUnavailable, QueryRefused, QueryTimeout, QueryTooLarge
from federation.graph.dialect import Dialect, Login
from federation.graph.limits import GraphLimits
from federation.graph.line import Asked, Credentials, Line, Told
from harvesters.secrets import Secret

UNAVAILABLE = (502, 503, 504)
FORBIDDEN = (401, 403)
ABSENT = (404, 405, 410)
MESSAGE = 2_000  # bytes of what a store says about a query it refuses
IDLE = 16  # connections kept
SCHEMES = {Login.BASIC: pycurl.HTTPAUTH_BASIC, Login.DIGEST: pycurl.HTTPAUTH_DIGEST}


class Writer(msgspec.Struct, frozen=True):
    """Who may write to a store that asks for it."""

    user: str
    password: Secret


class Wire:
    """Exchanges with one store; safe to use from many threads."""

    def __init__(self, address: Address, dialect: Dialect, limits: GraphLimits, writer: Writer | None = None) -> None:
        self.address, self.dialect, self.limits, self._writer = address, dialect, limits, writer
        self._idle: list[Line] = []

    def ask(self, path: str, body: bytes, content_type: str, accept: str) -> tuple[str, bytes]:
        """Media type and body of the answer to a question. Raises GraphError. The limit bounds the whole exchange."""
        limit = self.limits.query_seconds + self.limits.grace_seconds
        told = self._exchange(Asked("POST", self._url(path), body, _headers(content_type, accept), limit))
        return told.media_type, told.body

    def write(self, path: str, body: bytes, content_type: str, method: str = "POST") -> None:
        """A change of the store. Raises GraphError."""
        headers, limit = _headers(content_type, "*/*"), self.limits.write_seconds
        self._exchange(Asked(method, self._url(path), body, headers, limit, self._login()))

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()

    def _url(self, path: str) -> str:
        return self.address.url() + path

    def _login(self) -> Credentials | None:
        if self._writer is None:
            return None
        return Credentials(SCHEMES[self.dialect.login], self._writer.user, self._writer.password)

    def _exchange(self, asked: Asked) -> Told:
        try:
            with self._line() as line:
                told = line.exchange(asked, self.limits.answer_bytes)
        except QueryTimeout:
            self.address.overrun()
            raise
        if told.status // 100 != 2:
            raise self._failure(told.status, told.body)
        if self.dialect.cut and (rows := told.headers.get(self.dialect.cut.lower())):
            raise QueryTooLarge(f"the store gives {rows} rows at most: add a LIMIT, or page through the answer")
        return told

    @contextmanager
    def _line(self) -> Iterator[Line]:
        """A connection for this thread: the one used last, or a new one."""
        try:
            line = self._idle.pop()
        except IndexError:
            line = Line(headers=bool(self.dialect.cut))
        try:
            yield line
        finally:
            if len(self._idle) < IDLE:
                self._idle.append(line)
            else:
                line.close()

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


def _headers(content_type: str, accept: str) -> tuple[str, ...]:
    # Without `Expect:` libcurl would wait for leave to send a large body.
    return (f"Content-Type: {content_type}", f"Accept: {accept}", "Expect:")
