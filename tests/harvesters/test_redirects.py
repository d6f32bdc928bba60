"""Redirects and names that lead somewhere else."""

from typing import Any

import pytest

from harvesters.base import AddressRefused, TerminalError
from harvesters.session import Session
from tests.harvesters.asking import GOOD, ask, failure
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Reply, serving


def test_a_redirect_on_the_same_host_is_followed() -> None:
    def answer(asked: Asked) -> Reply:
        return GOOD if asked.path == "/new" else Reply(status=302, headers={"Location": "/new"})

    with serving(answer) as server:
        assert ask(server) == GOOD.body


def test_a_redirect_loop_ends() -> None:
    with serving(lambda _: Reply(status=302, headers={"Location": "/data"})) as server:
        assert "more than 5 redirects" in failure(server, TerminalError)
        assert len(server.asked) == 6


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "http://localhost:{port}/", "http://[::ffff:127.0.0.1]:{port}/"]
)
def test_a_redirect_into_the_private_network_is_refused(target: str) -> None:
    with serving(lambda _: GOOD) as inside:
        place = target.format(port=inside.port)
        with serving(lambda _: Reply(status=302, headers={"Location": place})) as server:
            assert "not a public address" in failure(server, AddressRefused)
        assert inside.asked == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "gopher://x/", "javascript:1", "http://", "http://user:pass@127.0.0.1/"]
)
def test_a_redirect_to_something_else_than_the_web_is_refused(target: str) -> None:
    with serving(lambda _: Reply(status=302, headers={"Location": target})) as server:
        assert "user:pass" not in failure(server, TerminalError)


def test_loopback_is_refused_without_allow_private() -> None:
    with serving(lambda _: GOOD) as server:
        assert "limits.allow_private = true in sources/cn-test.toml" in failure(
            server, AddressRefused, allow_private=False
        )
        assert server.asked == []


def test_a_name_that_turns_to_loopback_is_refused_at_connect_time() -> None:
    """DNS rebinding: the name was public when somebody looked, and is not when we connect."""
    with serving(lambda _: GOOD) as server:
        place = endpoint(f"http://rebind.example:{server.port}", allow_private=False)

        def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
            assert host == "rebind.example"
            return [(2, 1, 6, "", ("127.0.0.1", port))]

        with Session(place, resolve=resolve) as session, pytest.raises(AddressRefused):
            session.get_json(place.url)
        assert server.asked == []


def test_the_name_is_resolved_once_and_kept_in_the_host_header() -> None:
    calls: list[str] = []
    with serving(lambda _: GOOD) as server:
        place = endpoint(f"http://province.example:{server.port}")

        def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
            calls.append(host)
            return [(2, 1, 6, "", ("127.0.0.1", port))]

        with Session(place, resolve=resolve) as session:
            session.get_json(place.url)
            session.get_json(place.url)
        assert server.asked[0].headers["host"] == f"province.example:{server.port}"
    assert calls == ["province.example"]  # the second request used the same connection


def test_headers_do_not_go_to_another_host() -> None:
    with serving(lambda _: GOOD) as other:

        def answer(asked: Asked) -> Reply:
            return Reply(status=302, headers={"Location": f"http://other.example:{other.port}/"})

        with serving(answer) as server:
            place = endpoint(f"http://home.example:{server.port}", allow_private=True)

            def resolve(host: str, port: int, *, type: int) -> list[Any]:  # noqa: A002 - the library's word
                return [(2, 1, 6, "", ("127.0.0.1", port))]

            with Session(place, resolve=resolve) as session:
                session._guard._exempt = frozenset({("home.example", server.port), ("other.example", other.port)})
                session.get_json(
                    place.url, headers={"Authorization": "Bearer x", "X-Client-Id": "y", "Accept": "application/json"}
                )
        seen = other.asked[0].headers
    assert not {"authorization", "x-client-id", "cookie", "referer"} & set(seen)
    assert seen["accept"] == "application/json"


def test_a_post_is_not_carried_to_another_host() -> None:
    with serving(lambda _: Reply(status=307, headers={"Location": "http://other.example/"})) as server:
        place = endpoint(server.url)
        with Session(place) as session, pytest.raises(TerminalError, match="redirect of a POST"):
            session.post_form(server.url, {"token": "t"})
