"""Every verb and every error of OAI-PMH 2.0, each answer valid by the protocol's schemas."""

import pytest
from lxml import etree
from starlette.testclient import TestClient

from tests.publish import fakes, samples
from tests.publish_oai.conftest import Ask
from tests.publish_oai.validation import NS, Validate, codes, elements, texts

pytestmark = pytest.mark.shared
FORMATS = ("oai_dc", "chengguo", "rdf")
FULL = samples.full_achievement().identifier


def test_identify_says_how_deletions_and_dates_are_kept(ask: Ask) -> None:
    root = ask(verb="Identify")
    assert texts(root, ".//oai:deletedRecord") == ["persistent"]
    assert texts(root, ".//oai:granularity") == ["YYYY-MM-DDThh:mm:ssZ"]
    assert texts(root, ".//oai:baseURL") == [f"{samples.BASE}/oai"]
    assert texts(root, ".//oai:earliestDatestamp") == ["2026-11-02T08:30:00Z"]
    assert texts(root, ".//oai:adminEmail") == ["open@example.cn"]


def test_formats_are_those_that_records_come_in(ask: Ask, client: TestClient) -> None:
    root = ask(verb="ListMetadataFormats")
    assert texts(root, ".//oai:metadataPrefix") == list(FORMATS)
    schema = next(place for place in texts(root, ".//oai:schema") if place.startswith(samples.BASE))
    assert etree.fromstring(client.get(schema).content).get("targetNamespace") == schema.removesuffix(".xsd")
    assert texts(ask(verb="ListMetadataFormats", identifier=FULL), ".//oai:metadataPrefix") == list(FORMATS)


@pytest.mark.parametrize("prefix", FORMATS)
def test_every_record_is_valid_in_every_format(ask: Ask, prefix: str) -> None:
    root = ask(verb="ListRecords", metadataPrefix=prefix)
    seen = texts(root, ".//oai:header/oai:identifier")
    while token := "".join(texts(root, ".//oai:resumptionToken")):
        root = ask(verb="ListRecords", resumptionToken=token)
        seen += texts(root, ".//oai:header/oai:identifier")
    assert len(seen) == len(set(seen)) == 54
    assert fakes.WITHDRAWN in seen
    assert FULL in seen


def test_a_list_says_where_it_stands(ask: Ask) -> None:
    root, cursors = ask(verb="ListIdentifiers", metadataPrefix="oai_dc"), []
    while True:
        (token,) = elements(root, ".//oai:resumptionToken")
        cursors.append(int(token.get("cursor", "")))
        assert token.get("completeListSize") == "54"
        if not token.text:
            break
        root = ask(verb="ListIdentifiers", resumptionToken=token.text)
    assert cursors == list(range(0, 54, 7))  # the last one is empty: the list is at its end


def test_a_list_of_one_page_has_no_token(ask: Ask) -> None:
    root = ask(verb="ListRecords", metadataPrefix="oai_dc", set="kind:organisation")
    assert len(texts(root, ".//oai:record/oai:header")) == 1
    assert not texts(root, ".//oai:resumptionToken")


def test_get_record_gives_it_with_its_sets_and_where_it_is_from(ask: Ask) -> None:
    root = ask(verb="GetRecord", identifier=FULL, metadataPrefix="oai_dc")
    assert texts(root, ".//oai:setSpec") == [
        "source:cn-33",
        "kind:achievement",
        "field:cl10.4",
        "field:cl11.05",
        "field:gbt13745-2009.430",
        "field:gbt4754-2017.C",
    ]
    assert "石墨烯基导热膜制备技术" in texts(root, ".//dc:title")
    assert texts(root, ".//p:originDescription/p:identifier") == ["https://platform.example/cg/17"]


