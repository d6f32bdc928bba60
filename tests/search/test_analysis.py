"""The analysis has one answer for every spelling of a text, and never fails."""

import re
import unicodedata
from operator import add

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opencc import OpenCC

from search.analysis import CJK, RUN, SPACED, grams, identifier_key, phrase, sequence, stem, threes, whole
from search.bulk import Grams, Pieces
from search.expression import All, Not, Term, wanted
from search.highlight import PASSAGE, mark, passage, places
from search.normalise import REGIONAL, align, normalise, normalise_plain, simplify
from search.occurrences import Occurrences
from search.question import default_language
from vocab.opencc import table

LANGUAGE = default_language()
LANGUAGE.read("石墨烯")  # reads the code lists, before anything has a deadline
T2S = OpenCC("t2s")
ODD = "錯 鋰離子電池 積體電路 半導體 石墨烯 水稻 ＰＭ２．５ ㎡ ABC １２０ 體 後 發 髮 乾 裡 機器 學習 與 。 ， covid-19"
WORDS = st.sampled_from(sorted(REGIONAL) + ODD.split(" "))
TEXTS = st.lists(WORDS, max_size=12).map("".join)
ANY = st.text(max_size=80)


def analysed(*texts: str) -> list[tuple[str, Grams]]:
    pieces = Pieces([normalise(text) for text in texts])
    return list(zip(pieces.words(LANGUAGE.analyser), pieces.grams(), strict=True))


@given(TEXTS | ANY)
def test_width_and_composition_do_not_matter(text: str) -> None:
    composed = unicodedata.normalize("NFKC", text)
    assert analysed(text) == analysed(composed)


@given(TEXTS)
def test_script_does_not_matter(text: str) -> None:
    assert analysed(text) == analysed(T2S.convert(text))


@given(st.lists(TEXTS | ANY | st.text("石墨烯膜 \n\0\1a3.-，", max_size=20), max_size=8))
def test_many_texts_at_once_are_each_as_alone(texts: list[str]) -> None:
    found = analysed(*texts)
    assert [sorted(words.split(" ")) for words, _ in found] == [
        sorted(LANGUAGE.analyser.words(text)) or [""] for text in texts
    ]
    runs = [RUN.findall(SPACED.sub("", normalise(text))) for text in texts]
    pairs = list(map(grams, texts))
    assert [of_text.pairs.split() for _, of_text in found] == pairs
    assert [of_text.every.split() for _, of_text in found] == list(map(add, pairs, map(threes, runs)))


@given(TEXTS | ANY)
def test_anything_is_read(text: str) -> None:
    once = normalise(text)
    assert isinstance(once, str)
    LANGUAGE.read(text)
    phrase(text)
    identifier_key(text)


@pytest.mark.parametrize("before", ["", "膜", "\u00ad", "膜\u00ad"])  # the codec asked first refuses a soft hyphen
def test_every_traditional_character_and_phrase_is_simplified(before: str) -> None:
    forms = {old: new for old, new in {**table("TSCharacters.txt"), **table("TSPhrases.txt")}.items() if old != new}
    wrong = {
        old
        for old, new in forms.items()
        if simplify(before + old) not in (before + new, before + REGIONAL.get(new, new))
    }
    assert not wrong


@given(TEXTS | ANY)
def test_spans_lead_back_into_the_original(text: str) -> None:
    aligned = align(text)
    assert aligned.text == normalise(text)
    assert len(aligned.spans) in (0, len(aligned.text))
    assert all(0 <= start < end <= len(text) for start, end in aligned.spans)
    assert list(aligned.spans) == sorted(aligned.spans)


@given(TEXTS)
def test_ordinary_text_always_has_spans(text: str) -> None:
    assert bool(align(text).spans) == bool(text)


def marked(text: str, *names: str, plain: bool = False) -> tuple[tuple[str, bool], ...]:
    (spans,) = places(Occurrences(names), [(text, plain)])
    return mark(text, spans)


