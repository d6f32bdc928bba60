"""The address guard: every connection goes to an address that was looked at, whatever the name resolves to next time.

Names are resolved once per connection; the addresses found are judged and the socket connects to exactly those
(no second look-up, so no DNS rebinding). TLS and the Host header keep the name. The sockets also carry the
deadline of the answer they are reading, so that a server dripping one byte a second cannot hold us.
"""

import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context

from harvesters.base import AddressRefused

Resolved = tuple[int, int, int, str, tuple[Any, ...]]  # what socket.getaddrinfo yields
_NAT64 = ip_network("64:ff9b::/96")
_NAT64_LOCAL = ip_network("64:ff9b:1::/48")  # translation inside a network (RFC 8215)
_COMPATIBLE = ip_network("::/96")  # obsolete IPv4-compatible addresses, still routed by some stacks


class Resolver(Protocol):
    def __call__(self, host: str, port: int, *, type: int) -> list[Any]: ...  # noqa: A002 - the library's word


class Deadline:
    """When the answer being read must be complete (monotonic seconds)."""

    def __init__(self) -> None:
        self._ends = float("inf")
        self._patience = 3600.0

    def start(self, seconds: float, patience: float) -> None:
        """`seconds` for the whole answer, `patience` for a single read."""
        self._ends = time.monotonic() + seconds
        self._patience = patience

    @property
    def passed(self) -> bool:
        return time.monotonic() >= self._ends

    def left(self) -> float:
        """The time one read may take, in seconds. Raises TimeoutError when none is left."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("deadline of the answer passed")
        return min(left, self._patience)


class Guard:
    """Judges addresses for one source. `home` is the source's URL: with `allow_private` its host and port alone are exempt."""

    def __init__(self, source: str, home: str, allow_private: bool, resolve: Resolver = socket.getaddrinfo) -> None:
        self.deadline = Deadline()
        self._source = source
        self._exempt = _places(home) if allow_private else frozenset[tuple[str, int]]()
        self._resolve = resolve

    def addresses(self, host: str, port: int) -> list[Resolved]:
        """The public addresses of a host. Raises AddressRefused when there is none, socket.gaierror when the name is unknown."""
        found = self._resolve(host, port, type=socket.SOCK_STREAM)
        if (host.lower(), port) in self._exempt:
            return found
        public = [each for each in found if is_public(str(each[4][0]))]
        if not public:
            raise AddressRefused(
                f"source {self._source!r}: {host}:{port} is at {found[0][4][0] if found else 'no address'}, which is not a"
                " public address. If the source itself lives in a private network, set limits.allow_private = true in"
                f" sources/{self._source}.toml (that opens its own host and port, no other)"
            )
        return public


def is_public(address: str) -> bool:
    """True for an address of the public internet; IPv4 wrapped in IPv6 (mapped, 6to4, NAT64, Teredo) is unwrapped first."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, IPv6Address):
        if ip.is_site_local or ip in _NAT64_LOCAL:
            return False
        inner = _wrapped(ip)
        if inner is not None:
            return is_public(str(inner))
    refused = (
        ip.is_multicast or ip.is_reserved or ip.is_private or ip.is_loopback or ip.is_link_local or ip.is_unspecified
    )
    return ip.is_global and not refused


def _wrapped(ip: IPv6Address) -> IPv4Address | None:
    if ip in _NAT64 or (ip in _COMPATIBLE and int(ip) > 1):
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    if ip.teredo is not None:
        return ip.teredo[1]
    return ip.ipv4_mapped or ip.sixtofour


def _places(url: str) -> frozenset[tuple[str, int]]:
    """The host and port of a URL; a source on the plain port may also move to TLS on the same host."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:  # the session refuses such an address when it is asked for
        return frozenset()
    return frozenset({(host, port), (host, 443 if port == 80 else port)}) if host else frozenset()


class _TimedSocket(socket.socket):
    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.deadline is not None:
            self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


class _TimedTls(ssl.SSLSocket):
    deadline: Deadline | None = None

    def recv_into(self, *args: Any, **kwargs: Any) -> int:
        if self.deadline is not None:
            self.settimeout(self.deadline.left())
        return super().recv_into(*args, **kwargs)


def _open(connection: HTTPConnection, guard: Guard) -> socket.socket:
    """A socket to one of the judged addresses, in the resolver's order. Raises urllib3's own errors."""
    try:
        found = guard.addresses(connection.host.strip("[]"), connection.port)
    except (socket.gaierror, UnicodeError) as error:
        raise NameResolutionError(connection.host, connection, socket.gaierror(str(error))) from error
    last: OSError | None = None
    for family, kind, protocol, _, place in found:
        try:
            return _reach(connection, guard, family, kind, protocol, place)
        except OSError as error:
            last = error
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, f"no connection to {connection.host} in time") from last
    raise NewConnectionError(connection, f"no connection to {connection.host}: {last}") from last


def _reach(
    connection: HTTPConnection, guard: Guard, family: int, kind: int, protocol: int, place: tuple[Any, ...]
) -> socket.socket:
    sock = _TimedSocket(family, kind, protocol)
    try:
        for option in connection.socket_options or ():
            sock.setsockopt(*option)
        sock.settimeout(guard.deadline.left())
        sock.connect(place)
    except BaseException:
        sock.close()
        raise
    sock.deadline = guard.deadline
    return sock


class _Plain(HTTPConnection):
    guard: ClassVar[Guard]

    def _new_conn(self) -> socket.socket:
        return _open(self, self.guard)


class _Tls(HTTPSConnection):
    guard: ClassVar[Guard]

    def _new_conn(self) -> socket.socket:
        return _open(self, self.guard)

    def connect(self) -> None:
        super().connect()
        if isinstance(self.sock, _TimedTls):
            self.sock.deadline = self.guard.deadline


class GuardedAdapter(HTTPAdapter):
    """The transport adapter of a guarded session: mounts connection classes that ask the guard."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        super().__init__(pool_connections=4, pool_maxsize=1, max_retries=0)

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **kwargs: Any) -> None:
        context = create_urllib3_context()
        context.sslsocket_class = _TimedTls
        super().init_poolmanager(connections, maxsize, block, ssl_context=context, **kwargs)
        self.poolmanager.pool_classes_by_scheme = _pools(self._guard)


def _pools(the_guard: Guard) -> dict[str, Callable[..., HTTPConnectionPool]]:
    class Plain(_Plain):
        guard = the_guard

    class Tls(_Tls):
        guard = the_guard

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    return {"http": PlainPool, "https": TlsPool}
