"""DCAT catalogues over HTTP: every format, pages, identifiers, deletions, and what hostile or broken catalogues do."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pyoxigraph as ox
import pytest

from harvesters import harvester, rdf_page
from harvesters.base import HarvestError, LimitExceeded, OptionsError, TerminalError, TransientError
from tests.harvesters.endpoints import endpoint, read, until_failure
from tests.harvesters.servers.web import Asked, Behaviour, Reply, script, serving

TURTLE = "text/turtle"
PREFIXES = """
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix adms: <http://www.w3.org/ns/adms#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix d: <https://data.example.hk/dataset/> .
"""
HONG_KONG = """
<https://data.example.hk/catalog> a dcat:Catalog ; dcat:dataset d:1 , d:2 .
d:1 a dcat:Dataset ; dct:identifier "hk-1" ;
    dct:title "積體電路設計平台"@zh-Hant-HK , "Integrated circuit design platform"@en ;
    dct:modified "2026-03-01"^^xsd:date , "2026-02-01T08:00:00+08:00"^^xsd:dateTime ;
    dct:publisher <https://data.example.hk/org/1> ; dcat:landingPage <https://www.example.hk/ic> ;
    dcat:distribution [ a dcat:Distribution ; dct:title "CSV" ; dcat:byteSize 12 ] ; dct:isPartOf d:2 .
