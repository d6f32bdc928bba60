"""Better spellings: by sound, by one character, by a slip of the keys; only of what the index has."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search import vocabulary
from search.base import SearchError
from search.question import default_language
from search.spelling import VocabularySpeller
from search.vocabulary import Vocabulary, spoken

COUNTS = {
    "石墨烯": 40,
    "集成电路": 30,
    "导热膜": 9,
    "机器学习": 20,
    "graphene": 12,
    "photovoltaic": 7,
    "南京": 3,
    "蓝鲸": 2,
}
HELD = {**COUNTS, "石墨烯导热膜": 4}
SPELLER = VocabularySpeller(Vocabulary({**COUNTS, "绝密词": 99}), default_language().analyser.cut)


def held(text: str) -> int:
    return HELD.get(text, 0)


@pytest.mark.parametrize(
    ("typed", "better"),
    [
        ("石磨烯", "石墨烯"),  # the same pinyin
        ("石黑烯", "石墨烯"),  # one character off
        ("集成电", "集成电路"),  # one missing
        ("集成电路路", "集成电路"),
        ("几器学习", "机器学习"),
        ("石磨烯导热膜", "石墨烯导热膜"),  # in a longer text
        ("grahpene", "graphene"),
        ("Graphen", "graphene"),
        ("photovoltiac", "photovoltaic"),
        ("石墨烯", None),
        ("绝秘词", None),  # no record has it any more
        ("鼹鼠", None),
        ("cat", None),
        ("", None),
        ("石" * 500, None),
    ],
)
def test_better_spellings(typed: str, better: str | None) -> None:
    assert SPELLER.better(typed, held) == better


def test_accents_are_heard_alike() -> None:
    assert spoken("zhonglan") == spoken("zongnan")
    assert Vocabulary({"南京": 1, "蓝京": 1}).sounding_like("南京") == ["蓝京"]


def test_a_used_word_is_doubted_only_against_a_far_commoner_one() -> None:
    counts = {"石墨烯": 400, "石磨烯": 1}
    speller = VocabularySpeller(Vocabulary(counts), default_language().analyser.cut)
    assert speller.better("石磨烯", lambda text: counts.get(text, 0)) == "石墨烯"
    assert speller.better("石磨烯", lambda text: {"石墨烯": 4, "石磨烯": 1}.get(text, 0)) is None


@given(st.text(max_size=60) | st.text("石墨烯集成电路机器学习导热膜abc ", max_size=45))
def test_anything_can_be_typed_and_the_index_decides(typed: str) -> None:
    asked: list[str] = []

    def frequency(text: str) -> int:
        asked.append(text)
        return held(text)

    better = SPELLER.better(typed, frequency)
    assert better is None or better != typed
    assert len(asked) <= 100


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    (tmp_path / "v.tsv").write_text(Vocabulary(COUNTS).dumped(), encoding="utf-8")
    assert dict(vocabulary.load(tmp_path / "v.tsv").counts) == COUNTS


def test_a_broken_file_is_told_by_its_line(tmp_path: Path) -> None:
    (tmp_path / "v.tsv").write_text("石墨烯\tmany\tshimoxi\n", encoding="utf-8")
    with pytest.raises(SearchError, match=r"v\.tsv, line 1"):
        vocabulary.load(tmp_path / "v.tsv")
