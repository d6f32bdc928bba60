"""What of Solr's language is understood, and that nothing else is taken for something it is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.ckan.solr import Conditions, Unsupported, read

SINCE = "2026-01-02T03:04:05.678Z"


def values(**fields: str) -> Conditions:
    return Conditions(values={name: frozenset(text.split()) for name, text in fields.items()})


@pytest.mark.parametrize(
    ("query", "right"),
    [
        ("", Conditions()),
        ("*:*", Conditions()),
        ("石墨烯 导热", Conditions("石墨烯 导热")),
        ('"heat film" AND 石墨烯', Conditions('"heat film" 石墨烯')),
        ('石墨烯 -导热 NOT "heat film"', Conditions('石墨烯 -导热 -"heat film"')),
        ("organization:cn-33", values(organization="cn-33")),
        ('owner_org:"cn-33"', values(organization="cn-33")),
        ("organization:(a OR b OR c)", values(organization="a b c")),
        ("organization:a OR organization:b", values(organization="a b")),
        ("(organization:a) AND (extras_kind:demand)", values(organization="a", kind="demand")),
        ("organization:a +groups:cl10-4", values(organization="a", groups="cl10-4")),
        ("organization:(a OR b) organization:(b OR c)", values(organization="b")),
        # as ckanext-harvest joins its conditions
        ("organization:a OR organization:b extras_kind:demand", values(organization="a b", kind="demand")),
        ("-organization:a -organization:b", Conditions(excluded={"organization": frozenset("ab")})),
        ("NOT groups:(a OR b)", Conditions(excluded={"groups": frozenset("ab")})),
        ("((((id:x))))", values(dataset="x")),
        (r"id:a\:b", values(dataset="a:b")),
        ("state:active private:false +dataset_type:dataset -state:deleted", Conditions()),
        ("NOT state:draft", Conditions()),
        (f"metadata_modified:[{SINCE} TO *]", Conditions(since=SINCE)),
        ("metadata_modified:[2026-01-02T03:04:05.678901Z TO *]", Conditions(since=SINCE)),
        ("metadata_modified:[2026-01-02T11:04:05.678+08:00 TO *]", Conditions(since=SINCE)),
        ("metadata_modified:{2026-01-02T03:04:05.677Z TO *}", Conditions(since=SINCE)),
        ("metadata_modified:[* TO 2026-01-02T03:04:05.677Z]", Conditions(before=SINCE)),
        ("metadata_modified:{* TO 2026-01-02T03:04:05.678Z}", Conditions(before=SINCE)),
        ("metadata_modified:[* TO *]", Conditions()),
        (
            "metadata_modified:[2025-01-01T00:00:00Z TO *] metadata_modified:[2026-01-02T03:04:05.678Z TO *]",
            Conditions(since=SINCE),
        ),
    ],
)
def test_what_is_understood(query: str, right: Conditions) -> None:
    assert read(query, words=True) == right


@pytest.mark.parametrize(
    "query", ["state:deleted", "private:true", "-state:active", "organization:a organization:b", "capacity:(private)"]
)
def test_what_nothing_can_meet_finds_nothing(query: str) -> None:
    assert read(query, words=False).nothing


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("res_format:CSV", "res_format"),
        ("title:石墨烯", "title"),
        ("-id:a", "id"),
        ("-metadata_modified:[* TO *]", "metadata_modified"),
        ("organization:a OR -organization:b", "OR"),
        ("OR organization:a", "OR"),
        ("organization:a OR groups:b", "OR"),
        ("organization:a OR 石墨烯", "OR"),
        ("graph*", "graph*"),
        ("name:graph*", "graph*"),
        ("graphene~2", "graphene~2"),
        ("graphene^5", "graphene^5"),
        ("id:[a TO b]", "[a TO b]"),
        ("metadata_modified:2026", "metadata_modified"),
        ("metadata_modified:[yesterday TO *]", "yesterday"),
        ("metadata_modified:[2026-02-30T00:00:00Z TO *]", "2026-02-30"),
        ("metadata_modified:[9999-12-31T23:59:59Z TO *]", "9999"),
        ("metadata_modified:[0001-01-01T00:00:00+14:00 TO *]", "0001"),
        ("(organization:a", "missing"),
        ("organization:a)", ")"),
        ("organization:(a b)", "parenthesis"),
        ("organization:()", ")"),
        ("(" * 50 + "id:a" + ")" * 50, "deep"),
        ("a " * 2000, "parts"),
        ("{!dismax}x", "{!dismax}"),
        ('"open', '"'),
        ("-", "missing"),
        ("-(id:a)", "("),
    ],
)
def test_what_is_not_is_named(query: str, named: str) -> None:
    with pytest.raises(Unsupported) as error:
        read(query, words=True)
    assert named in str(error.value)


def test_words_need_a_place_for_words() -> None:
    with pytest.raises(Unsupported, match="organization"):
        read("石墨烯", words=False)


def test_the_present_can_be_meant(monkeypatch: pytest.MonkeyPatch) -> None:
    from federation.clock import moment

    monkeypatch.setattr("publish.ckan.solr.now", lambda: moment("2026-03-08T12:00:00Z"))
    assert read("metadata_modified:[NOW-7DAYS TO NOW]", words=False) == Conditions(
        since="2026-03-01T12:00:00.000Z", before="2026-03-08T12:00:00.001Z"
    )


@given(st.text(max_size=60) | st.text(alphabet='()[]{}"\\:*-+!ORAND organization:metadata_modified TO', max_size=60))
def test_anything_is_read_or_refused(query: str) -> None:
    try:
        found = read(query, words=True)
    except Unsupported:
        return
    assert isinstance(found, Conditions)
