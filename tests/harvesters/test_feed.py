"""RSS and Atom: entries, older pages, tombstones, and feeds that mean harm."""

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import harvester
from harvesters.base import Bookmarked, HarvestError, RawRecord, TerminalError, TransientError, Unreadable
from harvesters.feed_xml import read_feed
from harvesters.json_text import Malformed
from harvesters.robots import Disallowed
from tests.harvesters.endpoints import endpoint, split, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, serving

ATOM = 'xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"'
RSS = """<?xml version="1.0" encoding="{encoding}"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>需求</title>{links}{items}</channel></rss>"""
ITEM = """<item><title>水稻镕堃—需求</title><link>http://x.example/xq/1</link><guid isPermaLink="false">XQ1</guid>
<pubDate>Sun, 01 Mar 2026 08:00:00 +0800</pubDate><category>农业</category><category>种业</category>
<dc:creator>某公司</dc:creator><content:encoded><![CDATA[<p>简介</p><script>alert(1)</script>]]></content:encoded></item>"""


def rss(*items: str, links: str = "", encoding: str = "utf-8") -> bytes:
    return RSS.format(items="".join(items), links=links, encoding=encoding).encode(
        "gb18030" if "gb" in encoding else encoding
    )


def entry(key: str, updated: str = "2026-03-01T00:00:00Z", title: str = "题") -> str:
    return (
        f'<entry><id>{key}</id><title>{title}</title><updated>{updated}</updated><link rel="self" href="/api"/>'
        f'<link href="/xq/{key}"/></entry>'
    )


def tombstone(key: str, when: str) -> str:
    return f'<at:deleted-entry ref="{key}" when="{when}"/>'


def link(rel: str, href: str) -> str:
    return f'<link rel="{rel}" href="{href}"/>'


def atom(*parts: str) -> bytes:
    return f"<feed {ATOM}><title>需求</title>{''.join(parts)}</feed>".encode()


def site(documents: Mapping[str, bytes | Reply]) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        found = documents.get(asked.path, Reply(status=404))
        return found if isinstance(found, Reply) else Reply(found, media_type="application/xml")

    return answer


def run(
    documents: Mapping[str, bytes | Reply] | bytes,
    options: dict[str, object] | None = None,
    since: datetime | None = None,
    **limits: float,
) -> tuple[list[RawRecord], list[Unreadable], bool, list[Asked]]:
    documents = documents if isinstance(documents, Mapping) else {"/feed": documents}
    with serving(site(documents)) as server:
        pass_ = harvester("feed", endpoint(server.url + "/feed", options or {}, **limits))
        records, unreadable = split(list(pass_.records(since)))
        return records, unreadable, pass_.complete, server.asked


def broken(documents: Mapping[str, bytes | Reply] | bytes, kind: type[HarvestError], **limits: float) -> str:
    documents = documents if isinstance(documents, Mapping) else {"/feed": documents}
    with serving(site(documents)) as server:
        pass_ = harvester("feed", endpoint(server.url + "/feed", {"lists_everything": True}, **limits))
        _, error = until_failure(pass_)
        assert isinstance(error, kind)
        assert not pass_.complete
        return str(error)


def body(record: RawRecord) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(record.body)
    return decoded


@pytest.mark.parametrize("encoding", ["utf-8", "gb2312", "gbk", "utf-16"])
def test_rss_2(encoding: str) -> None:
    records, unreadable, complete, _ = run(rss(ITEM, encoding=encoding))
    assert body(records[0]) == {
        "title": "水稻镕堃—需求",
        "link": "http://x.example/xq/1",
        "guid": {"@isPermaLink": "false", "#text": "XQ1"},
        "pubDate": "Sun, 01 Mar 2026 08:00:00 +0800",
        "category": ["农业", "种业"],
        "dc:creator": "某公司",
        "content:encoded": "<p>简介</p><script>alert(1)</script>",
    }
    assert (records[0].identifier, records[0].url) == ("XQ1", "http://x.example/xq/1")
    assert records[0].modified == datetime(2026, 3, 1, tzinfo=UTC)
    assert (unreadable, complete) == ([], False)


