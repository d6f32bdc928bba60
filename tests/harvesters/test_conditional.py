"""Conditional requests: what has not changed is not sent again, and no server can lie its way out of being read."""

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from harvesters import harvester
from harvesters.answer import Answer
from harvesters.base import MAX_BOOKMARK, Bookmarked, Harvested, Harvester, RawRecord, TerminalError, Unchanging
from harvesters.validators import Validators
from tests.harvesters.endpoints import endpoint
from tests.harvesters.servers.web import Asked, Behaviour, Reply, Server, serving

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
CATALOGUE = """@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<http://x.example/> a dcat:Catalog ; dcat:dataset <http://x.example/1> .
<http://x.example/1> a dcat:Dataset ; dcat:keyword "x" . {more}"""
SITEMAP = '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</urlset>'
INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{urls}</sitemapindex>'
PAGE = '<script type="application/ld+json">{"@type": "Dataset", "@id": "%s"}</script>'


class Site:
    """Documents by path. Each has the ETag of its content; whoever shows it again is answered 304."""

    def __init__(self, **documents: str) -> None:
        self.documents = {f"/{name.replace('_', '.')}": text for name, text in documents.items()}
        self.sent: list[str] = []  # paths that were answered with content

    def __call__(self, asked: Asked) -> Reply:
        text = self.documents.get(asked.path)
        if text is None:
            return Reply(status=404)
        etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:20]}"'
        if asked.headers.get("if-none-match") == etag:
            return Reply(status=304, headers={"ETag": etag})
        self.sent.append(asked.path)
        return Reply(text.encode(), headers={"ETag": etag}, media_type="text/plain")


def passed(
    protocol: str, url: str, mark: str = "", since: datetime | None = None, **options: object
) -> tuple[list[str], Harvester, str]:
    """Identifiers, the harvester after its pass, and its bookmark."""
    pass_ = harvester(protocol, endpoint(url, options))
    assert isinstance(pass_, Bookmarked)
    pass_.resume(mark)
    found: list[Harvested] = list(pass_.records(since))
    assert all(isinstance(one, RawRecord) for one in found)
    return [one.identifier for one in found], pass_, pass_.bookmark


def unchanged(pass_: Harvester) -> bool:
    assert isinstance(pass_, Unchanging)
    return pass_.unchanged


def data_json(*names: str) -> str:
    return json.dumps({"dataset": [{"identifier": name} for name in names]})


def sitemap(*pages: str, dated: bool = True) -> str:
    stamp = "<lastmod>2026-03-01T00:00:00Z</lastmod>" if dated else ""
    return SITEMAP.format(urls="".join(f"<url><loc>{page}</loc>{stamp}</url>" for page in pages))


DOCUMENTS: list[tuple[str, str, str, Callable[[str], str]]] = [
    ("data_json", "data.json", "1", lambda _: data_json("1")),
    ("file", "list.csv", "1", lambda _: "id,name\n1,题\n"),
    ("dcat", "catalogue.ttl", "http://x.example/1", lambda _: CATALOGUE.format(more="")),
    ("sitemap", "sitemap.xml", "/page", lambda base: sitemap(f"{base}/page")),
]


@pytest.mark.parametrize(("protocol", "name", "key", "content"), DOCUMENTS, ids=[each[0] for each in DOCUMENTS])
def test_a_document_that_has_not_changed_is_not_sent_again(
    protocol: str, name: str, key: str, content: Callable[[str], str]
) -> None:
    site = Site(page=PAGE % "/page")
    with serving(site) as server:
        url = f"{server.url}/{name}"
        site.documents[f"/{name}"] = content(server.url)
        first, _, mark = passed(protocol, url)
        assert [one.removeprefix(server.url) for one in first] == [key]
        assert mark
        site.sent.clear()
        again, pass_, kept = passed(protocol, url, mark, SINCE)
        assert (again, site.sent, unchanged(pass_), pass_.complete, kept) == ([], [], True, False, mark)
        anew, pass_, _ = passed(protocol, url, "")  # a full pass asks without condition
        assert (anew, unchanged(pass_)) == (first, False)
        site.documents[f"/{name}"] += "\n"
        assert passed(protocol, url, mark)[0] == first
        _, _, other = passed(protocol, url, mark, SINCE)
        assert other not in ("", mark)


