"""The book in the ledger: follows the log, keeps what people say, and holds nothing of what was withdrawn."""

import pytest
from sqlalchemy import select

from federation.errors import UnknownRecord
from federation.ledger import Ledger
from federation.matching.book import NAME, MatchBook
from federation.matching.schema import match_alias, match_key, match_member, match_name, match_pair, match_record
from federation.schema import cursor
from tests.federation.world import World, good

TITLE = "石墨烯基导热膜规模化制备技术"
NUMBER = "9442020Y0123"


def twins() -> dict[str, dict[str, str]]:
    """a and b are one by their number, c is a candidate of both by title and organisation, d is another."""
    return {
        "a": good(TITLE, 登记号=NUMBER),
        "b": good(f"{TITLE}研究", 登记号=NUMBER, 关键词="导热"),
        "c": good(TITLE),
        "d": good("水稻病虫害绿色防控集成", 登记号="9442020Y0999"),
    }


def together(world: World) -> set[frozenset[str]]:
    """Clusters by the sources' keys."""
    names = {world.iri(key): key for key in "abcd"}
    found = (world.ledger.matches.cluster(iri) for iri in names)
    return {frozenset(names[iri] for iri in cluster.members) for cluster in found if cluster}


def rows(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    tables = (match_record, match_key, match_pair, match_member, match_name, match_alias)
    with ledger.database.read() as connection:
        shown = {table.name: connection.execute(select(table)).all() for table in tables}
    without_time = [tuple(row)[:-1] for row in shown["match_pair"]]
    return {name: sorted(tuple(row) for row in found) for name, found in (shown | {"match_pair": without_time}).items()}


def test_follows_the_log_and_says_why(world: World) -> None:
    world.harvest(twins())
    counts = world.ledger.matches.follow()
    assert (counts.records, counts.merged, counts.candidates, counts.clusters) == (4, 1, 2, 1)
    assert counts.seq == world.ledger.last_seq()
    assert together(world) == {frozenset("ab")}
    cluster = world.ledger.matches.cluster(world.iri("a"))
    assert cluster is not None
    (why,) = world.ledger.matches.explained(cluster.members)
    assert (why.reason, why.evidence.registration) == ("registration-and-title", NUMBER)


def test_one_batch_after_another_is_all_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    everything = twins()
    for key in everything:
        world.harvest({key: everything[key]}, full=False)
        world.ledger.matches.follow()
    bit_by_bit = rows(world.ledger)
    with world.ledger.database.touch() as connection:
        connection.execute(cursor.delete().where(cursor.c.projection == NAME))
    monkeypatch.setattr("federation.matching.book.BATCH", 2)
    MatchBook(world.ledger.database).follow()
    assert rows(world.ledger) == bit_by_bit
    assert bit_by_bit["match_pair"]


def test_a_withdrawn_record_leaves_at_once_and_nothing_remains(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    gone = world.iri("a")
    world.harvest({"a": None}, full=False, accept=True)
    assert world.ledger.record(gone) is None
    assert together(world) == set()  # before anybody follows
    assert gone not in str(rows(world.ledger))
    assert world.ledger.matches.follow().clusters == 0
    assert gone not in str(rows(world.ledger))


def test_a_changed_record_is_compared_again_and_old_evidence_is_not_told(world: World) -> None:
    world.harvest(twins())
    world.ledger.matches.follow()
    before = world.ledger.matches.cluster(world.iri("a"))
    assert before is not None
    world.harvest({"b": good("水下机器人密封装置")}, full=False, accept=True)
    assert world.ledger.matches.explained(before.members) == []
    world.ledger.matches.follow()
    assert together(world) == set()


def test_people_decide_and_can_take_it_back(world: World) -> None:
    world.harvest(twins())
    book, (a, b, c) = world.ledger.matches, (world.iri(key) for key in "abc")
    book.follow()
    undecided = rows(world.ledger)
    assert {(one.one, one.other) for one in book.candidates()} == {tuple(sorted((a, c))), tuple(sorted((b, c)))}
    book.decide(c, a, same=True, by="王审核", why="同一项目")
    assert together(world) == {frozenset("abc")}
    assert book.candidates() == []  # b and c are together by way of a: nothing is left to decide
    book.decide(a, b, same=False, by="王审核")
    assert together(world) == {frozenset("ac")}
    book.follow()
    assert together(world) == {frozenset("ac")}
    book.decide(a, b, same=None, by="李审核")
    book.decide(a, c, same=None, by="李审核")
    assert rows(world.ledger) == undecided
    assert [(d.same, d.by) for d in book.decisions()] == [
        (True, "王审核"),
        (False, "王审核"),
        (None, "李审核"),
        (None, "李审核"),
    ]


def test_a_decision_outlives_the_withdrawal_of_its_record(world: World) -> None:
    world.harvest(twins())
    book = world.ledger.matches
    book.follow()
    book.decide(world.iri("a"), world.iri("b"), same=False, by="王审核")
    world.harvest({"a": None}, full=False, accept=True)
    book.follow()
    world.harvest({"a": twins()["a"]}, full=False, accept=True)
    book.follow()
    assert together(world) == set()
    assert book.counts().merged == 1


def test_what_cannot_be_decided_is_refused(world: World) -> None:
    world.harvest({"a": good(TITLE), "secret": good("绝不外泄", 密级="秘密")})
    world.ledger.matches.follow()
    decide, a = world.ledger.matches.decide, world.iri("a")
    with pytest.raises(UnknownRecord, match="no public record"):
        decide(a, world.iri("secret"), same=True, by="王审核")
    with pytest.raises(ValueError, match="twice"):
        decide(a, a, same=True, by="王审核")
    with pytest.raises(ValueError, match="--by NAME"):
        decide(a, world.iri("b"), same=True, by=" ")
    assert world.iri("secret") not in str(rows(world.ledger))
