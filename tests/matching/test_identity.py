"""Spellings of titles and names: what falls together, and what must not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.matching.organisations import Organisations, facts
from vocab.identity.names import name_key, root_of
from vocab.identity.spelling import plain
from vocab.identity.title import marks, similarity

KNOWN = Organisations(facts())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某技术（二期）", "某技术(第2期)"),
        ("某技术Ⅱ期", "某技术2期"),
        ("平台V2.0", "平台 2"),
        ("积体电路", "積體電路"),
        ("ＰＭ２．５监测", "PM2.5监测"),
    ],
)
def test_one_series_number_in_any_script_is_one_mark(one: str, other: str) -> None:
    assert marks(one) == marks(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("某技术", "某技术（二期）"),
        ("某技术（一期）", "某技术（二期）"),
        ("平台V1.0", "平台V2.0"),
        ("平台V2.1", "平台V2.10"),
        ("A型装置", "B型装置"),
        ("某技术", "某技术示范推广"),
        ("Ⅱ代产品", "Ⅲ代产品"),
    ],
)
def test_one_of_a_series_is_not_the_next(one: str, other: str) -> None:
    assert marks(one) != marks(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("中科院大连化物所（盖章）", "中国科学院大连化学物理研究所"),
        ("大连化物所", "DICP"),
        ("河北农科院", "河北省农业科学院"),
        ("清华", "Tsinghua University"),
        ("清华大学等3家", "清华大学（排名不分先后）"),
        ("清华大学深圳研究生院", "清华大学深圳国际研究生院"),
        ("某某科技有限责任公司", "某某科技有限公司"),
        ("國立某某大學、", "国立某某大学"),
    ],
)
def test_names_of_one_organisation_meet(one: str, other: str) -> None:
    assert KNOWN.resolve(one) == KNOWN.resolve(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("清华大学", "清华大学深圳国际研究生院"),
        ("清华大学", "北京清华工业开发研究院"),
        ("清华大学", "清华同方股份有限公司"),
        ("某某大学", "某某大学附属第一医院"),
        ("中国科学院", "中国科学院大连化学物理研究所"),
        ("某某科技股份有限公司", "某某科技有限公司"),
        ("中南大", "中南大学"),
        ("浙江大学", "浙江医科大学"),
    ],
)
def test_a_child_and_a_stranger_are_not_the_parent(one: str, other: str) -> None:
    assert KNOWN.resolve(one) != KNOWN.resolve(other)


def test_rolling_up_is_a_question_of_its_own() -> None:
    assert KNOWN.parent("清华大学深圳研究生院") == name_key("清华大学")
    assert KNOWN.successor("浙江医科大学") == name_key("浙江大学")
    assert KNOWN.parent("清华大学") is None


def test_a_former_name_means_nothing_before_it_was_given() -> None:
    assert KNOWN.resolve("北京航空学院", 1951) == name_key("北京航空学院")
    assert KNOWN.resolve("北京航空学院", 1980) == name_key("北京航空航天大学")


def test_a_department_is_looked_for_under_its_university_and_a_hospital_is_not() -> None:
    assert root_of("某某大学材料学院") == name_key("某某大学")
    assert root_of("某某大学附属第一医院") == name_key("某某大学附属第一医院")
    assert KNOWN.root("清华大学深圳国际研究生院") == name_key("清华大学深圳国际研究生院")


def test_every_fact_has_a_source_and_no_name_means_two_organisations() -> None:
    assert all(fact.source for fact in facts())
    names = [name_key(fact.name) for fact in facts() if fact.relation not in ("part", "merged")]
    assert len(names) == len(set(names))


@given(st.text(max_size=60), st.text(max_size=60))
def test_similarity_is_symmetric_and_bounded(one: str, other: str) -> None:
    first, second = plain(one), plain(other)
    assert similarity(first, second) == similarity(second, first)
    assert 0 <= similarity(first, second) <= 1
    assert similarity(first, first) == (1 if first else 0)


@given(st.text(max_size=200))
def test_no_text_breaks_a_normaliser(text: str) -> None:
    assert plain(plain(text)) == plain(text) or not text.isascii()
    assert marks(text) == marks(f" {text} ")
    assert isinstance(root_of(text) + name_key(text) + KNOWN.root(text), str)