def test_a_bookmark_of_other_options_does_not_count() -> None:
    """Who changes `key` must not be told that nothing has changed."""
    with serving(Site(list_csv="id,code\n1,A\n")) as server:
        url = f"{server.url}/list.csv"
        _, _, mark = passed("file", url)
        assert passed("file", url, mark, SINCE, key="code")[0] == ["A"]
        assert passed("file", url, mark, SINCE)[0] == []


def test_of_several_files_all_are_read_when_one_has_changed() -> None:
    """The later file's word on a record counts: reading only the earlier one would bring back what it says."""
    site = Site(a_csv="id,t\n1,old\n", b_csv="id,t\n1,new\n2,x\n", c_csv="id,t\n3,x\n")
    site.documents["/all"] = json.dumps([{"url": f"/{name}.csv"} for name in "abc"])
    with serving(site) as server:
        _, _, mark = passed("file", f"{server.url}/all", list_path=".")
        site.sent.clear()
        again, pass_, mark = passed("file", f"{server.url}/all", mark, SINCE, list_path=".")
        assert (again, unchanged(pass_), site.sent) == ([], True, ["/all"])
        site.documents["/b.csv"] += "4,x\n"
        site.sent.clear()
        again, pass_, mark = passed("file", f"{server.url}/all", mark, SINCE, list_path=".")
        assert (again, unchanged(pass_)) == (["1", "1", "2", "4", "3"], False)
        assert sorted(site.sent) == ["/a.csv", "/all", "/b.csv", "/c.csv"]  # each once
        assert passed("file", f"{server.url}/all", mark, SINCE, list_path=".")[0] == []


def test_a_catalogue_of_several_pages_is_always_read() -> None:
    """Its first page does not tell whether the others have changed."""
    site = Site(two=CATALOGUE.format(more="").replace("/1>", "/2>"))
    with serving(site) as server:
        site.documents["/one"] = CATALOGUE.format(more=f"[] hydra:next <{server.url}/two> .")
        _, _, mark = passed("dcat", f"{server.url}/one")
        assert mark == ""
        assert len(passed("dcat", f"{server.url}/one", mark, SINCE)[0]) == 2


@pytest.mark.parametrize("fault", ["undated", "unread"])
def test_a_sitemap_that_says_nothing_of_its_pages_is_always_read(fault: str) -> None:
    site = Site(page=PAGE % "/page")
    with serving(site) as server:
        pages = [f"{server.url}/page"] + ([f"{server.url}/missing"] if fault == "unread" else [])
        site.documents["/sitemap.xml"] = sitemap(*pages, dated=fault != "undated")
        pass_ = harvester("sitemap", endpoint(f"{server.url}/sitemap.xml"))
        assert isinstance(pass_, Bookmarked)
        list(pass_.records())
        assert pass_.bookmark == ""


def test_an_index_goes_on_to_the_sitemaps_that_have_changed() -> None:
    site = Site(a=PAGE % "/a", b=PAGE % "/b")
    with serving(site) as server:
        site.documents |= {"/1.xml": sitemap(f"{server.url}/a"), "/2.xml": sitemap(f"{server.url}/b")}
        site.documents["/all.xml"] = INDEX.format(
            urls="".join(f"<sitemap><loc>{server.url}/{n}.xml</loc></sitemap>" for n in (1, 2))
        )
        _, _, mark = passed("sitemap", f"{server.url}/all.xml", pages="/[abc]$")
        site.documents |= {"/c": PAGE % "/c", "/2.xml": sitemap(f"{server.url}/b", f"{server.url}/c")}
        site.sent.clear()
        found, pass_, _ = passed("sitemap", f"{server.url}/all.xml", mark, pages="/[abc]$")
        assert [one.removeprefix(server.url) for one in found] == ["/b", "/c"]
        assert site.sent == ["/all.xml", "/2.xml", "/b", "/c"]  # an index without dates is always read
        assert (unchanged(pass_), pass_.complete) == (False, False)


