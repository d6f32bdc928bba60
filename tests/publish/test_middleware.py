"""What happens to every request: headers, limits, rates, tags, logs."""

import gzip
from ipaddress import ip_network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.testclient import TestClient

from publish.middleware.headers import SECURITY
from publish.middleware.rate import Buckets, client_of
from publish.settings import RateLimit, SettingsError, SiteLimits
from tests.publish import fakes, samples

PATHS = ("/", "/nope", "/api/v1/records", "/api/v1/nope", "/healthz", "/id/achievement/x", "/robots.txt")


@pytest.mark.parametrize("path", PATHS)
def test_every_answer_is_secured(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert {name: headers.get(name) for name in SECURITY} == SECURITY
    assert "unsafe" not in headers["content-security-policy"]


def test_a_client_that_asks_too_much_waits_and_probes_do_not() -> None:
    limits = SiteLimits(rate=RateLimit(per_second=0.001, burst=3))
    with TestClient(fakes.app(limits=limits), base_url=samples.BASE) as client:
        statuses = [client.get("/api/v1/sources").status_code for _ in range(4)]
        refused = client.get("/about", headers={"Accept": "text/html"})
        assert client.get("/healthz").status_code == 200
    assert statuses == [200, 200, 200, 429]
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert "请求过于频繁" in refused.text


@given(st.lists(st.floats(0, 5), max_size=30))
def test_a_bucket_never_gives_more_than_its_rate(pauses: list[float]) -> None:
    now = 0.0
    buckets = Buckets(RateLimit(per_second=2, burst=5, clients=2), lambda: now)
    given_out = 0
    for pause in pauses:
        now += pause
        given_out += buckets.take("a") == 0
    assert given_out <= 5 + 2 * now


def test_buckets_forget_the_client_idle_longest() -> None:
    buckets = Buckets(RateLimit(per_second=0.001, burst=1, clients=2), lambda: 0.0)
    assert [buckets.take(c) == 0 for c in ("a", "b", "a", "c", "b", "a")] == [True, True, False, True, True, True]


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),  # not a proxy of ours: what it says counts for nothing
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "1.2.3.4, 198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
    ],
)
def test_forwarded_addresses_count_only_from_trusted_proxies(peer: str, forwarded: str, client: str) -> None:
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", forwarded.encode())]}
    assert client_of(scope, [ip_network("10.0.0.0/8")]) == client


def test_tags_stay_strong_and_usable_through_compression(client: TestClient) -> None:
    packed = client.get("/api/v1/records", headers={"Accept-Encoding": "gzip"})
    plain = client.get("/api/v1/records", headers={"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["etag"] == plain.headers["etag"][:-1] + '-gzip"'
    assert "Accept-Encoding" in packed.headers["vary"]
    again = client.get("/api/v1/records", headers={"Accept-Encoding": "gzip", "If-None-Match": packed.headers["etag"]})
    assert (again.status_code, again.headers["etag"]) == (304, packed.headers["etag"])
    assert gzip.compress(b"") != packed.content


def test_the_log_holds_no_query_and_no_address(client: TestClient, log: list[dict[str, Any]]) -> None:
    client.get("/search?q=secret-words", headers={"X-Forwarded-For": "198.51.100.7"})
    entry = next(e for e in log if e["event"] == "request")
    assert (entry["route"], entry["status"], entry["method"]) == ("/search", 200, "GET")
    assert "secret-words" not in str(entry)
    assert "198.51.100.7" not in str(entry)


@pytest.mark.parametrize("base", ["example.cn", "https://a.cn/", "https://a.cn/x", "ftp://a.cn", "https://"])
def test_a_base_address_that_is_no_origin_is_refused(base: str) -> None:
    with pytest.raises(SettingsError, match="base_url"):
        fakes.settings(base_url=base)


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"trusted_proxies.*'nonsense'"):
        fakes.settings(trusted_proxies=("nonsense",))
