"""What every search engine must do while a person types."""

import pytest

from search.base import SearchIndex
from tests.search.records import iri, public

BILINGUAL = (
    public("film", "石墨烯基导热膜", en="Graphene-based thermal film", keywords=("石墨烯",), year="2021"),
    public("cells", "钙钛矿电池", en="Preparation of perovskite solar cells for batteries", year="2023"),
    public("ion", "一种锂离子电池", en="Lithium-ion battery of high capacity", year="2019"),
    public("lidar", "LED激光雷达", en="LED Lidar", year="2018"),
    public("cellulose", "纤维素膜", en="Films of cellulose", year="2022"),
)


def titles(index: SearchIndex, typed: str, size: int = 8) -> list[str]:
    return [suggestion.text for suggestion in index.suggest(typed, size)]


class SuggestBehaviour:
    """Part of the suite: `index` holds its corpus, `empty` nothing."""

    @pytest.mark.parametrize("prefix", ["石墨", "shimo", "smx", "ShiMo", "石 墨"])
    def test_suggests(self, index: SearchIndex, prefix: str) -> None:
        assert "石墨烯" in titles(index, prefix)

    def test_a_suggested_title_leads_to_its_record(self, index: SearchIndex) -> None:
        [suggestion] = index.suggest("集成电路封")
        assert (suggestion.text, suggestion.kind, suggestion.iri) == ("集成电路封装", "achievement", iri("chip"))

    def test_titles_fill_what_keywords_leave(self, empty: SearchIndex) -> None:
        empty.put([public(f"n{n}", f"量子点研究{n}", keywords=("量子点",)) for n in range(3)])
        empty.commit()
        assert [(s.text, s.kind) for s in empty.suggest("l", 3)] == [
            ("量子点", "keyword"),
            ("量子点研究0", "achievement"),
            ("量子点研究1", "achievement"),
        ]

    def test_an_english_title_is_suggested_as_it_is_typed(self, empty: SearchIndex) -> None:
        empty.put(BILINGUAL)
        empty.commit()
        film, solar = "Graphene-based thermal film", "Preparation of perovskite solar cells for batteries"
        ion, cellulose = "Lithium-ion battery of high capacity", "Films of cellulose"
        expected = {
            "graph": [film],
            "GRAPHENE-B": [film],
            "graphene-based th": [film],
            "thermal f": [film],  # too little of the last word to look for it, enough to tell by it
            "film": [cellulose, film],  # the newest first
            "based": [film],
            "perov": [solar],
            "solar cell": [solar],
            "cells": [solar],
            "cell": [solar, cellulose],
            "batteri": [solar],
            "batteries": [solar],
            "batter": [solar, ion],
            "battery pack": [],
            "ion": [ion],
            "LED": ["LED激光雷达"],  # once: both of its titles begin so
            "lidar": ["LED Lidar"],
            "of": [],
            "yizhong": ["一种锂离子电池"],
            "导热膜": ["石墨烯基导热膜"],
            "电池": ["钙钛矿电池", "一种锂离子电池"],
            "池": [],
            "石墨烯 f": [film],
        }
        assert {typed: titles(empty, typed) for typed in expected} == expected

    def test_a_title_further_on_leads_to_its_record_and_goes_with_it(self, empty: SearchIndex) -> None:
        empty.put(BILINGUAL)
        empty.commit()
        [suggestion] = empty.suggest("perovskite")
        assert (suggestion.kind, suggestion.iri) == ("achievement", iri("cells"))
        empty.remove([iri("cells")])
        empty.commit()
        assert titles(empty, "perovskite") == titles(empty, "preparation") == []

    def test_no_more_is_suggested_than_asked_for(self, empty: SearchIndex) -> None:
        empty.put([public(f"n{n:02}", f"某{n}号膜", en=f"Kind {n} of membrane") for n in range(30)])
        empty.commit()
        for typed in ("kind", "membrane"):
            assert [len(titles(empty, typed, size)) for size in (1, 5, 50)] == [1, 5, 30]