d:2 a dcat:Dataset ; dct:title "石墨烯"@zh ; dct:publisher <https://data.example.hk/org/1> .
<https://data.example.hk/org/1> a foaf:Agent ; foaf:name "創新科技署"@zh-Hant ; foaf:member <https://data.example.hk/org/1> .
"""


def turtle(text: str) -> bytes:
    return (PREFIXES + text).encode()


def datasets(numbers: Sequence[int]) -> str:
    return "".join(f'd:{n} a dcat:Dataset ; dct:title "成果 {n}" .\n' for n in numbers)


def written(form: ox.RdfFormat) -> bytes:
    quads = ox.parse(turtle(HONG_KONG), ox.RdfFormat.TURTLE)
    body = ox.serialize((quad.triple for quad in quads), format=form)
    assert body is not None
    return body


def harvested(body: bytes, media_type: str = TURTLE, options: dict[str, object] | None = None, **limits: float) -> Any:
    with serving(script(Reply(body, media_type=media_type))) as server:
        pass_ = harvester("dcat", endpoint(server.url + "/catalog", options, **limits))
        records, unreadable = read(pass_)
    return records, unreadable, pass_.complete


def refused(body: bytes, media_type: str = TURTLE, options: dict[str, object] | None = None, **limits: float) -> str:
    with pytest.raises(HarvestError) as caught:
        harvested(body, media_type, options, **limits)
    assert "cn-test" in str(caught.value)
    return str(caught.value)


def pages(**texts: str) -> Behaviour:
    """A server of Turtle pages; {here} in a text is its own address."""

    def answer(asked: Asked) -> Reply:
        name = asked.query.get("page", "one")
        text = texts[name].replace("{here}", f"http://{asked.headers['host']}/catalog")
        return Reply(turtle(text), media_type=TURTLE)

    return answer


def test_a_record_is_a_tree_that_a_mapping_can_walk() -> None:
    records, unreadable, complete = harvested(turtle(HONG_KONG))
    assert ([each.identifier[-2:] for each in records], unreadable, complete) == (["/1", "/2"], [], True)
    publisher = {
        "@id": "https://data.example.hk/org/1",
        "@type": ["foaf:Agent"],
        "foaf:member": [{"@id": "https://data.example.hk/org/1"}],
        "foaf:name": [{"@language": "zh-hant", "@value": "創新科技署"}],
    }
    assert json.loads(records[0].body) == {
        "@id": "https://data.example.hk/dataset/1",
        "@type": ["dcat:Dataset"],
        "dcat:distribution": [
            {
                "@type": ["dcat:Distribution"],
                "dcat:byteSize": [{"@type": "xsd:integer", "@value": "12"}],
                "dct:title": [{"@value": "CSV"}],
            }
        ],
        "dcat:landingPage": [{"@id": "https://www.example.hk/ic"}],
        "dct:identifier": [{"@value": "hk-1"}],
        "dct:isPartOf": [{"@id": "https://data.example.hk/dataset/2"}],
        "dct:modified": [
            {"@type": "xsd:date", "@value": "2026-03-01"},
            {"@type": "xsd:dateTime", "@value": "2026-02-01T08:00:00+08:00"},
        ],
        "dct:publisher": [publisher],
        "dct:title": [
            {"@language": "en", "@value": "Integrated circuit design platform"},
            {"@language": "zh-hant-hk", "@value": "積體電路設計平台"},
        ],
    }
    assert records[0].modified == datetime(2026, 2, 28, 16, tzinfo=UTC)
    assert [each.url for each in records] == ["https://www.example.hk/ic", "https://data.example.hk/dataset/2"]


@pytest.mark.parametrize("stated", [True, False], ids=["stated", "guessed"])
@pytest.mark.parametrize(
    "form", [ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD], ids=str
)
def test_every_format_gives_the_same_records(form: ox.RdfFormat, stated: bool) -> None:
    expected = {each.identifier: each.body for each in harvested(turtle(HONG_KONG))[0]}
    records, _, complete = harvested(written(form), form.media_type if stated else "application/octet-stream")
    assert complete
    assert {each.identifier: each.body for each in records} == expected


def test_the_format_may_be_given_and_is_asked_for() -> None:
    with serving(script(Reply(written(ox.RdfFormat.JSON_LD), media_type="text/plain"))) as server:
        assert len(read(harvester("dcat", endpoint(server.url, {"format": "json-ld"})))[0]) == 2
        assert server.asked[0].headers["accept"].startswith("application/ld+json")
    assert "not n-triples" in refused(turtle(HONG_KONG), options={"format": "n-triples"})


@pytest.mark.parametrize("codec", ["gb18030", "utf-16", "utf-8-sig"])
@pytest.mark.parametrize("form", [ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD], ids=str)
def test_other_encodings_are_read(form: ox.RdfFormat, codec: str) -> None:
    text = (
        written(form).decode().replace("utf-8", "gb2312").replace("UTF-8", "gb2312").replace("創新科技署", "朱镕基—€署")
    )
    label = "; charset=gb2312" if codec == "gb18030" else ""
    records, _, _ = harvested(text.encode(codec), form.media_type + label)
    assert "朱镕基—€署".encode() in records[0].body


# Pages.

VIEW = (
    "<https://data.example.hk/catalog> a dcat:Catalog , hydra:Collection ;"
    " hydra:totalItems {total} ; hydra:view <{here}{at}> .\n"
)


def view(at: str, total: int, following: str = "") -> str:
    link = f"<{{here}}{at}> a hydra:PartialCollectionView ; hydra:next <{{here}}{following}> .\n" if following else ""
    return VIEW.replace("{total}", str(total)).replace("{at}", at) + link


@pytest.mark.parametrize("total", [5, 6])
def test_pages_of_hydra_are_followed_and_must_reach_what_is_announced(total: int) -> None:
    behaviour = pages(
        one=view("", total, "?page=two") + datasets([1, 2]),
        two=view("?page=two", total, "?page=three") + datasets([3, 4]),
        three=view("?page=three", total) + datasets([5]),
    )
    with serving(behaviour) as server:
        pass_ = harvester("dcat", endpoint(server.url + "/catalog"))
        records, _ = read(pass_)
        assert len(server.asked) == 3
        ignoring = harvester("dcat", endpoint(server.url + "/catalog", {"total_items": "ignore"}))
        read(ignoring)
    assert [each.identifier[-1] for each in records] == ["1", "2", "3", "4", "5"]
    assert (pass_.complete, ignoring.complete) == (total == 5, True)


def test_an_incremental_pass_asks_for_changes_and_is_never_complete() -> None:
    with serving(script(Reply(turtle(datasets([1])), media_type=TURTLE))) as server:
        pass_ = harvester("dcat", endpoint(server.url, {"since_param": "modified_since"}))
        assert len(list(pass_.records(datetime(2026, 3, 1, 20, tzinfo=UTC)))) == 1
        assert server.asked[0].query == {"modified_since": "2026-03-02"}
    assert not pass_.complete


OLD = '<{here}> a hydra:PagedCollection ; hydra:nextPage "{here}?page=two" .\n'


@pytest.mark.parametrize(
    ("behaviour", "kept", "message"),
    [
        (
            pages(one=OLD + datasets([1]), two=datasets([2]) + "<{here}?page=two> hydra:nextPage <{here}> ."),
            2,
            "in a circle",
        ),
        (pages(one=OLD + datasets([1]), two=OLD.replace("two", "one") + datasets([1])), 2, "its pages repeat"),
        (pages(one="<{here}> hydra:next <{here}> ." + datasets([1])), 1, "in a circle"),
        (
            pages(one="d:x hydra:next <{here}?page=a> . d:y hydra:next <{here}?page=b> ." + datasets([1])),
            1,
            "2 next pages",
        ),
        (pages(one="d:x hydra:next <https://other.example/?page=2> ." + datasets([1])), 1, "on another host"),
        (pages(one="d:x hydra:next <http://[> ." + datasets([1])), 1, "on another host"),
        (pages(one="d:x hydra:next <file:///etc/passwd> ." + datasets([1])), 1, "on another host"),
    ],
    ids=["circle", "first page again", "itself", "two", "other host", "no address", "file"],
)
def test_pages_that_lead_nowhere_end_the_pass_incomplete(behaviour: Behaviour, kept: int, message: str) -> None:
    with serving(behaviour) as server:
        pass_ = harvester("dcat", endpoint(server.url + "/catalog"))
        seen, error = until_failure(pass_)
    assert (len(seen), type(error), pass_.complete) == (kept, TerminalError, False)
    assert message in str(error)


def test_a_catalogue_without_end_is_left() -> None:
    def endless(asked: Asked) -> Reply:
        number = int(asked.query.get("n", "0"))
        return Reply(
            turtle(f"<> hydra:next <?n={number + 1}> . d:1 a dcat:Dataset ; dct:title '{number}' ."), media_type=TURTLE
        )

    with serving(endless) as server:
        seen, error = until_failure(harvester("dcat", endpoint(server.url + "/catalog")))
        assert len(seen) == len(server.asked) == 4
        assert "its pages repeat" in str(error)
        _, limit = until_failure(harvester("dcat", endpoint(server.url + "/catalog", max_pages=2)))
    assert isinstance(limit, LimitExceeded)


def test_the_next_page_is_asked_for_as_the_first_was() -> None:
    """A catalogue behind a proxy writes https:// or another port of its own host."""
    text = "<https://127.0.0.1/catalog> hydra:next <https://127.0.0.1/catalog?page=two> . " + datasets([1])
    with serving(pages(one=text, two=datasets([2]))) as server:
        pass_ = harvester("dcat", endpoint(server.url + "/catalog"))
        assert len(read(pass_)[0]) == 2
    assert pass_.complete


