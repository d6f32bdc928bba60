"""Paged JSON interfaces as provinces run them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from harvesters import harvester
from harvesters.base import (
    HarvestError,
    LimitExceeded,
    OptionsError,
    RawRecord,
    TerminalError,
    TransientError,
    Unreadable,
)
from harvesters.secrets import Secrets
from tests.harvesters.endpoints import endpoint, read, split, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, script, serving

PAGED: dict[str, object] = {"record_path": "data.rows", "total_path": "data.total", "size": 10}


def paged(
    rows: list[Any], total: Callable[[int], object] = lambda size: size, cap: int = 1000, past: str = "empty"
) -> Behaviour:
    """page/size paging; beyond the end an empty page, or the last one again."""

    def answer(asked: Asked) -> Reply:
        size = min(int(asked.query["size"]), cap)
        last = max(0, (len(rows) - 1) // size)
        page = int(asked.query["page"]) - 1
        page = min(page, last) if past == "last" else page
        part = rows[page * size : (page + 1) * size]
        return Reply(json.dumps({"data": {"rows": part, "total": total(len(rows))}}, ensure_ascii=False).encode())

    return answer


def rows(count: int) -> list[dict[str, object]]:
    return [{"id": number, "成果名称": f"成果{number}"} for number in range(1, count + 1)]


def run(
    behaviour: Behaviour, options: dict[str, object] | None = None, secrets: Secrets | None = None, **limits: float
) -> tuple[list[RawRecord], list[Unreadable], bool, list[Asked]]:
    with serving(behaviour) as server:
        pass_ = harvester("json_api", endpoint(server.url + "/list", PAGED | (options or {}), **limits), secrets)
        assert not pass_.complete
        records, unreadable = read(pass_)
        return records, unreadable, pass_.complete, server.asked


def broken(
    behaviour: Behaviour, kind: type[HarvestError], options: dict[str, object] | None = None, **limits: float
) -> str:
    with serving(behaviour) as server:
        pass_ = harvester("json_api", endpoint(server.url + "/list", PAGED | (options or {}), **limits))
        with pytest.raises(kind) as caught:
            list(pass_.records())
        assert not pass_.complete
    return str(caught.value)


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


def test_offset_paging() -> None:
    def answer(asked: Asked) -> Reply:
        start, size = int(asked.query["offset"]), int(asked.query["limit"])
        return Reply(json.dumps({"data": {"rows": rows(25)[start : start + size], "total": 25}}).encode())

    records, _, complete, _ = run(answer, {"paging": "offset", "size_param": "limit"})
    assert (len(records), complete) == (25, True)


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
    ],
)
def test_wrong_options_are_refused_before_any_request(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        harvester("json_api", endpoint("http://127.0.0.1:9", options), Secrets({}))
    assert message in str(caught.value)
