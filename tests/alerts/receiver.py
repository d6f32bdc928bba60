"""A webhook's receiver: a real server on the loopback address, which keeps what it takes and can be told to misbehave."""

import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from standardwebhooks.webhooks import Webhook

Got = tuple[dict[str, str], bytes]
Answer = Callable[[BaseHTTPRequestHandler], None]


def answering(status: int, body: bytes = b"", **headers: str) -> Answer:
    """`Retry_After="5"` is sent as Retry-After."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


class Receiver:
    """Answers as `statuses` say, one by one, then 204. A challenge is echoed, unless `echo` is False."""

    def __init__(self) -> None:
        self.got: list[Got] = []
        self.statuses: list[int] = []
        self.answer: Answer | None = None  # instead of all that
        self.echo = True
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                outer.got.append(({k.lower(): v for k, v in self.headers.items()}, body))
                outer._answer(body)(self)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/hook?token=abc"

    def deliveries(self, secret: str) -> list[dict[str, Any]]:
        """What was told of searches, each checked by the library of Standard Webhooks; with its id."""
        found = []
        for headers, body in list(self.got):
            said = Webhook(secret).verify(body, headers)
            if said["type"] == "search.changed":
                found.append({"id": headers["webhook-id"], **said["data"]})
        return found

    def events(self, secret: str) -> list[tuple[str, str]]:
        """Event and title of each change; of one without a record, its address. A repeated delivery counts once."""
        once = {delivery["id"]: delivery["changes"] for delivery in self.deliveries(secret)}
        changes = [change for changes in once.values() for change in changes]
        return [(c["event"], c["record"]["title"]["zh"] if "record" in c else c["iri"]) for c in changes]

    def _answer(self, body: bytes) -> Answer:
        if self.answer is not None:
            return self.answer
        if self.statuses:
            return answering(self.statuses.pop(0))
        said = json.loads(body)
        if said["type"] == "search.challenge" and self.echo:
            return answering(200, said["data"]["challenge"].encode())
        return answering(204)
