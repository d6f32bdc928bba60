"""What corresponds to what is written once, holds in both directions, and leads to something that exists."""

import re
from collections import Counter, defaultdict
from importlib.resources import files

import pytest

from vocab import authorities
from vocab.authorities import Entry
from vocab.codes import SCHEME_IDS, BrokenScheme, Concept, concept, province_region, scheme
from vocab.crosswalks import Crosswalk, Relation, _rows, crosswalks, matches, matching

EVERY = [(walk, of, match) for walk in crosswalks() for of, match in _rows(walk)]


def of(code: str) -> set[tuple[str, str]]:
    """The relations of a code: (relation, code of ours or address)."""
    known = concept(code)
    assert known is not None
    return {(m.relation.value, m.target.iri if isinstance(m.target, Entry) else m.target.code) for m in matches(known)}


def test_every_file_is_in_the_index() -> None:
    names = {path.name for path in files("vocab.crosswalks").iterdir() if path.name.endswith(".csv")}
    assert names == {walk.file for walk in crosswalks()}
    assert all(walk.scheme in SCHEME_IDS for walk in crosswalks())


def test_every_reason_is_told_in_both_languages_and_nothing_twice() -> None:
    assert all(bool(match.zh) is bool(match.en) for _, _, match in EVERY)
    assert all(walk.zh and walk.en for walk in crosswalks())
    assert Counter((of.code, match.target) for _, of, match in EVERY).most_common(1)[0][1] == 1


def test_what_holds_in_one_direction_holds_in_the_other() -> None:
    for _, known, match in EVERY:
        back = matches(match.target) if isinstance(match.target, Concept) else matching(match.target)
        assert [one.relation for one in back if one.target == known] == [match.relation.inverse]
        assert match in matches(known)
    assert (Relation.BROAD.inverse, Relation.EXACT.inverse) == (Relation.NARROW, Relation.EXACT)


def test_what_is_the_same_is_the_same_as_one_thing_only() -> None:
    """SKOS, section 10.5: exactMatch is transitive and disjoint from broadMatch and relatedMatch."""
    by_scheme: dict[tuple[str, str], list[Relation]] = defaultdict(list)
    for walk, known, match in EVERY:
        by_scheme[known.code, walk.target].append(match.relation)
    assert [key for key, found in by_scheme.items() if Relation.EXACT in found and len(found) > 1] == []
    same = Counter(match.target for _, _, match in EVERY if match.relation is Relation.EXACT)
    assert [target for target, n in same.items() if n > 1] == []


def test_every_first_level_discipline_has_a_field_of_oecd() -> None:
    fields = scheme("fos-2015")
    assert [len(fields.children(top.notation)) for top in fields.top] == [7, 11, 5, 5, 9, 5]  # the manual's table 2.2
    written = {alias for one in fields.concepts.values() for alias in one.aliases}
    assert {"1.1", "2.10", "2.11", "6.5"} <= written
    assert all(f"{one.parent}.{int(one.notation[1:])}" in one.aliases for one in fields.concepts.values() if one.parent)
    for top in scheme("gbt13745-2009").top:
        assert [m for m in matches(top) if getattr(m.target, "scheme", "") == "fos-2015"], top.code
    assert ("exactMatch", "fos-2015/101") in of("gbt13745-2009/110")
    assert ("narrowMatch", "gbt13745-2009/160") in of("fos-2015/103")


def test_a_second_level_never_contradicts_the_one_above_it() -> None:
    """What lies within a field also lies within what holds that field; else the first level says less."""
    for known in scheme("gbt13745-2009").concepts.values():
        fields = [m for m in matches(known) if getattr(m.target, "scheme", "") == "fos-2015"]
        above = scheme("gbt13745-2009").ancestors(known.notation)
        for wide in (
            m for one in above for m in matches(one) if fields and getattr(m.target, "scheme", "") == "fos-2015"
        ):
            if wide.relation in (Relation.EXACT, Relation.BROAD):
                assert all(m.target.notation.startswith(wide.target.notation) for m in fields), known.code  # type: ignore[union-attr]


def test_every_province_has_its_international_code() -> None:
    """Codes of ISO 3166-2:CN, which is sold and not at hand: their form, and that none is missing or double."""
    provinces = scheme("gbt2260").top
    codes = [
        next(m.target for m in matches(one) if getattr(m.target, "scheme", "") == "iso3166-2-cn") for one in provinces
    ]
    assert len(set(codes)) == len(provinces) == len(scheme("iso3166-2-cn").concepts) == 34
    for place, code in zip(provinces, codes, strict=True):
        assert isinstance(code, Concept)
        assert re.fullmatch(r"CN-[A-Z]{2}", code.notation)
        assert (code.zh, code.en) == (place.zh, place.en)
    traps = {"13": "HE", "42": "HB", "41": "HA", "43": "HN", "46": "HI", "61": "SN", "14": "SX", "54": "XZ", "15": "NM"}
    for digits, letters in traps.items():
        assert ("exactMatch", f"iso3166-2-cn/CN-{letters}") in of(f"gbt2260/{digits}0000")


def test_two_digits_of_a_province_are_its_six() -> None:
    for one in scheme("cl26").concepts.values():
        assert f"gbt2260/{province_region(one.notation)}" in {code for _, code in of(one.code)}


def test_a_table_of_the_eu_leads_back() -> None:
    health = authorities.entry("data-theme", "HEAL")
    assert {m.target.code for m in matching(health) if isinstance(m.target, Concept)} >= {"cl10/2", "gbt13745-2009/320"}
    assert ("exactMatch", authorities.entry("access-right", "PUBLIC").iri) in of("cl20/1")


@pytest.mark.parametrize(("target", "count"), [("fos-2015", 1), ("nowhere", 89), ("data-theme", 89)])
def test_a_file_that_contradicts_the_index_is_refused(target: str, count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = Crosswalk("gbt13745-2009", target, "", "", count)
    monkeypatch.setattr(Crosswalk, "file", "gbt13745-2009-fos-2015.csv")
    with pytest.raises((BrokenScheme, KeyError)):
        _rows(walk)