def test_rss_1() -> None:
    document = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
      xmlns:d="http://purl.org/dc/elements/1.1/"><channel rdf:about="http://x.example/"><title>t</title></channel>
      <item rdf:about="http://x.example/1"><title>题</title><link>http://x.example/1</link><d:date>2026-03-01</d:date></item>
      </rdf:RDF>""".encode()
    records, _, _, _ = run(document)
    assert records[0].identifier == "http://x.example/1"
    assert body(records[0])["dc:date"] == "2026-03-01"
    assert records[0].modified == datetime(2026, 3, 1, tzinfo=UTC)


def test_atom_with_xhtml() -> None:
    content = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>一<b>二</b></p></div></content>'
    document = atom(entry("urn:1").replace("</entry>", content + "</entry>"))
    records, _, _, _ = run(document)
    assert "<p>一<b>二</b></p>" in body(records[0])["content"]["div"]
    assert records[0].url is not None
    assert records[0].url.endswith("/xq/urn:1")


def test_a_feed_is_the_whole_listing_only_when_the_source_file_says_so() -> None:
    assert run(rss(ITEM))[2] is False
    assert run(rss(ITEM), {"lists_everything": True})[2] is True
    assert run(rss(ITEM), {"lists_everything": True}, datetime(2020, 1, 1, tzinfo=UTC))[2] is False
    assert run(rss(ITEM, "<item><title>nameless</title></item>"), {"lists_everything": True})[2] is False


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_older_pages_are_followed(rel: str) -> None:
    documents = {
        "/feed": atom(link(rel, "/2"), entry("3"), entry("2", "2026-02-01T00:00:00Z", "新")),
        "/2": atom(link(rel, "/1"), entry("2", "2026-01-15T00:00:00Z", "旧")),
        "/1": atom(link("next-archive", "/2"), entry("1", "2026-01-01T00:00:00Z")),
    }
    records, _, complete, _ = run(documents, {"lists_everything": True})
    assert [(each.identifier, body(each)["title"]) for each in records] == [("3", "题"), ("2", "新"), ("1", "题")]
    assert complete


def test_rss_pages_are_followed_too() -> None:
    older = '<atom:link rel="next" href="/2"/>'
    records, _, _, _ = run({"/feed": rss(ITEM, links=older), "/2": rss(ITEM.replace("XQ1", "XQ2"))})
    assert [each.identifier for each in records] == ["XQ1", "XQ2"]


def test_an_incremental_pass_ends_where_everything_is_older() -> None:
    documents = {
        "/feed": atom(link("next", "/2"), entry("3"), entry("2", "2026-02-01T00:00:00Z")),
        "/2": atom(link("next", "/1"), entry("1", "2026-01-01T00:00:00Z")),
    }
    records, _, complete, asked = run(documents, since=datetime(2026, 2, 15, tzinfo=UTC))
    assert ([each.identifier for each in records], complete) == (["3"], False)
    assert [each.path for each in asked] == ["/robots.txt", "/feed", "/2"]


@pytest.mark.parametrize(
    ("parts", "deleted"),
    [
        ((tombstone("1", "2026-03-02T00:00:00Z"), entry("1")), [True]),
        ((entry("1"), tombstone("1", "2026-03-02T00:00:00Z")), [False, True]),
        ((entry("1"), tombstone("1", "2026-02-02T00:00:00Z")), [False]),
        ((tombstone("1", "2026-02-02T00:00:00Z"), entry("1")), [True, False]),
    ],
)
def test_a_tombstone_counts_when_it_is_newer_than_the_entry(parts: tuple[str, ...], deleted: list[bool]) -> None:
    records, _, _, _ = run(atom(*parts))
    assert [each.deleted for each in records] == deleted
    assert all(not each.body for each in records if each.deleted)


def test_an_entry_without_any_name_is_reported() -> None:
    records, unreadable, _, _ = run(rss("<item><title>x</title></item>", ITEM))
    assert (len(records), unreadable[0].identifier) == (1, "page 1, entry 1")


def test_a_10_mb_image_leaves_its_digest() -> None:
    image = f'<img src="data:image/png;base64,{"A" * 10_500_000}"/>'
    for inner in (f"<![CDATA[{image}]]>", image.replace("<", "&lt;").replace('"', "&quot;")):
        records, _, _, _ = run(rss(ITEM.replace("<![CDATA[<p>简介</p><script>alert(1)</script>]]>", inner)))
        assert "data:image/png;sha256," in body(records[0])["content:encoded"]
        assert len(records[0].body) < 2000


def test_links_that_are_no_addresses_of_the_web_are_left_out() -> None:
    records, _, _, _ = run(rss(ITEM.replace("http://x.example/xq/1", "javascript:alert(1)")))
    assert records[0].url is None


@pytest.mark.parametrize(
    ("feed", "words"),
    [
        (b'<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><rss><channel>&b;</channel></rss>', "DTD"),
        (b'<!DOCTYPE rss [<!ENTITY f SYSTEM "file:///etc/passwd">]><rss><channel>&f;</channel></rss>', "DTD"),
        (b"<html><title>\xe7\x99\xbb\xe5\xbd\x95</title></html>", "titled '登录'"),
        (b"<opml/>", "not that of RSS or Atom"),
        (b'{"items": []}', "not a readable feed"),
        (
            b"<rss><channel><item><guid>1</guid>" + b"<a>" * 200 + b"</a>" * 200 + b"</item></channel></rss>",
            "nested deeper",
        ),
        (b"<rss>" + b"<a>" * 100_000, "not a readable feed"),
    ],
)
def test_what_is_no_feed_is_told(feed: bytes, words: str) -> None:
    begun = time.monotonic()
    assert words in broken(feed, HarvestError)
    assert time.monotonic() - begun < 5


def test_a_billion_laughs_cost_nothing() -> None:
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    feed = f'<!DOCTYPE rss [<!ENTITY l0 "ha">{entities}]><rss><channel><item><guid>&l9;</guid></item></channel></rss>'
    begun = time.monotonic()
    broken(feed.encode(), TerminalError)
    assert time.monotonic() - begun < 2


def test_a_cut_feed_is_asked_for_again() -> None:
    assert "tried 3 times" in broken(rss(ITEM)[:-40], TransientError)


def test_links_to_older_pages_in_a_circle() -> None:
    assert "circle" in broken(
        {"/feed": atom(link("next", "/2"), entry("1")), "/2": atom(link("next", "/feed"))}, TerminalError
    )


def test_endless_links_to_older_pages() -> None:
    def endless(asked: Asked) -> Reply:
        number = int(asked.query.get("p", "1"))
        return (
            Reply(status=404)
            if asked.path == "/robots.txt"
            else Reply(atom(link("next", f"?p={number + 1}"), entry("1")))
        )

    with serving(endless) as server:
        _, error = until_failure(harvester("feed", endpoint(server.url + "/feed")))
        assert "circle" in str(error)
        assert len(server.asked) < 8


def test_an_older_page_on_another_host_is_not_asked_for() -> None:
    assert "another host" in broken(atom(link("next", "http://10.0.0.1/2"), entry("1")), TerminalError)


def test_robots_txt_is_kept_to() -> None:
    robots = Reply(b"User-agent: *\nDisallow: /feed", media_type="text/plain")
    assert "Disallow: /feed" in broken({"/feed": rss(ITEM), "/robots.txt": robots}, Disallowed)
    assert len(run({"/feed": rss(ITEM), "/robots.txt": robots}, {"robots": False})[0]) == 1


def conditional(feed: bytes, etag: str) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(status=404)
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        return Reply(feed, media_type="application/rss+xml", headers={"ETag": etag})

    return answer


def test_a_feed_that_has_not_changed_is_not_sent_again() -> None:
    options: dict[str, object] = {"lists_everything": True}
    with serving(conditional(rss(ITEM), '"v1"')) as server:
        place = endpoint(server.url + "/feed", options)
        first = harvester("feed", place)
        assert isinstance(first, Bookmarked)
        assert len(list(first.records())) == 1
        assert first.complete
        second = harvester("feed", place)
        assert isinstance(second, Bookmarked)
        second.resume(first.bookmark)
        assert list(second.records()) == []
        assert not second.complete  # nothing listed: absence means nothing
        assert second.bookmark == first.bookmark
        third = harvester("feed", place)
        assert isinstance(third, Bookmarked)
        third.resume("")
        assert len(list(third.records())) == 1


def test_a_feed_that_failed_leaves_no_bookmark() -> None:
    broken_feed = conditional(atom(link("next", "/missing"), entry("1"))[:-8], '"v1"')
    with serving(broken_feed) as server:
        pass_ = harvester("feed", endpoint(server.url + "/feed"))
        assert isinstance(pass_, Bookmarked)
        until_failure(pass_)
        assert pass_.bookmark == ""


def test_a_304_that_nobody_asked_for_is_an_error() -> None:
    assert "status 304" in broken({"/feed": Reply(status=304)}, TerminalError)


@settings(deadline=None, max_examples=80)  # other work shares the machine
@given(st.binary(max_size=200))
def test_any_bytes_are_a_feed_or_malformed(content: bytes) -> None:
    for candidate in (content, b"<rss><channel><item>" + content + b"</item></channel></rss>"):
        try:
            read_feed(candidate)
        except Malformed:
            continue
