"""data.json catalogues over HTTP."""

import json
from datetime import UTC, datetime

import pytest

from harvesters import harvester
from harvesters.base import OptionsError, TerminalError, TransientError
from harvesters.data_json import modified
from tests.harvesters.endpoints import endpoint, read, until_failure
from tests.harvesters.servers.web import Reply, script, serving


def dataset(identifier: object, **more: object) -> dict[str, object]:
    return {"@type": "dcat:Dataset", "identifier": identifier, "title": f"Title {identifier}"} | more


def served(body: object, **options: object) -> tuple[list[tuple[str, object, str | None]], list[str], bool]:
    """Of each record its identifier, content and page; then what could not be read."""
    text = body if isinstance(body, bytes) else json.dumps(body).encode()
    with serving(script(Reply(text))) as server:
        pass_ = harvester("data_json", endpoint(server.url + "/data.json", options))
        records, unreadable = read(pass_)
    return [(r.identifier, json.loads(r.body), r.url) for r in records], [u.reason for u in unreadable], pass_.complete


def test_a_catalogue_and_a_plain_list_give_the_same_records() -> None:
    rows = [
        dataset("a-1", landingPage="https://x.example/1"),
        dataset(2),
        dataset("https://x.example/3", landingPage="none"),
    ]
    whole = served({"conformsTo": "https://project-open-data.cio.gov/v1.1/schema", "dataset": rows})
    assert whole == served(rows) == served(b"\xef\xbb\xbf" + json.dumps(rows).encode())
    assert [identifier for identifier, _, _ in whole[0]] == ["a-1", "2", "https://x.example/3"]
    assert [content for _, content, _ in whole[0]] == rows
    assert [page for _, _, page in whole[0]] == ["https://x.example/1", None, None]
    assert whole[1:] == ([], True)


def test_without_an_identifier_a_dataset_is_unreadable_and_absence_means_nothing() -> None:
    records, reasons, complete = served(
        {"dataset": [dataset("a"), dataset(""), {"title": "secret title"}, dataset(None), "text"]}
    )
    assert (len(records), len(reasons), complete) == (1, 4, False)
    assert "secret title" not in "".join(reasons)


def test_of_two_datasets_with_one_identifier_the_first_counts() -> None:
    records, reasons, complete = served([dataset("a", title="first"), dataset("a", title="second"), dataset("b")])
    titles = [content["title"] for _, content, _ in records if isinstance(content, dict)]
    assert titles == ["first", "Title b"]
    assert (reasons, complete) == (["another dataset has the same identifier (dataset 2)"], True)


def test_a_page_may_be_given_by_a_pattern() -> None:
    assert served([dataset("a b")], record_url="https://x.example/{id}")[0][0][2] == "https://x.example/a%20b"


def test_an_incremental_pass_is_never_complete() -> None:
    with serving(script(Reply(json.dumps([dataset("a")]).encode()))) as server:
        pass_ = harvester("data_json", endpoint(server.url))
        assert len(list(pass_.records(datetime(2026, 1, 1, tzinfo=UTC)))) == 1
    assert not pass_.complete


@pytest.mark.parametrize(
    ("text", "stamp"),
    [
        ("2014-10-03", datetime(2014, 10, 3, tzinfo=UTC)),
        ("2019-06-27 12:41:27", datetime(2019, 6, 27, 12, 41, 27, tzinfo=UTC)),
        ("2016-08-16T23:40:00.000Z", datetime(2016, 8, 16, 23, 40, tzinfo=UTC)),
        ("2012-01-15/2014-01-15", datetime(2014, 1, 15, tzinfo=UTC)),
        ("R/2012-01-15/P1Y", datetime(2012, 1, 15, tzinfo=UTC)),
        ("2012/01/15", datetime(2012, 1, 15, tzinfo=UTC)),
        ("R/P1Y", None),
        ("R/PT1S", None),
        ("", None),
        ("unknown", None),
    ],
)
def test_modified_is_a_date_an_interval_or_a_repetition(text: str, stamp: datetime | None) -> None:
    assert modified(text) == stamp


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b'{"@graph": []}', "use protocol dcat"),
        (b'{"$schema": "x", "properties": {}}', "a JSON Schema"),
        (b'{"resources": [], "name": "x"}', "use protocol ckan"),
        (b'{"title": "x", "distribution": []}', "a single dataset"),
        (b'{"datasets": [], "page": 1}', "the answer holds: datasets, page"),
        (b'{"dataset": {"a": 1}}', "no list of datasets"),
        (b'{"dataset": "[1, }"}', "no list of datasets|is broken"),
        (b'"text"', "neither an object nor a list"),
        (b"<html><title>Login</title>", "titled 'Login'"),
        (b'{"dataset": ' + b"[" * 5000 + b"]" * 5000 + b"}", "nested too deep"),
    ],
)
def test_what_is_no_catalogue_is_refused_with_what_it_seems_to_be(body: bytes, message: str) -> None:
    with pytest.raises(TerminalError, match=message):
        served(body)


def test_an_answer_cut_in_the_middle_is_worth_another_try() -> None:
    text = json.dumps([dataset("a"), dataset("b")]).encode()
    with serving(script(Reply(text[:60]), Reply(text))) as server:
        assert len(read(harvester("data_json", endpoint(server.url)))[0]) == 2
    with serving(script(Reply(text[:60]))) as server:
        seen, error = until_failure(harvester("data_json", endpoint(server.url)))
    assert (seen, type(error)) == ([], TransientError)


def test_unknown_options_are_refused() -> None:
    with pytest.raises(OptionsError, match="Allowed: record_url"):
        harvester("data_json", endpoint("http://x.example/", {"rows": 5}))
