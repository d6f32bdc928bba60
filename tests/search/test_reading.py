"""The form of a query: any text has one, a form written out is read as itself, and time is bounded."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from search import guesses, spans
from search.attempts import Step, attempts
from search.expression import EVERYTHING, MISREADINGS, AnyOf, Not, Range, SomeOf, Term, wanted
from search.meaning import condition
from search.question import default_language
from search.relax import MOST, relaxed
from search.syntax import Alternatives, Fielded, Group, Negated, Node, Phrase, Word, parse, written

LANGUAGE = default_language()
PIECES = (
    *(
        "石墨",
        "a",
        "YOLO(v5)",
        "浙江",
        "50万以下",
        "2020",
        " ",
        "  ",
        "(",
        ")",
        "（",
        "）",
        '"',
        "“",
        "”",
        "-",
        "－",
        "--",
    ),
    *(
        "OR",
        " OR ",
        "或",
        " 或 ",
        "NOT ",
        "AND ",
        "title:",
        "标题：",
        "region:",
        "year:",
        "colour:",
        "|",
        "..",
        "<",
        "\0",
    ),
)
QUERIES = st.lists(st.sampled_from(PIECES), max_size=25).map("".join) | st.text(max_size=40)


def shape(node: Node) -> tuple[object, ...]:
    """A form without the places it was read from."""
    match node:
        case Word(text) | Phrase(text):
            return (type(node).__name__, text)
        case Fielded(field, value):
            return ("field", field, shape(value))
        case Group(parts) | Alternatives(parts):
            return (type(node).__name__, *map(shape, parts))
        case Negated(part):
            return ("not", shape(part))


@settings(max_examples=500, deadline=None)
@given(QUERIES)
def test_what_is_written_out_is_read_as_itself(text: str) -> None:
    once = parse(text)
    again = parse(written(once.query))
    assert shape(again.query) == shape(once.query)
    if once.problem is not None:
        assert once.problem.code in MISREADINGS
        assert 0 <= once.problem.at <= len(text)


@settings(max_examples=200, deadline=None)
@given(QUERIES, st.integers(0, 2))
def test_any_text_is_tried_and_its_chips_lie_in_it(text: str, met: int) -> None:
    tried = list(attempts(LANGUAGE, text, lambda expression: met if isinstance(expression, Range) else 0))
    assert [a.step for a in tried] == sorted({a.step for a in tried})
    assert tried[0].step is Step.READ
    for attempt in tried:
        question = attempt.question
        for chip in question.chips:
            assert 0 <= chip.start < chip.end <= len(text)
            assert len(chip.without) < len(text)
        assert not {chip.start for chip in question.chips if attempt.step} & {chip.start for chip in attempt.unmet}
        assert sum(1 for _ in wanted(question.expression)) <= 2 * 40 + 40


@pytest.mark.parametrize("only", list(Step))
@pytest.mark.parametrize("text", ["石墨烯", "浙江 50万以下 石墨烯", "浙江", '"石墨"', ""])
def test_a_continued_page_finds_its_attempt_or_the_last_before_it(text: str, only: Step) -> None:
    every = list(attempts(LANGUAGE, text, lambda _: 0))
    [one] = attempts(LANGUAGE, text, lambda _: 0, only)
    assert one == [a for a in every if a.step <= only][-1]


@settings(max_examples=200, deadline=None)
@given(QUERIES)
def test_the_question_of_what_is_written_out_is_the_same(text: str) -> None:
    plain = written(parse(text).query)
    first, second = LANGUAGE.read(plain), LANGUAGE.read(text)
    assert list(wanted(first.expression)) == list(wanted(second.expression))


@pytest.mark.parametrize(
    "text",
    [
        *("(" * 10_000, ")" * 10_000, "a(" * 5000, "(a OR " * 1600, '"' * 10_000, "-" * 10_000, "NOT " * 2500),
        *("title:" * 1600, "colour:x " * 1100, "a OR " * 2000, "region:浙江 " * 1000, "浙江 " * 3000, "x" * 10_000),
        *(
            "石墨烯" * 3300,
            "2020 " * 2000,
            "50万以下" * 2000,
            "price:" + "9" * 9000,
            "year:" + "1.." * 3000,
            "一" * 10_000,
        ),
    ],
)
def test_long_texts_are_read(text: str) -> None:
    """Each takes milliseconds; what grew faster than its text would time the run out."""
    question = LANGUAGE.read(text)
    assert len(question.chips) <= 40 + 40
    assert sum(1 for _ in wanted(question.expression)) <= 120


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("50万以下", None, 500_000.0),
        ("五十万以下", None, 500_000.0),
        ("<500000", None, 499_999.99),
        (">=1.5亿", 150_000_000.0, None),
        ("100~150万", 1_000_000.0, 1_500_000.0),
        ("10万..50万", 100_000.0, 500_000.0),
        ("..50万", None, 500_000.0),
        ("50万..", 500_000.0, None),
    ],
)
def test_amounts(text: str, low: float | None, high: float | None) -> None:
    assert spans.price(text) == Range("price", low, high)


@pytest.mark.parametrize("text", ["", "..", "<", "x", "1..2..3x", "50%", "10美元", "9" * 30])
def test_what_is_no_amount(text: str) -> None:
    assert spans.price(text) is None


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("2019", "2019-01-01", "2019-12-31"),
        ("2020年2月", "2020-02-01", "2020-02-29"),
        ("2020-03-15", "2020-03-15", "2020-03-15"),
        ("2018..2020", "2018-01-01", "2020-12-31"),
        ("2018年至2020年", "2018-01-01", "2020-12-31"),
        ("2018-2020", "2018-01-01", "2020-12-31"),
        ("2020年以后", "2020-01-01", None),
        ("2020年3月至今", "2020-03-01", None),
        ("2020年以前", None, "2020-12-31"),
        (">2018", "2019-01-01", None),
        ("<2018-03", None, "2018-02-28"),
        ("近三年", "2023-01-01", None),
        ("最近10年", "2016-01-01", None),
        ("去年", "2025-01-01", "2025-12-31"),
    ],
)
def test_times(monkeypatch: pytest.MonkeyPatch, text: str, low: str | None, high: str | None) -> None:
    monkeypatch.setattr(spans, "today", lambda: date(2026, 11, 27))
    assert spans.dated(text) == Range("date", low, high)


@pytest.mark.parametrize("text", ["", "..", ">", "x", "2020-02-31", "99999", "近零年", "2020..x", "以后"])
def test_what_is_no_time(text: str) -> None:
    assert spans.dated(text) is None


@pytest.mark.parametrize(
    "word",
    [
        "石墨烯",
        "120万吨",
        "年产50万以下",
        "万",
        "十万",
        "白银",
        "朝阳",
        "产业化",
        "C",
        "110000",
        "市辖区",
        "其他",
        "面议",
    ],
)
def test_words_that_mean_nothing_else(word: str) -> None:
    assert guesses.guesses(word) == []


@pytest.mark.parametrize("text", ["Zhejiang University", "浙江 大学", "Nanjing Agricultural University", "北京 科学院"])
def test_a_place_in_a_name_is_none(text: str) -> None:
    assert LANGUAGE.read(text).chips == ()
    assert LANGUAGE.read(text.replace(" ", " AND 石墨烯 ", 1)).chips != ()


def test_amounts_and_times_are_understood_at_the_ends_of_a_word() -> None:
    assert [(g.start, g.end, g.field) for g in guesses.guesses("50万以下农业近三年")] == [
        (0, 5, "price"),
        (5, 7, "field"),
        (7, 10, "date"),
    ]


def test_a_patent_number_written_in_groups_is_no_year() -> None:
    question = LANGUAGE.read("ZL 2013 1 0699744.2")
    assert question.chips == ()
    assert isinstance(question.expression, AnyOf)
    assert question.expression.parts[0] == Term("2013106997442", field="identifier")


@pytest.mark.parametrize(
    ("text", "as_written"),
    [
        ("策略研究 --以海南为例", "策略研究 以海南为例"),
        ("经典的“重述”--“十七年”的小说", "经典的 重述 十七年 的小说"),
        ("视野中的“道”-中国美学", "视野中的 道 中国美学"),
        ("“道”－－美学", '"道" 美学'),
        ("膜 -铅酸 NOT --回收", "膜 -铅酸 -回收"),
        ("-“水稻”膜", '-"水稻" 膜'),
        ("(--) --", ""),
    ],
)
def test_one_dash_excludes_and_two_are_a_dash_of_the_text(text: str, as_written: str) -> None:
    assert written(parse(text).query) == as_written


def test_nothing_is_everything() -> None:
    for text in ("", "  ", "()", '""', "-", "OR", "。"):
        assert LANGUAGE.read(text).expression in (EVERYTHING, Term("。"))


def test_codes_and_labels_mean_the_same() -> None:
    assert condition("stage", "cl04/2") == condition("stage", "中试")
    assert condition("region", "33") == condition("region", "浙江省") == condition("region", "Zhejiang")
    assert condition("field", "新材料") is not None


def test_what_stays_required_when_a_query_is_relaxed() -> None:
    looser = relaxed(LANGUAGE.read('锂电池 回收 铅酸 "负极" title:膜 region:浙江 -水稻').expression)
    assert looser is not None
    kept = looser.parts if hasattr(looser, "parts") else ()
    assert Term("负极", quoted=True) in kept
    assert Not(Term("水稻", quoted=True)) in kept
    [some] = [part for part in kept if isinstance(part, SomeOf)]
    assert (some.least, some.words) == (1, ("锂电池",))
    assert [part.text for part in some.parts if isinstance(part, Term)] == ["锂电池", "锂电", "电池", "回收", "铅酸"]


def test_a_lone_word_is_found_by_half_of_its_pairs_and_a_short_one_as_it_is() -> None:
    looser = relaxed(Term("高密度电池"))
    assert looser == SomeOf(
        tuple(Term(pair, quoted=True) for pair in ("高密", "密度", "度电", "电池")), 2, ("高密度电池",)
    )
    assert relaxed(Term("电池")) is relaxed(Term("battery")) is None


def test_pieces_are_bounded() -> None:
    looser = relaxed(Term("".join(chr(0x4E00 + n) for n in range(5000))))
    assert isinstance(looser, SomeOf)
    assert len(looser.parts) == MOST


def test_marks_of_a_pasted_title_ask_for_nothing() -> None:
    title = LANGUAGE.read("基于“石墨烯”的导热膜")
    assert [term.text for term in wanted(title.expression)] == ["石墨烯", "导热膜"]
    assert not any(term.quoted for term in wanted(title.expression))
    for text in ("“石墨烯” 导热膜", '导热膜"石墨烯"', "标题：“石墨烯”的", "-“水稻”膜 “石墨烯”"):
        assert any(term.quoted for term in wanted(LANGUAGE.read(text).expression))
