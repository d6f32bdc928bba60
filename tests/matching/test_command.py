"""`chengguo match` as its users meet it: follow, review, decide, in a home of its own."""

import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from chengguo.home import Home
from chengguo.node import Node
from federation.matching.book import Candidate, Counts
from federation.matching.grouping import Decision
from tests.chengguo.commands import refused, run, start
from tests.federation.world import World
from tests.matching.test_book import twins
from vocab.public import Cluster


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home whose ledger holds the twins."""
    folder = tmp_path / "home"
    assert run("init", folder).returncode == 0
    place = Home(folder)
    with Node(place, place.settings()) as node:
        World(node.ledger).harvest(twins())
    return folder


def cluster(folder: Path, iri: str) -> Cluster | None:
    place = Home(folder)
    with Node(place, place.settings()) as node:
        return node.ledger.matches.cluster(iri)


def test_follow_review_and_decide(home: Path) -> None:
    followed = run("match", "--home", home, "--json")
    assert followed.returncode == 0, followed.stderr
    counts = msgspec.json.decode(followed.stdout, type=Counts)
    assert (counts.records, counts.merged, counts.candidates) == (4, 1, 2)
    pair, *_ = msgspec.json.decode(run("match", "review", "--home", home, "--json").stdout, type=list[Candidate])
    shown = run("match", "review", "--home", home).stdout
    assert pair.one in shown
    assert "title-and-organisation" in shown
    accepted = run("match", "accept", pair.one, pair.other, "--by", "王审核", "--home", home, "--json")
    assert msgspec.json.decode(accepted.stdout, type=Decision).same is True
    found = cluster(home, pair.one)
    assert found is not None
    assert {pair.one, pair.other} <= set(found.members)
    said = refused("match", "accept", pair.one, "https://example.org/y", "--by", "王审核", "--home", home)
    assert "no public record is https://example.org/y" in said


def test_serve_s_matcher_follows_by_itself_and_there_is_one(home: Path) -> None:
    with start("match", "--follow", "--home", home) as matcher:
        try:
            place = Home(home)
            with Node(place, place.settings()) as node:
                eventually(lambda: node.ledger.matches.counts().clusters == 1)
                World(node.ledger).harvest({"e": twins()["a"]}, full=False)
                eventually(lambda: node.ledger.matches.counts().behind == 0)
                assert {len(r.same_as) for r in node.ledger.page(0, 10)} == {0, 2}
            assert "A matcher is already running" in refused("match", "--follow", "--home", home)
        finally:
            matcher.terminate()


def eventually(reached: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not reached():
        assert time.monotonic() < deadline
        time.sleep(0.05)
