"""The rules of entity resolution, one by one, and the labelled pairs as a whole."""

from collections import Counter
from typing import Any

import pytest

from federation.matching.evidence import Number
from federation.matching.matcher import Match, Matcher, compare
from federation.matching.score import Verdict
from tests.matching.pairs import pairs
from tests.matching.records import TITLE, achievement, subject

PATENT, NUMBER = "201310699744.2", "9442020Y0123"
GUANGDONG, HUBEI = "广东省科学技术厅", "湖北省科学技术厅"


def compared(one: dict[str, Any], other: dict[str, Any]) -> Match:
    first = subject(achievement("https://example.org/id/achievement/a", **one))
    second = subject(achievement("https://example.org/id/achievement/b", **other))
    match = compare(first, second)
    assert compare(second, first) == match
    return match


@pytest.mark.parametrize(
    ("one", "other", "verdict"),
    [
        ({"number": NUMBER, "registrar": GUANGDONG}, {"number": NUMBER, "registrar": "广东省科技厅"}, "same"),
        ({"number": NUMBER}, {"number": NUMBER}, "same"),
        ({"number": NUMBER, "registrar": GUANGDONG}, {"number": NUMBER, "registrar": HUBEI}, "different"),
        ({"number": NUMBER}, {"number": NUMBER, "title": "水稻病虫害绿色防控集成"}, "different"),
        (
            {"number": NUMBER, "registrar": GUANGDONG},
            {"number": NUMBER, "registrar": GUANGDONG, "title": "水稻病虫害绿色防控集成"},
            "candidate",
        ),
        ({"patents": [PATENT]}, {"patents": [f"ZL{PATENT}"]}, "same"),
        ({"patents": [PATENT]}, {"patents": [PATENT], "title": "导热膜在手机散热中的应用"}, "different"),
        ({"patents": [PATENT], "granted": False}, {"patents": [PATENT], "granted": False}, "different"),
        ({"patents": [PATENT]}, {"patents": [PATENT], "title": f"{TITLE}（二期）"}, "different"),
        ({"number": NUMBER}, {"number": NUMBER, "title": f"{TITLE}V2.0"}, "candidate"),
        ({}, {}, "different"),
        ({"orgs": ["清华大学"]}, {"orgs": ["清华"]}, "candidate"),
        ({"orgs": ["清华大学"], "year": 2020}, {"orgs": ["清华大学"], "year": 2021}, "candidate"),
        ({"orgs": ["清华大学"], "year": 2020}, {"orgs": ["清华大学"], "year": 2022}, "different"),
        ({"orgs": ["清华大学"]}, {"orgs": ["浙江大学"]}, "different"),
        ({"people": ["王伟"]}, {"people": ["王伟"], "title": f"{TITLE}探索"}, "different"),
        ({"price": "120万元"}, {"price": "120万元"}, "different"),
        ({"patents": [PATENT], "price": "120万元"}, {"patents": [PATENT], "price": "面议"}, "same"),
    ],
)
def test_rule(one: dict[str, Any], other: dict[str, Any], verdict: str) -> None:
    assert compared(one, other).judgement.verdict == verdict


def test_a_merge_says_why_with_what_is_shared() -> None:
    match = compared({"patents": [PATENT], "people": ["王伟"]}, {"patents": [PATENT], "people": ["王伟"]})
    assert match.judgement.reason == "patent-and-title"
    assert match.evidence.patents == (PATENT,)
    assert match.evidence.people == ("王伟",)
    assert match.evidence.number is Number.NONE


def test_a_title_alone_never_merges() -> None:
    """Not even with organisation, year, people and abstract equal to the last character."""
    everything = {"orgs": ["清华大学"], "people": ["王伟", "李静"], "year": 2020, "abstract": "一种材料。" * 20}
    match = compared(everything, everything)
    assert match.judgement.verdict is Verdict.CANDIDATE
    assert match.evidence.title == match.evidence.abstract == 1


def test_labelled_pairs_reach_the_targets() -> None:
    verdicts: Counter[tuple[bool, Verdict]] = Counter()
    everything = pairs()
    for pair in everything:
        matcher = Matcher()
        for record in (pair.one, pair.other):
            matcher.put(subject(record))
        verdict = next((match.judgement.verdict for match in matcher.matches()), Verdict.DIFFERENT)
        verdicts[pair.same, verdict] += 1
    assert len(everything) == 300
    assert sum(pair.hard for pair in everything) == 60
    merged, found = verdicts[True, Verdict.SAME], verdicts[True, Verdict.CANDIDATE]
    assert merged / (merged + verdicts[False, Verdict.SAME]) >= 0.98
    assert (merged + found) / sum(pair.same for pair in everything) >= 0.85
