"""What sources wrap their records in: callbacks, XML, wrong labels, codes of their own."""

import json

import pytest

from harvesters import harvester
from harvesters.base import XML, HarvestError, TerminalError, TransientError
from harvesters.json_text import Malformed
from harvesters.secrets import Secrets
from harvesters.xml_text import items, names, scalar, wellformed
from tests.harvesters.apis import broken, run
from tests.harvesters.endpoints import endpoint, read
from tests.harvesters.servers.web import Asked, Reply, script, serving
from vocab.decode import decode

GOOD = '{"data": {"rows": [{"id": "镕", "t": "cb({})"}], "total": 1}}'
CALLBACK: dict[str, object] = {"callback": "cb", "callback_param": "jsoncallback"}


@pytest.mark.parametrize("around", ["cb({})", "/**/cb( {} );", "\ufeff cb ({})\n", "{}"])
@pytest.mark.parametrize("label", ["application/javascript; charset=ISO-8859-1", "text/html", "application/json"])
def test_the_agreed_callback_is_taken_off_whatever_the_label(around: str, label: str) -> None:
    def answer(asked: Asked) -> Reply:
        assert asked.query["jsoncallback"] == "cb"
        return Reply(around.replace("{}", GOOD, 1).encode(), media_type=label)

    records, _, complete, _ = run(answer, CALLBACK)
    assert (records[0].identifier, complete) == ("镕", True)


@pytest.mark.parametrize(
    "body", [f"evil({GOOD})", f"cb(evil({GOOD}))", f"alert(1);cb({GOOD})", f"cb({GOOD});alert(1)//)", "cb('x')", "cb()"]
)
def test_nothing_but_the_agreed_callback_is_taken_off(body: str) -> None:
    broken(script(Reply(body.encode())), TerminalError, CALLBACK)


def test_a_call_that_stops_in_the_middle_is_asked_for_again() -> None:
    records, _, complete, asked = run(
        script(Reply(f"cb({GOOD}"[:-9].encode()), Reply(f"cb({GOOD})".encode())), CALLBACK
    )
    assert (len(records), complete) == (1, True)
    assert len(asked) == 2


PAGE = "<?xml version='1.0' encoding='{}'?><r xmlns='urn:x'><code>0</code><body><n>{}</n><list>{}</list></body></r>"
XML_OPTIONS: dict[str, object] = {
    "format": "xml",
    "record_path": "body.list.item",
    "total_path": "body.n",
    "id_path": "@no",
    "modified_path": "date",
}


def item(number: int, text: str = "成果") -> str:
    return f'<item no="{number}"><CGMC>{text}</CGMC><date>2026-01-02</date></item>'


def xml_pages(asked: Asked) -> Reply:
    start = (int(asked.query["page"]) - 1) * 10
    body = PAGE.format("gb2312", 25, "".join(item(n, "朱镕") for n in range(25)[start : start + 10]))
    return Reply(body.encode("gb18030"), media_type="text/xml; charset=ISO-8859-1")


def test_xml_records_are_kept_as_xml_and_can_be_decoded() -> None:
    records, unreadable, complete, _ = run(xml_pages, XML_OPTIONS)
    assert (len(records), unreadable, complete) == (25, [], True)
    assert {each.media_type for each in records} == {XML}
    tree = decode(XML, records[0].body)
    assert tree == {"item": {"@no": "0", "CGMC": "朱镕", "date": "2026-01-02"}}
    assert records[0].modified is not None


def test_an_xml_record_without_identifier_is_reported() -> None:
    body = PAGE.format("utf-8", 2, item(1) + "<item><CGMC/></item>")
    records, unreadable, complete, _ = run(script(Reply(body.encode())), XML_OPTIONS)
    assert ([each.identifier for each in records], len(unreadable), complete) == (["1"], 1, False)


@pytest.mark.parametrize("body", ["<r><code>0</code></r>", "<r><body><list><other><x/></other></list></body></r>"])
def test_an_xml_answer_without_the_list_is_no_empty_listing(body: str) -> None:
    assert "no list at record_path = 'body.list.item'" in broken(
        script(Reply(body.encode())), TerminalError, XML_OPTIONS
    )