@given(TEXTS | ANY, st.sampled_from(["石墨烯", "集成电路", "pm2.5", "锂离子电池", "m2", "abc"]))
def test_marks_of_plain_text_are_those_of_the_way_back(text: str, term: str) -> None:
    pieces = marked(text, term)
    assert "".join(piece for piece, _ in pieces) == text
    if normalise_plain(text)[1]:
        assert marked(text, term, plain=True) == pieces


@given(TEXTS, TEXTS)
def test_a_passage_is_a_piece_of_the_text(before: str, after: str) -> None:
    text = before * 20 + "量子点" + after * 20
    (spans,) = places(Occurrences(["量子点"]), [(text, False)])
    pieces = passage(text, spans)
    assert ("量子点", True) in pieces
    shown = "".join(piece for piece, _ in pieces).strip("…")
    assert shown in text
    assert len(shown) <= PASSAGE + 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("石墨烯基导热膜", ["石墨烯", "基", "导热膜"]),
        ("磷酸铁锂", ["磷酸铁锂"]),
        ("高熵合金", ["高熵合金"]),
        ("量子点发光二极管", ["量子点发光二极管"]),
        ("PM2.5监测", ["pm2.5", "监测"]),
        ("ZL201310699744.2", ["zl201310699744.2"]),
        ("COVID-19 batteries", ["covid19", "battery"]),
    ],
)
def test_cuts(text: str, expected: list[str]) -> None:
    assert LANGUAGE.analyser.cut(text) == expected


def test_long_words_are_found_by_their_parts() -> None:
    assert {"锂离子电池", "锂离子", "电池"} <= set(LANGUAGE.analyser.words("锂离子电池"))


@given(TEXTS | ANY | st.lists(WORDS | st.sampled_from(" \t\n"), max_size=12).map("".join))
def test_grams_are_every_pair_of_a_run_and_its_last_character(text: str) -> None:
    plain = re.sub(f"(?<=[{CJK}])\\s+(?=[{CJK}])", "", normalise(text))
    expected: list[str] = []
    for run in RUN.finditer(plain):
        if run[1]:
            expected += [run[1][place : place + 2] for place in range(len(run[1]))]
        else:
            expected.append(whole(run[2]))
    assert grams(text) == expected


def test_spaces_between_characters_are_none() -> None:
    assert grams("石 墨\n烯") == grams("石墨烯")


@pytest.mark.parametrize(
    ("text", "tokens", "prefix"),
    [("石墨烯", ["石墨", "墨烯"], False), ("膜", ["膜"], True), ("PM2.5 膜", ["pm2.5", "膜"], True), ("。", [], False)],
)
def test_phrases(text: str, tokens: list[str], prefix: bool) -> None:
    assert phrase(text) == (tuple(tokens), prefix)


@given(st.text("石墨烯，", max_size=9), st.text("石墨烯", min_size=2, max_size=5))
def test_a_sequence_stands_in_a_text_where_its_characters_do(text: str, piece: str) -> None:
    ((_, found),) = analysed(text)
    indexed = found.every.split()
    tokens, _ = sequence(piece)
    places = range(len(indexed) - len(tokens) + 1)
    assert any(tuple(indexed[at : at + len(tokens)]) == tokens for at in places) == (piece in text)


@pytest.mark.parametrize(
    ("word", "expected"),
    [("batteries", "battery"), ("cells", "cell"), ("gas", "gas"), ("analysis", "analysis"), ("glass", "glass")],
)
def test_stems(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_tokens_of_any_length_fit_the_engine() -> None:
    assert len(whole("x" * 100_000)) <= 128


def test_a_question_is_read() -> None:
    expression = LANGUAGE.read('磷酸铁锂的"固态 电解质" -铅酸').expression
    assert isinstance(expression, All)
    assert [term.text for term in wanted(expression)] == ["磷酸铁锂", "固态 电解质"]
    assert "lfp" in next(wanted(expression)).others
    assert expression.parts[2] == Not(Term("铅酸", quoted=True))


def test_too_many_words_are_told() -> None:
    words = [chr(0x4E00 + 3 * n) + chr(0x6E00 + 5 * n) for n in range(60)]
    assert LANGUAGE.read(" ".join(words)).cut