def test_a_withdrawn_record_is_a_header_and_nothing_else(ask: Ask) -> None:
    root = ask(verb="GetRecord", identifier=fakes.WITHDRAWN, metadataPrefix="rdf")
    (record,) = elements(root, ".//oai:record")
    assert [child.tag for child in record] == [f"{{{NS['oai']}}}header"]
    assert record[0].get("status") == "deleted"
    assert texts(root, ".//oai:setSpec") == ["source:cn-33", "kind:achievement"]
    assert texts(root, ".//oai:datestamp") == ["2026-11-21T08:30:00Z"]


def test_every_set_that_is_listed_can_be_asked_for(ask: Ask) -> None:
    specs = texts(ask(verb="ListSets"), ".//oai:setSpec")
    assert {"source", "kind", "field", "source:cn-33", "kind:demand", "field:cl10.4"} <= set(specs)
    assert len(specs) == len(set(specs))
    for spec in specs:
        root = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", set=spec)
        for header in [one for one in elements(root, ".//oai:header") if not one.get("status")]:
            own = texts(header, "oai:setSpec")
            assert spec in own or any(one.startswith(f"{spec}:") for one in own)


def test_fields_that_a_list_is_narrowed_by_hold_together(ask: Ask) -> None:
    both = ask(
        verb="ListIdentifiers", metadataPrefix="oai_dc", set="source:cn-11", from_="2026-11-05", until="2026-11-12"
    )
    stamps = texts(both, ".//oai:datestamp")
    assert stamps
    assert all("2026-11-05" <= stamp < "2026-11-13" for stamp in stamps)
    assert {spec for spec in texts(both, ".//oai:setSpec") if spec.startswith("source")} == {"source:cn-11"}


@pytest.mark.parametrize(
    ("since", "until", "number"),
    [
        ("2026-11-21T08:30:00Z", "2026-11-21T08:30:00Z", 1),  # both ends count
        ("2026-11-21T08:30:01Z", "", 0),
        ("2026-11-21", "2026-11-21", 1),
        ("", "2026-10-31T23:59:59Z", 0),
        ("0001-01-01", "9999-12-31", 7),
    ],
)
def test_the_ends_of_a_span_of_time_are_in_it(ask: Ask, since: str, until: str, number: int) -> None:
    given = {name: value for name, value in (("from", since), ("until", until)) if value}
    root = ask(verb="ListIdentifiers", metadataPrefix="oai_dc", **given)
    assert len(texts(root, ".//oai:header")) == number
    assert bool(number) is not (codes(root) == ["noRecordsMatch"])


