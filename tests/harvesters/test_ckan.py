"""CKAN, read from a small real Action API."""

import gzip
import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from harvesters import harvester
from harvesters.base import HarvestError, OptionsError, TerminalError
from harvesters.secrets import Secrets
from tests.harvesters.endpoints import endpoint, read, split, until_failure
from tests.harvesters.servers.ckan import CkanServer, ckan
from tests.harvesters.servers.web import Reply, script, serving

SHARED = Path(os.environ.get("CHENGGUO_SHARED", "../shared")) / "data" / "ckan-data-gov" / "packages-A.jsonl.gz"


SINCE = datetime(2026, 1, 11, tzinfo=UTC)


def package(number: int, **more: object) -> dict[str, Any]:
    stamp = f"2026-01-{number % 28 + 1:02}T00:00:00.{number:06}"
    return {
        "id": f"id-{number:04}",
        "name": f"ds-{number}",
        "state": "active",
        "private": False,
        "metadata_modified": stamp,
    } | more


def many(count: int) -> list[dict[str, Any]]:
    return [package(number) for number in range(count)]


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 30, 57])
def test_all_pages_are_read(count: int) -> None:
    with ckan(many(count)) as site:
        pass_ = harvester("ckan", endpoint(site.url, {"rows": 10}))
        records, unreadable = read(pass_)
    assert sorted(each.identifier for each in records) == [f"id-{number:04}" for number in range(count)]
    assert (unreadable, pass_.complete) == ([], True)
    assert site.asked[0].query["sort"] == "metadata_modified asc, id asc"


def test_a_server_that_caps_rows_is_read_whole() -> None:
    with ckan(many(57), rows_max=7) as site:
        pass_ = harvester("ckan", endpoint(site.url + "/", {"rows": 1000}))
        assert len(read(pass_)[0]) == 57
        assert pass_.complete


def test_a_record_carries_its_dataset_its_date_and_its_address() -> None:
    with ckan([package(3, title="石墨烯", notes="a\ud800b")]) as site:
        (record,), _ = read(harvester("ckan", endpoint(site.url)))
    assert json.loads(record.body)["title"] == "石墨烯"
    assert json.loads(record.body)["notes"] == "a\ufffdb"
    assert record.modified == datetime(2026, 1, 4, 0, 0, 0, 3, UTC)
    assert record.url == f"{site.url}/dataset/ds-3"


def test_deleted_draft_and_private_datasets_lose_their_content() -> None:
    sealed = [
        package(1, state="deleted"),
        package(2, private=True, title="不公开"),
        package(3, state="draft"),
        package(4),
    ]
    with ckan(sealed) as site:
        pass_ = harvester("ckan", endpoint(site.url))
        records, _ = read(pass_)
    assert {each.identifier: each.deleted for each in records} == {
        "id-0001": True,
        "id-0002": True,
        "id-0003": True,
        "id-0004": False,
    }
    assert all(each.body == b"" for each in records if each.deleted)
    assert pass_.complete


def test_only_changes_are_asked_for() -> None:
    with ckan(many(20)) as site:
        pass_ = harvester("ckan", endpoint(site.url, {"fq": "state:active"}))
        records, _ = split(list(pass_.records(datetime(2026, 1, 11, tzinfo=UTC))))
        assert site.asked[0].query["fq"] == "(state:active) AND (metadata_modified:[2026-01-11T00:00:00Z TO *])"
    assert {each.identifier for each in records} == {f"id-{number:04}" for number in range(10, 20)}
    assert not pass_.complete


def moving(site: CkanServer, at: int) -> None:
    """A dataset already listed is changed while we page: the others shift by one."""
    answer = site.server._behaviour

    def change(asked: Any) -> Reply:
        if site.searches == at:
            site.packages[0] = package(0, metadata_modified="2026-02-01T00:00:00", title="新")
        return answer(asked)

    site.server._behaviour = change


def test_a_dataset_missed_because_others_moved_is_found_in_a_second_pass() -> None:
    with ckan(many(25)) as site:
        moving(site, 1)
        pass_ = harvester("ckan", endpoint(site.url, {"rows": 10}))
        records, _ = read(pass_)
    assert {each.identifier for each in records} == {f"id-{number:04}" for number in range(25)}
    assert [each.identifier for each in records].count("id-0000") == 2
    assert "新".encode() in [each.body for each in records if each.identifier == "id-0000"][-1]
    assert pass_.complete


def page(count: int, results: list[Any]) -> Reply:
    return Reply(json.dumps({"success": True, "result": {"count": count, "results": results}}).encode())


def test_a_count_that_is_too_large_is_never_complete() -> None:
    replies = [page(12, many(10)), page(12, []), page(12, many(10)), page(12, [])]
    with serving(script(*replies)) as server:
        pass_ = harvester("ckan", endpoint(server.url))
        assert len(read(pass_)[0]) == 10
        assert not pass_.complete


def test_a_count_that_is_too_small_does_not_end_the_listing_early() -> None:
    with serving(script(page(20, many(10)), page(20, many(21)[10:]), page(20, []))) as server:
        pass_ = harvester("ckan", endpoint(server.url))
        assert len(read(pass_)[0]) == 21


