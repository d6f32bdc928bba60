"""Clusters are the same whatever the order, can be undone, and keep nothing of a record that left."""

import random
from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from federation.matching.clusters import LARGEST, Link, Pair, canonical, clusters, pair_of
from federation.matching.matcher import Matcher
from federation.matching.subject import Subject
from tests.matching.records import TITLE, achievement, subject

BASE = "https://example.org/id/achievement"
IRIS = st.sampled_from([f"{BASE}/{n}" for n in range(8)])
PAIRS = st.tuples(IRIS, IRIS).filter(lambda two: two[0] != two[1]).map(lambda two: pair_of(*two))
LINKS = st.lists(st.builds(Link, PAIRS, st.sampled_from([0.5, 0.8, 0.9]), st.sampled_from(["", "王"])), max_size=20)
PATENTS = ("201310699744.2", "201710601862.3", "201110047567.0")
TITLES = (TITLE, f"{TITLE}研究", f"{TITLE}（二期）", "水稻病虫害绿色防控集成")


@st.composite
def some(draw: st.DrawFn) -> list[Subject]:
    """Records out of few patents and titles, so that many meet."""
    count = draw(st.integers(2, 8))
    return [
        subject(
            achievement(
                f"{BASE}/{n}",
                draw(st.sampled_from(TITLES)),
                patents=draw(st.lists(st.sampled_from(PATENTS), max_size=2)),
                orgs=draw(st.lists(st.sampled_from(["清华大学", "浙江大学"]), max_size=2)),
            )
        )
        for n in range(count)
    ]


def matched(subjects: Sequence[Subject]) -> Matcher:
    matcher = Matcher()
    for each in subjects:
        matcher.put(each)
    return matcher


@given(LINKS, st.lists(PAIRS, max_size=4), st.randoms(use_true_random=False))
def test_clusters_do_not_depend_on_the_order_of_pairs(
    links: list[Link], apart: list[Pair], order: random.Random
) -> None:
    expected = clusters(links, apart)
    order.shuffle(links)
    order.shuffle(apart)
    assert clusters(links, apart) == expected


@given(LINKS, st.lists(PAIRS, max_size=4))
def test_what_a_person_called_different_is_never_together(links: list[Link], apart: list[Pair]) -> None:
    found = clusters(links, apart)
    assert not [pair for pair in apart for members in found if set(pair) <= set(members)]
    members = [iri for each in found for iri in each]
    assert len(members) == len(set(members))
    assert all(len(each) > 1 for each in found)


@given(LINKS)
def test_without_a_person_every_accepted_pair_is_together(links: list[Link]) -> None:
    found = clusters(links)
    assert all(any(set(link.pair) <= set(members) for members in found) for link in links)


@settings(max_examples=60, deadline=None)
@given(some(), st.randoms(use_true_random=False))
def test_one_at_a_time_in_any_order_is_all_at_once(subjects: list[Subject], order: random.Random) -> None:
    whole = matched(subjects)
    shuffled = subjects.copy()
    order.shuffle(shuffled)
    other = matched(shuffled)
    for each in shuffled[: len(shuffled) // 2]:  # a new version in place of the old one, and records that come back
        other.remove(each.iri)
        other.put(each)
    assert list(other.matches()) == list(whole.matches())
    assert other.clusters() == whole.clusters()


@settings(max_examples=60, deadline=None)
@given(some(), st.data())
def test_accepting_then_rejecting_then_taking_back_restores(subjects: list[Subject], data: st.DataObject) -> None:
    matcher = matched(subjects)
    before = matcher.clusters()
    one, other = data.draw(st.permutations(subjects))[:2]
    matcher.decide(one.iri, other.iri, same=True)
    assert any({one.iri, other.iri} <= set(members) for members in matcher.clusters())
    matcher.decide(one.iri, other.iri, same=False)
    assert not any({one.iri, other.iri} <= set(members) for members in matcher.clusters())
    matcher.decide(one.iri, other.iri, same=None)
    assert matcher.clusters() == before


@settings(max_examples=40, deadline=None)
@given(some())
def test_a_withdrawn_record_leaves_nothing(subjects: list[Subject]) -> None:
    gone, *rest = subjects
    matcher = matched(subjects)
    matcher.remove(gone.iri)
    assert list(matcher.matches()) == list(matched(rest).matches())
    assert gone.iri not in str(vars(matcher))


def test_a_decision_waits_for_a_record_that_comes_back() -> None:
    one, other = (subject(achievement(f"{BASE}/{n}", patents=PATENTS[:1])) for n in (1, 2))
    matcher = matched([one, other])
    matcher.decide(one.iri, other.iri, same=False)
    matcher.remove(one.iri)
    matcher.put(one)
    assert matcher.clusters() == []


def test_the_canonical_record_is_the_most_complete_then_the_earliest() -> None:
    early, late = "2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"
    bare = subject(achievement(f"{BASE}/1"), early)
    full = subject(achievement(f"{BASE}/2", patents=PATENTS, year=2020), late)
    also = subject(achievement(f"{BASE}/3", patents=PATENTS, year=2020), early)
    assert canonical([bare, full]) == full.iri
    assert canonical([full, also, bare]) == also.iri


def test_the_rules_make_no_cluster_that_is_too_large_and_people_may() -> None:
    iris = [f"{BASE}/{n:03}" for n in range(LARGEST + 5)]
    chain = [Link(pair, 0.9) for pair in pairwise(iris)]
    assert max(map(len, clusters(chain))) == LARGEST
    assert clusters(reversed(chain)) == clusters(chain)
    assert clusters([Link(link.pair, 1.0, "王审核") for link in chain]) == [tuple(iris)]
