"""One call to a stranger's address: bounded, and led nowhere else."""

import socket
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from chengguo import calling
from chengguo.calling import ANSWER, Caller, Failed
from tests.alerts.receiver import Answer, Receiver, answering


def call(receiver: Receiver, answer: Answer | None = None, **options: Any) -> calling.Answered:
    receiver.answer = answer
    with Caller(receiver.url, "node@example.org", allow_private=True, **options) as caller:
        return caller.post(b'{"type": "x"}', {"Content-Type": "application/json"})


def failure(doing: Callable[[], object]) -> str:
    with pytest.raises(Failed) as failed:
        doing()
    return failed.value.why


def test_an_answer_is_read_as_far_as_it_matters(receiver: Receiver) -> None:
    answer = call(receiver, answering(200, b"x" * 50_000_000))
    assert (answer.status, len(answer.body)) == (200, ANSWER)
    headers, body = receiver.got[0]
    assert body == b'{"type": "x"}'
    assert headers["user-agent"] == "chengguo-webhook/1 (+node@example.org)"
    assert headers["accept-encoding"] == "identity"


def test_a_redirect_is_an_answer(receiver: Receiver) -> None:
    with Receiver() as other:
        assert call(receiver, answering(307, Location=other.url)).status == 307
        assert other.got == []


@pytest.mark.parametrize("status", [400, 429, 500, 503])
def test_what_the_receiver_says_is_kept(receiver: Receiver, status: int) -> None:
    answer = call(receiver, answering(status, Retry_After="120"))
    assert (answer.status, answer.wait) == (status, 120.0)
    assert call(receiver, answering(503, Retry_After="999999999")).wait == calling.LONGEST_WAIT
    assert call(receiver, answering(503, Retry_After="soon")).wait == 0.0


def dripping(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    for _ in range(100):
        try:
            handler.wfile.write(b"x")
        except OSError:
            return
        time.sleep(0.1)


def sleeping(handler: BaseHTTPRequestHandler) -> None:
    time.sleep(2)


@pytest.mark.parametrize("slow", [dripping, sleeping])
def test_a_slow_one_is_left(receiver: Receiver, monkeypatch: pytest.MonkeyPatch, slow: Answer) -> None:
    monkeypatch.setattr(calling, "DEADLINE", 0.6)
    monkeypatch.setattr(calling, "PATIENCE", 0.3)
    assert failure(lambda: call(receiver, slow)) == "slow"


def test_one_that_breaks_off_or_talks_nonsense_is_no_success(receiver: Receiver) -> None:
    def cut(handler: BaseHTTPRequestHandler) -> None:
        handler.connection.close()

    def nonsense(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"SSH-2.0-OpenSSH_9.2\r\n\r\n")

    def long_line(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000 + b"\r\n\r\n")

    for answer in (cut, nonsense, long_line):
        assert failure(lambda a=answer: call(receiver, a)) == "unreachable"  # type: ignore[misc]


def test_a_name_is_judged_by_the_address_that_is_called(receiver: Receiver) -> None:
    """The answer that was judged is called: a name that changes its mind in between (DNS rebinding) gains nothing."""
    looked: list[str] = []

    def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
        looked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    port = receiver.server.server_address[1]
    for address in (f"http://rebinding.example:{port}/", f"http://127.0.0.1:{port}/", f"http://[::1]:{port}/"):
        with Caller(address, "", allow_private=False, resolve=resolve) as caller:
            assert failure(lambda c=caller: c.post(b"{}", {})) == "refused"  # type: ignore[misc]
    with Caller(f"http://0x7f000001:{port}/", "", allow_private=False) as caller:
        assert failure(lambda: caller.post(b"{}", {})) in ("refused", "unreachable")
    assert receiver.got == []
    assert len(looked) == 3  # once for each connection


def test_a_certificate_that_nobody_vouches_for_ends_it(receiver: Receiver) -> None:
    with Caller(receiver.url.replace("http:", "https:"), "", allow_private=True) as caller:
        assert failure(lambda: caller.post(b"{}", {})) == "insecure"
