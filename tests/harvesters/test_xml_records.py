"""XML files of any vocabulary, also hostile ones."""

from datetime import UTC, datetime

import pytest

from harvesters import xml_records
from harvesters.base import TerminalError
from tests.harvesters.files import refused, served

OPTIONS: dict[str, object] = {"key": "登记.登记号", "record_path": "成果"}
LIST = """<成果列表 xmlns="urn:x" 版本="1"><说明>本表</说明>
  <成果 id="a1" 更新="2026-01-02"><登记><登记号> 9612019Y0123 </登记号></登记><名称>镕基<!-- x -->合金</名称></成果>
  <成果 id="a2"><登记><登记号>9612019Y0124</登记号></登记><名称>乙</名称></成果>
  <成果 id="a3"><名称>丙</名称></成果>
</成果列表>"""


def xml(text: str, options: dict[str, object] | None = None, codec: str = "utf-8", declared: str = "") -> bytes:
    return (f'<?xml version="1.0" encoding="{declared or codec}"?>\n' + text).encode(codec)


@pytest.mark.parametrize(
    ("codec", "declared"), [("utf-8", ""), ("gb18030", "gb2312"), ("gb18030", "GBK"), ("utf-16", ""), ("big5", "Big5")]
)
def test_records_at_a_path_in_every_encoding(codec: str, declared: str) -> None:
    text = (
        LIST
        if codec != "big5"
        else LIST.replace("说", "說").replace("号", "號").replace("镕", "鎔").replace("记", "記")
    )
    text = text if codec != "big5" else text.translate(str.maketrans("称", "稱"))
    options = OPTIONS if codec != "big5" else OPTIONS | {"key": "登記.登記號"}
    records, unreadable, complete = served(xml(text, codec=codec, declared=declared), options, "text/xml", "cg.xml")
    assert [each.identifier for each in records] == ["9612019Y0123", "9612019Y0124"]
    assert {each.media_type for each in records} == {"application/xml"}
    assert "基合金</名" in records[0].body.decode()
    assert [each.identifier for each in unreadable] == ["record 3"]
    assert not complete


def test_keys_may_be_attributes_and_dates_too() -> None:
    options: dict[str, object] = {"key": "@id", "record_path": "成果", "modified": "@更新"}
    records, unreadable, complete = served(xml(LIST), options | {"record_url": "https://x.example/{id}"}, name="a.xml")
    assert [each.identifier for each in records] == ["a1", "a2", "a3"]
    assert records[0].modified == datetime(2026, 1, 1, 16, tzinfo=UTC)
    assert records[0].url == "https://x.example/a1"
    assert (unreadable, complete) == ([], True)
    records, _, _ = served(xml(LIST), {"key": ("登记.登记号", "@id"), "record_path": "成果"}, name="a.xml")
    assert records[2].identifier == "|a3"


def test_without_a_path_records_are_what_the_root_holds() -> None:
    records, _, _ = served(b"<r><a id='1'><r><a id='9'/></r></a><b id='2'/></r>", {"key": "@id"}, name="a.xml")
    assert [each.identifier for each in records] == ["1", "2"]


def test_two_spellings_are_one_record() -> None:
    one, _, _ = served(b"<r><a id='1' b='2'>x</a></r>", {"key": "@id"}, name="a.xml")
    two, _, _ = served(b'<r>\n<a  b="2" id="1"><!-- - -->x</a></r>', {"key": "@id"}, name="a.xml")
    assert one[0].digest == two[0].digest


def test_an_empty_list_is_one_and_a_wrong_path_is_told() -> None:
    for text in ("<成果列表/>", "<r><列表/></r>"):
        path = "成果" if "r" not in text else "列表.成果"
        records, _, complete = served(text.encode(), OPTIONS | {"record_path": path}, name="a.xml")
        assert (records, complete) == ([], True)
    for path in ("列表.成果", "成果项"):
        error = str(refused(xml(LIST), OPTIONS | {"record_path": path}, "a.xml"))
        assert f"no element at record_path = '{path}'; its outermost element '成果列表' holds 说明, 成果" in error


def test_a_namespace_that_canonical_xml_refuses_costs_nothing() -> None:
    records, _, complete = served(b"<r><a xmlns='relative' id='1'>x</a> tail</r>", {"key": "@id"}, name="a.xml")
    assert (records[0].body, complete) == (b'<a xmlns="relative" id="1">x</a>', True)


@pytest.mark.parametrize(
    "head",
    [
        '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>',
        '<!-- long --><!DOCTYPE r SYSTEM "http://127.0.0.1:9/x.dtd">',
    ],
)
def test_documents_that_bring_a_dtd_are_refused(head: str) -> None:
    error = refused(f"{head}<r><a id='1'>&x;&b;</a></r>".encode(), {"key": "@id"}, "a.xml")
    assert type(error) is TerminalError
    assert "root" not in str(error)


def test_characters_that_xml_forbids_are_marked_not_fatal() -> None:
    body = "<r><a id='1'>甲\x0b乙&#11;丙&#xD800;&#x4e2d;</a></r>".encode()
    records, _, complete = served(body, {"key": "@id"}, name="a.xml")
    assert "甲\ufffd乙\ufffd丙\ufffd中" in records[0].body.decode()
    assert complete


def test_a_reference_across_two_chunks_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    for size in range(14, 40):
        monkeypatch.setattr(xml_records, "_CHUNK", size)
        records, _, _ = served("<r><a id='1'>甲&#11;乙&amp;丙</a></r>".encode(), {"key": "@id"}, name="a.xml")
        assert "甲\ufffd乙&amp;丙" in records[0].body.decode()


def test_a_file_that_is_cut_ends_after_what_was_whole() -> None:
    from harvesters import harvester
    from tests.harvesters.endpoints import endpoint, until_failure
    from tests.harvesters.servers.web import Reply, script, serving

    with serving(script(Reply(b"<r><a id='1'/><a id='2'><b>", media_type="text/xml"))) as server:
        one = harvester("file", endpoint(f"{server.url}/a.xml", {"key": "@id"}))
        seen, error = until_failure(one)
    assert len(seen) == 1
    assert "not well-formed XML" in str(error)
    assert not one.complete


def test_one_record_of_too_many_elements_costs_itself_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "MAX_NODES", 50)
    body = b"<r><a id='1'/><a id='2'>" + b"<b/>" * 100 + b"</a><a id='3'/></r>"
    records, unreadable, complete = served(body, {"key": "@id"}, name="a.xml")
    assert [each.identifier for each in records] == ["1", "3"]
    assert [each.identifier for each in unreadable] == ["record 2"]
    assert not complete


def test_nesting_without_end_is_refused() -> None:
    assert type(refused(b"<r>" + b"<a>" * 100_000, {"key": "@id"}, "a.xml")) is TerminalError