def test_what_is_listed_and_never_described_makes_absence_meaningless() -> None:
    text = (
        "<https://data.example.hk/catalog> a dcat:Catalog ; dcat:dataset d:1 , d:2 , d:3 . d:3 a dcat:Dataset . "
        + datasets([1])
    )
    records, unreadable, complete = harvested(turtle(text))
    assert (len(records), complete) == (1, False)
    assert sorted(each.identifier[-1] for each in unreadable) == ["2", "3"]
    assert "no page describes it" in unreadable[0].reason


# Records.


@pytest.mark.parametrize(
    ("options", "names", "nameless"),
    [
        ({}, ["https://data.example.hk/dataset/1", "b-1"], 1),
        ({"identifier": "iri"}, ["https://data.example.hk/dataset/1"], 2),
        ({"identifier": "dct:identifier"}, ["a-1", "b-1"], 1),
    ],
)
def test_a_title_never_names_a_record(options: dict[str, object], names: list[str], nameless: int) -> None:
    text = """d:1 a dcat:Dataset ; dct:identifier "b-9" , " a-1 " .
    [] a dcat:Dataset ; dct:identifier "b-1" .
    <https://x.example/.well-known/genid/7> a dcat:Dataset ; dct:title "only a title" ."""
    records, unreadable, complete = harvested(turtle(text), options=options)
    assert [each.identifier for each in records] == names
    assert [each.reason.endswith("a title is not taken for one") for each in unreadable] == [True] * nameless
    assert "only a title" not in "".join(each.reason + each.identifier for each in unreadable)
    assert not complete


