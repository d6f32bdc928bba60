"""What may not be published is found through no door: not asked for, not by its address, not in any file."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

import msgspec
import pytest

from tests.dumps.reading import unpacked
from tests.end_to_end.conftest import copied
from tests.end_to_end.hidden import (
    EMBARGOED,
    PHONE,
    SECRET,
    Hidden,
    answers_to,
    classified,
    doors_of,
    hard_cases,
    hidden_iris,
    public_texts,
    stored,
)
from tests.end_to_end.node import Node, Served


@pytest.fixture(scope="module")
def first_hidden() -> list[Hidden]:
    return list(hard_cases().values())


@pytest.fixture(scope="module")
def second_hidden(first_hidden: list[Hidden]) -> list[Hidden]:
    return [*first_hidden, *classified()]


def assert_absent(texts: Iterator[tuple[str, str]], words: Sequence[str], least: int = 100_000) -> None:
    """In none of the texts, which have `least` characters together."""
    assert words
    seen = 0
    for door, text in texts:
        seen += len(text)
        for word in words:
            assert word not in text, f"{word} at {door}"
    assert seen >= least, "nothing was looked at"


def dumped(node: Node, folder: Path) -> Iterator[tuple[str, str]]:
    node.run("dump", folder)
    for path in folder.glob("records.*"):
        if path.suffix != ".xlsx":
            yield path.name, unpacked(path).decode()
            continue
        with ZipFile(path) as book:
            yield from ((f"{path.name} {part}", book.read(part).decode()) for part in book.namelist())


def words_of(node: Node, hidden: list[Hidden]) -> list[str]:
    return [*(word for each in hidden for word in each.words), *hidden_iris(node, hidden), *PHONE]


def test_the_titles_are_worth_looking_for(first_hidden: list[Hidden], second_hidden: list[Hidden]) -> None:
    assert len(first_hidden) == 8
    assert all(h.title.startswith("玄鸢") for h in first_hidden)
    assert len(second_hidden) == 12


def test_nothing_hidden_is_told(
    first_day: Node, first_served: Served, first_hidden: list[Hidden], tmp_path: Path
) -> None:
    words = words_of(first_day, first_hidden)
    assert_absent(public_texts(first_served.portal), words)
    assert_absent(dumped(first_day, tmp_path), words)


def test_nothing_classified_is_told_any_more(
    second_day: Node, second_served: Served, first_hidden: list[Hidden], second_hidden: list[Hidden], tmp_path: Path
) -> None:
    words = [word for each in second_hidden for word in each.words] + [*PHONE]
    assert_absent(public_texts(second_served.portal), words)
    assert_absent(dumped(second_day, tmp_path), words)
    log = msgspec.json.encode(second_served.portal.changes()).decode()
    assert not [iri for iri in hidden_iris(second_day, first_hidden) if iri in log]


def test_searching_for_it_finds_nothing(first_served: Served, first_hidden: list[Hidden]) -> None:
    for each in first_hidden:
        assert_absent(answers_to(first_served.portal, each.title), each.words, least=50)
    assert first_served.portal.search(q='"玄鸢"')["total"] == 0


def test_searching_for_what_was_classified_finds_nothing(second_served: Served) -> None:
    for each in classified():
        assert_absent(answers_to(second_served.portal, each.title), each.words, least=50)


@pytest.mark.parametrize("phone", PHONE)
def test_a_telephone_number_is_masked_and_not_searchable(first_served: Served, phone: str) -> None:
    found = first_served.portal.search(q=f'"{phone}"')
    assert found["total"] == 0
    assert phone not in msgspec.json.encode(found["items"]).decode()


def test_its_address_is_unknown(first_day: Node, first_served: Served, first_hidden: list[Hidden]) -> None:
    for each in first_hidden:
        for path in doors_of(first_day.iri(each.source, each.local_id)):
            for accept in ("text/html", "application/json", "text/turtle"):
                answer = first_served.portal.get(path, accept=accept)
                assert answer.status_code == 404, path  # as if it had never been
                assert not any(word in answer.text for word in each.words)


@pytest.mark.parametrize("word", ["玄鸢", *PHONE])
def test_the_graph_finds_no_text_of_it(first_served: Served, second_served: Served, word: str) -> None:
    where = "{ ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } }"
    for portal in (first_served.portal, second_served.portal):
        assert portal.select(f'SELECT ?s ?o WHERE {{ {where} FILTER(CONTAINS(STR(?o), "{word}")) }} LIMIT 5') == []


def test_the_graph_holds_no_text_of_it(
    first_served: Served, second_served: Served, first_hidden: list[Hidden], second_hidden: list[Hidden]
) -> None:
    for portal, hidden in ((first_served.portal, first_hidden), (second_served.portal, second_hidden)):
        literals = portal.select("SELECT ?o WHERE { GRAPH ?g { ?s ?p ?o } FILTER(isLiteral(?o)) }")
        text = "\n".join(row["o"] for row in literals)
        assert_absent(iter([("graph", text)]), [word for each in hidden for word in each.words])


def test_the_processes_do_not_speak_of_it(
    first_day: Node, second_day: Node, first_served: Served, second_served: Served, second_hidden: list[Hidden]
) -> None:
    for said in (first_day.said, second_day.said, first_served.said, second_served.said):
        assert said
        assert not [word for each in second_hidden for word in (*each.words, *PHONE) if word in said]


def test_nothing_secret_is_on_the_disk(first_day: Node) -> None:
    secret = [hard_cases()[number] for number in SECRET]
    assert_not_stored(first_day.home, [word.encode() for each in secret for word in each.words])


def test_what_became_secret_is_gone_from_the_disk(second_day: Node, tmp_path: Path) -> None:
    """From the ledger at once; from the files of index and graph, which keep what they have deleted, with a rebuild."""
    words = [word.encode() for each in classified() for word in each.words]
    assert_not_stored(second_day.home, words, disposable=False)
    node = copied(second_day, tmp_path / "home")
    for output in ("search", "graph"):
        node.run("project", "--rebuild", output)
    assert_not_stored(node.home, words)


def test_what_waits_is_in_the_ledger_alone(first_day: Node) -> None:
    """What may come out one day is kept where only the gate reads it."""
    word = hard_cases()[EMBARGOED].title.encode()
    holding = {name for name, body in stored(first_day.home) if word in body}
    assert "raw" in holding
    assert not {name for name in holding if name.startswith("data/") or name in ("version", "published")}


def assert_not_stored(home: Path, words: list[bytes], *, disposable: bool = True) -> None:
    looked = 0
    for name, body in stored(home):
        if disposable or not name.startswith(("data/search", "data/graph")):
            looked += 1
            for word in words:
                assert word not in body, f"{word.decode()} in {name}"
    assert looked > 1000
