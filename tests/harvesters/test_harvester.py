"""The factory, secrets and the shared small parts."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from importlib.metadata import EntryPoint, EntryPoints
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import harvesters
from harvesters import HARVESTERS, harvester, when
from harvesters.answer import printable
from harvesters.base import Endpoint, Harvested, OptionsError, RawRecord, Unreadable
from harvesters.json_text import Malformed, descend, encode, scalar, wellformed
from harvesters.listing import Listing
from harvesters.names import compose
from harvesters.secrets import Mask, Secret, SecretRef, Secrets
from tests.harvesters.endpoints import endpoint


class Foreign:
    """A protocol of another package."""

    def __init__(self, place: Endpoint, secrets: Secrets) -> None:
        self.place = place

    @property
    def complete(self) -> bool:
        return True

    def records(self, since: datetime | None = None) -> Iterator[Harvested]:
        yield Unreadable(self.place.source, "1", "foreign")


def test_every_protocol_is_made_without_a_connection() -> None:
    for protocol in HARVESTERS:
        assert not harvester(protocol, endpoint("http://192.0.2.1/")).complete


def test_an_unknown_protocol_names_the_known_ones() -> None:
    with pytest.raises(OptionsError, match="no protocol 'sftp'; known: ckan, .*file, .*oai_pmh, .*cn-test.toml"):
        harvester("sftp", endpoint("http://x.example/"))


def test_another_package_adds_a_protocol(monkeypatch: pytest.MonkeyPatch) -> None:
    point = EntryPoint("foreign", f"{__name__}:Foreign", harvesters.GROUP)
    monkeypatch.setattr(
        harvesters, "entry_points", lambda group: EntryPoints([point]) if group == harvesters.GROUP else None
    )
    made = harvester("foreign", endpoint("http://x.example/"))
    assert [getattr(each, "reason", "") for each in made.records()] == ["foreign"]
    with pytest.raises(OptionsError, match="known: .*feed, file, foreign, html, "):
        harvester("none", endpoint("http://x.example/"))


def test_secrets_come_from_the_environment_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes("\ufeffs3cret\r\n".encode())
    secrets = Secrets({"KEY": " abc "}, tmp_path)
    assert secrets.resolve("s", "o", SecretRef(env="KEY")).reveal() == "abc"
    assert secrets.resolve("s", "o", SecretRef(file="key")).reveal() == "s3cret"
    assert "s3cret" not in repr(secrets.resolve("s", "o", SecretRef(file="key")))


@pytest.mark.parametrize(
    "ref", [SecretRef(), SecretRef(env="A", file="b"), SecretRef(env="NONE"), SecretRef(env="BAD"), SecretRef(file=".")]
)
def test_secrets_that_are_none_are_refused(ref: SecretRef, tmp_path: Path) -> None:
    with pytest.raises(OptionsError) as caught:
        Secrets({"BAD": "header\r\nX-Injected: 1"}, tmp_path).resolve("cn-test", "key", ref)
    assert "option 'key'" in str(caught.value)
    assert "Injected" not in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "GET http://x/?userKey=abc%3D1&page=1 failed",
        "http://x/a?b=1&access_token=abc%3D1#f",
        "https://user:abc%3D1@x.example/",
        "the value abc=1 itself",
        "the value abc%3D1 itself",
    ],
)
def test_masks(text: str) -> None:
    masked = Mask([Secret("abc=1")])(text)
    assert "abc" not in masked
    assert "***" in masked


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.lists(st.text(max_size=5), min_size=1, max_size=4), st.lists(st.text(max_size=5), min_size=1, max_size=4))
def test_different_parts_never_give_the_same_key(one: list[str], two: list[str]) -> None:
    if len(one) == len(two) and one != two:
        assert compose(one) != compose(two)


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2026-03-01 08:00:00", "iso", datetime(2026, 3, 1, tzinfo=UTC)),
        ("2026/03/01", "iso", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("2026-03-01T00:00:00Z", "iso", datetime(2026, 3, 1, tzinfo=UTC)),
        ("1551369600000", "epoch_ms", datetime(2019, 2, 28, 16, tzinfo=UTC)),
        ("1551369600", "epoch", datetime(2019, 2, 28, 16, tzinfo=UTC)),
        ("20260301", "%Y%m%d", datetime(2026, 2, 28, 16, tzinfo=UTC)),
        ("2019-02-29", "iso", None),
        ("9" * 30, "epoch", None),
        ("nan", "epoch", None),
        ("", "iso", None),
        ("暂无", "iso", None),
    ],
)
def test_stamps(text: str, form: str, expected: datetime | None) -> None:
    assert when.parse(text, form, when.offset("+08:00")) == expected


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1)), st.sampled_from(["iso", "epoch", "%Y-%m-%d %H:%M:%S"]))  # noqa: DTZ001
def test_a_stamp_written_is_read_back(stamp: datetime, form: str) -> None:
    aware = stamp.replace(microsecond=0, tzinfo=UTC)
    zone = timezone(timedelta(hours=8))
    assert when.parse(when.write(aware, form, zone), form, zone) == aware


JSON_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.text(max_size=8)
    | st.text(["\ud800", "a", "镕"], max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(JSON_VALUES)
def test_json_survives_whatever_is_in_it(value: object) -> None:
    once = encode(value)
    assert wellformed(once) == once
    again = wellformed(once.decode().encode("utf-16"))
    assert json.loads(again) == json.loads(once)


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.binary(max_size=200), st.sampled_from(["", "gb2312", "utf-16", "nonsense", "iso-8859-1"]))
def test_any_bytes_are_json_or_malformed(body: bytes, charset: str) -> None:
    for candidate in (body, b'{"a": "' + body, b'{"a": "' + body + b'"}', b"[" + body + b"]"):
        try:
            text = wellformed(candidate, charset)
            text.decode()
            descend(text, ("a",))
            scalar(text, ("a",))
        except Malformed:
            continue


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.text(max_size=300))
def test_text_of_others_is_one_short_line(text: str) -> None:
    line = printable(text)
    assert len(line) <= 120
    assert not any(ord(each) < 0x20 or 0x202A <= ord(each) <= 0x202E for each in line)


def test_identifiers_that_are_none() -> None:
    listing = Listing(endpoint("http://x.example/"))
    for identifier in ("", "x" * 1001, "a\nb", "a\x00"):
        assert isinstance(listing.record(identifier, "application/json", b"{}"), Unreadable)
    assert listing.nameless == 4
    assert isinstance(listing.record("成果 1", "application/json", b"{}"), RawRecord)
    assert listing.distinct == 1
