"""Sitemaps and the schema.org descriptions behind them."""

import gzip
import json
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import harvester
from harvesters.base import HarvestError, OptionsError, RawRecord, TerminalError, TransientError, Unreadable
from harvesters.json_ld import described
from harvesters.json_text import Malformed
from harvesters.sitemap_xml import Failure, places, unpacked
from tests.harvesters.endpoints import endpoint, split, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, serving

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
PAGES: dict[str, object] = {"pages": r"/d/\d+$"}


def urlset(*places_: tuple[str, str]) -> bytes:
    urls = "".join(f"<url><loc>{url}</loc><lastmod>{changed}</lastmod></url>" for url, changed in places_)
    return f'<?xml version="1.0" encoding="UTF-8"?><urlset {NS}>{urls}</urlset>'.encode()


def index(*places_: tuple[str, str]) -> bytes:
    maps = "".join(f"<sitemap><loc>{url}</loc><lastmod>{changed}</lastmod></sitemap>" for url, changed in places_)
    return f"<sitemapindex {NS}>{maps}</sitemapindex>".encode()


def described_page(value: object, opening: str = '<script type="application/ld+json">') -> bytes:
    return (
        f"<html><title>页</title><body>{opening}{json.dumps(value, ensure_ascii=False)}</script></body></html>".encode()
    )


def dataset(name: str, **more: object) -> dict[str, object]:
    return {"@context": "https://schema.org", "@type": "Dataset", "name": name, **more}


def site(documents: Mapping[str, bytes | Reply]) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        found = documents.get(asked.path, Reply(status=404))
        return found if isinstance(found, Reply) else Reply(found, media_type="text/html; charset=utf-8")

    return answer


def run(
    documents: Mapping[str, bytes | Reply],
    options: dict[str, object] | None = None,
    since: datetime | None = None,
    **limits: float,
) -> tuple[list[RawRecord], list[Unreadable], bool, list[Asked]]:
    with serving(site(documents)) as server:
        place = endpoint(server.url + "/sitemap.xml", PAGES if options is None else options, **limits)
        pass_ = harvester("sitemap", place)
        records, unreadable = split(list(pass_.records(since)))
        return records, unreadable, pass_.complete, server.asked


def broken(documents: Mapping[str, bytes | Reply], kind: type[HarvestError], **limits: float) -> str:
    with serving(site(documents)) as server:
        pass_ = harvester("sitemap", endpoint(server.url + "/sitemap.xml", PAGES, **limits))
        _, error = until_failure(pass_)
        assert isinstance(error, kind)
        assert not pass_.complete
        return str(error)


TWO: dict[str, bytes | Reply] = {
    "/sitemap.xml": urlset(("/d/1", "2026-03-01"), ("/d/2", "2026-02-01T00:00:00Z"), ("/about", "2026-03-01")),
    "/d/1": described_page(dataset("甲", dateModified="2026-03-05")),
    "/d/2": described_page(dataset("乙")),
    "/about": described_page({"@type": "Organization"}),
}


def test_pages_that_fit_become_records() -> None:
    records, unreadable, complete, asked = run(TWO)
    assert [json.loads(each.body)["name"] for each in records] == ["甲", "乙"]
    assert [each.identifier.rpartition("/")[2] for each in records] == ["1", "2"]
    assert records[0].modified == datetime(2026, 3, 5, tzinfo=UTC)
    assert records[1].modified == datetime(2026, 2, 1, tzinfo=UTC)
    assert records[0].url == records[0].identifier
    assert (unreadable, complete) == ([], True)
    assert "/about" not in [each.path for each in asked]


def test_without_a_pattern_pages_without_a_record_are_passed_over_and_nothing_is_complete() -> None:
    records, unreadable, complete, _ = run(TWO, {})
    assert (len(records), unreadable, complete) == (2, [], False)


