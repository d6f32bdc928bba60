"""A web server on a free port of loopback that answers exactly as a test says, also wrongly."""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

Address = tuple[str, int]


@dataclass(frozen=True)
class Asked:
    """A request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]  # names in lower case
    body: bytes = b""


@dataclass(frozen=True)
class Reply:
    """An answer. `length` overrides Content-Length; `raw` replaces all of it, byte for byte, and then the connection closes."""

    body: bytes = b""
    status: int = 200
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    length: int | None = None
    raw: Iterable[bytes] | None = None


Behaviour = Callable[[Asked], Reply]


class Server:
    """A running server: its address, and what it was asked so far."""

    def __init__(self, behaviour: Behaviour, port: int = 0) -> None:
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self._behaviour = behaviour
        self._http = _Http(("127.0.0.1", port), _handler(self))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def answer(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self._behaviour(asked)

    def stop(self) -> None:
        self.stopping.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients of these servers hang up on purpose."""


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True  # else each answer waits 40 ms for the acknowledgement of its head

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's word
            """Quiet."""

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("content-length") or 0)
            body = self.rfile.read(length)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query, keep_blank_values=True))
            self._send(server.answer(Asked(self.command, parts.path, query, headers, body)))

        do_GET = _serve
        do_POST = _serve

        def _send(self, reply: Reply) -> None:
            if reply.raw is not None:
                self.close_connection = True
                for chunk in reply.raw:
                    if server.stopping.is_set():
                        return
                    self.wfile.write(chunk)
                return
            self.send_response(reply.status)
            self.send_header("Content-Type", reply.media_type)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
            self.end_headers()
            self.wfile.write(reply.body)
            if reply.length is not None:
                self.close_connection = True

    return Handler


@contextmanager
def serving(behaviour: Behaviour, port: int = 0) -> Iterator[Server]:
    server = Server(behaviour, port)
    try:
        yield server
    finally:
        server.stop()


def script(*replies: Reply) -> Behaviour:
    """The replies one after the other; the last one again and again."""
    left = list(replies)
    return lambda _: left.pop(0) if len(left) > 1 else left[0]
