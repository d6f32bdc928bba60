"""Lists and pages of web sites, with what such sites do."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import harvester
from harvesters.answer import Answer
from harvesters.base import AddressRefused, HarvestError, OptionsError, RawRecord, TerminalError, Unreadable
from harvesters.page import Unusable, markup, read_page, text
from harvesters.secrets import Secrets
from tests.harvesters.endpoints import endpoint, split, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, serving

HTML = "text/html; charset=utf-8"
LOGIN = "<html><head><title>用户登录</title></head><body><form><input name=password></form></body></html>"
OPTIONS: dict[str, object] = {
    "method": "POST",
    "page_param": "pageNumber",
    "size_param": "pageSize",
    "size": 3,
    "frame": "ul.list",
    "row": "ul.list li",
    "link": "a",
    "key": r"pkid=([A-Z]*\d+)",
    "row_columns": {"更新时间": {"css": "span.date"}},
    "columns": {"成果名称": {"css": "h2"}},
    "modified": "更新时间",
}


def page(text_: str, status: int = 200, media_type: str = HTML, encoding: str = "utf-8") -> Reply:
    return Reply(text_.encode(encoding), status, media_type)


def row(key: str, date: str = "2019-3-1") -> str:
    return f"<li><a href='/info.do?pkid={key}'>成果{key}</a><span class=date>{date}</span></li>"


def listed(rows: list[str], extra: str = "") -> Reply:
    return page(f"<html><title>成果</title><body><ul class=list>{''.join(rows)}</ul>{extra}</body></html>")


def detail(key: str) -> str:
    return f"<html><body><h2>成果 {key}</h2></body></html>"


def site(
    pages: list[list[str]],
    *,
    extra: str = "",
    past: Callable[[int], Reply] | None = None,
    details: Callable[[str], Reply] = lambda key: page(detail(key)),
) -> Behaviour:
    """A list in pages and the records behind it; beyond the last page an empty one unless `past` says otherwise."""

    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(status=404)
        if asked.path == "/info.do":
            return details(asked.query["pkid"])
        form = dict(part.split("=") for part in asked.body.decode().split("&") if part) | asked.query
        number = int(form.get("pageNumber", 1)) - 1
        if number < len(pages):
            return listed(pages[number], extra)
        return past(number) if past else listed([], extra)

    return answer


def run(
    behaviour: Behaviour,
    options: dict[str, object] | None = None,
    since: datetime | None = None,
    base: dict[str, object] = OPTIONS,
    **limits: float,
) -> tuple[list[RawRecord], list[Unreadable], bool, list[Asked]]:
    with serving(behaviour) as server:
        pass_ = harvester("html", endpoint(server.url + "/list.do", base | (options or {}), **limits))
        assert not pass_.complete
        records, unreadable = split(list(pass_.records(since)))
        return records, unreadable, pass_.complete, server.asked


def broken(
    behaviour: Behaviour, kind: type[HarvestError], options: dict[str, object] | None = None, **limits: float
) -> str:
    with serving(behaviour) as server:
        pass_ = harvester("html", endpoint(server.url + "/list.do", OPTIONS | (options or {}), **limits))
        _, error = until_failure(pass_)
        assert isinstance(error, kind)
        assert not pass_.complete
        return str(error)


def body(record: RawRecord) -> dict[str, Any]:
    decoded: dict[str, Any] = json.loads(record.body)
    return decoded


PAGES = [[row("A1"), row("A2"), row("A3")], [row("A4")]]


def test_a_list_is_read_page_by_page_with_the_page_of_every_record() -> None:
    records, unreadable, complete, asked = run(site(PAGES))
    assert [each.identifier for each in records] == ["A1", "A2", "A3", "A4"]
    assert body(records[0]) == {"更新时间": "2019-3-1", "成果名称": "成果 A1"}
    assert (unreadable, complete) == ([], True)
    assert asked[1].method == "POST"
    assert asked[1].body == b"pageNumber=1&pageSize=3"
    assert records[0].url is not None
    assert records[0].url.endswith("/info.do?pkid=A1")


def test_a_list_may_be_asked_by_get() -> None:
    records, _, complete, asked = run(site(PAGES), {"method": "GET", "params": {"type": "1"}})
    assert (len(records), complete) == (4, True)
    assert asked[1].query == {"type": "1", "pageNumber": "1", "pageSize": "3"}


def test_characters_that_gb2312_has_not_are_read_from_a_page_that_says_gb2312() -> None:
    told = "<html><head><meta charset=gb2312></head><body><h2>朱镕堃—技术𬭎</h2></body></html>"
    for label in ("text/html; charset=gb2312", "text/html; charset=GBK", "text/html", "text/html; charset=ISO-8859-1"):
        records, _, _, _ = run(site([[row("A1")]], details=lambda _, m=label: page(told, 200, m, "gb18030")))  # type: ignore[misc]
        assert body(records[0])["成果名称"] == "朱镕堃—技术𬭎"


def test_one_broken_byte_does_not_cost_a_page() -> None:
    told = b"<meta charset=gbk><h2>" + "技术".encode("gb18030") + b"\xff" + b"</h2>"
    records, _, _, _ = run(site([[row("A1")]], details=lambda _: Reply(told, media_type="text/html")))
    assert body(records[0])["成果名称"] == "技术\ufffd"


DD: dict[str, object] = {
    "columns": {},
    "positions": [
        {
            "css": "dl dd",
            "names": ["行业领域", "专利信息", "成熟度", "价格"],
            "shift": {"at": 1, "unless": "非专利技术", "from": 2, "by": 2, "names": ["专利类型", "专利号"]},
        }
    ],
}


def dds(*cells: str) -> Callable[[str], Reply]:
    return lambda _: page("<dl>" + "".join(f"<dt>x</dt><dd>{cell}</dd>" for cell in cells) + "</dl>")


def test_cells_by_position() -> None:
    records, _, _, _ = run(site([[row("A1")]], details=dds("农业", "非专利技术", "已有样品", "面议")), DD)
    assert body(records[0]) == {
        "更新时间": "2019-3-1",
        "行业领域": "农业",
        "专利信息": "非专利技术",
        "成熟度": "已有样品",
        "价格": "面议",
    }


def test_cells_move_back_when_there_is_a_patent() -> None:
    cells = dds("农业", "发明专利", "发明", "ZL201310699744.2", "已有样品", "面议")
    records, _, _, _ = run(site([[row("A1")]], details=cells), DD)
    assert body(records[0])["成熟度"] == "已有样品"
    assert body(records[0])["专利号"] == "ZL201310699744.2"


@pytest.mark.parametrize("cells", [("农业", "非专利技术", "x"), ("农业", "有", "1", "2", "样品"), ("",)])
def test_a_cell_too_many_or_too_few_gives_no_record_with_wrong_names(cells: tuple[str, ...]) -> None:
    records, unreadable, complete, _ = run(site([[row("A1")]], details=dds(*cells)), DD)
    assert records == []
    assert "were expected" in unreadable[0].reason
    assert (unreadable[0].identifier, complete) == ("A1", True)


def test_tables_pairs_and_markup() -> None:
    told = (
        "<table class=t><tr><th>适用范围：</th><td>稻田</td><th>前景</th><td>好</td></tr>"
        "<tr><td>简介</td><td><p>一<b>二</b></p><script>alert(1)</script></td></tr></table>"
        "<ul class=p><li>联系部门：科技处</li><li>没有标签</li></ul><a class=f href='/f.pdf'>附件</a><i>x1</i><i>x2</i>"
    )
    options: dict[str, object] = {
        "tables": [{"css": "table.t tr", "html": ["简介"]}],
        "pairs": [{"css": "ul.p li"}],
        "columns": {
            "附件": {"css": "a.f", "take": "@href"},
            "号": {"css": "i", "pattern": r"x(\d)", "many": True},
            "无": {"css": "b.none"},
        },
    }
    records, _, _, _ = run(site([[row("A1")]], details=lambda _: page(told)), options)
    assert body(records[0]) == {
        "更新时间": "2019-3-1",
        "附件": "/f.pdf",
        "号": ["1", "2"],
        "适用范围": "稻田",
        "前景": "好",
        "简介": "<p>一<b>二</b></p><script>alert(1)</script>",
        "联系部门": "科技处",
    }


def test_a_record_listed_twice_comes_twice_the_later_one_last() -> None:
    pages = [[row("A1", "2019-3-1"), row("A2"), row("A3")], [row("A1", "2019-4-1"), row("A4")]]
    records, _, complete, _ = run(site(pages), {"modified_format": "%Y-%m-%d"})
    assert [each.identifier for each in records] == ["A1", "A2", "A3", "A1", "A4"]
    assert records[3].modified == datetime(2019, 4, 1, tzinfo=timezone(timedelta(hours=8)))
    assert records[0].digest != records[3].digest
    assert complete


def test_an_incremental_pass_does_not_ask_for_pages_of_old_records() -> None:
    pages = [[row("A1", "2026-03-02"), row("A2", "2026-03-01")], [row("A3", "2019-03-01")], [row("A4", "2018-01-01")]]
    since = datetime(2026, 3, 1, 12, tzinfo=UTC)
    records, _, complete, asked = run(site(pages), {"newest_first": True}, since)
    assert [each.identifier for each in records] == ["A1"]
    assert not complete
    assert [each.path for each in asked] == ["/robots.txt", "/list.do", "/info.do", "/list.do"]


def test_columns_of_the_list_alone_make_a_record() -> None:
    records, _, complete, asked = run(site(PAGES), {"columns": {}})
    assert body(records[3]) == {"更新时间": "2019-3-1"}
    assert complete
    assert "/info.do" not in [each.path for each in asked]


# The end of the list.


def test_an_empty_page_without_proof_ends_the_pass_but_not_completely() -> None:
    _, _, complete, _ = run(site(PAGES), {"frame": "", "row": "li"})
    assert not complete


def test_a_page_that_is_not_the_list_is_no_end_of_it() -> None:
    message = broken(site(PAGES, past=lambda _: page(LOGIN)), TerminalError)
    assert "a page titled '用户登录' (status 200) stands where the list was promised" in message


def test_a_first_page_without_rows_is_no_empty_list_unless_it_proves_to_be_one() -> None:
    assert "用户登录" in broken(lambda _: page(LOGIN), TerminalError, {"frame": "", "robots": False})
    records, _, complete, _ = run(site([]))
    assert (records, complete) == ([], True)


@pytest.mark.parametrize(
    ("announced", "complete"), [("2", True), ("3", False), ("1", True), ("0", False), ("x", False)]
)
def test_a_last_page_that_repeats_needs_the_announced_number(announced: str, complete: bool) -> None:
    pages = [[row("A1"), row("A2"), row("A3")], [row("A4"), row("A5"), row("A6")]]
    extra = f"<b class=last>共{announced}页</b>"
    options: dict[str, object] = {"last_page": {"css": "b.last", "pattern": r"共(\w+)页"}}
    records, _, told, asked = run(site(pages, extra=extra, past=lambda _: listed(pages[1], extra)), options)
    assert [each.identifier for each in records] == ["A1", "A2", "A3", "A4", "A5", "A6"]
    assert told is complete
    assert len([each for each in asked if each.path == "/list.do"]) == 3


@pytest.mark.parametrize(("total", "complete"), [("4", True), ("1,004", False), ("0", True), ("", True)])
def test_a_total_must_be_reached(total: str, complete: bool) -> None:
    options: dict[str, object] = {"total": {"css": "i", "pattern": r"[\d,]+"}}
    _, _, told, _ = run(site(PAGES, extra=f"<i>共 {total} 条</i>"), options)
    assert told is complete


def test_a_total_told_on_the_first_page_alone_still_counts() -> None:
    options: dict[str, object] = {"total": {"css": "i"}}
    _, _, complete, _ = run(site(PAGES, extra="<i>9</i>", past=lambda _: listed([])), options)
    assert not complete


def test_a_site_that_ignores_our_paging_is_not_complete() -> None:
    full = listed([row("A1"), row("A2"), row("A3")])
    records, _, complete, asked = run(site([], past=lambda _: full))
    assert ([each.identifier for each in records], complete) == (["A1", "A2", "A3"], False)
    assert len([each for each in asked if each.path == "/list.do"]) == 2


def linked(number: int, target: str) -> Reply:
    return listed([row(f"A{number}")], f"<a class=next href='{target}'>下一页</a>")


NEXT: dict[str, object] = {"page_param": "", "size_param": "", "method": "GET", "next": "a.next"}


def chain(following: Callable[[int], str], rows: Callable[[int], Reply] | None = None) -> Behaviour:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(status=404)
        if asked.path == "/info.do":
            return page(detail(asked.query["pkid"]))
        number = int(asked.query.get("p", "1"))
        return rows(number) if rows else linked(number, following(number))

    return answer


def test_the_next_page_by_its_link() -> None:
    records, _, complete, _ = run(chain(lambda n: f"/list.do?p={n + 1}" if n < 3 else "javascript:;"), NEXT)
    assert ([each.identifier for each in records], complete) == (["A1", "A2", "A3"], True)


def test_links_that_run_in_a_circle_end_with_a_word() -> None:
    assert "run in a circle" in broken(chain(lambda n: f"/list.do?p={n % 3 + 1}"), TerminalError, NEXT)


def test_endless_links_to_pages_without_news_end_with_a_word() -> None:
    behaviour = chain(str, lambda n: listed([row("A1")], f"<a class=next href='?p={n + 1}'>下一页</a>"))
    assert "run in a circle" in broken(behaviour, TerminalError, NEXT)


def test_endless_links_to_new_records_end_at_the_limit() -> None:
    message = broken(chain(lambda n: f"?p={n + 1}"), TerminalError, NEXT, max_pages=5)
    assert "limits.max_pages" in message


def test_a_last_page_without_list_is_no_proof() -> None:
    behaviour = chain(str, lambda n: linked(1, "?p=2") if n == 1 else page(LOGIN))
    assert "用户登录" in broken(behaviour, TerminalError, NEXT)


# Records that cannot be read.


def test_a_login_page_in_place_of_a_record_is_reported() -> None:
    def details(key: str) -> Reply:
        return Reply(status=302, headers={"Location": "/info.do?pkid=login"}) if key == "A2" else page(detail(key))

    def login(key: str) -> Reply:
        return page(LOGIN) if key == "login" else details(key)

    records, unreadable, complete, _ = run(site(PAGES, details=login))
    assert [each.identifier for each in records] == ["A1", "A3", "A4"]
    assert unreadable[0].identifier == "A2"
    assert "a page titled '用户登录' stands where the record was promised" in unreadable[0].reason
    assert complete  # the list was whole: A2 is there, only unreadable


def test_a_login_page_with_a_heading_is_told_by_the_record_s_frame() -> None:
    def details(key: str) -> Reply:
        return page("<title>登录</title><h2>请登录</h2>" if key == "A2" else f"<div id=info>{detail(key)}</div>")

    records, unreadable, _, _ = run(site(PAGES, details=details), {"record_frame": "#info"})
    assert (len(records), [each.identifier for each in unreadable]) == (3, ["A2"])


@pytest.mark.parametrize("status", [404, 410])
def test_a_listed_record_whose_page_is_gone(status: int) -> None:
    def details(key: str) -> Reply:
        return Reply(status=status) if key == "A2" else page(detail(key))

    records, unreadable, _, _ = run(site(PAGES, details=details))
    assert (len(records), unreadable[0].identifier) == (3, "A2")
    assert f"its page answers status {status}" in unreadable[0].reason
    records, unreadable, complete, _ = run(site(PAGES, details=details), {"gone": "delete"})
    assert ([(each.identifier, each.deleted) for each in records][1], unreadable, complete) == (("A2", True), [], True)


def test_one_page_that_always_fails_costs_one_record() -> None:
    def details(key: str) -> Reply:
        return Reply(status=500) if key == "A2" else page(detail(key))

    records, unreadable, complete, _ = run(site(PAGES, details=details))
    assert (len(records), unreadable[0].identifier, complete) == (3, "A2", True)


@pytest.mark.parametrize("status", [412, 500])
def test_a_site_that_refuses_every_page_ends_the_pass(status: int) -> None:
    pages = [[row(f"A{number}") for number in range(20)]]
    message = broken(site(pages, details=lambda _: Reply(status=status)), HarvestError)
    assert f"status {status}" in message


def test_a_list_that_refuses_programs_says_what_to_do() -> None:
    assert "ask the province to allow this node" in broken(lambda _: Reply(status=412), TerminalError)


def test_robots_txt_is_kept_to() -> None:
    inner = site(PAGES)

    def answer(asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(b"User-agent: *\nDisallow: /info.do", media_type="text/plain")
        return inner(asked)

    assert "its rule 'Disallow: /info.do'" in broken(answer, TerminalError)
    records, _, _, _ = run(answer, {"robots": False})
    assert len(records) == 4


@pytest.mark.parametrize(
    "link",
    [
        "http://evil.example/info.do?pkid=A2",
        "file:///etc/passwd?pkid=A2",
        "//evil.example/?pkid=A2",
        "http://[?pkid=A2",
    ],
)
def test_a_link_to_another_host_is_not_followed(link: str) -> None:
    records, unreadable, _, _ = run(site([[row("A1"), f"<li><a href='{link}'>x</a></li>"]]))
    assert [each.identifier for each in records] == ["A1"]
    assert (unreadable[0].identifier, "leads away" in unreadable[0].reason) == ("A2", True)


def test_a_host_that_is_named_is_still_guarded() -> None:
    behaviour = site([["<li><a href='http://10.0.0.1/info.do?pkid=A2'>x</a></li>"]])
    message = broken(behaviour, AddressRefused, {"hosts": ["10.0.0.1"]})
    assert "not a public address" in message


def test_a_row_without_a_key_makes_the_pass_incomplete() -> None:
    records, unreadable, complete, _ = run(site([[row("A1"), "<li>广告</li>"]]))
    assert (len(records), unreadable[0].identifier, complete) == (1, "page 1, row 2", False)


def test_a_10_mb_image_leaves_its_digest_and_scripts_stay_as_they_are() -> None:
    def details(key: str) -> Reply:
        data = ("A" if key == "A1" else "B") * 10_500_000
        image = f"<img src='data:image/png;base64,{data}'>"
        return page(f"<h2>成果</h2><div class=t>简介{image}<script>alert(1)</script></div>")

    options: dict[str, object] = {"columns": {"简介": {"css": "div.t", "take": "html"}, "名": {"css": "div.t"}}}
    records, unreadable, _, _ = run(site([[row("A1"), row("A2")]], details=details), options)
    assert unreadable == []
    first, second = (body(each)["简介"] for each in records)
    assert len(records[0].body) < 1000
    assert "data:image/png;sha256," in first
    assert "<script>alert(1)</script>" in first
    assert first != second
    assert body(records[0])["名"] == "简介"


def test_a_record_beyond_the_limit_is_named() -> None:
    details = site([[row("A1")]], details=lambda _: page(f"<h2>{'长' * 5000}</h2>"))
    _, unreadable, complete, _ = run(details, max_record_bytes=4000)
    assert "limits.max_record_bytes" in unreadable[0].reason
    assert complete


HOSTILE = {
    "depth": "<h2>t</h2>" + "<font>" * 100_000,
    "attributes": "<h2>t</h2><img " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
    "hidden attributes": "<!-- <a b='--><img c=\"'> \" " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
    "text": "<h2>" + "x" * 11_000_000 + "</h2>",
    "nothing": "",
    "blank": " \n",
    "comment": "<!--" * 100_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_page_costs_little_and_only_itself(kind: str) -> None:
    def details(key: str) -> Reply:
        return page(HOSTILE[kind] if key == "A2" else detail(key))

    begun = time.monotonic()
    records, unreadable, _, _ = run(site(PAGES, details=details))
    assert time.monotonic() - begun < 4
    assert (len(records), [each.identifier for each in unreadable]) == (3, ["A2"])


def test_many_values_of_one_name_are_refused() -> None:
    rows = "".join(f"<tr><td>a</td><td>{number}</td></tr>" for number in range(3000))
    details = site([[row("A1")]], details=lambda _: page(f"<table>{rows}</table>"))
    _, unreadable, _, _ = run(details, {"tables": [{"css": "tr"}]})
    assert "more than 1000 values" in unreadable[0].reason


def test_a_bulky_script_is_left_out_and_the_page_read() -> None:
    details = site([[row("A1")]], details=lambda _: page(f"<script>{'var a=1;' * 50_000}</script><h2>成果</h2>"))
    records, _, _, _ = run(details)
    assert body(records[0])["成果名称"] == "成果"


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.binary(max_size=300), st.sampled_from(["", "gb2312", "utf-16", "hex", "nonsense"]))
def test_any_bytes_are_a_page_or_unusable(content: bytes, charset: str) -> None:
    answer = Answer("http://x.example/", 200, {"content-type": f"text/html; charset={charset}"}, content)
    try:
        found = read_page(answer)
    except Unusable:
        return
    text(found.root).encode()
    markup(found.root).encode()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"row": "li["}, "no CSS selector"),
        ({"key": "("}, "no regular expression"),
        ({"columns": {"a": {"css": "b", "take": "image"}}}, '"text", "html" or an attribute'),
        ({"columns": {"a": {"selector": "b"}}}, "selector"),
        ({"detail_url": "/info.do"}, '"{key}"'),
        ({"next": "a"}, "not by both"),
        ({"utc_offset": "8"}, "utc_offset"),
        ({"frames": "ul"}, "did you mean 'frame'"),
        (
            {"positions": [{"css": "dd", "names": ["a"], "shift": {"at": 4, "unless": "x", "from": 0, "by": 1}}]},
            "outside",
        ),
        (
            {
                "positions": [
                    {"css": "dd", "names": ["a"], "shift": {"at": 0, "unless": "x", "from": 1, "by": 2, "names": ["b"]}}
                ]
            },
            "needs 2 names",
        ),
        ({"headers": {"Cookie": "s3cret-cookie"}}, "never written in plain"),
    ],
)
def test_wrong_options_are_told_before_any_request(options: dict[str, object], words: str) -> None:
    with pytest.raises(OptionsError) as caught:
        harvester("html", endpoint("http://x.example/", OPTIONS | options))
    assert words in str(caught.value)
    assert "cn-test" in str(caught.value)
    assert "s3cret" not in str(caught.value)


def test_secret_headers_go_to_the_source_s_own_host_alone() -> None:
    with serving(site([], details=lambda key: page(detail(key)))) as other:
        behaviour = site([[f"<li><a href='{other.url}/info.do?pkid=A1'>x</a></li>", row("A2")]])
        with serving(behaviour) as server:
            options = OPTIONS | {
                "hosts": [f"127.0.0.1:{other.port}"],
                "headers": {"X-Key": {"env": "KEY"}},
                "robots": False,
            }
            place = endpoint(server.url + "/list.do", options)
            _, error = until_failure(harvester("html", place, Secrets({"KEY": "s3cret-value"})))
            assert isinstance(error, AddressRefused)  # allow_private opens the source's own place, no other
            assert other.asked == []
            assert server.asked[0].headers["x-key"] == "s3cret-value"
