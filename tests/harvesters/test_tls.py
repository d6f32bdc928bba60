"""TLS: the certificate is checked against the name, and the deadline holds behind it too."""

import ssl
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from harvesters.base import TerminalError, TransientError
from harvesters.session import Session
from tests import certificates
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Reply, Server

NAME = "province.example"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return certificates.made(tmp_path_factory.mktemp("tls"), NAME)


def secure(behaviour: Callable[[Any], Reply], certificate: tuple[Path, Path], seen: list[str | None]) -> Server:
    """A server whose connections are TLS; `seen` gets the names clients ask for."""
    server = Server(behaviour)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    context.sni_callback = lambda _, name, __: seen.append(name)
    server._http.socket = context.wrap_socket(server._http.socket, server_side=True)
    return server


def session(server: Server, name: str, trust: Path | None, **limits: float) -> Session:
    def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
        return [(2, 1, 6, "", ("127.0.0.1", port))]

    made = Session(endpoint(f"https://{name}:{server.port}", {}, **limits), resolve=resolve, pause=lambda _: None)
    if trust is not None:
        made._http.verify = str(trust)
    return made


def test_the_name_is_asked_for_and_checked(certificate: tuple[Path, Path]) -> None:
    seen: list[str | None] = []
    server = secure(lambda _: Reply(b'{"ok": 1}'), certificate, seen)
    try:
        with session(server, NAME, certificate[0]) as right:
            assert right.get_json(f"https://{NAME}:{server.port}/") == b'{"ok": 1}'
        assert seen == [NAME]
        with (
            session(server, "other.example", certificate[0]) as wrong,
            pytest.raises(TerminalError, match="no secure connection"),
        ):
            wrong.get_json(f"https://other.example:{server.port}/")
        with session(server, NAME, None) as unknown, pytest.raises(TerminalError, match="no secure connection"):
            unknown.get_json(f"https://{NAME}:{server.port}/")
        assert len(server.asked) == 1
    finally:
        server.stop()


def test_a_slow_drip_behind_tls_ends_at_the_deadline(certificate: tuple[Path, Path]) -> None:
    stop = threading.Event()

    def drip(_: object) -> Reply:
        def bytewise() -> Iterator[bytes]:
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
            while not stop.wait(0.05):
                yield b"1"

        return Reply(raw=bytewise())

    server = secure(drip, certificate, [])
    try:
        with (
            session(server, NAME, certificate[0], deadline=0.6, retries=0) as slow,
            pytest.raises(TransientError, match=r"limits.deadline = 0.6 s"),
        ):
            slow.get_json(f"https://{NAME}:{server.port}/")
    finally:
        stop.set()
        server.stop()


def test_a_redirect_from_https_to_http_is_refused(certificate: tuple[Path, Path]) -> None:
    server = secure(lambda _: Reply(status=302, headers={"Location": f"http://{NAME}/"}), certificate, [])
    try:
        with (
            session(server, NAME, certificate[0]) as asked,
            pytest.raises(TerminalError, match="from https to http refused"),
        ):
            asked.get_json(f"https://{NAME}:{server.port}/")
    finally:
        server.stop()
