"""Files as provinces publish and mail them."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harvesters import harvester
from harvesters.base import (
    AddressRefused,
    Endpoint,
    LimitExceeded,
    Limits,
    OptionsError,
    RawRecord,
    TerminalError,
    TransientError,
)
from harvesters.charset import detect
from harvesters.secrets import Secrets
from tests.harvesters.endpoints import endpoint, read, until_failure
from tests.harvesters.files import KEY, Result, book, guangdong, refused, saved, served, values, zipped
from tests.harvesters.servers.web import Asked, Reply, script, serving

CSV = '登记号,成果名称,完成单位\n9112019Y0001,镕基合金—堃材料,清华大学\n9112019Y0002,"引号,\n换行",北京大学\n'


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("charset", ["", "; charset=gb2312", "; charset=ISO-8859-1", "; charset=utf-8"])
def test_csv_in_every_encoding_however_it_is_labelled(codec: str, charset: str) -> None:
    records, unreadable, complete = served(CSV.encode(codec), KEY, "text/csv" + charset)
    assert [each.identifier for each in records] == ["9112019Y0001", "9112019Y0002"]
    assert values(records)[0] == {"登记号": "9112019Y0001", "成果名称": "镕基合金—堃材料", "完成单位": "清华大学"}
    assert values(records)[1]["成果名称"] == "引号,\n换行"
    assert (unreadable, complete) == ([], True)


def test_big5_is_told_from_gb18030() -> None:
    text = "登記號,名稱\n1,臺南市登革熱病媒蚊密度調查及電動機車充電站地址\n"
    records, _, _ = served(text.encode("big5"), {"key": "登記號"})
    assert values(records)[0]["名稱"] == "臺南市登革熱病媒蚊密度調查及電動機車充電站地址"


def test_a_row_whose_key_cannot_be_an_identifier_is_named_by_its_place() -> None:
    _, unreadable, complete = served("登记号,名\n1,a\n2\x013,b\n".encode(), KEY)
    assert [(each.identifier, "control characters" in each.reason) for each in unreadable] == [("row 3", True)]
    assert not complete


def test_a_line_end_inside_a_key_is_a_space() -> None:
    records, _, complete = served('登记号,名\n"甲 \r\n\t乙",b\n'.encode(), KEY)
    assert ([each.identifier for each in records], complete) == (["甲 乙"], True)
    assert values(records)[0]["登记号"] == "甲 \r\n\t乙"


def test_a_declared_encoding_of_the_options_wins_and_bytes_outside_it_are_marked() -> None:
    records, _, _ = served("登记号,名\n1,a\xffb\n".encode("gb18030")[:-3] + b"\xff\n", KEY | {"encoding": "gb2312"})
    assert "\ufffd" in str(values(records)[0]["名"])


def test_bytes_in_no_encoding_are_refused_with_advice() -> None:
    assert "set encoding in [options]" in str(refused(b"id,x\n1,\xff\xff\xfe\x80\x80\n\xff", {}))


@pytest.mark.parametrize(
    ("text", "options", "name"),
    [
        ("登记号\t名\n1\ta,b\n", {}, "a.tsv"),
        ("登记号\t名\n1\ta,b\n", {}, "cgsb.xls"),
        ("登记号\t名\n1\ta,b\n", {"format": "tsv"}, "download"),
        ("登记号;名\n1;a,b\n", {}, "a.csv"),
        ("登记号|名\n1|a,b\n", {"delimiter": "|"}, "a.csv"),
        ('登记号,名\r\n1,"a,b"\r\n', {}, "a.csv"),
        ('登记号，名\n1，"a,b"\n', {}, "a.csv"),
        ('\n\n登记号,名\n\n1,"a,b"\n\n,\n', {"skip_rows": 2}, "a.csv"),
    ],
)
def test_delimiters_and_names(text: str, options: dict[str, object], name: str) -> None:
    records, unreadable, complete = served(text.encode(), KEY | options, "application/octet-stream", name)
    assert values(records) == [{"登记号": "1", "名": "a,b"}]
    assert (unreadable, complete) == ([], True)


def test_a_row_of_another_width_is_reported_by_its_number() -> None:
    records, unreadable, complete = served(
        "登记号,a,b\n1,x,y\n2,x\n3,x,y,z\n4,x,y,\n5,x,y\n".encode(), KEY | {"skip_notes": False}
    )
    assert [each.identifier for each in records] == ["1", "4", "5"]
    assert [(each.identifier, each.reason) for each in unreadable] == [
        ("row 3", "2 cells under 3 headings"),
        ("row 4", "4 cells under 3 headings"),
    ]
    assert not complete


def test_notes_at_the_end_are_left_out_and_among_the_data_reported() -> None:
    text = "登记号,a,b\n1,x,y\n注：补充,,\n2,x,y\n合计,2,\n说明：本表由科技厅汇总\n数据来源：登记系统,,\n".encode()
    records, unreadable, complete = served(text, KEY)
    assert [each.identifier for each in records] == ["1", "2"]
    assert [each.identifier for each in unreadable] == ["row 3"]
    assert not complete


def test_a_key_of_several_columns_needs_one_that_is_filled() -> None:
    text = "登记号,批次,b,c\n1,,y,\n2,3,y,\n,3,z,\n,,y,z\n"
    records, unreadable, complete = served(text.encode(), {"key": ("登记号", "批次")})
    assert [each.identifier for each in records] == ["1|", "2|3", "|3"]
    assert [(each.identifier, each.reason) for each in unreadable] == [
        ("row 5", "key column '登记号' and '批次' is empty")
    ]
    assert not complete
    lines = '[{"登记号": "1"}, {"批次": 3}, {"b": 1}]'
    records, unreadable, _ = served(lines.encode(), {"key": ("登记号", "批次")}, "application/json", "a.json")
    assert [each.identifier for each in records] == ["1|", "|3"]
    assert [each.identifier for each in unreadable] == ["record 3"]


def test_a_row_without_its_only_key_is_reported() -> None:
    _, unreadable, complete = served("登记号,b\n,y\n".encode(), KEY)
    assert (unreadable[0].reason, complete) == ("key column '登记号' is empty", False)


def test_what_the_registration_system_exports() -> None:
    """GB 18030, CRLF, tabs and line ends inside quotes; more tabs than commas."""
    text = '登记号,成果简介,密级\r\n9612019Y0123,"一\t二\t三\t四\t五\t六\r\n䶮、𬭎、€",非密\r\n'
    for start in ("", "\ufeff"):
        records, unreadable, complete = served((start + text).encode("gb18030"), KEY, "text/csv; charset=gb2312")
        assert values(records) == [
            {"登记号": "9612019Y0123", "成果简介": "一\t二\t三\t四\t五\t六\r\n䶮、𬭎、€", "密级": "非密"}
        ]
        assert (unreadable, complete) == ([], True)


def test_a_mark_written_twice_does_not_become_part_of_the_heading() -> None:
    records, _, _ = served(b"\xef\xbb\xbf\xef\xbb\xbf" + CSV.encode(), KEY)
    assert len(records) == 2


def test_a_table_without_a_heading_gets_its_names_from_the_source_file() -> None:
    options: dict[str, object] = {"key": "网址", "columns": ("名称", "网址")}
    records, unreadable, complete = served("甲,/a\n乙,/b\n".encode(), options)
    assert values(records) == [{"名称": "甲", "网址": "/a"}, {"名称": "乙", "网址": "/b"}]
    assert (unreadable, complete) == ([], True)
    records, _, _ = served("公开目录\n甲,/a\n".encode(), options | {"skip_rows": 1})
    assert [each.identifier for each in records] == ["/a"]
    assert "no column 'id'; columns: 名称, 网址" in str(refused(b"a,b\n", {"columns": ("名称", "网址")}))


@pytest.mark.parametrize(
    ("body", "name", "words"),
    [
        (b"%PDF-1.7\n", "成果.pdf", "a PDF document: ask for the table"),
        (b"Rar!\x1a\x07\x01\x00", "成果.rar", "a RAR archive: pack it as ZIP"),
        (b"7z\xbc\xaf\x27\x1c\0", "a.7z", "a 7z archive"),
        (b"\x00\x01\x00\x00Standard Jet DB\0", "cg.mdb", "an Access database: export its table"),
        (b"\x89PNG\r\n", "a.csv", "a picture"),
        (zipped({"word/document.xml": b"<w/>"}), "成果.docx", "a Word document"),
        (zipped({"mimetype": b"x", "content.xml": b"<x/>"}), "a.ods", "an OpenDocument file: save it as .xlsx"),
        (
            b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
            "a.xls",
            "an XML Spreadsheet 2003",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "a.xls", "cannot be read"),
    ],
)
def test_what_is_no_data_is_refused_by_its_name(body: bytes, name: str, words: str) -> None:
    error = refused(body, KEY, name)
    assert type(error) is TerminalError
    assert words in str(error)


def test_a_wrong_key_names_the_columns_that_are_there() -> None:
    assert "no column 'id'; columns: 登记号, 成果名称, 完成单位" in str(refused(CSV.encode(), {}))
    assert "no column 'id'; columns: 登记号" in str(refused("登记号,a\n".encode(), {}))
    assert "no header at row 5" in str(refused(CSV.encode(), KEY | {"header_row": 5}))


def test_equal_headings_are_numbered_and_empty_ones_named_by_position() -> None:
    records, _, _ = served("登记号,名,名,,名_2\n1,a,b,c,d\n2,a,b,,d\n".encode(), KEY)
    assert values(records)[0] == {"登记号": "1", "名": "a", "名_2": "b", "column_4": "c", "名_2_2": "d"}
    assert "column_4" not in values(records)[1]


@pytest.mark.parametrize("text", ['登记号,a\n1,x\n2,"open\n3,y\n', '登记号,a\n1,x\n2,"', '登记号,a\n1,x\n2,"a""\n3,y'])
def test_a_quote_never_closed_has_swallowed_rows_and_ends_the_pass(text: str) -> None:
    with serving(script(Reply(text.encode(), media_type="text/csv"))) as server:
        pass_ = harvester("file", endpoint(f"{server.url}/a.csv", KEY))
        seen, error = until_failure(pass_)
    assert "a quote opened in row 3 is never closed" in str(error)
    assert type(error) is TerminalError
    assert len(seen) == 1
    assert not pass_.complete


def test_a_cell_that_is_too_large_costs_its_record_only() -> None:
    body = "登记号,a\n1,".encode() + b"x" * 300_000 + b"\n2,y\n"
    records, unreadable, complete = served(body, KEY, max_record_bytes=100_000)
    assert [each.identifier for each in records] == ["2"]
    assert [each.identifier for each in unreadable] == ["1"]
    assert complete


def test_a_pass_that_is_given_up_closes_its_file() -> None:
    with serving(script(Reply(CSV.encode()))) as server:
        listing = harvester("file", endpoint(f"{server.url}/a.csv", KEY)).records()
        assert next(iter(listing)) is not None
        del listing


def test_an_html_page_in_the_place_of_a_file_is_called_by_its_title() -> None:
    page = "\r\n<html><head><title>请登录</title>".encode("gb18030")
    assert "an HTML page titled '请登录'" in str(refused(page, KEY, "cg.xlsx"))


def test_a_format_that_is_not_what_was_promised_is_terminal() -> None:
    assert "is not xlsx by its first bytes" in str(refused(CSV.encode(), KEY | {"format": "xlsx"}))
    assert "is not csv by its first bytes" in str(refused(guangdong(), KEY | {"format": "csv"}))


def test_json_files() -> None:
    body = '{"结果": {"列表": "[{\\"编号\\": 1, \\"m\\": \\"2026/01/02\\"}, {\\"x\\": 1}]"}}'.encode("gb18030")
    options: dict[str, object] = {
        "record_path": "结果.列表",
        "key": "编号",
        "modified": "m",
        "record_url": "https://x.example/{id}",
    }
    records, unreadable, complete = served(body, options, "application/json", "a")
    assert (records[0].identifier, records[0].url) == ("1", "https://x.example/1")
    assert records[0].modified == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert [each.identifier for each in unreadable] == ["record 2"]
    assert not complete
    assert "no list at record_path" in str(refused(b'{"a": 1}', options, "a.json"))
    assert "but an object with 香港, 澳门; edit" in str(refused('{"香港": [], "澳门": 1}'.encode(), {}, "a.json"))
    assert "is not JSON" in str(refused(b'[{"a": 1', {}, "a.json"))


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_json_lines(codec: str) -> None:
    lines = ['{"id": "甲", "x": "\\ud800"}', "", "{broken", '{"id": "乙"}', "[1]", '{"id": 3}']
    records, unreadable, complete = served("\n".join(lines).encode(codec), {}, "application/x-ndjson", "a.jsonl")
    assert [each.identifier for each in records] == ["甲", "乙", "3"]
    assert [each.identifier for each in unreadable] == ["row 3", "row 5"]
    assert not complete


def test_a_line_that_is_too_long_is_read_past() -> None:
    body = b'{"id": 1}\n{"id": 2, "x": "' + b"y" * 50_000 + b'"}\n{"id": 3}\n'
    records, unreadable, _ = served(body, {}, name="a.jsonl", max_record_bytes=1000)
    assert [each.identifier for each in records] == ["1", "3"]
    assert unreadable[0].identifier == "row 2"


def test_a_file_larger_than_the_limit_is_refused() -> None:
    assert isinstance(refused(b"x" * 2000, KEY, max_bytes=1000), LimitExceeded)


def local(folder: Path, url: str, options: dict[str, object] | None = None, **limits: int) -> Result:
    given_ = {"folder": str(folder)} | KEY | (options or {})
    pass_ = harvester("file", Endpoint("cn-test", url, given_, Limits(**limits)))  # type: ignore[arg-type]
    records, unreadable = read(pass_)
    return records, unreadable, pass_.complete


def test_a_file_in_the_allowed_folder(tmp_path: Path) -> None:
    (tmp_path / "上报 1.csv").write_bytes(CSV.encode("gb18030"))
    for url in ("file:上报 1.csv", "file:%E4%B8%8A%E6%8A%A5%201.csv", f"file://{tmp_path}/上报 1.csv"):
        records, _, complete = local(tmp_path, url)
        assert (len(records), complete) == (2, True)


def test_a_file_outside_the_allowed_folder_is_refused(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    (tmp_path / "out.csv").write_text(CSV, encoding="utf-8")
    (inside / "link.csv").symlink_to(tmp_path / "out.csv")
    for url in (
        "file:../out.csv",
        "file:%2e%2e/out.csv",
        f"file://{tmp_path}/out.csv",
        "file:link.csv",
        "file:///etc/passwd",
    ):
        with pytest.raises(TerminalError, match="not inside the allowed folder"):
            local(inside, url)
    for url in ("file:none.csv", "file:.", "file:"):
        with pytest.raises(TerminalError, match="no such file"):
            local(inside, url)
    with pytest.raises(OptionsError, match="needs folder"):
        local(inside, "file:a.csv", {"folder": ""})
    (inside / "big.csv").write_bytes(b"x" * 100)
    with pytest.raises(LimitExceeded):
        local(inside, "file:big.csv", max_bytes=10)


def catalogue(entries: object, files: dict[str, Reply]) -> Result:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/data/dataSet/findPage":
            assert asked.method == "POST"
            assert asked.body == b"resId=440"
            return Reply(json.dumps({"dataList": entries}, ensure_ascii=False).encode())
        return files[asked.path]

    options: dict[str, object] = {
        "list_path": "dataList",
        "list_method": "POST",
        "list_form": {"resId": "440"},
        "entry_url": "文件.地址",
        "entry_pattern": r"\.(xlsx|csv)$",
        "header_row": 2,
        "unit_row": 3,
    }
    with serving(answer) as server:
        pass_ = harvester("file", endpoint(f"{server.url}/data/dataSet/findPage", KEY | options))
        records, unreadable = read(pass_)
    return records, unreadable, pass_.complete


@pytest.mark.parametrize("as_string", [True, False])
def test_a_file_catalogue_is_read_in_two_steps(as_string: bool) -> None:
    second = saved(book(a=[["题"], ["登记号", "b"], [], ["4400003", "c"], ["", "d"]]))
    entries = [{"文件": {"地址": f"/f/{name}"}} for name in ("1.xlsx", "2.xlsx", "1.xlsx", "readme.pdf")] + [
        {"其他": 1},
        None,
    ]
    listed = json.dumps(entries, ensure_ascii=False) if as_string else entries
    records, unreadable, complete = catalogue(listed, {"/f/1.xlsx": Reply(guangdong()), "/f/2.xlsx": Reply(second)})
    assert [each.identifier for each in records] == ["4400001", "4400002", "4400003"]
    assert [each.identifier for each in unreadable] == ["2.xlsx, row 5"]
    assert not complete


def test_a_catalogue_that_points_inside_is_refused() -> None:
    with serving(lambda _: Reply(CSV.encode())) as inside:
        with pytest.raises(AddressRefused):
            catalogue([{"文件": {"地址": f"{inside.url}/secret.csv"}}], {})
        assert inside.asked == []
    with pytest.raises(TerminalError, match="not an http:// or https:// address"):
        catalogue([{"文件": {"地址": "file:///etc/passwd.csv"}}], {})


@pytest.mark.parametrize("entries", [[], [{"文件": {}}], "[]", {"a": 1}, "text", None])
def test_a_catalogue_without_files_is_terminal(entries: object) -> None:
    with pytest.raises(TerminalError, match="the file catalogue"):
        catalogue(entries, {})


def test_a_catalogue_with_a_missing_file_ends_after_what_was_read() -> None:
    with pytest.raises(TerminalError, match="status 404"):
        catalogue([{"文件": {"地址": "/1.xlsx"}}], {"/1.xlsx": Reply(status=404)})
    with pytest.raises(TransientError):
        catalogue([{"文件": {"地址": "/1.xlsx"}}], {"/1.xlsx": Reply(status=502)})


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"encoding": "klingon"}, "no encoding 'klingon'"),
        ({"delimiter": ",,"}, "one character"),
        ({"key": ()}, "key one name or more"),
        ({"columns": ("a", "a")}, "columns has an empty name, or one twice"),
        ({"member_pattern": "("}, "member_pattern '(' is no regular expression"),
        ({"settle_seconds": -1}, ">= 0"),
        ({"entry_pattern": "("}, "no regular expression"),
        ({"utc_offset": "+8"}, "utc_offset"),
        ({"headrow": 1}, "did you mean 'header_row'?"),
        ({"headers": {"X": {"file": "/nonexistent/key"}}}, "secret file /nonexistent/key cannot be read"),
    ],
)
def test_wrong_options_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(OptionsError) as caught:
        harvester("file", endpoint("http://127.0.0.1:9/a.csv", options), Secrets({}))
    assert message in str(caught.value)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=12)


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.lists(st.lists(TEXTS, min_size=3, max_size=3), max_size=8))
def test_what_is_written_as_csv_is_read_back(table: list[list[str]]) -> None:
    import csv

    from harvesters.delimited import rows

    text = io.StringIO()
    csv.writer(text).writerows([["a", "b", "c"], *table])
    file = io.BytesIO(text.getvalue().encode())
    found = [cells for _, cells in rows(file, "utf-8", ",", 10_000, "x")]
    assert found == [["a", "b", "c"], *table]


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
def test_utf8_is_always_recognised(text: str) -> None:
    assert detect(io.BytesIO(text.encode()), "", "x").startswith("utf")


def test_digests_do_not_depend_on_spelling() -> None:
    one, two = (
        RawRecord("s", "1", "application/json", body, datetime.now(UTC))
        for body in (b'{"a":1,"b":2}', b'{ "b" : 2, "a" : 1 }')
    )
    assert one.digest == two.digest
    one, two = (msgspec.structs.replace(each, media_type="text/plain") for each in (one, two))
    assert one.digest != two.digest
