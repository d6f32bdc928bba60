"""Content negotiation, by the rules and against noise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from publish.links import safe
from publish.negotiate import language, media_type

OFFERS = ("text/html", "text/turtle", "application/json")


@pytest.mark.parametrize(
    ("accept", "best"),
    [
        (None, "text/html"),
        ("", "text/html"),
        ("text/*;q=0.5, application/json", "application/json"),
        ("text/*, text/html;q=0.1", "text/turtle"),
        ("*/*;q=0.1, text/turtle;q=0", "text/html"),
        ("TEXT/TURTLE; charset=utf-8", "text/turtle"),
        ("image/png", None),
        ("text/html;q=0", None),
        ("text/html;q=nonsense, application/json;q=0.1", "application/json"),
        ("text/html;q=nan, application/json;q=0.1", "application/json"),
        ("text/html;q=-inf, text/turtle;q=1e999, application/json;q=0.1", "application/json"),
        (" , ;q=1", "text/html"),
        ("text/html;q=0.5;q=1;;, */*;q=0", "text/html"),
        (",".join(["image/png"] * 10_000), None),
    ],
)
def test_media_type(accept: str | None, best: str | None) -> None:
    assert media_type(accept, OFFERS) == best


@pytest.mark.parametrize(
    ("header", "lang"), [("en-GB,en;q=0.9,zh;q=0.8", "en"), ("fr, zh-TW;q=0.2", "zh"), (None, "zh"), ("en;q=0", "zh")]
)
def test_language(header: str | None, lang: str) -> None:
    assert language(header, ("zh", "en"), "zh") == lang


@given(st.text(max_size=200))
def test_any_header_gets_an_answer(header: str) -> None:
    assert media_type(header, OFFERS) in (*OFFERS, None)
    assert language(header, ("zh", "en"), "zh") in ("zh", "en")


@given(st.text(max_size=60))
def test_only_web_addresses_become_links(text: str) -> None:
    linked = safe(text)
    assert linked is None or linked.lower().startswith(("http://", "https://"))


@pytest.mark.parametrize(
    "text", ["javascript:alert(1)", "JaVaScRiPt:alert(1)", " data:text/html,x", "//evil", "http:", ""]
)
def test_what_acts_is_never_a_link(text: str) -> None:
    assert safe(text) is None