LIST = {"verb": "ListRecords", "metadataPrefix": "oai_dc"}
WRONG = [
    ({}, "badVerb"),
    ({"verb": ""}, "badVerb"),
    ({"verb": "listrecords"}, "badVerb"),
    ({"verb": "Ident\x00ify"}, "badVerb"),
    ({"verb": "Identify", "set": "kind"}, "badArgument"),
    ({"verb": "ListRecords"}, "badArgument"),
    ({"verb": "GetRecord", "identifier": FULL}, "badArgument"),
    ({"verb": "GetRecord", "metadataPrefix": "oai_dc"}, "badArgument"),
    ({**LIST, "resumptionToken": "x"}, "badArgument"),
    ({**LIST, "from": "2026-02-30"}, "badArgument"),
    ({**LIST, "from": "2026-01-01T00:00:00"}, "badArgument"),
    ({**LIST, "from": "2026-01-01T00:00:00+08:00"}, "badArgument"),
    ({**LIST, "from": "2026-01-01T00:00:00.5Z"}, "badArgument"),
    ({**LIST, "from": "2026-01-01T25:00:00Z"}, "badArgument"),
    ({**LIST, "from": "01.02.2026"}, "badArgument"),
    ({**LIST, "until": ""}, "badArgument"),
    ({**LIST, "until": "٢٠٢٦-٠١-٠١"}, "badArgument"),
    ({**LIST, "from": "2026-01-01", "until": "2026-01-02T00:00:00Z"}, "badArgument"),
    ({**LIST, "from": "2026-01-02", "until": "2026-01-01"}, "badArgument"),
    ({**LIST, "set": "a::b"}, "badArgument"),
    ({**LIST, "set": "kind:成果"}, "badArgument"),
    ({**LIST, "set": "<script>"}, "badArgument"),
    ({**LIST, "set": "kind:nothing"}, "noRecordsMatch"),
    ({**LIST, "set": "nothing"}, "noRecordsMatch"),
    ({**LIST, "set": "source:nobody"}, "noRecordsMatch"),
    ({**LIST, "set": "field:cl10.999"}, "noRecordsMatch"),
    ({**LIST, "set": "field:cl04.2"}, "noRecordsMatch"),
    ({**LIST, "metadataPrefix": "marc21"}, "cannotDisseminateFormat"),
    ({**LIST, "metadataPrefix": "<a>"}, "cannotDisseminateFormat"),
    ({"verb": "GetRecord", "identifier": FULL, "metadataPrefix": "x"}, "cannotDisseminateFormat"),
    ({"verb": "GetRecord", "identifier": FULL + "0", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
    ({"verb": "GetRecord", "identifier": "石墨烯 \x01 %%", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
    ({"verb": "GetRecord", "identifier": "", "metadataPrefix": "oai_dc"}, "idDoesNotExist"),
    ({"verb": "ListMetadataFormats", "identifier": "oai:example:1"}, "idDoesNotExist"),
    ({"verb": "ListSets", "resumptionToken": "x"}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "A" * 5000}, "badResumptionToken"),
    ({"verb": "ListRecords", "resumptionToken": "\ud7ff令牌"}, "badResumptionToken"),
]


@pytest.mark.parametrize(("arguments", "code"), WRONG)
def test_what_is_wrong_has_its_code(ask: Ask, arguments: dict[str, str], code: str) -> None:
    root = ask(**arguments)
    (error,) = elements(root, ".//oai:error")
    assert error.get("code") == code
    assert error.text
    (request,) = elements(root, ".//oai:request")
    assert request.text == f"{samples.BASE}/oai"
    if code in ("badVerb", "badArgument"):  # section 3.2: such a request is not repeated
        assert not request.attrib


def test_an_argument_may_be_given_once(client: TestClient, validate: Validate) -> None:
    for query, code in (
        ("verb=Identify&verb=Identify", "badVerb"),
        ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
    ):
        root = validate(client.get(f"/oai?{query}").content)
        assert codes(root) == [code]


def test_a_form_may_be_posted(client: TestClient, validate: Validate) -> None:
    arguments = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": "kind:demand"}
    root = validate(client.post("/oai", data=arguments).content)
    assert len(texts(root, ".//oai:header")) == 1
    assert elements(root, ".//oai:request")[0].get("set") == "kind:demand"
    refused = client.post("/oai", content=b"{}", headers={"Content-Type": "application/json"})
    assert (refused.status_code, refused.headers["accept-post"]) == (415, "application/x-www-form-urlencoded")


def test_a_token_is_for_its_own_verb_and_whole(ask: Ask) -> None:
    (token,) = texts(ask(verb="ListIdentifiers", metadataPrefix="oai_dc"), ".//oai:resumptionToken")
    assert codes(ask(verb="ListRecords", resumptionToken=token)) == ["badResumptionToken"]
    for broken in (token[:-1], token[1:], token[:20] + ("A" if token[20] != "A" else "B") + token[21:]):
        root = ask(verb="ListIdentifiers", resumptionToken=broken)
        assert codes(root) == ["badResumptionToken"]


def test_what_a_source_wrote_cannot_break_the_answer(ask: Ask) -> None:
    identifier = samples.hostile().identifier
    for prefix in FORMATS:
        root = ask(verb="GetRecord", identifier=identifier, metadataPrefix=prefix)
        assert samples.SCRIPT in "".join(map(str, root.itertext()))
    assert not texts(ask(verb="GetRecord", identifier=identifier, metadataPrefix="oai_dc"), ".//dc:source")
