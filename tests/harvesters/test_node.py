"""Another node as a source: over a real site on loopback, and over servers that lie."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from federation.views import RunStatus
from harvesters import harvester
from harvesters.base import Bookmarked, Harvested, OptionsError, RawRecord, TerminalError, TransientError, Unreadable
from harvesters.node import Node
from harvesters.secrets import Secrets
from tests.federation.tiers import Tier, tier
from tests.federation.world import ITEM, good
from tests.harvesters.endpoints import endpoint, split
from tests.harvesters.servers.web import Asked, Reply, serving
from vocab.kinds import encode_record


def asked(url: str, bookmark: str = "", **options: object) -> tuple[list[Harvested], Node]:
    node = Node(endpoint(url, options), Secrets())
    node.resume(bookmark)
    return list(node.records()), node


def names(found: list[Harvested]) -> tuple[set[str], set[str]]:
    """IRIs of the records, and of those that are gone."""
    records, unreadable = split(found)
    assert unreadable == []
    return {r.identifier for r in records if not r.deleted}, {r.identifier for r in records if r.deleted}


@pytest.fixture
def city(tmp_path: Path) -> Iterator[Tier]:
    with tier(tmp_path, "city") as made:
        made.take({f"r{n}": good(f"成果 {n} 号") for n in range(7)}, full=True)
        yield made


def iri(city: Tier, name: str) -> str:
    return next(p.iri for p in city.public() if p.record.source_record_id[0] == name)


def test_it_can_be_named_in_a_source_file_and_marks_its_place() -> None:
    assert isinstance(harvester("node", endpoint("http://127.0.0.1:1")), Bookmarked)
    assert not isinstance(harvester("push", endpoint("")), Bookmarked)
    with pytest.raises(OptionsError, match="no option 'page_size'"):
        harvester("node", endpoint("http://127.0.0.1:1", {"page_size": 3}))


def test_a_push_source_lists_nothing_and_is_never_complete() -> None:
    pushing = harvester("push", endpoint(""))
    assert (list(pushing.records()), pushing.complete) == ([], False)


@pytest.mark.parametrize("size", [1, 3, 7, 100])
def test_the_first_pass_lists_every_record_with_its_bytes(city: Tier, size: int) -> None:
    found, node = asked(city.url, size=size)
    records, _ = split(found)
    assert [(r.identifier, r.body) for r in records] == [(p.iri, encode_record(p.record)) for p in city.public()]
    assert all(r.modified is not None and r.url == f"{r.identifier.replace('/id/', '/')}" for r in records)
    assert node.complete
    assert node.bookmark.startswith("7 ")


def test_a_later_pass_lists_what_changed_and_what_is_gone(city: Tier) -> None:
    mark = asked(city.url)[1].bookmark
    assert names(asked(city.url, mark)[0]) == (set(), set())
    gone = iri(city, "r1")
    city.take({"r1": None, "r2": good("成果 2 号（修订）"), "new": good("新成果")})
    found, node = asked(city.url, mark)
    assert names(found) == ({iri(city, "r2"), iri(city, "new")}, {gone})
    assert not node.complete
    assert names(asked(city.url, node.bookmark)[0]) == (set(), set())


def test_what_came_back_is_not_gone(city: Tier) -> None:
    mark, name = asked(city.url)[1].bookmark, iri(city, "r1")
    city.take({"r1": None})
    city.take({"r1": good("成果 1 号")})
    assert names(asked(city.url, mark)[0]) == ({name}, set())


def test_a_refused_record_upstream_is_not_seen(city: Tier) -> None:
    city.take({"secret": good("某型号涂层", 密级="秘密")})
    found, _ = asked(city.url)
    assert len(found) == 7
    assert not [r for r in found if isinstance(r, RawRecord) and "某型号涂层".encode() in r.body]


def test_an_upstream_that_began_anew_is_listed_whole(city: Tier, tmp_path: Path) -> None:
    """By another change under the same number, and by a number that is no more."""
    mark = asked(city.url)[1].bookmark
    (tmp_path / "again").mkdir()
    with tier(tmp_path / "again", "city") as again:
        again.take({f"r{n}": good(f"成果 {n} 号") for n in range(3)}, full=True)
        found, node = asked(again.url, mark)
        assert (len(found), node.complete) == (3, True)
        again.take({f"s{n}": good(f"别的成果 {n}") for n in range(9)})
        found, node = asked(again.url, mark)
        assert (len(found), node.complete) == (12, True)


def test_an_empty_upstream_is_complete_and_has_no_mark(tmp_path: Path) -> None:
    with tier(tmp_path, "city") as empty:
        found, node = asked(empty.url)
    assert (found, node.complete, node.bookmark) == ([], True, "")


@pytest.mark.parametrize("mark", ["nonsense", "7", "-3 x", "99999999999999999999 x", "７ x"])
def test_a_mark_that_is_none_begins_anew(city: Tier, mark: str) -> None:
    found, node = asked(city.url, mark)
    assert (len(found), node.complete) == (7, True)


def test_nothing_is_published_above_without_a_declaration(city: Tier, tmp_path: Path) -> None:
    with tier(tmp_path, "province", city.url, policy=ITEM) as province:
        run = province.poll()
        assert (run.status, run.counts.refused, province.titles()) == (RunStatus.DONE, 7, [])
        assert province.ledger.raw("below", "x") is None


def test_a_reset_upstream_never_empties_the_node_above(city: Tier, tmp_path: Path) -> None:
    with tier(tmp_path, "province", city.url) as province:
        city.take({f"more{n}": good(f"更多成果 {n}") for n in range(70)})
        assert province.poll().complete
        (tmp_path / "lost").mkdir()
        with tier(tmp_path / "lost", "city") as lost:
            lost.take({"r0": good("成果 0 号")}, full=True)
            moved = msgspec.structs.replace(province.source, url=lost.url)
            province.source = moved
            runs = [province.poll(), province.poll(full=True), province.poll(full=True)]
        assert [run.counts.withdrawn for run in runs] == [0, 0, 0]
        assert runs[-1].status is RunStatus.HELD
        assert len(province.titles()) == 77


# Servers that are no node, or a bad one


def lying(records: list[Any] | None = None, changes: list[Any] | None = None, **parts: Any) -> Any:
    """A server with these items, changes and further members of its answers; each list is one page."""

    def answer(asked: Asked) -> Reply:
        if asked.path.endswith("/changes"):
            found = [c for c in changes or [] if c["seq"] > int(asked.query.get("after", 0))]
            return Reply(msgspec.json.encode({"changes": found, "next": None, "last": parts.get("last", 0)}))
        return Reply(msgspec.json.encode({"items": records or [], "next": parts.get("next")}))

    return answer


def item(seq: int, **changes: Any) -> dict[str, Any]:
    return {
        "iri": f"https://city.example/id/achievement/{seq}",
        "seq": seq,
        "at": "2026-01-01T00:00:00.000Z",
        "digest": "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a",  # of {}
        "record": {},
        **changes,
    }


def test_an_altered_record_is_not_believed_and_not_gone() -> None:
    with serving(lying([item(1), item(2, record={"title": "other"})])) as server:
        found, node = asked(server.url)
    assert isinstance(found[1], Unreadable)
    assert "altered on the way" in found[1].reason
    assert (len(found), node.complete) == (2, True)


def test_a_broken_item_does_not_take_its_page_along() -> None:
    with serving(lying([item(1), {"seq": 2}, item(3, iri=7), item(4)])) as server:
        found, node = asked(server.url)
    assert [type(one) for one in found] == [RawRecord, Unreadable, Unreadable, RawRecord]
    assert not node.complete


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (lying([item(5), item(5)]), "do not grow"),
        (lying([item(1)], next="more"), "do not grow"),
        (lying([], next="more"), "do not grow"),
        (lambda _: Reply(b"[]"), "not the interface of a node"),
        (lambda _: Reply(b'{"changes": []}'), "not the interface of a node"),
        (lambda _: Reply(b"<html><title>Login</title>", media_type="text/html"), "HTML page titled 'Login'"),
    ],
)
def test_a_server_that_is_no_node_is_told(behaviour: Any, words: str) -> None:
    with serving(behaviour) as server, pytest.raises(TerminalError, match=words):
        asked(server.url)


def test_a_busy_upstream_is_worth_another_try() -> None:
    with serving(lambda _: Reply(status=503)) as server, pytest.raises(TransientError):
        asked(server.url)


def test_a_page_address_that_is_no_web_address_is_left_out() -> None:
    with serving(lying([item(1, url="javascript:alert(1)"), item(2, url="https://city.example/2")])) as server:
        found, _ = asked(server.url)
    assert [one.url for one in found if isinstance(one, RawRecord)] == [None, "https://city.example/2"]


def test_more_than_the_limits_allow_is_refused() -> None:
    with serving(lying([item(n) for n in range(1, 9)])) as server:
        node = Node(endpoint(server.url, max_records=5), Secrets())
        with pytest.raises(TerminalError, match="max_records"):
            list(node.records())
    assert (node.complete, node.bookmark) == (False, "")