def test_two_datasets_with_one_identifier_are_reported() -> None:
    text = 'd:1 a dcat:Dataset ; dct:identifier "same" . d:2 a dcat:Dataset ; dct:identifier "same" .'
    records, unreadable, complete = harvested(turtle(text), options={"identifier": "dct:identifier"})
    assert ([each.identifier for each in records], len(unreadable), complete) == (["same"], 1, True)
    assert "another dataset has the same identifier" in unreadable[0].reason


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("adms:status <http://purl.org/adms/status/Withdrawn>", True),
        ("adms:status <http://publications.europa.eu/resource/authority/dataset-status/WITHDRAWN>", True),
        ('adms:status "deleted"', True),
        ("owl:deprecated true", True),
        ("owl:deprecated false", False),
        ("adms:status <http://purl.org/adms/status/Deprecated>", False),
        ("adms:status <http://purl.org/adms/status/Completed>", False),
    ],
)
def test_withdrawn_datasets_are_deletions_without_content(said: str, gone: bool) -> None:
    (record,), _, complete = harvested(turtle(f'd:1 a dcat:Dataset ; dct:title "不再公开" ; {said} .'))
    assert (record.deleted, record.body == b"", complete) == (gone, gone, True)


def test_classes_are_an_option_and_catalogues_no_records() -> None:
    text = """d:c a dcat:Catalog , dcat:Dataset ; dct:title "目录" ; dcat:dataset d:m . d:m dct:title "untyped" .
    d:s a dcat:DatasetSeries ; dct:title "系列" .
    d:v a dcat:DataService ; dct:title "服务" ; dct:source [ a dcat:Dataset ; dct:title "t" ] ."""
    records, unreadable, complete = harvested(turtle(text))
    assert ([each.identifier[-1] for each in records], unreadable, complete) == (["m", "s"], [], True)
    services: dict[str, object] = {"classes": ["dcat:DataService"]}
    records, unreadable, complete = harvested(turtle(text + " d:c dcat:dataset d:elsewhere ."), options=services)
    assert ([each.identifier[-1] for each in records], unreadable, complete) == (["v"], [], True)
    assert "has no record of class dcat:Dataset" in refused(turtle("d:v a dcat:DataService ; dct:title 't' ."))
    assert harvested(turtle("d:c a dcat:Catalog ; dct:title 'empty' .")) == ([], [], True)


def test_ten_thousand_distributions_do_not_cost_a_record() -> None:
    text = datasets([1]) + "".join(
        f"d:1 dcat:distribution <https://data.example.hk/file/{n}> . <https://data.example.hk/file/{n}> dct:title '{n}' ;"
        f" dct:format 'csv' ; dct:license [ dct:title 'open' ] ; dcat:byteSize {n} ; dcat:accessURL d:{n} ; dct:rights 'r' .\n"
        for n in range(10_000)
    )
    (record,), _, complete = harvested(turtle(text))
    tree = json.loads(record.body)
    assert (complete, tree["@depth"], tree["dct:title"]) == (True, 1, [{"@value": "成果 1"}])
    assert len(tree["dcat:distribution"]) == 10_000
    _, unreadable, _ = harvested(turtle(datasets([1])), max_record_bytes=100)
    assert "100 bytes" in unreadable[0].reason


# Hostile and broken.


def test_a_remote_context_is_not_fetched() -> None:
    contexts: list[Asked] = []
    with serving(lambda asked: contexts.append(asked) or Reply(b"{}")) as other:  # type: ignore[func-returns-value]
        message = refused(
            json.dumps({"@context": f"{other.url}/c.jsonld", "@id": "http://x.example/"}).encode(),
            "application/ld+json",
        )
    assert "not fetched" in message
    assert contexts == []


