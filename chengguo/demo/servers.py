"""Serves the simulated platforms on loopback: `http://127.0.0.1:PORT/{platform}/...`."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from chengguo.demo import front
from chengguo.demo.platforms import PLATFORMS
from chengguo.demo.platforms.platform import NOT_FOUND, Answer, Request

HOST = "127.0.0.1"
PORT = 8081  # where the packaged sources of the demonstration look for their platforms
LARGEST_BODY = 64 * 1024

Day = Callable[[], int]


class Platforms(ThreadingHTTPServer):
    """One server for all platforms. `day` is asked at each request: 1 shows the first listing, 2 the corrected one."""

    daemon_threads = True

    def __init__(self, port: int, day: Day) -> None:
        self.day = day
        self.platforms = {name: platform() for name, platform in PLATFORMS.items()}
        super().__init__((HOST, port), Handler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def answer(self, method: str, target: str, body: bytes) -> Answer:
        parts = urlsplit(target)
        name, _, rest = parts.path.lstrip("/").partition("/")
        if name not in self.platforms:
            return NOT_FOUND
        if not rest and method == "GET":
            return front.page(front.FRONTS[name], self.platforms[name].fictions(self.day()))
        query = dict(parse_qsl(parts.query))
        return self.platforms[name].answer(Request(method, f"/{rest}", query, body, f"{self.url}/{name}", self.day()))


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Platforms

    def do_GET(self) -> None:
        self._send(self.server.answer("GET", self.path, b""))

    def do_POST(self) -> None:
        length = min(int(self.headers.get("Content-Length") or 0), LARGEST_BODY)
        self._send(self.server.answer("POST", self.path, self.rfile.read(length)))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.media_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """The platforms are silent: the terminal belongs to the demonstration."""


@contextmanager
def running(day: Day, port: int = PORT) -> Iterator[Platforms]:
    """The platforms, answering until the block ends. Takes any free port when `port` is in use."""
    try:
        server = Platforms(port, day)
    except OSError:
        server = Platforms(0, day)
    thread = threading.Thread(target=server.serve_forever, name="demo-platforms", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
