"""OAI-PMH, read from a small real repository and from hostile ones."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from harvesters import harvester
from harvesters.base import Harvested, HarvestError, LimitExceeded, RawRecord, TerminalError, TransientError
from harvesters.oai_xml import Failure, parts
from tests.harvesters.endpoints import endpoint, read, split, until_failure
from tests.harvesters.servers.oai import OaiRecord, OaiServer, dublin_core, oai
from tests.harvesters.servers.web import Asked, Reply, serving

SHARED = Path(os.environ.get("CHENGGUO_SHARED", "../shared")) / "data" / "oai-pmh"
RECORDED = sorted(SHARED.glob("*/**/*.xml")) if SHARED.is_dir() else []
shared = pytest.mark.skipif(not RECORDED, reason=f"no {SHARED}: set CHENGGUO_SHARED")


def many(count: int) -> list[OaiRecord]:
    return [
        OaiRecord(f"oai:t:{n}", f"2026-01-{n % 28 + 1:02}T00:00:00Z", dublin_core(f"成果{n}"), sets=(f"s{n % 2}",))
        for n in range(count)
    ]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30, 57])
def test_all_pages_are_read(count: int) -> None:
    with oai(many(count), page_size=10) as repository:
        pass_ = harvester("oai_pmh", endpoint(repository.url))
        records, unreadable = read(pass_)
    assert [each.identifier for each in records] == [f"oai:t:{n}" for n in range(count)]
    assert (unreadable, pass_.complete) == ([], True)


def test_the_body_is_the_metadata_alone_in_canonical_form() -> None:
    typed = '<d:dc xmlns:d="urn:d" xmlns:t="urn:t"><d:date b="2" a="1" xsi:type="t:W3CDTF">2019</d:date><!-- no --><d:x/></d:dc>'
    with oai([OaiRecord("oai:t:1", "2026-01-02", typed, sets=("a",))]) as repository:
        (record,), _ = read(harvester("oai_pmh", endpoint(repository.url, {"record_url": "https://r.example/{id}"})))
    root = etree.fromstring(record.body)
    assert root.tag == "{urn:d}dc"
    assert b'<d:date a="1" b="2" xsi:type="t:W3CDTF">2019</d:date><d:x></d:x></d:dc>' in record.body
    assert b'xmlns:t="urn:t"' in record.body
    assert record.media_type == "application/xml"
    assert record.modified == datetime(2026, 1, 2, tzinfo=UTC)
    assert record.url == "https://r.example/oai%3At%3A1"


def test_deleted_headers_are_deletions() -> None:
    with oai([OaiRecord("oai:t:1", "2026-01-02", deleted=True), *many(3)[1:]]) as repository:
        pass_ = harvester("oai_pmh", endpoint(repository.url))
        records, _ = read(pass_)
    assert (records[0].deleted, records[0].body, len(records)) == (True, b"", 3)
    assert pass_.complete


@pytest.mark.parametrize(
    ("granularity", "sent"), [("YYYY-MM-DD", "2026-01-11"), ("YYYY-MM-DDThh:mm:ssZ", "2026-01-11T00:30:00Z")]
)
def test_from_is_written_in_the_granularity_of_the_repository(granularity: str, sent: str) -> None:
    with oai(many(20), granularity=granularity) as repository:
        pass_ = harvester("oai_pmh", endpoint(repository.url, {"set": "s1", "until": "2026-01-15"}))
        records, _ = split(list(pass_.records(datetime(2026, 1, 11, 0, 30, tzinfo=UTC))))
        assert repository.asked[1].query["from"] == sent
    assert {each.identifier for each in records} <= {f"oai:t:{n}" for n in (11, 13)}
    assert not pass_.complete


def test_nothing_since_then_is_empty_and_not_an_error() -> None:
    with oai(many(3)) as repository:
        assert list(harvester("oai_pmh", endpoint(repository.url)).records(datetime(2027, 1, 1, tzinfo=UTC))) == []


def test_a_lost_token_begins_the_list_anew_once() -> None:
    with oai(many(25), page_size=10) as repository:
        repository.lose_tokens = 1
        pass_ = harvester("oai_pmh", endpoint(repository.url))
        records, _ = read(pass_)
        assert len(records) == 35
        assert len({each.identifier for each in records}) == 25
        assert pass_.complete
        repository.lose_tokens = 2
        with pytest.raises(TerminalError, match="badResumptionToken: token expired"):
            read(harvester("oai_pmh", endpoint(repository.url)))


@pytest.mark.parametrize(
    ("factor", "list_size", "complete"),
    [(1, "check", True), (2, "check", False), (2, "ignore", True), (0, "check", True)],
)
def test_a_list_shorter_than_announced_is_not_complete(factor: int, list_size: str, complete: bool) -> None:
    with oai(many(25), page_size=10) as repository:
        repository.size_factor = lambda size: size * factor
        pass_ = harvester("oai_pmh", endpoint(repository.url, {"list_size": list_size}))
        assert len(read(pass_)[0]) == 25
        assert pass_.complete is complete


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"metadata_prefix": "marc"}, "cannotDisseminateFormat: oai_dc only (check metadata_prefix"),
        ({"metadata_prefix": ""}, "cannotDisseminateFormat"),
    ],
)
def test_protests_of_the_repository_are_explained(options: dict[str, object], message: str) -> None:
    with oai(many(3)) as repository, pytest.raises(TerminalError) as caught:
        read(harvester("oai_pmh", endpoint(repository.url, options)))
    assert message in str(caught.value)


def record(number: int) -> str:
    return (
        f"<record><header><identifier>x:{number}</identifier><datestamp>2026-01-01</datestamp></header>"
        f"<metadata>{dublin_core(f'成果{number}')}</metadata></record>"
    )


IDENTIFY = "<Identify><granularity>YYYY-MM-DD</granularity></Identify>"


def envelope(content: str, head: str = '<?xml version="1.0"?>') -> bytes:
    return f'{head}<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">{content}</OAI-PMH>'.encode()


def listed(records: str, token: str = "") -> bytes:
    return envelope(
        f"<ListRecords>{records}{f'<resumptionToken>{token}</resumptionToken>' if token else ''}</ListRecords>"
    )


def hostile(answer: Callable[[Asked], bytes | Reply]) -> Callable[[Asked], Reply]:
    """A repository that identifies itself and then answers ListRecords as told."""

    def behave(asked: Asked) -> Reply:
        if asked.query.get("verb") == "Identify":
            return Reply(envelope(IDENTIFY), media_type="text/xml")
        reply = answer(asked)
        return reply if isinstance(reply, Reply) else Reply(reply, media_type="text/xml")

    return behave


def run(answer: Callable[[Asked], bytes | Reply], **limits: float) -> tuple[list[Harvested], HarvestError | None, bool]:
    """What was yielded, the error at the end, whether the pass was complete."""
    with serving(hostile(answer)) as server:
        pass_ = harvester("oai_pmh", endpoint(server.url, {}, **limits))
        seen, error = until_failure(pass_)
        return seen, error, pass_.complete


def test_the_same_token_for_ever_is_terminal() -> None:
    seen, error, complete = run(lambda _: listed(record(1), "again"))
    assert isinstance(error, TerminalError)
    assert "run in a circle" in str(error)
    assert (len(seen), complete) == (2, False)


def test_new_tokens_for_ever_without_new_records_are_terminal() -> None:
    tokens = iter(range(10_000))
    seen, error, _ = run(lambda _: listed(record(1), f"t{next(tokens)}"))
    assert "run in a circle" in str(error)
    assert len(seen) == 4


def test_new_records_for_ever_stop_at_the_limit() -> None:
    tokens = iter(range(10_000))

    def answer(_: Asked) -> bytes:
        number = next(tokens)
        return listed(record(number), f"t{number}")

    assert isinstance(run(answer, max_records=8)[1], LimitExceeded)
    assert isinstance(run(answer, max_pages=8)[1], LimitExceeded)


@pytest.mark.parametrize("verb", ["ListIdentifiers", "ListSets", "Identify", "ListMetadataFormats"])
def test_an_answer_to_another_verb_is_no_empty_repository(verb: str) -> None:
    def answer(asked: Asked) -> Reply:
        inside = "Identify" if asked.query["verb"] == "Identify" else verb
        return Reply(
            f'<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><{inside}/></OAI-PMH>'.encode(),
            media_type="text/xml",
        )

    with serving(answer) as server:
        pass_ = harvester("oai_pmh", endpoint(f"{server.url}/oai"))
        with pytest.raises(TerminalError, match=f"answers ListRecords with {verb}"):
            read(pass_)
    assert not pass_.complete


def test_what_stands_before_a_fault_is_yielded() -> None:
    broken = listed(record(1) + record(2) + "<record><header></record>" + record(3))
    seen, error, complete = run(lambda _: broken)
    assert [each.identifier for each in seen if isinstance(each, RawRecord)] == ["x:1", "x:2"]
    assert type(error) is TerminalError
    assert not complete


def test_an_answer_that_stops_in_the_middle_is_tried_again() -> None:
    whole = listed(record(1) + record(2))
    replies = [whole[:-40], whole]
    seen, error, complete = run(lambda _: replies.pop(0))
    assert (len(seen), error, complete) == (2, None, True)
    assert isinstance(run(lambda _: whole[:-40])[1], TransientError)


def test_records_without_identifier_or_metadata_are_reported() -> None:
    odd = "<record/><record><header/></record><record><header><identifier>x:9</identifier></header></record>"
    seen, error, complete = run(lambda _: listed(odd + record(1)))
    assert error is None
    assert [getattr(each, "reason", "") != "" for each in seen] == [True, True, True, False]
    assert not complete
    assert run(lambda _: listed(record(1) + odd[odd.rindex("<record>") :]))[
        2
    ]  # named, so absence still means something


BILLION_LAUGHS = '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "doctype", [BILLION_LAUGHS, OUTSIDE, "<!DOCTYPE x SYSTEM 'http://127.0.0.1:1/x.dtd'>", "<!-- c --> <!DOCTYPE x>"]
)
def test_a_dtd_is_refused(doctype: str) -> None:
    seen, error, _ = run(lambda _: envelope(f"<ListRecords>{record(1)}</ListRecords>", doctype))
    assert "DTD or entities" in str(error)
    assert seen == []


def test_a_dtd_inside_a_description_is_text() -> None:
    text = record(1).replace("成果1", "<![CDATA[<!DOCTYPE html>]]>")
    seen, error, _ = run(lambda _: listed(text))
    assert (len(seen), error) == (1, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"plain text",
        b"<rss version='2.0'><channel/></rss>",
        b"<OAI-PMH><ListRecords/></OAI-PMH>",
        b'{"json": true}',
        envelope("<ListRecords>&undefined;</ListRecords>"),
        envelope("<a>" * 300 + "</a>" * 300),
        envelope('<error code="somethingNew">x</error>'),
    ],
)
def test_what_is_not_oai_pmh_ends_in_a_typed_error(body: bytes) -> None:
    assert isinstance(run(lambda _: body)[1], TerminalError)


def test_an_html_page_is_called_by_its_title() -> None:
    doctype = b'<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x">'
    xhtml = b'<?xml version="1.0"?>\n' + doctype + b"<html><title>Maintenance</title></html>"
    assert "HTML page titled 'Maintenance'" in str(run(lambda _: xhtml)[1])


@pytest.mark.parametrize("encoding", ["gb2312", "GBK", "gb18030", "UTF-8", "utf-16", "iso-8859-1"])
def test_encodings_are_what_they_are_and_not_what_they_are_called(encoding: str) -> None:
    actual = "gb18030" if encoding.lower().startswith("gb") else "utf-8" if encoding == "iso-8859-1" else encoding
    text = listed(record(1).replace("成果1", "镕堃—")).decode().replace("?>", f' encoding="{encoding}"?>', 1)
    seen, error, _ = run(lambda _: text.encode(actual))
    assert error is None
    assert isinstance(seen[0], RawRecord)
    assert "镕堃—".encode() in seen[0].body


def test_characters_that_xml_forbids_do_not_cost_the_page() -> None:
    text = record(1).replace("成果1", "a\x0bb&#x1F;c&#0;d&#xD800;e&#65;&#x9;f\ufffeg")
    seen, error, _ = run(lambda _: listed(text))
    assert error is None
    assert isinstance(seen[0], RawRecord)
    assert "a\ufffdb\ufffdc\ufffdd\ufffdeA\tf\ufffdg".encode() in seen[0].body


def test_flow_control_by_503_is_obeyed() -> None:
    replies = [Reply(status=503, headers={"Retry-After": "0"}), Reply(listed(record(1)))]
    assert len(run(lambda _: replies.pop(0))[0]) == 1


def test_an_address_with_arguments_of_its_own_keeps_them() -> None:
    with oai(many(3)) as repository:
        pass_ = harvester("oai_pmh", endpoint(repository.url + "?db=1"))
        with pytest.raises(TerminalError, match="badArgument"):  # this repository knows no such argument: it was sent
            read(pass_)
        assert repository.asked[0].query["db"] == "1"


@settings(deadline=None, max_examples=60)  # other work shares the machine
@given(st.binary(max_size=400))
def test_any_bytes_parse_or_fail_in_a_typed_way(body: bytes) -> None:
    for candidate in (body, listed("").replace(b"<ListRecords>", b"<ListRecords>" + body)):
        try:
            list(parts(candidate))
        except Failure:
            continue


@pytest.mark.shared
@shared
@pytest.mark.parametrize("path", RECORDED, ids=[str(path.relative_to(SHARED)) for path in RECORDED])
def test_every_recorded_answer_parses_or_ends_in_a_typed_error(path: Path) -> None:
    seen, error, complete = run(lambda asked: path.read_bytes() if "resumptionToken" not in asked.query else listed(""))
    assert error is None or isinstance(error, TerminalError | TransientError)
    assert not (error and complete)
    text = path.read_bytes()
    if error is None and b"<ListRecords" in text:
        assert len(seen) == text.count(b"<record>") + text.count(b"<record ")


@pytest.mark.shared
@shared
def test_recorded_pages_of_a_real_repository_are_read_as_one_list() -> None:
    pages = [
        SHARED / "sickle" / name
        for name in ("ListRecords.xml", "ListRecords2.xml", "ListRecords3.xml", "ListRecords4.xml")
    ]
    tokens = {etree.parse(str(p)).findtext(".//{*}resumptionToken"): q for p, q in zip(pages, pages[1:], strict=False)}
    seen, error, _ = run(lambda asked: tokens.get(asked.query.get("resumptionToken"), pages[0]).read_bytes())
    expected = sum(
        len(etree.parse(str(page)).findall(".//{http://www.openarchives.org/OAI/2.0/}record")) for page in pages
    )
    assert error is None
    assert len(seen) == expected


def test_servers_can_be_used_by_others() -> None:
    from tests.harvesters.servers.oai import start_oai

    server: OaiServer = start_oai(many(2), page_size=1)
    try:
        assert len(read(harvester("oai_pmh", endpoint(server.url)))[0]) == 2
    finally:
        server.stop()
