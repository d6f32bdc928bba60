"""How we behave at other people's doors: pauses, robots.txt, and not asking again for what has not changed."""

import threading
import time

import pytest

from harvesters import politeness
from harvesters.base import HarvestError, TerminalError, TransientError
from harvesters.politeness import Pace
from harvesters.robots import Disallowed
from harvesters.session import Session
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Behaviour, Reply, Server, serving

PLAIN = Reply(b"ok", media_type="text/plain")


class Clock:
    """Time that passes only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(round(seconds, 6))
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    passing = Clock()
    monkeypatch.setattr(politeness, "time", passing)
    return passing


def site(robots: Reply, page: Reply = PLAIN) -> Behaviour:
    return lambda asked: robots if asked.path == "/robots.txt" else page


def rules(*lines: str) -> Reply:
    return Reply("\n".join(lines).encode(), media_type="text/plain")


def get(server: Server, *paths: str, robots: bool = True, **limits: float) -> None:
    with Session(endpoint(server.url, {}, **limits), robots=robots, pause=lambda _: None) as session:
        for path in paths:
            session.get_bytes(server.url + path)


def refused(server: Server, path: str, kind: type[HarvestError] = Disallowed, **limits: float) -> str:
    with pytest.raises(kind) as caught:
        get(server, path, robots=True, **limits)
    return str(caught.value)


def test_a_rate_keeps_requests_apart(clock: Clock) -> None:
    with serving(lambda _: PLAIN) as server:
        get(server, "/1", "/2", "/3", robots=False, rate=4.0)
    assert clock.slept == [0.25, 0.25]


def test_no_rate_means_no_waiting(clock: Clock) -> None:
    with serving(lambda _: PLAIN) as server:
        get(server, "/1", "/2", robots=False)
    assert clock.slept == []


def test_two_passes_share_the_rate_of_one_host(clock: Clock) -> None:
    with serving(lambda _: PLAIN) as server, serving(lambda _: PLAIN) as other:
        get(server, "/1", robots=False, rate=0.5)
        get(server, "/2", robots=False, rate=0.5)
        get(other, "/1", robots=False, rate=0.5)
    assert clock.slept == [2.0]


def test_whoever_comes_without_a_rate_keeps_the_gap_of_the_one_before(clock: Clock) -> None:
    with serving(lambda _: PLAIN) as server:
        get(server, "/1", robots=False, rate=0.5)
        get(server, "/2", robots=False)
        get(server, "/3", robots=False)
    assert clock.slept == [2.0]


def test_redirects_and_new_tries_count(clock: Clock) -> None:
    left = [Reply(status=503), Reply(status=302, headers={"Location": "/b"}), PLAIN]
    with serving(lambda _: left.pop(0)) as server:
        get(server, "/a", robots=False, rate=10.0)
    assert clock.slept == [0.1, 0.1]


def test_threads_get_turns_one_after_the_other() -> None:
    pace, turns = Pace(), list[float]()
    threads = [threading.Thread(target=lambda: turns.append(pace.turn(5.0))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [round(turn) for turn in sorted(turns)] == [0, 5, 10, 15, 20, 25, 30, 35]


def test_the_wait_is_real() -> None:
    with serving(lambda _: PLAIN) as server:
        begun = time.monotonic()
        get(server, "/1", "/2", "/3", robots=False, rate=20.0)
        assert time.monotonic() - begun >= 0.1


def test_a_refusal_names_the_rule_and_what_to_ask_for() -> None:
    file = rules("User-agent: *", "Disallow: /a", "Disallow: /bsp/private", "Allow: /")
    with serving(site(file)) as server:
        message = refused(server, "/bsp/private/1")
        assert "'Disallow: /bsp/private'" in message
        assert "User-agent: chengguo-harvester" in message
        assert "robots = false in [options] of sources/cn-test.toml" in message
        assert [asked.path for asked in server.asked] == ["/robots.txt"]
        get(server, "/bsp/open")


def test_our_own_group_counts_before_everybody_s() -> None:
    file = rules("User-agent: *", "Disallow: /", "", "User-agent: chengguo-harvester", "Disallow: /admin")
    with serving(site(file)) as server:
        get(server, "/list")
        assert "/admin" in refused(server, "/admin/1")


@pytest.mark.parametrize(
    ("path", "allowed"), [("/info.do?pkid=1", True), ("/info.do?sort=2", False), ("/a.jsp", False)]
)
def test_wildcards_and_queries(path: str, allowed: bool) -> None:
    with serving(site(rules("User-agent: *", "Disallow: /*?sort=", "Disallow: /*.jsp$"))) as server:
        if allowed:
            get(server, path)
        else:
            refused(server, path)


def test_parameters_count_as_part_of_the_address() -> None:
    with (
        serving(site(rules("User-agent: *", "Disallow: /list?page="))) as server,
        Session(endpoint(server.url), robots=True) as session,
        pytest.raises(Disallowed),
    ):
        session.get_bytes(server.url + "/list", {"page": "2"})


def test_a_redirect_does_not_lead_around_the_rules() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return rules("User-agent: *", "Disallow: /secret")
        return Reply(status=302, headers={"Location": "/secret"}) if asked.path == "/open" else PLAIN

    with serving(answer) as server:
        assert "Disallow: /secret" in refused(server, "/open")
        assert "/secret" not in [asked.path for asked in server.asked]


@pytest.mark.parametrize(
    "robots",
    [
        Reply(status=404),
        Reply(status=410),
        Reply(b"<html><title>404</title></html>"),
        Reply(b"\xff\xfe\x00"),
        Reply(b""),
    ],
)
def test_a_file_that_is_not_there_forbids_nothing(robots: Reply) -> None:
    with serving(site(robots)) as server:
        get(server, "/list", "/list")
        assert [asked.path for asked in server.asked] == ["/robots.txt", "/list", "/list"]


@pytest.mark.parametrize("status", [401, 403])
def test_a_file_that_is_locked_away_forbids_everything(status: int) -> None:
    with serving(site(Reply(status=status))) as server:
        assert f"status {status}" in refused(server, "/list")


def test_a_file_that_fails_puts_the_pass_off() -> None:
    with serving(site(Reply(status=500))) as server:
        assert "500" in refused(server, "/list", TransientError)


def test_a_file_that_redirects_is_followed() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(status=301, headers={"Location": "/r"})
        return rules("User-agent: *", "Disallow: /list") if asked.path == "/r" else PLAIN

    with serving(answer) as server:
        assert "Disallow: /list" in refused(server, "/list")


def test_without_robots_nobody_asks_for_the_file() -> None:
    with serving(site(rules("User-agent: *", "Disallow: /"))) as server:
        get(server, "/list", robots=False)
        assert [asked.path for asked in server.asked] == ["/list"]


def test_a_crawl_delay_raises_the_pause(clock: Clock) -> None:
    with serving(site(rules("User-agent: *", "Crawl-delay: 2"))) as server:
        get(server, "/1", "/2", "/3", rate=10.0)
    assert clock.slept == [2.0, 2.0, 2.0]  # also after robots.txt itself


def test_a_crawl_delay_that_nobody_can_keep_is_told() -> None:
    with serving(site(rules("User-agent: *", "Crawl-delay: 86400"))) as server:
        message = refused(server, "/1", TerminalError)
    assert "Crawl-delay: 86400" in message
    assert "limits.max_retry_after = 120" in message


def test_a_huge_file_is_cut() -> None:
    body = b"User-agent: *\n" + b"Disallow: /x\n" * 200_000
    with serving(site(Reply(body, media_type="text/plain"))) as server:
        begun = time.monotonic()
        get(server, "/list")
        refused(server, "/x")
        assert time.monotonic() - begun < 5
