"""Decoding: formats as sources send them, and hostile bytes."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab import decode as module
from vocab.decode import DecodeError, decode
from vocab.tree import Tree

JSON, XML = "application/json", "application/xml"
OAI = b"""<?xml version="1.0" encoding="UTF-8"?>
<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="a b">
  <!-- comment --><?pi?>
  <dc:title xml:lang="zh">\xe8\x86\x9c</dc:title><dc:title>Film</dc:title><dc:title>Foil</dc:title>
  <dc:creator> A </dc:creator><dc:date/>
  <dc:description>one <b>two</b> three</dc:description>
</oai_dc:dc>"""


def test_oai_dc() -> None:
    assert decode(XML, OAI) == {
        "dc": {
            "@schemaLocation": "a b",
            "title": [{"@lang": "zh", "#text": "膜"}, "Film", "Foil"],
            "creator": "A",
            "date": "",
            "description": {"b": "two", "#text": "one  three"},
        }
    }


@pytest.mark.parametrize(
    ("media_type", "body", "tree"),
    [
        (JSON, b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        (JSON, b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (JSON, b'"{\\"data\\": [1]}"', {"data": [1]}),
        (JSON, b'"plain"', "plain"),
        (JSON, b'{"a": "[1]"}', {"a": "[1]"}),
        ("application/ld+json; profile=x", b"[]", []),
        ("application/json; charset=GB2312", '{"名": "朱镕基—"}'.encode("gb18030"), {"名": "朱镕基—"}),
        ("text/plain; charset=gbk", "堃·䶮".encode("gb18030"), "堃·䶮"),
        ("text/html", b"<p>x</p>", "<p>x</p>"),
        ("text/xml", '<?xml version="1.0" encoding="gb2312"?><a>镕</a>'.encode("gb18030"), {"a": "镕"}),
        ("application/rdf+xml", b"<a><b/><b/></a>", {"a": {"b": ["", ""]}}),
    ],
)
def test_reads(media_type: str, body: bytes, tree: Tree) -> None:
    assert decode(media_type, body) == tree


@pytest.mark.parametrize(
    ("media_type", "body", "said"),
    [
        (JSON, b"", "not valid JSON"),
        (JSON, b"{", "not valid JSON"),
        (JSON, b'"{"', "not valid JSON"),
        (JSON, b"NaN", "not valid JSON"),
        (JSON, b'{"a": 1e999}', "not valid JSON"),
        (JSON, b'{"a": ' + b"9" * 6000 + b"}", "not valid JSON"),
        (JSON, b'"\\ud800"', "not valid JSON"),
        (JSON, b"\xff", "not valid JSON"),
        (JSON, b"[" * 200_000, "JSON that no record needs"),
        (JSON, b"[" * 66 + b"]" * 66, "deeper than 64"),
        (JSON, b"[" + b"1," * 200_000 + b"1]", "more than 200000 values"),
        (XML, b"", "not valid XML"),
        (XML, b"<a>&x;</a>", "not valid XML"),
        (XML, b"<a>" * 70 + b"</a>" * 70, "deeper than 64"),
        (XML, b"<a>" * 5000 + b"</a>" * 5000, "not valid XML"),
        (XML, b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>', "document type"),
        (XML, b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', "document type"),
        (XML, b'<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;">]><a>&y;</a>', "document type"),
        ("text/plain; charset=hex", b"00", "'hex' is not known"),
        ("text/plain; charset=utf-8", b"\xff", "not valid utf-8"),
        ("image/png", b"", "'image/png' is not read"),
    ],
)
def test_refuses(media_type: str, body: bytes, said: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(media_type, body)
    assert said in str(caught.value)


def test_refuses_what_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10)
    with pytest.raises(DecodeError, match="11 bytes"):
        decode(JSON, b'"012345678"')


@given(st.sampled_from([JSON, XML, "text/plain", "text/plain; charset=gb2312"]), st.binary(max_size=200))
def test_bytes_are_a_tree_or_an_error(media_type: str, body: bytes) -> None:
    with contextlib.suppress(DecodeError):
        decode(media_type, body)