def test_an_index_and_packed_sitemaps_are_followed() -> None:
    documents: dict[str, bytes | Reply] = {
        "/sitemap.xml": index(("/a.xml.gz", ""), ("/b.xml", ""), ("/a.xml.gz", ""), ("/sitemap.xml", "")),
        "/a.xml.gz": Reply(gzip.compress(urlset(("/d/1", ""))), media_type="application/gzip"),
        "/b.xml": urlset(("/d/2", ""), ("/d/1", "")),
        "/d/1": TWO["/d/1"],
        "/d/2": TWO["/d/2"],
    }
    records, _, complete, asked = run(documents)
    assert ([json.loads(each.body)["name"] for each in records], complete) == (["甲", "乙"], True)
    assert len(asked) == 6  # robots.txt, three sitemaps, two pages: nothing twice


def test_an_incremental_pass_asks_only_for_what_is_newer() -> None:
    documents = TWO | {
        "/sitemap.xml": index(("/old.xml", "2026-01-01"), ("/new.xml", "")),
        "/old.xml": urlset(("/d/3", "")),
        "/new.xml": urlset(("/d/1", "2026-03-01"), ("/d/2", "2026-02-01")),
    }
    records, _, complete, asked = run(documents, since=datetime(2026, 3, 1, 8, tzinfo=UTC))
    assert ([json.loads(each.body)["name"] for each in records], complete) == (["甲"], False)
    assert [each.path for each in asked] == ["/robots.txt", "/sitemap.xml", "/new.xml", "/d/1"]


@pytest.mark.parametrize(
    ("value", "names"),
    [
        ([dataset("甲"), dataset("乙"), {"@type": "Person"}], ["甲", "乙"]),
        ({"@context": "x", "@graph": [{"@type": "WebSite"}, dataset("甲")]}, ["甲"]),
        ({"@type": "WebPage", "mainEntity": dataset("甲")}, ["甲"]),
        ({"@type": ["Thing", "http://schema.org/Dataset"], "name": "甲"}, ["甲"]),
        ({"@type": "schema:Dataset", "name": "甲", "hasPart": [dataset("内")]}, ["甲"]),
        ({"@type": "datasets", "name": "甲"}, []),
        ({"@type": 5}, []),
        ("text", []),
    ],
)
def test_where_descriptions_stand(value: object, names: list[str]) -> None:
    found = described(described_page(value).decode(), ["Dataset"])
    assert [json.loads(each.body)["name"] for each in found] == names


@pytest.mark.parametrize(
    "opening",
    [
        "<SCRIPT TYPE='application/ld+json'>",
        '<script id="x" type=application/ld+json data-y>',
        '<script type="application/ld+json"><!--',
        '<script type="application/ld+json">//<![CDATA[\n',
    ],
)
def test_how_descriptions_are_written(opening: str) -> None:
    found = list(described(described_page(dataset("甲"), opening).decode(), ["Dataset"]))
    assert [each.type for each in found] == ["Dataset"]


def test_several_objects_of_a_page_need_names_of_their_own() -> None:
    several = [
        dataset("甲", **{"@id": "#a"}),
        dataset("乙", **{"@id": "/x"}),
        dataset("丙"),
        dataset("丁", **{"@id": "_:b"}),
    ]
    records, unreadable, complete, _ = run({"/sitemap.xml": urlset(("/d/1", "")), "/d/1": described_page(several)})
    assert [each.identifier.partition("/d/1")[1:] for each in records][0] == ("/d/1", "#a")
    assert len(records) == 2
    assert [each.identifier.rpartition(", ")[2] for each in unreadable] == ["object 3", "object 4"]
    assert not complete


def test_the_key_may_be_cut_from_the_address() -> None:
    records, _, _, _ = run(TWO, PAGES | {"key": r"/d/(\d+)"})
    assert [each.identifier for each in records] == ["1", "2"]


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        (Reply(b"<title>login</title>", media_type="text/html"), "on the page titled 'login'"),
        (Reply(status=404), "status 404"),
        (Reply(status=500), "status 500"),
        (b'<script type="application/ld+json">{"@type": "Dataset"', "no JSON-LD"),
        (b'<script type="application/ld+json">{"@type": "Dataset"</script>', "JSON-LD cannot be read"),
        (b'<script type="application/ld+json">' + b"[" * 100_000 + b"</script>", "JSON-LD cannot be read"),
    ],
)
def test_a_page_that_should_hold_a_record_and_does_not_is_reported(page: bytes | Reply, reason: str) -> None:
    records, unreadable, complete, _ = run(TWO | {"/d/2": page})
    assert (len(records), complete) == (1, False)
    assert reason in unreadable[0].reason