def test_an_empty_xml_list_is_an_empty_listing() -> None:
    assert run(script(Reply(PAGE.format("utf-8", 0, "").encode())), XML_OPTIONS)[2]


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/hostname">]><r><body><list><item no="1">&x;</item></list></body></r>',
        b'<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><r><body><list><item no="1">&b;</item></list></body></r>',
        b"<r>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</r>",
        b"",
        b"{}",
        b"<r><a></b></r>",
        b"<html><title>login</title></html>",
    ],
    ids=["external entity", "entities", "depth", "empty", "json", "tags", "html"],
)
def test_hostile_xml_ends_in_a_typed_error(body: bytes) -> None:
    message = broken(script(Reply(body)), HarvestError, XML_OPTIONS)
    assert "cn-test" in message
    assert len(message) < 1000


def test_xml_that_stops_in_the_middle_is_asked_for_again() -> None:
    whole = PAGE.format("utf-8", 1, item(1)).encode()
    assert run(script(Reply(whole[:-30]), Reply(whole)), XML_OPTIONS)[2]
    assert "stops in the middle" in broken(script(Reply(whole[:-30])), TransientError, XML_OPTIONS)


def test_xml_codes_of_the_source_are_obeyed() -> None:
    busy = Reply(b"<r><code>10004</code><msg>too many</msg></r>")
    options = XML_OPTIONS | {"status_path": "code", "ok_values": ["0"], "busy_values": ["10004"], "message_path": "msg"}
    good = Reply(PAGE.format("utf-8", 1, item(1)).encode())
    assert run(script(busy, good), options)[2]
    assert "'10004' too many" in broken(script(busy), TransientError, options)


def test_xml_paths() -> None:
    page = wellformed("<a:r xmlns:a='u'><a:x k='v'>\x01 1 </a:x><x><y/></x><!-- c --></a:r>".encode("utf-16"))
    assert scalar(page, ("x",)) == "\ufffd 1"
    assert (scalar(page, ("x", "@k")), scalar(page, ("x", "@z")), scalar(page, ("z", "@k"))) == ("v", "", "")
    assert (names(page), len(items(page, ("x",)) or []), items(page, ("z",)), items(page, ("x", "y", "z"))) == (
        ["x"],
        2,
        None,
        [],
    )
    with pytest.raises(Malformed):
        wellformed(b"<r>\xff\xff</r>")


def test_details_in_xml() -> None:
    def answer(asked: Asked) -> Reply:
        if asked.path == "/list":
            return Reply(PAGE.format("utf-8", 2, item(1) + item(2)).encode())
        found = item(1, "全文") if asked.path == "/item/1" else ""
        return Reply(f"<r><body>{found}</body></r>".encode())

    with serving(answer) as server:
        detail = {"url": server.url + "/item/{id}", "record_path": "body.item"}
        options = XML_OPTIONS | {"detail": detail}
        records, unreadable = read(harvester("json_api", endpoint(server.url + "/list", options)))
    assert ["全文".encode() in each.body for each in records] == [True]
    assert [each.identifier for each in unreadable] == ["2"]


CODES: dict[str, object] = {
    "status_path": "errcode",
    "ok_values": ["0"],
    "busy_values": ["10004"],
    "auth_values": ["10001", "10002"],
    "message_path": "msg",
    "params": {"userKey": {"env": "K"}},
}


def test_a_code_that_means_a_wrong_key_names_the_secret_and_never_shows_it() -> None:
    reply = Reply(json.dumps({"errcode": 10001, "msg": "userKey s3cr3t-k3y 无效"}).encode())
    message = broken(script(reply), TerminalError, CODES, Secrets({"K": "s3cr3t-k3y"}))
    assert "'10001' userKey *** 无效: the key is missing or no longer valid" in message
    assert "s3cr3t" not in message


def test_a_key_written_in_plain_is_masked_by_its_name() -> None:
    reply = Reply(json.dumps({"errcode": 10001, "msg": "unknown demo-key-1"}).encode())
    message = broken(script(reply), TerminalError, CODES | {"params": {"userKey": "demo-key-1"}})
    assert "unknown ***" in message
    assert "demo-key" not in message


def test_a_refusal_with_an_http_status_may_explain_itself() -> None:
    reply = Reply(b'{"errcode": "10004", "msg": "slow down"}', status=403)
    good = Reply(b'{"errcode": "0", "data": {"rows": [{"id": 1}], "total": 1}}')
    options = CODES | {"params": {}, "explained_status": [403]}
    assert run(script(reply, good), options)[2]
    assert "status 403" in broken(script(reply), TerminalError, CODES | {"params": {}})
