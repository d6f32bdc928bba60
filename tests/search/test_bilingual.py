"""English terms with Chinese ones: learned from texts that say the same, read from dictionaries, used in a query."""

from pathlib import Path

import pytest

from search import bilingual, cedict
from search.alignment import Pair, learn
from search.base import SearchError
from search.bilingual import MOST_NAMES, Bilingual, english_words, merged

SAID = [
    ("graphene film", "石墨烯 薄膜"),
    ("graphene battery", "石墨烯 电池"),
    ("battery recycling", "电池 回收"),
    ("film recycling", "薄膜 回收"),
    ("polymer film", "聚合物 薄膜"),
]
FILLER = [(f"topic{n}", f"主题{n}") for n in range(20)]  # so that no word stands in too many of the pairs


def test_translations_are_learned_from_what_is_said_twice() -> None:
    pairs = [Pair(frozenset(english.split()), frozenset(chinese.split())) for english, chinese in SAID + FILLER]
    table = learn(pairs)
    assert {word: names[0][0] for word, names in table.items() if len(names) > 0} == {
        "graphene": "石墨烯",
        "film": "薄膜",
        "battery": "电池",
        "recycling": "回收",
    }
    assert all(0 < weight <= 1 for names in table.values() for _, weight in names)


def test_nothing_is_learned_from_one_meeting_or_from_nothing() -> None:
    assert learn([Pair(frozenset({"once"}), frozenset({"一次"}))]) == {}
    assert learn([]) == {}


def test_the_longest_term_is_found() -> None:
    known = Bilingual({"fuel cell": (("燃料电池", 1.0),), "fuel": (("燃料", 1.0),)})
    assert known.at(["fuel", "cell", "stack"], 0) == (2, (("燃料电池", 1.0),))
    assert known.at(["fuel", "oil"], 0) == (1, (("燃料", 1.0),))
    assert known.at(["stack"], 0) == (0, ())


def test_dictionaries_are_put_together() -> None:
    many = {"film": tuple((f"膜{n}", n / 100) for n in range(20))}
    found = merged([{"film": (("薄膜", 0.5),)}, {"film": (("薄膜", 0.9),)}, many])
    assert found["film"][0] == ("薄膜", 0.9)
    assert len(found["film"]) == MOST_NAMES


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    known = Bilingual({"film": (("薄膜", 0.9), ("膜", 0.25)), "fuel cell": (("燃料电池", 1.0),)})
    (tmp_path / "terms.tsv").write_text(known.dumped(), encoding="utf-8")
    assert bilingual.load(tmp_path / "terms.tsv").entries == known.entries


@pytest.mark.parametrize("line", ["film\t薄膜", "film\t薄膜\theavy", "film"])
def test_a_broken_file_is_told_by_its_line(tmp_path: Path, line: str) -> None:
    (tmp_path / "terms.tsv").write_text(f"fuel\t燃料\t1\n{line}\n", encoding="utf-8")
    with pytest.raises(SearchError, match=r"terms\.tsv, line 2"):
        bilingual.load(tmp_path / "terms.tsv")


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SearchError, match="cannot be read"):
        bilingual.load(tmp_path / "none.tsv")


def test_english_is_read_as_it_is_indexed() -> None:
    assert english_words("Weaned Piglets & COVID-19 石墨烯") == ["weaned", "piglet", "covid19"]


@pytest.mark.parametrize(
    ("definition", "term"),
    [
        ("to kill (an animal)", "kill"),
        ("the fuel cells", "fuel cell"),
        ("CL:個|个[ge4]", ""),
        ("variant of 磬[qing4]", ""),
        ("lit. kill one to warn a hundred of them all", ""),
    ],
)
def test_glosses(definition: str, term: str) -> None:
    assert cedict.gloss(definition) == term


def test_the_dictionary_knows_common_terms() -> None:
    terms = cedict.terms()
    assert "石墨烯" in dict(terms["graphene"])
    assert len(terms) > 50_000
