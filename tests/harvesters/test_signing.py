"""Signed gateways: what is signed, what a gateway refuses, and a clock that is wrong."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qsl

import pytest

from harvesters import harvester
from harvesters.base import OptionsError, TerminalError
from harvesters.secrets import Secrets
from harvesters.signing import Fresh, fill
from tests.harvesters.apis import broken, run
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Reply

SECRETS = Secrets({"ID": "cl13nt-id", "KEY": "s1gn-k3y-s1gn"})
WINDOW = timedelta(minutes=10)
HEADERS = {
    "X-Client-Id": "{id}",
    "X-Timestamp": "{timestamp}",
    "X-Nonce": "{nonce}",
    "X-Signature": "{signature}",
}
SIGN: dict[str, object] = {"id": {"env": "ID"}, "key": {"env": "KEY"}, "headers": HEADERS, "clock_values": ["4002"]}
OPTIONS: dict[str, object] = {
    "sign": SIGN,
    "status_path": "code",
    "ok_values": ["200"],
    "auth_values": ["4001"],
    "message_path": "msg",
    "explained_status": [401],
}


class Gateway:
    """Shandong's: client, milliseconds, nonce and Base64(HmacSHA256(id + ts + nonce)) in headers; each nonce once."""

    def __init__(self, ahead: timedelta = timedelta(), busy: int = 0) -> None:
        self._ahead, self._busy = ahead, busy
        self.nonces: list[str] = []

    def __call__(self, asked: Asked) -> Reply:
        now = datetime.now(UTC) + self._ahead
        reply = self._answer(asked, now)
        head = f"HTTP/1.1 {reply.status} Told\r\nDate: {format_datetime(now, usegmt=True)}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(reply.body)}\r\nConnection: close\r\n\r\n"
        return Reply(raw=[head.encode(), reply.body])  # all of it, for the test server has a Date of its own

    def _answer(self, asked: Asked, now: datetime) -> Reply:
        client, stamp, nonce, signature = (asked.headers[name.lower()] for name in HEADERS)
        signed = hmac.new(b"s1gn-k3y-s1gn", f"{client}{stamp}{nonce}".encode(), hashlib.sha256).digest()
        if nonce in self.nonces or client != "cl13nt-id" or signature != base64.b64encode(signed).decode():
            return Reply(b'{"code": 4001, "msg": "bad signature"}', status=401)
        self.nonces.append(nonce)
        if abs(datetime.fromtimestamp(int(stamp) / 1000, UTC) - now) > WINDOW:
            return Reply(b'{"code": 4002, "msg": "timestamp expired"}', status=401)
        if self._busy:
            self._busy -= 1
            return Reply(status=502)
        start = (int(asked.query["page"]) - 1) * 10
        many = [{"id": n} for n in range(25)][start : start + 10]
        return Reply(json.dumps({"code": 200, "data": {"rows": many, "total": 25}}).encode())


def test_every_request_is_signed_with_a_nonce_of_its_own_also_when_it_is_sent_again() -> None:
    gateway = Gateway(busy=2)
    records, _, complete, asked = run(gateway, OPTIONS, SECRETS)
    assert (len(records), complete, len(asked)) == (25, True, 5)
    assert len(set(gateway.nonces)) == 5


@pytest.mark.parametrize("ahead", [timedelta(hours=2), timedelta(minutes=-25)])
def test_a_skewed_clock_is_corrected_once_by_the_date_of_the_source(ahead: timedelta) -> None:
    records, _, complete, asked = run(Gateway(ahead), OPTIONS, SECRETS)
    assert (len(records), complete, len(asked)) == (25, True, 4)  # one refusal, then the correction is kept


def test_a_clock_that_cannot_be_corrected_is_told_with_advice() -> None:
    message = broken(Gateway(timedelta(days=3)), TerminalError, OPTIONS, SECRETS)
    assert "its own code '4002' timestamp expired" in message
    assert "set the clock of this machine (NTP)" in message
    assert "its own is 259" in message
    assert "s ahead" in message
    # A Date that shows our clock to be right offers nothing to correct.
    assert "NTP" in broken(lambda _: Reply(b'{"code": 4002}', status=401), TerminalError, OPTIONS, SECRETS)


def test_a_refused_key_is_told_without_the_key() -> None:
    message = broken(Gateway(), TerminalError, OPTIONS, Secrets({"ID": "cl13nt-id", "KEY": "another-key-here"}))
    assert "'4001' bad signature: the key is missing or no longer valid" in message
    assert "another-key" not in message
    assert "cl13nt-id" not in message


def test_a_status_without_a_code_is_a_failure() -> None:
    message = broken(lambda _: Reply(b"{}", status=401), TerminalError, OPTIONS | {"ok_values": []}, SECRETS)
    assert "status 401 and no code" in message


