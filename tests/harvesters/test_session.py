"""The guarded session against servers that misbehave."""

import gzip
import io
import itertools
import json
import socket
import threading
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import msgspec
import pytest

from harvesters.base import LimitExceeded, TerminalError, TransientError
from harvesters.secrets import Secret
from harvesters.session import Request, Session
from tests.harvesters.asking import GOOD, ask, failure
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Reply, script, serving


class Pauses:
    """Stands for the clock's sleep, so that a pause of two minutes costs nothing."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def test_an_html_page_with_status_200_is_called_by_its_title() -> None:
    page = "<!DOCTYPE html><html><head><title>系统 维护中\n&amp; 登录</title></head></html>".encode("gb18030")
    with serving(script(Reply(page, media_type="text/html; charset=gbk"))) as server:
        assert "an HTML page titled '系统 维护中 & 登录' (status 200)" in failure(server, TerminalError)
        assert len(server.asked) == 1  # no use in trying again


def test_a_connection_cut_in_the_middle_is_tried_again() -> None:
    cut = Reply(raw=[b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b'{"ok"'])
    with serving(script(cut, GOOD)) as server:
        assert json.loads(ask(server)) == {"ok": 1}
    with serving(script(cut)) as server:
        assert "tried 3 times" in failure(server, TransientError)
        assert len(server.asked) == 3


@pytest.mark.parametrize(
    "raw",
    [
        [],
        [b"HTTP/1.1 2"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"ff\r\n{"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"zz\r\n"],
        [b"SSH-2.0-OpenSSH\r\n"],
    ],
    ids=["nothing", "half a status line", "cut chunk", "wrong chunk size", "not HTTP"],
)
def test_broken_http_is_transient(raw: list[bytes]) -> None:
    with serving(script(Reply(raw=raw))) as server:
        failure(server, TransientError)


def test_truncated_json_is_tried_again_and_then_transient() -> None:
    with serving(script(Reply(b'{"items": [1, 2'), GOOD)) as server:
        assert ask(server) == GOOD.body
    with serving(script(Reply(b'{"items": [1, 2'))) as server:
        assert "stops in the middle" in failure(server, TransientError)


def test_wrong_json_is_terminal() -> None:
    with serving(script(Reply(b'{"items": oops}'))) as server:
        assert "not JSON" in failure(server, TerminalError)


def test_a_content_length_that_is_too_large_is_a_cut() -> None:
    with serving(script(Reply(b'{"a": 1}', length=100))) as server:
        assert "cut" in failure(server, TransientError)


def test_a_content_length_that_is_too_small_is_noticed() -> None:
    with serving(script(Reply(b'{"a": 1, "b": 2}', length=9))) as server:
        failure(server, TransientError)


def endless(head: bytes, chunk: bytes) -> Iterator[bytes]:
    yield head
    yield from itertools.repeat(chunk)


def test_endless_bytes_stop_at_the_limit() -> None:
    def answer(_: Asked) -> Reply:
        return Reply(raw=endless(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", b" " * 65536))

    with serving(answer) as server:
        assert "limits.max_bytes = 1000000" in failure(server, LimitExceeded, max_bytes=1_000_000)


def test_two_gigabytes_are_refused_by_their_announcement() -> None:
    with serving(script(Reply(b"{", length=2 * 2**30))) as server:
        assert "announces 2147483648 bytes" in failure(server, LimitExceeded)


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_compression_bomb_stops_at_the_limit(coding: str) -> None:
    packed = gzip.compress(b" " * 50_000_000)
    if coding == "deflate":
        packed = zlib.compress(b" " * 50_000_000)
    if coding == "gzip, gzip":
        packed = gzip.compress(packed)
    with serving(script(Reply(packed, headers={"Content-Encoding": coding}))) as server:
        failure(server, LimitExceeded, max_bytes=1_000_000)


def test_compressed_answers_are_read_and_broken_ones_are_terminal() -> None:
    packed = gzip.compress(GOOD.body)
    with serving(script(Reply(packed, headers={"Content-Encoding": "gzip"}))) as server:
        assert ask(server) == GOOD.body
    with serving(script(Reply(b"no gzip at all", headers={"Content-Encoding": "gzip"}))) as server:
        assert "compression" in failure(server, TerminalError)


@pytest.mark.parametrize("part", ["headers", "body", "chunk size"])
def test_a_slow_drip_ends_at_the_deadline(part: str) -> None:
    heads = {
        "headers": b"HTTP/1.1 200 OK\r\nX-Drip: ",
        "body": b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n",
        "chunk size": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    }
    stop = threading.Event()

    def drip(_: Asked) -> Reply:
        def bytewise() -> Iterator[bytes]:
            yield heads[part]
            while not stop.wait(0.05):
                yield b"1"

        return Reply(raw=bytewise())

    with serving(drip) as server:
        message = failure(server, TransientError, deadline=0.4, timeout=5.0, retries=0)
        stop.set()
    assert "limits.deadline = 0.4 s" in message


def test_silence_ends_at_the_timeout() -> None:
    stop = threading.Event()

    def silent(_: Asked) -> Reply:
        stop.wait(10)
        return GOOD

    with serving(silent) as server:
        message = failure(server, TransientError, timeout=0.2, retries=0)
        stop.set()
    assert "limits.timeout = 0.2 s" in message


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_busy_answers_are_tried_again_with_growing_pauses(status: int) -> None:
    pauses = Pauses()
    with serving(script(Reply(status=status), Reply(status=status), GOOD)) as server:
        assert ask(server, pause=pauses, backoff=1.0) == GOOD.body
    first, second = pauses.seconds
    assert 0.5 <= first <= 1.0 <= second <= 2.0


def test_retry_after_in_seconds_and_as_a_date_is_obeyed() -> None:
    pauses = Pauses()
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    replies = [Reply(status=429, headers={"Retry-After": value}) for value in ("7", date)]
    with serving(script(*replies, GOOD)) as server:
        assert ask(server, pause=pauses, backoff=0.001) == GOOD.body
    assert pauses.seconds[0] == 7.0
    assert 60 < pauses.seconds[1] <= 90


def test_a_long_retry_after_ends_the_run() -> None:
    pauses = Pauses()
    with serving(script(Reply(status=503, headers={"Retry-After": "86400"}))) as server:
        with pytest.raises(TransientError) as caught:
            ask(server, pause=pauses)
        message = str(caught.value)
    assert "asked to wait 86400 s, more than max_retry_after = 120 s" in message
    assert pauses.seconds == []


@pytest.mark.parametrize("value", ["", "soon", "-5", "1e9", "99999999999999999999", "Fri, 99 Foo 2026 00:00:00 GMT"])
def test_a_senseless_retry_after_is_ignored(value: str) -> None:
    with serving(script(Reply(status=503, headers={"Retry-After": value}), GOOD)) as server:
        assert ask(server) == GOOD.body


@pytest.mark.parametrize(
    ("status", "advice"), [(401, "key"), (403, "allow this node"), (404, "check url"), (412, "programs")]
)
def test_refusals_say_what_to_do(status: int, advice: str) -> None:
    with serving(script(Reply(b"{}", status=status))) as server:
        message = failure(server, TerminalError)
        assert len(server.asked) == 1
    assert f"status {status}" in message
    assert advice in message


def test_other_failures_of_the_server_are_transient_at_once() -> None:
    with serving(script(Reply(b"{}", status=500))) as server:
        failure(server, TransientError)
        assert len(server.asked) == 1


def test_an_unknown_name_is_transient() -> None:
    def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
        raise socket.gaierror(-2, "Name or service not known")

    place = endpoint("http://nowhere.example")
    with (
        Session(place, resolve=resolve, pause=lambda _: None) as session,
        pytest.raises(TransientError, match="nowhere"),
    ):
        session.get_json(place.url)


def test_a_closed_port_is_transient() -> None:
    with serving(lambda _: GOOD) as server:
        url = server.url
    with Session(endpoint(url), pause=lambda _: None) as session, pytest.raises(TransientError, match="tried 3 times"):
        session.get_json(url)


def test_secrets_are_not_shown() -> None:
    secret = Secret("s3cr/et token&值")
    page = "<html><title>bad s3cr/et token&amp;值</title>".encode()
    with serving(lambda _: Reply(page)) as server:
        place = endpoint(server.url)
        with Session(place, [secret]) as session, pytest.raises(TerminalError) as caught:
            session.get_json(server.url, {"userKey": secret.reveal(), "odd": secret.reveal(), "page": "1"})
        assert server.asked[0].query["odd"] == secret.reveal()
    message = str(caught.value)
    assert "page=1" in message
    assert "s3cr" not in message
    assert "值" not in message
    assert "s3cr" not in repr(caught.value.__cause__) + repr(caught.value.__context__)
    assert "s3cr" not in repr(secret)


def test_a_token_in_the_configured_address_is_masked_by_its_name() -> None:
    with serving(script(Reply(b"", status=404))) as server:
        assert "abc123" not in failure(server, TerminalError, path="/data?access_token=abc123&page=2")


def test_a_token_is_masked_when_the_connection_fails() -> None:
    with serving(lambda _: GOOD) as server:
        url = server.url
    with (
        Session(endpoint(url), [Secret("hidden-value")], pause=lambda _: None) as session,
        pytest.raises(TransientError) as caught,
    ):
        session.get_json(url, {"q": "hidden-value"})
    assert "hidden-value" not in str(caught.value)


def test_posts_carry_their_bodies() -> None:
    def echo(asked: Asked) -> Reply:
        return Reply(json.dumps({"got": asked.body.decode()}).encode())

    with serving(echo) as server, Session(endpoint(server.url)) as session:
        assert json.loads(session.post_json(server.url, {"页": 1})) == {"got": '{"\\u9875": 1}'}
        assert json.loads(session.post_form(server.url, {"a": "1 2"})) == {"got": "a=1+2"}


def test_the_environment_does_not_choose_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda _: GOOD) as server, serving(lambda _: Reply(b'{"proxied": 1}')) as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        assert ask(server) == GOOD.body
        assert proxy.asked == []


def test_we_say_who_asks() -> None:
    with serving(lambda _: GOOD) as server:
        place = endpoint(server.url)
        for contact in ("", "mailto:harvest@node.example\r\nX-Evil: 1"):
            with Session(msgspec.structs.replace(place, contact=contact)) as session:
                session.get_json(server.url)
        first, second = (asked.headers for asked in server.asked)
    assert first["user-agent"] == "chengguo-harvester/1 (+contact not configured)"
    assert second["user-agent"] == "chengguo-harvester/1 (+mailto:harvest@node.example X-Evil: 1)"
    assert "x-evil" not in second


def test_a_download_that_was_cut_starts_anew() -> None:
    cut = Reply(raw=[b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", b"first half"])
    file = io.BytesIO()
    whole = Reply(b"whole", media_type="text/csv; charset=gbk")
    with serving(script(cut, whole)) as server, Session(endpoint(server.url)) as session:
        answer = session.download(Request(server.url), file)
    assert file.getvalue() == b"whole"
    assert (answer.media_type, answer.charset) == ("text/csv", "gbk")


@pytest.mark.parametrize(
    "url", ["ftp://x.example/", "file:///etc/passwd", "x", "http://u:p@x.example/", "http://[::1", "http://a b/"]
)
def test_addresses_that_are_none_are_refused(url: str) -> None:
    with Session(endpoint(url)) as session, pytest.raises(TerminalError):
        session.get_json(url)