def test_a_site_whose_pages_all_fail_ends_the_pass() -> None:
    documents: dict[str, bytes | Reply] = {"/sitemap.xml": urlset(*((f"/d/{n}", "") for n in range(30)))}
    assert "status 500" in broken(documents | {f"/d/{n}": Reply(status=500) for n in range(30)}, TransientError)


def test_pages_that_robots_txt_refuses_are_named_and_the_others_read() -> None:
    robots = Reply(b"User-agent: *\nDisallow: /d/2", media_type="text/plain")
    records, unreadable, complete, asked = run(TWO | {"/robots.txt": robots})
    assert (len(records), complete) == (1, False)
    assert "'Disallow: /d/2'" in unreadable[0].reason
    assert "/d/2" not in [each.path for each in asked]


def test_addresses_of_other_hosts_are_not_followed() -> None:
    documents = TWO | {
        "/sitemap.xml": urlset(("http://evil.example/d/1", ""), ("http://[/d/1", ""), ("", ""), ("/d/1", ""))
    }
    records, unreadable, complete, _ = run(documents)
    assert (len(records), len(unreadable), complete) == (1, 3, False)
    assert "leads away" in unreadable[0].reason


BOMB = (
    b'<!DOCTYPE urlset [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'
)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (BOMB, "DTD"),
        (b"<rss></rss>", "not urlset or sitemapindex"),
        (b"<urlset><url><loc>/d/1</loc></url>", "not a readable sitemap"),
        (b"", "not a readable sitemap"),
        (b"<html><title>\xe7\xbb\xb4\xe6\x8a\xa4</title></html>", "titled '维护'"),
        (gzip.compress(b"<urlset/>", mtime=0)[:-9], "gzip"),
        (b"\x1f\x8bxxxx", "gzip"),
        (gzip.compress(b"<urlset>" + b" " * 3_000_000 + b"</urlset>", mtime=0), "limits.max_bytes"),
        (index(("/sitemap2.xml", "")), "404"),
    ],
)
def test_what_is_no_sitemap_is_told(document: bytes, words: str) -> None:
    assert words in broken({"/sitemap.xml": document}, TerminalError, max_bytes=2_000_000)


def test_sitemaps_in_sitemaps_have_an_end() -> None:
    documents = {f"/{n}.xml": index((f"/{n + 1}.xml", "")) for n in range(20)}
    assert "nested deeper" in broken(documents | {"/sitemap.xml": index(("/0.xml", ""))}, TerminalError)


def test_pages_are_counted() -> None:
    documents: dict[str, bytes | Reply] = {"/sitemap.xml": urlset(*((f"/d/{n}", "") for n in range(30)))}
    assert "limits.max_pages" in broken(documents, TerminalError, max_pages=5)


def test_a_page_of_unclosed_scripts_costs_nothing() -> None:
    opened = '<script type="application/ld+json">' * 50_000
    begun = time.monotonic()
    assert list(described(opened, ["Dataset"])) == []
    assert list(described("<script " * 100_000, ["Dataset"])) == []
    assert time.monotonic() - begun < 3


def survives(read: Callable[[], object], kind: type[ValueError]) -> None:
    try:
        read()
    except kind:
        return


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.binary(max_size=200))
def test_any_bytes_are_a_sitemap_or_a_failure(body: bytes) -> None:
    for candidate in (body, b"\x1f\x8b" + body, b"<urlset><url><loc>" + body + b"</loc></url></urlset>"):
        survives(lambda c=candidate: list(places(unpacked(c, 1000))), Failure)  # type: ignore[misc]
    page = f'<script type="application/ld+json">{body.decode("latin-1")}</script>'
    survives(lambda: list(described(page, ["Dataset"])), Malformed)


def test_types_must_be_named() -> None:
    with pytest.raises(OptionsError, match="types is empty"):
        harvester("sitemap", endpoint("http://x.example/", {"types": []}))
