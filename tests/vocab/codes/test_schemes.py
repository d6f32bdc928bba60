"""Every code list is complete, closed under its parents, and labelled."""

import tomllib
from collections import Counter
from importlib.resources import files

import pytest

from vocab.codes import SCHEME_IDS, BrokenScheme, UnknownScheme, _entries, _read, concept, scheme

COUNTS = {
    "cl01": 6, "cl02": 15, "cl03": 4, "cl04": 4, "cl05": 13, "cl06": 8, "cl07": 9, "cl08": 6, "cl09": 6, "cl10": 8,
    "cl10-2008": 8, "cl10-2006": 11, "cl11": 11, "cl12": 40, "cl13": 15, "cl14": 10, "cl15": 6, "cl16": 5, "cl17": 3,
    "cl18": 8, "cl19": 6, "cl20": 4, "cl21": 9, "cl22": 8, "cl23": 7, "cl24": 14, "cl25": 48, "cl26": 35,
    "gbt4754-2017": 1971, "gbt13745-2009": 3538, "gbt2260": 3432,
    "fos-2015": 48, "iso3166-2-cn": 34,
}  # fmt: skip


def test_the_ids_are_those_of_the_index_and_every_file_is_in_it() -> None:
    assert tuple(_entries()) == SCHEME_IDS
    names = {path.name for path in (files("vocab") / "schemes").iterdir() if path.name.endswith(".csv")}
    assert names == {f"{id}.csv" for id in SCHEME_IDS}  # noqa: A001


@pytest.mark.parametrize("id", SCHEME_IDS)
def test_a_scheme_is_complete_closed_and_labelled(id: str) -> None:  # noqa: A002
    s = scheme(id)
    assert len(s.concepts) == COUNTS[id]
    rows = (files("vocab") / "schemes" / f"{id}.csv").read_text("utf-8").splitlines()
    assert len(rows) == COUNTS[id] + 1, "a notation occurs twice"
    assert s.zh
    assert s.en
    assert s.edition_en.isascii()
    assert s.edition_zh == s.edition_en or not s.edition_zh.isascii()
    assert s.source_zh
    assert s.source_en
    for c in s.concepts.values():
        assert c.zh
        assert c.parent is None or c.parent in s.concepts
        assert c.replaced_by is None or c.replaced_by in s.concepts
        assert c.notation not in {a.notation for a in s.ancestors(c.notation)}
        assert concept(c.code) is c
        assert s.find(c.notation) is c
        assert c.zh not in c.aliases
    small = not id.startswith(("gbt13", "gbt4"))
    top = [c for c in s.concepts.values() if small or len(c.notation) <= (3 if id.startswith("gbt13") else 2)]
    assert all(c.en and c.en.isascii() for c in top)


@pytest.mark.parametrize("id", [i for i in SCHEME_IDS if i.startswith("cl") and not i.startswith("cl10-")])
def test_labels_and_aliases_of_small_lists_mean_one_concept(id: str) -> None:  # noqa: A002
    """The trap of a public copy of CL-06 that holds 国际领先 twice. Only superseded entries may share a label."""
    s = scheme(id)
    labels = Counter(c.zh for c in s.concepts.values() if c.valid_to is None)
    assert [text for text, n in labels.items() if n > 1] == []
    for c in s.concepts.values():
        if c.valid_to is None:
            assert s.find(c.zh) is c
            assert s.find(c.en) is c
            for alias in c.aliases:
                assert s.find(alias) is not None, alias


def test_every_note_is_told_in_chinese_and_nothing_else_is() -> None:
    told = tomllib.loads((files("vocab") / "schemes" / "notes.toml").read_text("utf-8"))
    notes = {c.note: c.note_zh for s in map(scheme, SCHEME_IDS) for c in s.concepts.values() if c.note}
    assert notes == told
    assert all(any(character >= "\u4e00" for character in text) for text in told.values())


def test_levels_of_the_large_lists() -> None:
    industry = Counter(len(n) if n.isdigit() else 0 for n in scheme("gbt4754-2017").concepts)
    assert industry == {0: 20, 2: 97, 3: 473, 4: 1381}
    assert [c.notation for c in scheme("gbt4754-2017").top] == list("ABCDEFGHIJKLMNOPQRST")
    subject = Counter(len(n) for n in scheme("gbt13745-2009").concepts)
    assert subject == {3: 62, 5: 736, 7: 2740}
    assert concept("gbt13745-2009/850").zh == "民族学与文化学"  # type: ignore[union-attr]
    assert len(scheme("gbt2260").top) == 34


def test_unknown_scheme_names_those_there_are() -> None:
    with pytest.raises(UnknownScheme, match="no scheme 'cl99'; there are cl01, "):
        scheme("cl99")
    with pytest.raises(KeyError):
        scheme("cl99")
    assert concept("cl99/1") is None
    assert concept("cl01/77") is None
    assert concept("nonsense") is None


def test_a_file_that_contradicts_the_index_is_refused() -> None:
    with pytest.raises(BrokenScheme, match="4 notations, schemes.toml says 5"):
        _read("cl03", 5)