HEAD = '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:x="http://x.example/">'
LAUGHS = "".join(f'<!ENTITY {chr(98 + i)} "{f"&{chr(97 + i)};" * 10}">' for i in range(7))


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (
            f'<!DOCTYPE rdf:RDF [<!ENTITY a "aaaaaaaaaa">{LAUGHS}]>{HEAD}<x:A><x:p>&h;</x:p></x:A></rdf:RDF>',
            "document type",
        ),
        (f'<!DOCTYPE rdf:RDF SYSTEM "file:///etc/passwd">{HEAD}</rdf:RDF>', "document type"),
        (HEAD + "<x:A><x:p>" * 5000 + "</x:p></x:A>" * 5000 + "</rdf:RDF>", "not XML"),
        ('{"http://x.example/p":' * 200_000, "nested too deep"),
        ('{"http://x.example/p":' + "[" * 5000 + "]" * 5000 + "}", "nested too deep"),
        (
            "@prefix a: <http://x.example/"
            + "x" * 100_000
            + "/> ."
            + "".join(f"a:{n} a:p a:q{n} ." for n in range(500)),
            "times its size",
        ),
        ("<html><title>登录</title></html>", "HTML page titled '登录'"),
        ("成果名称,完成单位", "neither Turtle, N-Triples, RDF/XML nor JSON-LD"),
        ("<http://a.example/> <http://b.example/> undeclared:x .", "not turtle"),
        ('{"hello": "world"}', "it describes nothing with a class"),
        ("", "neither Turtle"),
    ],
    ids=[
        "entities",
        "external",
        "deep XML",
        "deep JSON",
        "deep array",
        "swelling",
        "html",
        "csv",
        "prefix",
        "json",
        "empty",
    ],
)
def test_what_is_hostile_or_no_catalogue_is_refused_with_a_reason(body: str, message: str) -> None:
    assert message in refused(body.encode(), "application/octet-stream", retries=0)


@pytest.mark.parametrize("form", [ox.RdfFormat.TURTLE, ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD], ids=str)
@pytest.mark.parametrize("share", [0.3, 0.6, 0.97])
def test_an_answer_cut_in_the_middle_is_never_taken_for_the_whole(form: ox.RdfFormat, share: float) -> None:
    body = written(form)
    with serving(script(Reply(body[: int(len(body) * share)], media_type=form.media_type))) as server:
        pass_ = harvester("dcat", endpoint(server.url, retries=0))
        seen, error = until_failure(pass_)
    assert (seen, pass_.complete) == ([], False)
    assert isinstance(error, HarvestError)


def test_a_cut_answer_is_asked_for_again() -> None:
    body = turtle(HONG_KONG)
    for cut in (b'<http://a.example/> <http://b.example/> "', body[: body.index(b"hk-1") + 2]):
        with serving(script(Reply(cut, media_type=TURTLE), Reply(body, media_type=TURTLE))) as server:
            assert len(read(harvester("dcat", endpoint(server.url)))[0]) == 2
    with serving(script(Reply(b"<http://a.example/> ", media_type=TURTLE))) as server:
        assert isinstance(until_failure(harvester("dcat", endpoint(server.url, retries=1)))[1], TransientError)


def test_a_page_of_too_many_statements_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf_page, "_MOST", 1000)
    assert len(harvested(turtle("d:1 a dcat:Dataset ; dct:relation " + ",".join(map(str, range(999))) + "."))[0]) == 1
    message = refused(turtle("d:1 a dcat:Dataset ; dct:relation " + ",".join(map(str, range(1000))) + "."))
    assert "more than 1000 statements on one page" in message


def test_nodes_that_all_point_at_each_other_end() -> None:
    ring = range(40)
    text = (
        datasets([0]) + "d:0 foaf:knows d:n0 .\n" + "".join(f"d:n{a} foaf:knows d:n{b} .\n" for a in ring for b in ring)
    )
    records, unreadable, _ = harvested(turtle(text))
    assert len(records) + len(unreadable) == 1
    assert all(json.loads(each.body)["@depth"] < 6 for each in records)


def test_options_are_checked_before_anything_is_asked() -> None:
    with pytest.raises(OptionsError, match="no option 'identifer'; did you mean 'identifier'"):
        harvester("dcat", endpoint("http://x.example/", {"identifer": "iri"}))
    with pytest.raises(OptionsError, match="utc_offset"):
        harvester("dcat", endpoint("http://x.example/", {"utc_offset": "8"}))