def test_a_page_repeated_for_ever_is_terminal() -> None:
    with serving(script(page(1000, many(10)))) as server:
        pass_ = harvester("ckan", endpoint(server.url))
        seen, error = until_failure(pass_)
    assert "repeats its datasets at start=20" in str(error)
    assert len(seen) == 10
    assert not pass_.complete


def test_datasets_without_an_id_are_reported() -> None:
    with serving(script(page(4, [{"name": "x"}, 5, {"id": None}, package(1)]))) as server:
        pass_ = harvester("ckan", endpoint(server.url))
        records, unreadable = read(pass_)
    assert ([each.identifier for each in records], len(unreadable), pass_.complete) == (["id-0001"], 3, False)


def failures() -> Iterator[tuple[str, Reply, str]]:
    no = {"success": False, "error": {"__type": "Authorization Error", "message": "Access denied: secret-text"}}
    yield "denied", Reply(json.dumps(no).encode(), status=403), "check api_key"
    yield (
        "no action",
        Reply(b'{"success": false, "error": {"__type": "Not Found Error", "message": "x"}}', status=404),
        "api_path",
    )
    yield (
        "bad filter",
        Reply(b'{"success": false, "error": {"__type": "Search Query Error", "message": "x"}}', status=400),
        "check fq",
    )
    yield (
        "invalid",
        Reply(b'{"success": false, "error": {"__type": "Validation Error"}}', status=409),
        "ValidationError",
    )
    yield "another API", Reply(b'{"success": false, "error": "secret-text"}', status=400), "package_search failed"
    yield "no result", Reply(b'{"success": true, "result": {}}'), "not a CKAN site"
    yield "a list", Reply(b"[1, 2]"), "package_search failed"
    yield "html", Reply(b"<html><title>Login</title>"), "titled 'Login'"
    yield (
        "html 404",
        Reply(b"<html><title>Not here</title>", status=404),
        "titled 'Not here': check url and api_path",
    )


@pytest.mark.parametrize(
    ("reply", "message"), [(reply, text) for _, reply, text in failures()], ids=[name for name, _, _ in failures()]
)
def test_failures_say_what_to_do_and_never_repeat_the_answer(reply: Reply, message: str) -> None:
    with serving(script(reply)) as server, pytest.raises(TerminalError) as caught:
        list(harvester("ckan", endpoint(server.url)).records())
    assert message in str(caught.value)
    assert "secret-text" not in str(caught.value)


def test_an_api_key_is_sent_and_not_shown() -> None:
    options: dict[str, object] = {"api_key": {"env": "KEY"}}
    with ckan(many(3), api_key="right-key") as site:
        assert len(read(harvester("ckan", endpoint(site.url, options), Secrets({"KEY": "right-key"})))[0]) == 3
        with pytest.raises(TerminalError, match="check api_key") as caught:
            read(harvester("ckan", endpoint(site.url, options), Secrets({"KEY": "wrong-key"})))
    assert "wrong-key" not in str(caught.value)


def test_what_only_a_key_may_see_is_asked_for_with_a_key() -> None:
    options: dict[str, object] = {"include": ["private", "deleted"], "api_key": {"env": "KEY"}}
    with ckan([package(1), package(2, private=True, title="不公开")], api_key="right-key") as site:
        records, _ = read(harvester("ckan", endpoint(site.url, options), Secrets({"KEY": "right-key"})))
        list(harvester("ckan", endpoint(site.url, options), Secrets({"KEY": "right-key"})).records(SINCE))
    assert [(each.identifier, each.deleted, each.body != b"") for each in records] == [
        ("id-0001", False, True),
        ("id-0002", True, False),
    ]
    asked, later = site.asked[0].query, site.asked[1].query
    assert later["fq"] == (  # a deletion leaves metadata_modified as it was
        "(metadata_modified:[2026-01-11T00:00:00Z TO *] OR (state:deleted AND indexed_ts:[2026-01-11T00:00:00Z TO *]))"
    )
    assert (asked["include_private"], asked["include_deleted"], "include_drafts" in asked) == ("True", "True", False)
    with pytest.raises(OptionsError, match="include needs api_key: CKAN shows drafts datasets to nobody else"):
        harvester("ckan", endpoint(site.url, {"include": ["drafts"]}))


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason=f"no {SHARED}: set CHENGGUO_SHARED")
def test_real_packages_come_through_unchanged() -> None:
    with gzip.open(SHARED, "rt", encoding="utf-8") as file:
        packages = [json.loads(line) for line in file][:250]
    with ckan(packages, rows_max=100) as site:
        pass_ = harvester("ckan", endpoint(site.url, {"rows": 200}))
        records, unreadable = read(pass_)
    assert pass_.complete
    assert unreadable == []
    assert {each.identifier: json.loads(each.body) for each in records if not each.deleted} == {
        each["id"]: each for each in packages if each["state"] == "active" and not each["private"]
    }


@pytest.mark.parametrize(
    "answer", [b"{}", b"null", b'""', b"[]", b'{"success": true}', b'{"success": true, "result": []}']
)
def test_strange_answers_end_in_a_typed_error(answer: bytes) -> None:
    with serving(script(Reply(answer))) as server, pytest.raises(HarvestError):
        list(harvester("ckan", endpoint(server.url)).records())
