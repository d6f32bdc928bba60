"""One connection to a store, by libcurl: an exchange has one limit of time from end to end, its answer one of size."""

import ssl
from collections.abc import Mapping
from typing import Any

import msgspec
import pycurl

from federation.graph.base import GraphUnavailable, QueryTimeout, QueryTooLarge
from harvesters.secrets import Secret

PIECE = 2**18  # bytes that libcurl hands over at once
ABORT = 0  # bytes taken of a piece: fewer than it has end the exchange


class Credentials(msgspec.Struct, frozen=True):
    """`scheme` is one of libcurl's: HTTPAUTH_BASIC, HTTPAUTH_DIGEST (RFC 7616)."""

    scheme: int
    user: str
    password: Secret


class Asked(msgspec.Struct, frozen=True):
    """A request. `limit` in seconds, for all of the exchange; `login` is given where the store wants to know who asks."""

    method: str
    url: str
    body: bytes
    headers: tuple[str, ...]
    limit: float
    login: Credentials | None = None


class Told(msgspec.Struct, frozen=True):
    """What came back. `headers` in lower case."""

    status: int
    media_type: str
    body: bytes
    headers: Mapping[str, str]


class Line:
    """A connection that is kept between exchanges and opened anew when it was lost. For one thread at a time."""

    def __init__(self, *, headers: bool) -> None:
        """`headers`: whether those of answers are wanted, for reading them costs as much as a small answer."""
        self._curl = pycurl.Curl()
        self._pieces: list[bytes] = []
        self._size = self._most = 0
        self._headers: dict[str, str] = {}
        for option, value in _ALWAYS.items():
            self._curl.setopt(option, value)
        self._curl.setopt(pycurl.WRITEFUNCTION, self._take)
        if headers:
            self._curl.setopt(pycurl.HEADERFUNCTION, self._header)
        authorities = ssl.get_default_verify_paths()  # those of this Python, not those of where libcurl was built
        if authorities.cafile:
            self._curl.setopt(pycurl.CAINFO, authorities.cafile)
        if authorities.capath:
            self._curl.setopt(pycurl.CAPATH, authorities.capath)

    def exchange(self, asked: Asked, most: int) -> Told:
        """The whole answer, of `most` bytes at most. Raises QueryTimeout, QueryTooLarge and GraphUnavailable."""
        curl = self._curl
        curl.setopt(pycurl.URL, asked.url)
        curl.setopt(pycurl.CUSTOMREQUEST, asked.method)
        curl.setopt(pycurl.POSTFIELDS, asked.body)
        curl.setopt(pycurl.HTTPHEADER, asked.headers)
        curl.setopt(pycurl.TIMEOUT_MS, int(asked.limit * 1000))
        self._log_in(asked.login)
        self._pieces, self._size, self._most, self._headers = [], 0, most, {}
        try:
            curl.perform()
            media_type = curl.getinfo(pycurl.CONTENT_TYPE) or ""
            return Told(curl.getinfo(pycurl.RESPONSE_CODE), media_type, b"".join(self._pieces), self._headers)
        except pycurl.error as error:
            raise self._failure(error.args[0], asked.limit) from error
        finally:
            self._pieces = []
            curl.setopt(pycurl.POSTFIELDS, b"")  # a bulk load's body is not kept until the next

    def close(self) -> None:
        self._curl.close()

    def _log_in(self, login: Credentials | None) -> None:
        self._curl.setopt(pycurl.HTTPAUTH, login.scheme if login else pycurl.HTTPAUTH_NONE)
        if login:
            self._curl.setopt(pycurl.USERNAME, login.user)
            self._curl.setopt(pycurl.PASSWORD, login.password.reveal())
        else:
            self._curl.unsetopt(pycurl.USERPWD)

    def _take(self, piece: bytes) -> int | None:
        self._size += len(piece)
        if self._size > self._most:
            return ABORT
        self._pieces.append(piece)
        return None

    def _header(self, line: bytes) -> None:
        name, colon, value = line.decode("latin-1").partition(":")
        if colon:
            self._headers[name.strip().lower()] = value.strip()

    def _failure(self, code: int | str, limit: float) -> Exception:
        if self._size > self._most:
            return QueryTooLarge(f"the answer is larger than {self._most:,} bytes: add a LIMIT")
        if code == pycurl.E_OPERATION_TIMEDOUT and self._curl.getinfo(pycurl.PRETRANSFER_TIME):
            if self._size:
                return QueryTimeout("the answer took too long: ask for less, or page through it")
            return QueryTimeout(f"the store did not answer within {limit:g} s")
        return GraphUnavailable("the store is down, starting or ended while it answered")


_ALWAYS: Mapping[int, Any] = {
    pycurl.NOSIGNAL: 1,  # used from many threads
    pycurl.PROXY: "",  # no proxy, whatever the environment says
    pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
    pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,
    pycurl.MAXCONNECTS: 1,  # a store that moved has left its old address for good
    pycurl.BUFFERSIZE: PIECE,
}