def lying(body: bytes, etag: str) -> Behaviour:
    """Says 304 to everything that shows any validator, and to the rest the present content under an old tag."""
    return lambda asked: Reply(status=304) if "if-none-match" in asked.headers else Reply(body, headers={"ETag": etag})


def test_a_server_that_says_304_to_everything_is_read_by_the_full_pass() -> None:
    server: Server
    with serving(lying(data_json("1").encode(), '"same"')) as server:
        _, _, mark = passed("data_json", server.url)
        server._behaviour = lying(data_json("1", "2").encode(), '"same"')
        assert passed("data_json", server.url, mark, SINCE)[0] == []
        assert passed("data_json", server.url, "")[0] == ["1", "2"]


def test_a_304_that_nobody_asked_for_says_what_is_broken() -> None:
    with serving(lambda _: Reply(status=304)) as server, pytest.raises(TerminalError, match="mend its server or cache"):
        passed("data_json", server.url)


def test_a_tag_is_shown_again_as_it_was_sent() -> None:
    for etag in ('"a"', 'W/"b"', '""'):
        known = Validators("x").noted("u", Answer("u", 200, {"etag": etag, "last-modified": "x"}))
        assert known.condition("u") == {"If-None-Match": etag}
        assert known.condition("other") == {}
        assert known.noted("u", Answer("u", 304, {"etag": '"c"'})) is known
        assert known.noted("u", Answer("u", 200, {})).documents == {}
        assert Validators.read(known.text, "x") == known


def test_a_date_is_shown_again_exactly_and_only_when_it_is_well_past() -> None:
    date, modified = "Sun, 01 Mar 2026 08:00:00 GMT", "Sun, 01 Mar 2026 07:00:00 GMT"
    known = Validators().noted("u", Answer("u", 200, {"date": date, "last-modified": modified}))
    assert known.condition("u") == {"If-Modified-Since": modified}
    for headers in (
        {"date": date, "last-modified": "Sun, 01 Mar 2026 07:59:30 GMT"},  # it may change again within this second
        {"date": date, "last-modified": "Mon, 02 Mar 2026 08:00:00 GMT"},
        {"last-modified": modified},
        {"date": date, "last-modified": "yesterday"},
        {"etag": "no quotes"},
        {"etag": '"line\x00end"'},
        {"etag": f'"{"x" * 300}"'},
    ):
        assert known.noted("u", Answer("u", 200, headers)).condition("u") == {}


def test_too_many_documents_still_fit_into_a_bookmark() -> None:
    known = Validators("x")
    for number in range(2000):
        known = known.noted(f"http://x.example/{number}", Answer("", 200, {"etag": f'"{number:030}"'}))
    assert len(known.text) <= MAX_BOOKMARK
    read = Validators.read(known.text, "x")
    assert read.condition("http://x.example/1999") == {"If-None-Match": f'"{1999:030}"'}
    assert read.condition("http://x.example/0") == {}
    assert Validators.read(known.text, "y") == Validators("y")
    assert Validators.read("41 a", "x") == Validators("x")


def test_a_validator_goes_along_to_the_host_a_file_is_kept_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portals redirect to a store; nothing else of the request goes there."""
    monkeypatch.setattr("harvesters.address.is_public", lambda _: True)
    with serving(Site(list_csv="id\n1\n")) as store:
        where = f"{store.url}/list.csv"
        with serving(lambda _: Reply(status=302, headers={"Location": where})) as portal:
            headers = {"X-Portal": "1"}
            _, _, mark = passed("file", f"{portal.url}/file", headers=headers)
            assert passed("file", f"{portal.url}/file", mark, SINCE, headers=headers)[0] == []
        assert "x-portal" not in store.asked[-1].headers
