"""Names learned from records: what makes two names one organisation, what does not, and that it can be taken back."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from federation.ledger import Ledger
from federation.matching.learning import ALONE, Statement, learned, names_of, unsure
from federation.matching.organisations import Organisations, facts
from federation.matching.register import aliases, organisations
from tests.federation.world import Memory, World, good, mapping, raw, source
from tests.matching.records import achievement, public
from vocab.identifiers.organisation import uscc_check
from vocab.identity.names import name_key
from vocab.kinds import Organisation
from vocab.values import Agent, Membership, Text

ONE, TWO = "12110000TE5T00016D", "12330000MB00000276"
FACTS = Organisations(facts())
TITLE = "石墨烯基导热膜规模化制备技术"

Said = tuple[str, str, str]  # source, name, code


def known(*said: Said, used: Sequence[tuple[str, str]] = ()) -> dict[str, str]:
    """What is learned of statements; `used` are (source, name) of names without a code."""
    statements = [Statement(name, code, where, f"{where}/{name}", 1) for where, name, code in said]
    users = {name: len({where for where, other, *_ in (*said, *used) if other == name}) for name in unsure(statements)}
    return {alias.name: alias.organisation for alias in learned(statements, users, FACTS)}


def test_two_sources_make_two_names_of_one_code_one_organisation() -> None:
    said = [(where, name, ONE) for where in ("京", "沪") for name in ("甲研究院", "甲院")]
    assert known(*said) == {"甲院": "甲研究院"}


def test_one_source_is_believed_for_names_that_are_its_own() -> None:
    said = [("京", "甲研究院", ONE), ("京", "甲院", ONE)]
    assert known(*said) == {"甲院": "甲研究院"}
    assert known(*said, used=[("沪", "甲院")]) == {}
    assert known(*said, ("沪", "甲研究院", ONE), ("粤", "甲研究院", ONE)) == {"甲院": "甲研究院"}


def test_one_hostile_source_does_not_put_two_universities_together() -> None:
    honest: list[Said] = [("京", "甲大学", ONE), ("沪", "甲大学", ONE), ("浙", "乙大学", TWO)]
    claims: list[Said] = [("恶", "乙大学", ONE), ("恶", "甲大学", ONE)]
    assert known(*honest, *claims) == {}
    assert known(*honest[:2], *claims, used=[("浙", "乙大学")]) == {}  # nor where nobody states the other's own code
    own = [("恶", name, "=甲大学") for name in ("甲大学", "乙大学")]
    assert known(*honest, *own) == {}
    assert known(*own, used=[("浙", "乙大学")]) == {}


def test_one_hostile_source_does_not_part_what_two_have_put_together() -> None:
    said = [(where, name, ONE) for where in ("京", "沪") for name in ("甲研究院", "甲院")]
    assert known(*said, ("恶", "甲院", TWO)) == {"甲院": "甲研究院"}


def test_a_name_under_two_codes_of_equally_many_says_nothing() -> None:
    assert known(("京", "研究院", ONE), ("沪", "研究院", TWO), ("京", "甲研究院", ONE), ("沪", "乙研究院", TWO)) == {}


def test_aliases_without_a_code_need_two_sources() -> None:
    own = [("京", "甲研究院", "=甲研究院"), ("京", "甲院", "=甲研究院")]
    assert known(*own) == {}
    assert known(*own, ("沪", "甲研究院", "=甲研究院"), ("沪", "甲院", "=甲研究院")) == {"甲院": "甲研究院"}
    code = [("沪", "甲研究院", ONE), ("沪", "甲院", ONE), ("粤", "甲研究院", ONE)]
    assert known(*own, *code) == {"甲院": "甲研究院"}  # one alias list has the code, the other has not


def test_a_school_under_its_university_s_code_is_not_the_university() -> None:
    said = [(where, name, ONE) for where in ("京", "沪") for name in ("甲乙大学", "甲乙大学材料学院", "甲乙")]
    assert known(*said) == {"甲乙": "甲乙大学"}


def test_one_source_cannot_fill_the_register() -> None:
    codes = (body + uscc_check(body) for body in (f"12330000{n:09}" for n in range(ALONE + 5)))
    said = [("恶", f"{code}{form}", code) for code in codes for form in ("研究院", "院")]
    assert len(known(*said)) == ALONE


def test_what_the_table_knows_is_not_learned() -> None:
    said = [(where, name_key(name), ONE) for where in ("京", "沪") for name in ("清华大学", "浙江大学", "清大")]
    assert "清大" in known(*said)
    assert not {name_key("清华大学"), name_key("浙江大学")} & known(*said).keys()


def test_names_are_taken_from_records_of_organisations_and_of_achievements() -> None:
    made = Organisation(
        identifier="x",
        title=Text("甲研究院", en="Institute A"),
        uscc=ONE,
        aliases=("甲院",),
        names=(Membership("甲所"),),
    )
    names = {name_key(name) for name in ("甲研究院", "Institute A", "甲院", "甲所")}
    assert names_of(public(made, kind="organisation")) == {(name, ONE) for name in names}
    bare = Organisation(identifier="x", title=Text("甲研究院"), uscc="12110000TE5T00016E", aliases=("甲院",))
    assert names_of(public(bare, kind="organisation")) == {("甲研究院", "=甲研究院"), ("甲院", "=甲研究院")}
    result = achievement(title=TITLE, orgs=["甲乙大学材料学院"])
    assert names_of(public(result)) == {("甲乙大学材料学院", ""), ("甲乙大学", "")}


@pytest.mark.parametrize(("written", "code"), [("12110000TE5T00016E", ""), ("12110000te5t 00016d", ONE), ("某", "")])
def test_a_code_counts_in_its_normal_form_and_with_its_right_check_digit(written: str, code: str) -> None:
    made = msgspec.structs.replace(achievement(title=TITLE), first_org=Agent("甲研究院", uscc=written))
    assert names_of(public(made)) == {("甲研究院", code)}


# In the ledger


def places(ledger: Ledger, *names: str) -> list[World]:
    """Several sources over one ledger."""
    worlds = []
    for name in names:
        world = World(ledger)
        world.source = source(id=name)
        world.mappings = (mapping(text='[fields."firstOrg.uscc"]\nfrom = "代码"\n'),)
        worlds.append(world)
    return worlds


def tell(place: World, records: Mapping[str, Any], **options: Any) -> None:
    place.pull(Memory([raw(key, body, place.source.id) for key, body in records.items()]), accept=True, **options)


def resolved(ledger: Ledger, name: str) -> str:
    with ledger.database.read() as connection:
        return organisations(connection).resolve(name)


@pytest.fixture
def two(ledger: Ledger) -> list[World]:
    """Two sources that state one code for a name and its short form, and a title that each says of one of them."""
    worlds = places(ledger, "cn-11", "cn-31")
    for world in worlds:
        tell(
            world,
            {
                "long": good("甲" * 9, 完成单位="某甲研究院", 代码=ONE),
                "short": good("乙" * 9, 完成单位="甲院", 代码=ONE),
            },
        )
    tell(worlds[0], {"title": good(TITLE, 完成单位="某甲研究院")}, full=False)
    tell(worlds[1], {"title": good(TITLE, 完成单位="甲院")}, full=False)
    return worlds


def waiting(two: list[World]) -> bool:
    """Whether the two titles wait for a person, as those of one organisation do."""
    pair = tuple(sorted(world.iri("title") for world in two))
    return any((c.one, c.other) == pair for c in two[0].ledger.matches.candidates())


def test_what_is_learned_brings_records_together_that_were_compared_before(ledger: Ledger, two: list[World]) -> None:
    ledger.matches.follow()
    assert resolved(ledger, "甲院") == resolved(ledger, "某甲研究院")
    assert waiting(two)
    with ledger.database.read() as connection:
        (alias,) = aliases(connection)
    assert {iri for _, iri, _ in alias.support} == {world.iri(key) for world in two for key in ("long", "short")}


def test_it_is_taken_back_when_its_evidence_goes(ledger: Ledger, two: list[World]) -> None:
    ledger.matches.follow()
    tell(two[1], {"short": None}, full=False)
    assert resolved(ledger, "甲院") == "甲院"  # at once
    ledger.matches.follow()
    assert not waiting(two)
    tell(two[1], {"short": good("乙" * 9, 完成单位="甲院", 代码=ONE)}, full=False)
    ledger.matches.follow()
    assert waiting(two)


def test_a_corrected_record_supports_nothing_any_longer(ledger: Ledger, two: list[World]) -> None:
    ledger.matches.follow()
    tell(two[0], {"short": good("乙" * 9, 完成单位="甲院", 代码=TWO)}, full=False)
    ledger.matches.follow()
    assert resolved(ledger, "甲院") == "甲院"
    assert not waiting(two)


def test_a_hostile_source_alone_changes_nothing(ledger: Ledger) -> None:
    honest, hostile = places(ledger, "cn-11", "cn-99")
    tell(honest, {"a": good(TITLE, 完成单位="甲大学", 代码=ONE), "b": good(f"{TITLE}二", 完成单位="乙大学")})
    tell(hostile, {"a": good("甲" * 9, 完成单位="甲大学", 代码=ONE), "b": good("乙" * 9, 完成单位="乙大学", 代码=ONE)})
    ledger.matches.follow()
    assert resolved(ledger, "乙大学") == "乙大学"


def test_whoever_is_patient_learns_when_enough_has_come(ledger: Ledger, two: list[World]) -> None:
    ledger.matches.follow()
    tell(two[1], {"short": None}, full=False)
    ledger.matches.follow(patient=True)
    assert not waiting(two)  # of six records one is enough
    with ledger.database.touch() as connection:
        ledger.cursors.put(connection, "organisations", "2", ledger.last_seq(), 1000)
    tell(two[1], {"short": good("乙" * 9, 完成单位="甲院", 代码=ONE)}, full=False)
    ledger.matches.follow(patient=True)
    assert not waiting(two)
    ledger.matches.follow()
    assert waiting(two)


def test_names_of_one_organisation_are_told_with_a_record_that_states_them(ledger: Ledger, two: list[World]) -> None:
    ledger.matches.follow()
    (name,) = ledger.matches.names("甲院")
    assert name.name == "某甲研究院"
    assert name.iri in {world.iri("long") for world in two}
    assert [other.name for other in ledger.matches.names("某甲研究院（盖章）")] == ["甲院"]
    assert ledger.matches.names("乙院") == []
    tell(two[0], {"short": None}, full=False)
    assert ledger.matches.names("某甲研究院") == []
    by_facts = [(other.name, other.iri) for other in ledger.matches.names("清华")]
    assert by_facts[0] == ("清华大学", "")
    assert ("Tsinghua University", "") in by_facts
