"""One look at all texts of a record together decides whether any is looked at closely: it must never decide wrongly."""

from collections.abc import Iterator
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from vocab.kinds import Achievement
from vocab.personal import find, mask_record
from vocab.texts import prose
from vocab.validate import _ODD, _ODD_BYTES, examine, validate
from vocab.values import Agent, Contributor, Evaluation, Ipr, PartialDate, Precision, Price, Project, Text, Words

TODAY = date(2026, 11, 23)
PIECES = (
    "石墨烯", "电话13812345678", "１３９－００００－００００", "13", "8123", "45678", "微信：abc_1234", "ＶＸ：zhang_san88",
    "qq: 12345678", "a@b.cn", "zhang[at]pku.edu.cn", "身份证", "110101199003070791", "家庭住址：示例市某路1号",
    "<p>", "</td>", "d<b", "\x00", "\x0b", "\x7f", "\x85", "\x9f", "\ud800", "\ufffe", "\\u0000", "\\b", "\t", "\n", '"', "/", "",
)  # fmt: skip
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=4).map("".join)
dates = st.builds(
    PartialDate, st.sampled_from(["2019", "2031-01-01", "2019-02-30", "19-1"]), st.sampled_from(Precision)
)
agents = st.builds(Agent, name=texts, name_en=st.none() | texts, uscc=st.none() | texts)
codes = st.sampled_from(["cl13/1", "cl12/P3", "cl04/2", "cl99/1", "x", ""])
records = st.builds(
    Achievement,
    identifier=texts,
    source_record_id=st.tuples(texts),
    title=st.builds(Text, zh=texts, en=st.none() | texts),
    keywords=st.builds(Words, zh=st.tuples(texts, texts)),
    contact_org=st.none() | texts,
    contact_person=st.none() | texts,
    publisher=st.none() | agents,
    licence=st.none() | texts,
    orgs=st.tuples(agents),
    contributors=st.tuples(st.builds(Contributor, name=texts, order=st.just(1), org=st.none() | texts)),
    evaluation=st.tuples(st.builds(Evaluation, method=codes, conclusion=texts, date=dates)),
    project=st.tuples(st.builds(Project, name=texts, no=texts, programme=codes)),
    ipr=st.tuples(st.builds(Ipr, no=texts, title=texts, type=codes, valid=st.none() | st.booleans(), date=dates)),
    price=st.none()
    | st.builds(Price, raw=texts, min=st.none() | st.decimals(-5, 5), max=st.none() | st.decimals(-5, 5)),
    awards=st.tuples(texts),
    completed_on=st.none() | dates,
    stage=st.none() | codes,
)


@settings(max_examples=60)
@given(records)
def test_validation_finds_what_a_close_look_finds(record: Achievement) -> None:
    assert validate(record, TODAY) == examine(record, TODAY, closely=True)


def test_no_odd_character_is_without_the_bytes_looked_for_first() -> None:
    odd = [char for code in range(0x110000) if _ODD.search(char := chr(code)) and not 0xD800 <= code < 0xE000]
    assert len(odd) > 30
    assert all(any(byte in char.encode() for byte in _ODD_BYTES) for char in (*odd, r"\b", r"\f", r"\u"))


def public_texts(record: Achievement) -> Iterator[str | None]:
    yield from (record.title.zh, record.title.en, *record.keywords.zh, record.contact_org, *record.awards)
    for agent in (record.publisher, *record.orgs):
        yield from (agent.name, agent.name_en) if agent else ()
    yield from (text for person in record.contributors for text in (person.name, person.org))
    yield from (evaluation.conclusion for evaluation in record.evaluation)
    yield from (project.name for project in record.project)
    yield from (right.title for right in record.ipr)
    yield record.price.raw if record.price else None


@settings(max_examples=60)
@given(records)
def test_masking_leaves_nothing_to_find_in_any_public_text(record: Achievement) -> None:
    masked, problems = mask_record(record)
    before = [find(text) for text in public_texts(record) if text]
    assert not any(find(text) for text in public_texts(masked) if text)
    assert (masked is record) == (not any(before)) == (not problems)


@settings(max_examples=60)
@given(records)
def test_prose_holds_every_text(record: Achievement) -> None:
    text = prose(record)
    assert all(part in text for part in public_texts(record) if part)
    assert all(part in text for part in (record.identifier, record.contact_person, record.ipr[0].no) if part)