@pytest.mark.parametrize(("method", "send"), [("GET", "query"), ("POST", "form")])
def test_zhejiang_gateway_takes_everything_in_one_signed_parameter(method: str, send: str) -> None:
    def answer(asked: Asked) -> Reply:
        sent = asked.query if method == "GET" else dict(parse_qsl(asked.body.decode()))
        assert list(sent) == ["param"]
        param = json.loads(sent["param"])
        content = param["biz_content"]
        expected = hashlib.md5(f"cl13nt-id{param['timestamp']}{content}s1gn-k3y-s1gn".encode()).hexdigest().upper()
        if param["sign"] != expected:
            return Reply(b'{"status": 0, "msg": "sign"}')
        page = json.loads(content)
        start = (page["page"] - 1) * 10
        many = [{"id": n} for n in range(25)][start : start + page["size"]]
        return Reply(json.dumps({"status": 1, "data": {"rows": many, "total": 25}}).encode())

    param = (
        '{"app_id":"{id}","interface_id":"cg","version":"1.0","charset":"UTF-8","timestamp":"{timestamp}","origin":"0",'
        '"sign":"{signature}","biz_content":{params_text}}'
    )
    options: dict[str, object] = {
        "method": method,
        "send": send,
        "status_path": "status",
        "ok_values": ["1"],
        "sign": {
            "id": {"env": "ID"},
            "key": {"env": "KEY"},
            "algorithm": "md5",
            "encoding": "HEX",
            "text": "{id}{timestamp}{params}{key}",
            "timestamp": "%Y-%m-%d %H:%M:%S",
            "params": {"param": param},
        },
    }
    records, _, complete, _ = run(answer, options, SECRETS)
    assert (len(records), complete) == (25, True)


def test_sorted_query_and_hex_digest() -> None:
    def answer(asked: Asked) -> Reply:
        sign = asked.query.pop("sign")
        text = "&".join(f"{name}={value}" for name, value in sorted(asked.query.items()))
        assert sign == hmac.new(b"s1gn-k3y-s1gn", text.encode(), "sha1").hexdigest()
        return Reply(b'{"data": {"rows": [{"id": 1}], "total": 1}}')

    sign = {
        "key": {"env": "KEY"},
        "text": "{query}",
        "algorithm": "hmac-sha1",
        "encoding": "hex",
        "params": {"sign": "{signature}"},
    }
    records, _, complete, _ = run(answer, {"sign": sign, "params": {"b": "2", "a": "1"}}, SECRETS)
    assert (len(records), complete) == (1, True)


@pytest.mark.parametrize(
    ("sign", "message"),
    [
        ({"key": "plain"}, "never written in plain"),
        ({"key": {"env": "NONE"}}, "environment variable NONE is not set"),
        ({"headers": {"X": "{key}"}}, "the key itself is never sent"),
        ({"headers": {"X": "{nonce}"}}, "belongs into one of headers or params"),
        ({"headers": {"X": "{signature}{clock}"}}, "'X' holds {clock}; allowed are"),
        ({"params": {"sign": "{signature}"}}, "not both"),
        ({"algorithm": "md5"}, "text holds {key} with md5"),
        ({"text": "{id}{key}"}, "never with hmac"),
        ({"algorithm": "rot13"}, "rot13"),
        ({"secret": "x"}, "Allowed: key, id, text"),
    ],
)
def test_wrong_signing_is_refused_before_any_request(sign: dict[str, object], message: str) -> None:
    options = {"sign": SIGN | sign, "status_path": "code"}
    with pytest.raises(OptionsError) as caught:
        harvester("json_api", endpoint("http://127.0.0.1:9", options), SECRETS)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"sign": {**SIGN, "headers": {}, "params": {"s": "{signature}"}}, "send": "json", "method": "POST"},
            "sign.headers",
        ),
        ({"sign": SIGN}, "needs status_path"),
    ],
)
def test_signing_must_fit_the_other_options(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        harvester("json_api", endpoint("http://127.0.0.1:9", {"status_path": ""} | options), SECRETS)
    assert message in str(caught.value)


def test_what_a_value_holds_is_never_a_place() -> None:
    assert fill("{id}-{nonce}", {"id": "{nonce}", "nonce": "n"}) == "{nonce}-n"


def test_fresh_values_are_made_anew_and_agree_with_one_another() -> None:
    made = iter(range(9))
    fresh = Fresh(lambda: dict.fromkeys("ab", str(next(made))))
    assert (dict(fresh), dict(fresh)) == ({"a": "0", "b": "0"}, {"a": "1", "b": "1"})
    assert len(fresh) == 2
