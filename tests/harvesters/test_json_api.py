"""Paged JSON interfaces as provinces run them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone

import pytest

from harvesters import harvester
from harvesters.base import HarvestError, LimitExceeded, OptionsError, TerminalError, TransientError
from harvesters.secrets import Secrets
from tests.harvesters.apis import PAGED, broken, paged, rows, run
from tests.harvesters.endpoints import endpoint, split, until_failure
from tests.harvesters.servers.web import Asked, Reply, script, serving


def test_pages_are_read_to_the_end_and_bodies_kept_as_they_stand() -> None:
    text = (
        b'{"data": {"total": "2", "rows": [{"id": "a",  "price": 120.10}, {"id": "b", "n": 12345678901234567890.125}]}}'
    )
    records, unreadable, complete, _ = run(script(Reply(text)))
    assert [each.identifier for each in records] == ["a", "b"]
    assert records[0].body == b'{"id": "a",  "price": 120.10}'
    assert records[1].body == b'{"id": "b", "n": 12345678901234567890.125}'
    assert (unreadable, complete) == ([], True)


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 25, 30])
@pytest.mark.parametrize("past", ["empty", "last"])
def test_an_honest_total_makes_a_complete_pass(count: int, past: str) -> None:
    records, _, complete, _ = run(paged(rows(count), past=past))
    assert sorted({int(each.identifier) for each in records}) == list(range(1, count + 1))
    assert len(records) == count
    assert complete


def test_a_total_of_zero_is_a_lie_and_paging_goes_on_to_the_empty_page() -> None:
    records, _, complete, asked = run(paged(rows(25), total=lambda _: 0))
    assert (len(records), complete, len(asked)) == (25, True, 4)


def test_a_total_that_is_too_large_is_never_complete() -> None:
    records, _, complete, _ = run(paged(rows(25), total=lambda size: size + 5))
    assert (len(records), complete) == (25, False)


def test_a_total_that_is_too_small_does_not_end_the_listing() -> None:
    records, _, complete, _ = run(paged(rows(25), total=lambda _: 7))
    assert (len(records), complete) == (25, True)


@pytest.mark.parametrize("total", [None, "many", -1, 1.5, [], "9" * 40])
def test_a_total_that_is_no_number_counts_as_none(total: object) -> None:
    records, _, complete, _ = run(paged(rows(12), total=lambda _: total))
    assert (len(records), complete) == (12, True)


def test_a_source_that_repeats_its_first_full_page_is_not_complete() -> None:
    records, _, complete, _ = run(lambda _: Reply(json.dumps({"data": {"rows": rows(10)}}).encode()))
    assert (len(records), complete) == (10, False)


def test_a_source_without_paging_whose_page_is_short_is_complete() -> None:
    records, _, complete, asked = run(lambda _: Reply(json.dumps({"data": {"rows": rows(7)}}).encode()))
    assert (len(records), complete, len(asked)) == (7, True, 2)


def test_a_repeated_page_that_falls_short_of_the_total_is_not_complete() -> None:
    records, _, complete, _ = run(lambda _: Reply(json.dumps({"data": {"rows": rows(7), "total": 70}}).encode()))
    assert (len(records), complete) == (7, False)


def test_a_source_that_caps_the_page_size_is_read_whole() -> None:
    records, _, complete, _ = run(paged(rows(25), cap=4))
    assert (len(records), complete) == (25, True)


def test_a_duplicate_on_a_later_page_is_yielded_and_comes_last() -> None:
    many = rows(10) + [{"id": 3, "成果名称": "新"}] + [{"id": 11}]
    records, _, complete, _ = run(paged(many, total=lambda _: 11))
    assert [each.identifier for each in records].count("3") == 2
    assert "新".encode() in [each.body for each in records if each.identifier == "3"][-1]
    assert complete


@pytest.mark.parametrize("newer_first", [False, True])
def test_of_two_records_with_one_key_the_newer_counts_whichever_page_it_is_on(newer_first: bool) -> None:
    old, new = {"id": 3, "m": "2026-01-01"}, {"id": 3, "m": "2026-02-01"}
    first, last = (new, old) if newer_first else (old, new)
    many = [{"id": n, "m": "2026-01-01"} for n in range(10, 19)]
    records, _, complete, _ = run(paged([first, *many, last], total=lambda _: 10), {"modified_path": "m"})
    assert json.loads([each.body for each in records if each.identifier == "3"][-1]) == new
    assert complete


def test_offset_paging() -> None:
    def answer(asked: Asked) -> Reply:
        start, size = int(asked.query["offset"]), int(asked.query["limit"])
        return Reply(json.dumps({"data": {"rows": rows(25)[start : start + size], "total": 25}}).encode())

    records, _, complete, _ = run(answer, {"paging": "offset", "size_param": "limit"})
    assert (len(records), complete) == (25, True)


def test_offsets_may_count_from_one() -> None:
    def answer(asked: Asked) -> Reply:
        start, size = int(asked.query["STARTNUM"]) - 1, int(asked.query["PAGENUM"])
        return Reply(json.dumps({"data": {"rows": rows(25)[start : start + size], "total": 25}}).encode())

    options: dict[str, object] = {
        "paging": "offset",
        "offset_param": "STARTNUM",
        "size_param": "PAGENUM",
        "first_offset": 1,
    }
    records, _, complete, _ = run(answer, options)
    assert ([int(each.identifier) for each in records], complete) == (list(range(1, 26)), True)


def cursors(asked: Asked) -> Reply:
    start = int(asked.query.get("after", "0"))
    following = start + 10 if start + 10 < 25 else None
    return Reply(json.dumps({"data": {"rows": rows(25)[start : start + 10], "next": following, "total": 25}}).encode())


CURSOR: dict[str, object] = {"paging": "cursor", "cursor_param": "after", "cursor_path": "data.next"}


def test_cursor_paging() -> None:
    records, _, complete, _ = run(cursors, CURSOR)
    assert (len(records), complete) == (25, True)


def test_a_cursor_in_a_circle_is_terminal() -> None:
    def answer(asked: Asked) -> Reply:
        start = int(asked.query.get("after", "0"))
        return Reply(
            json.dumps({"data": {"rows": rows(30)[start : start + 10], "next": (start + 10) % 30 or 10}}).encode()
        )

    assert "circle" in broken(answer, TerminalError, CURSOR)


def linked(target: str) -> Callable[[Asked], Reply]:
    def answer(asked: Asked) -> Reply:
        start = int(asked.query.get("after", "0"))
        assert asked.query["key"] == "k3y-k3y-k3y"
        links = f'<{target}?after={start + 10}>; rel="next", </>; rel="first"' if start < 20 else '</>; rel="first"'
        return Reply(json.dumps(rows(25)[start : start + 10]).encode(), headers={"Link": links})

    return answer


LINK: dict[str, object] = {"paging": "link", "record_path": "", "total_path": "", "params": {"key": "k3y-k3y-k3y"}}


def test_paging_by_the_link_header_keeps_our_parameters() -> None:
    records, _, complete, asked = run(linked("/list"), LINK)
    assert (len(records), complete, len(asked)) == (25, True, 3)


def test_a_link_to_another_host_is_not_followed_with_our_key() -> None:
    assert "another host" in broken(linked("http://127.0.0.2/list"), TerminalError, LINK)


def test_a_link_that_is_no_address_is_not_followed() -> None:
    assert "another host" in broken(linked("http://[::1/list"), TerminalError, LINK)


def test_a_link_in_a_circle_is_terminal() -> None:
    def answer(_: Asked) -> Reply:
        return Reply(json.dumps(rows(10)).encode(), headers={"Link": '</list?after=1>; rel="next"'})

    assert "circle" in broken(answer, TerminalError, {"paging": "link", "record_path": "", "total_path": ""})


def test_a_list_without_end_stops_at_its_limits() -> None:
    def answer(asked: Asked) -> Reply:
        page = int(asked.query["page"])
        return Reply(json.dumps({"data": {"rows": [{"id": page * 10 + each} for each in range(10)]}}).encode())

    assert "max_records" in broken(answer, LimitExceeded, max_records=95)
    assert "max_pages" in broken(answer, LimitExceeded, max_pages=5)


def test_shanghai_form_post_with_token_and_json_in_a_string_without_total() -> None:
    many = [{"achvCode": f"SH{each:03}", "transModes": ["01", "03"]} for each in range(23)]

    def answer(asked: Asked) -> Reply:
        form = dict(pair.split("=") for pair in asked.body.decode().split("&"))
        if asked.method != "POST" or form["token"] != "t0k3n":
            return Reply(b"{}", status=401)
        start = int(form["offset"])
        inner = json.dumps({"data": many[start : start + int(form["limit"])], "total": 0})
        return Reply(json.dumps({"code": "000000", "data": inner}).encode())

    options: dict[str, object] = {
        "method": "POST",
        "send": "form",
        "paging": "offset",
        "size_param": "limit",
        "record_path": "data.data",
        "total_path": "data.total",
        "id_path": "achvCode",
        "params": {"token": {"env": "SH_TOKEN"}},
    }
    records, _, complete, _ = run(answer, options, Secrets({"SH_TOKEN": "t0k3n"}))
    assert (len(records), complete) == (23, True)
    assert json.loads(records[0].body)["transModes"] == ["01", "03"]


def test_json_post_with_bearer_header_and_constants() -> None:
    def answer(asked: Asked) -> Reply:
        question = json.loads(asked.body)
        assert question == {"dataId": "x", "all": True, "page": question["page"], "size": 10}
        assert asked.headers["authorization"] == "Bearer b"
        assert asked.headers["x-client"] == "c"
        return Reply(json.dumps({"data": {"rows": rows(4) if question["page"] == 0 else [], "total": 4}}).encode())

    options: dict[str, object] = {
        "method": "POST",
        "send": "json",
        "first_page": 0,
        "params": {"dataId": "x", "all": True},
        "bearer": {"env": "B"},
        "headers": {"X-Client": {"env": "C"}},
    }
    assert run(answer, options, Secrets({"B": "b", "C": "c"}))[2]


def test_a_code_that_means_busy_is_tried_again() -> None:
    replies = [
        Reply(b'{"errcode": 10004, "msg": "too many"}'),
        Reply(b'{"errcode": "0", "data": {"rows": [{"id": 1}], "total": 1}}'),
    ]
    options: dict[str, object] = {
        "status_path": "errcode",
        "ok_values": ("0",),
        "busy_values": ("10004",),
        "message_path": "msg",
    }
    assert run(script(*replies), options)[2]
    assert "'10004' too many" in broken(script(replies[0]), TransientError, options)


def test_a_code_that_means_failure_is_terminal_and_tells_its_message() -> None:
    options: dict[str, object] = {"status_path": "errcode", "ok_values": ("0",), "message_path": "msg"}
    message = broken(script(Reply('{"errcode": 10001, "msg": "密钥\\u202e无效\\n"}'.encode())), TerminalError, options)
    assert "'10001' 密钥 无效; ok_values are 0" in message


def test_what_was_read_before_a_malformed_page_is_kept() -> None:
    good = Reply(json.dumps({"data": {"rows": rows(10), "total": 20}}).encode())
    with serving(script(good, Reply(b"oops", status=200))) as server:
        pass_ = harvester("json_api", endpoint(server.url, PAGED))
        seen, error = until_failure(pass_)
    assert "not JSON" in str(error)
    assert len(seen) == 10
    assert not pass_.complete


def test_bad_records_are_reported_and_do_not_stop_the_others() -> None:
    many = [
        {"id": 1},
        {"id": None},
        {"id": ""},
        {"name": "x"},
        5,
        None,
        [],
        "text",
        {"id": {"a": 1}},
        {"id": "a\u0000b"},
        {"id": 2},
    ]
    records, unreadable, complete, _ = run(paged(many))
    assert [each.identifier for each in records] == ["1", "2"]
    assert len(unreadable) == 9
    assert "page 1, record 2" in [each.identifier for each in unreadable]
    assert not complete


def test_a_record_that_is_too_large_is_reported_by_name_and_absence_still_means_something() -> None:
    many = [{"id": 1}, {"id": 2, "text": "x" * 5000}]
    records, unreadable, complete, _ = run(paged(many), max_record_bytes=1000)
    assert [each.identifier for each in records] == ["1"]
    assert [each.identifier for each in unreadable] == ["2"]
    assert complete


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"data": {"rows": [{"id": "\xe9\x95\x95"}], "total": 1}}',
        '{"data": {"rows": [{"id": "镕"}], "total": 1}}'.encode("gb18030"),
        '\ufeff{"data": {"rows": [{"id": "镕"}], "total": 1}}'.encode("utf-16-le"),
        'callback({"data": {"rows": [{"id": "镕"}], "total": 1}});'.encode(),
        '/**/jQuery12_3( {"data": {"rows": [{"id": "镕", "price": NaN}], "total": 1}} )'.encode(),
        '{"data": "{\\"rows\\": \\"[{\\\\\\"id\\\\\\": \\\\\\"镕\\\\\\"}]\\", \\"total\\": \\"1\\"}"}'.encode(),
        '{"data": {"rows": [{"id": "镕", "text": "a\\ud800b\\udc00\x01"}], "total": 1}}'.encode(),
    ],
    ids=["bom", "gb18030", "utf-16", "jsonp", "jsonp with NaN", "strings in strings", "lone surrogates"],
)
@pytest.mark.parametrize(
    "charset", ["", "; charset=utf-8", "; charset=gb2312", "; charset=ISO-8859-1", "; charset=nonsense"]
)
def test_json_as_it_really_comes(body: bytes, charset: str) -> None:
    records, unreadable, complete, _ = run(script(Reply(body, media_type="application/json" + charset)))
    assert [each.identifier for each in records] == ["镕"]
    assert (unreadable, complete) == ([], True)
    assert len(records[0].digest) == 64  # the body is JSON for everyone downstream
    records[0].body.decode()


def test_only_changes_are_asked_for_and_such_a_pass_is_never_complete() -> None:
    def answer(asked: Asked) -> Reply:
        assert asked.query["from"] == "2026-03-01 08:00:00"
        return Reply(
            json.dumps({"data": {"rows": [{"id": 1, "更新时间": "2026-03-02 00:00:00"}], "total": 1}}).encode()
        )

    options = PAGED | {"since_param": "from", "modified_path": "更新时间"}
    with serving(answer) as server:
        pass_ = harvester("json_api", endpoint(server.url, options))
        records, _ = split(list(pass_.records(datetime(2026, 3, 1, tzinfo=UTC))))
    assert records[0].modified == datetime(2026, 3, 2, tzinfo=timezone(timedelta(hours=8)))
    assert not pass_.complete


def test_a_source_that_cannot_tell_changes_is_filtered_here() -> None:
    many = [{"id": 1, "m": "2026-01-01"}, {"id": 2, "m": "2026-05-01"}, {"id": 3, "m": "?"}]
    with serving(paged(many)) as server:
        pass_ = harvester("json_api", endpoint(server.url, PAGED | {"modified_path": "m"}))
        records, _ = split(list(pass_.records(datetime(2026, 3, 1, tzinfo=UTC))))
    assert [each.identifier for each in records] == ["2", "3"]


def test_deletions_composed_keys_and_the_address_of_a_record() -> None:
    many = [{"a": "x|y", "b": "z", "状态": "已删除"}, {"a": "x", "b": "y|z", "状态": "有效"}]
    options: dict[str, object] = {
        "id_path": ("a", "b"),
        "deleted_path": "状态",
        "deleted_values": ("已删除",),
        "record_url": "https://kjt.example/item/{id}",
    }
    records, _, complete, _ = run(paged(many), options)
    assert [(each.identifier, each.deleted) for each in records] == [("x\\|y|z", True), ("x|y\\|z", False)]
    assert records[0].body == b""
    assert records[1].url == "https://kjt.example/item/x%7Cy%5C%7Cz"
    assert complete


def test_text_that_only_looks_like_json_is_text() -> None:
    many = [{"id": "[2019]001", "m": "{?"}, {"id": "{}"}]
    records, unreadable, complete, _ = run(paged(many), {"modified_path": "m"})
    assert [each.identifier for each in records] == ["[2019]001", "{}"]
    assert (unreadable, complete) == ([], True)


def test_a_wrong_record_path_names_what_is_there() -> None:
    message = broken(script(Reply(b'{"code": 1, "result": []}')), TerminalError)
    assert "no list at record_path = 'data.rows'; the answer holds: code, result" in message


@pytest.mark.parametrize(
    "body", [b"[" * 200_000, b'{"a":' * 100_000, b"", b"\xff\xfe", b'"x"', b"1", b"null", b'{"data": "{broken"}']
)
def test_strange_documents_end_in_a_typed_error(body: bytes) -> None:
    broken(script(Reply(body)), HarvestError)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pagesize": 5}, "json_api has no option 'pagesize'; did you mean 'size'? Allowed: method, send"),
        ({"size": 0}, "size"),
        ({"bearer": "plain"}, "never written in plain"),
        ({"bearer": {"env": "MISSING"}}, "environment variable MISSING is not set"),
        ({"bearer": {"envir": "X"}}, "envir"),
        ({"bearer": {}}, "one of the two"),
        ({"paging": "cursor"}, "cursor_path"),
        ({"utc_offset": "Beijing"}, "utc_offset"),
        ({"method": "DELETE"}, "method"),
        ({"headers": {"Authorization": "Bearer plain"}}, "'headers.Authorization' is never written in plain"),
        ({"callback": "alert(1)//"}, "no name of a function"),
        ({"callback": "cb", "format": "xml"}, "around JSON"),
        ({"auth_values": ["1"]}, "status_path"),
        ({"explained_status": [500]}, "explained_status"),
        ({"detail": {"url": "http://127.0.0.2:9/x/{id}"}}, "not on the host of"),
        ({"detail": {"uri": "x"}}, "Allowed: url, method, send"),
    ],
)
def test_wrong_options_are_refused_before_any_request(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        harvester("json_api", endpoint("http://127.0.0.1:9", options), Secrets({}))
    assert message in str(caught.value)


def heading(asked: Asked) -> Reply:
    """A listing of headings with a detail by UUID, POSTed as JSON: one of them is gone, one has no content."""
    if asked.path == "/list":
        return Reply(
            json.dumps({"data": {"rows": [{"id": n, "uuid": f"u/{n}"} for n in range(4)], "total": 4}}).encode()
        )
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    number = json.loads(asked.body)["dataId"].removeprefix("u/")
    assert json.loads(asked.body) == {"dataId": f"u/{number}", "token": "t0k3n", "n": 1}
    if number == "1":
        return Reply(b"gone", status=404)
    return Reply(json.dumps({"data": None if number == "2" else {"id": number, "text": "whole"}}).encode())


def detailed(url: str) -> dict[str, object]:
    params = {"dataId": "{id}", "token": {"env": "T"}, "n": 1}
    method = {"method": "POST", "send": "json", "id_path": "uuid", "record_path": "data"}
    return PAGED | {"detail": {"url": f"{url}/detail", "params": params, **method}}


def test_a_detail_is_asked_for_each_record_and_one_that_fails_is_reported() -> None:
    with serving(heading) as server:
        pass_ = harvester("json_api", endpoint(server.url + "/list", detailed(server.url)), Secrets({"T": "t0k3n"}))
        records, unreadable = split(list(pass_.records()))
    assert [json.loads(each.body) for each in records] == [{"id": n, "text": "whole"} for n in ("0", "3")]
    assert [each.identifier for each in unreadable] == ["1", "2"]
    assert "status 404" in unreadable[0].reason
    assert "no record at detail.record_path" in unreadable[1].reason
    assert pass_.complete  # they are there, so absence still means something


def test_details_that_all_fail_end_the_pass() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/list":
            return Reply(json.dumps({"data": {"rows": rows(30), "total": 30}}).encode())
        return Reply(status=403)

    with serving(answer) as server:
        options = PAGED | {"detail": {"url": server.url + "/item/{id}"}}
        seen, error = until_failure(harvester("json_api", endpoint(server.url + "/list", options)))
        assert [asked.path for asked in server.asked[1:3]] == ["/item/1", "/item/2"]
    assert len(seen) == 9
    assert "status 403" in str(error)


def test_details_of_records_that_did_not_change_are_not_asked_for() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/list":
            many = [{"id": n, "m": f"2026-0{n}-01"} for n in range(1, 5)]
            return Reply(json.dumps({"data": {"rows": many, "total": 4}}).encode())
        return Reply(json.dumps({"id": asked.path[6:]}).encode())

    with serving(answer) as server:
        options = PAGED | {"modified_path": "m", "detail": {"url": server.url + "/item/{id}"}}
        list(harvester("json_api", endpoint(server.url + "/list", options)).records(datetime(2026, 3, 1, tzinfo=UTC)))
        assert [asked.path for asked in server.asked if asked.path != "/list"] == ["/item/4"]
