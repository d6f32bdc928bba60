"""Pushing: the same gate as a harvest, one answer for each record, and nothing for those who may not."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest
from starlette.testclient import TestClient
from structlog.typing import EventDict

from federation.errors import LedgerFull
from federation.ledger import Ledger
from federation.push import Inbox, Sent
from federation.registry import Registry
from federation.source import Source
from federation.tokens import Tokens
from publish.api.push import MOST
from publish.app import create_app
from publish.services import Services
from tests.federation.world import BASE, World, good
from tests.publish import fakes
from vocab.namespaces import Namespaces

SECRET = "某型号隐身涂层配方"
RECORDS = "/api/v1/sources/cn-xx/records"


class Door:
    """A site that takes records for `cn-xx`, and its client with a token."""

    def __init__(self, ledger: Ledger, client: TestClient, world: World, secret: str) -> None:
        self.ledger, self.client, self.world = ledger, client, world
        self.tokens = Tokens(ledger.database)
        self.bearer = {"Authorization": f"Bearer {secret}"}

    def put(self, name: str, record: Any, **headers: str) -> Any:
        return self.client.put(f"{RECORDS}/{name}", json=record, headers={**self.bearer, **headers})

    def delete(self, name: str, **headers: str) -> Any:
        return self.client.delete(f"{RECORDS}/{name}", headers={**self.bearer, **headers})

    def post(self, items: Any, **headers: str) -> Any:
        if isinstance(items, bytes):
            return self.client.post(RECORDS, content=items, headers={**self.bearer, **headers})
        return self.client.post(RECORDS, json=items, headers={**self.bearer, **headers})


def pushing(world: World) -> Source:
    return msgspec.structs.replace(world.source, protocol="push")


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    ledger = Ledger.open(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    world = World(ledger)
    fetched = msgspec.structs.replace(world.source, id="cn-yy")
    registry = Registry({"cn-xx": pushing(world), "cn-yy": fetched}, {"cn-xx": world.mappings[0]})
    yield Services(
        view=ledger,
        sources_view=ledger,
        sources=registry.sources,
        index=fakes.MemoryIndex([]),
        graph=fakes.MemoryGraph([]),
        namespaces=Namespaces(BASE),
        settings=fakes.settings(base_url=BASE),
        push=Inbox(ledger, registry, world.settings),
    )
    ledger.close()


@pytest.fixture
def door(services: Services) -> Iterator[Door]:
    ledger = services.view
    assert isinstance(ledger, Ledger)
    _, secret = Tokens(ledger.database).create("某省平台", source="cn-xx")
    with TestClient(create_app(services), base_url=BASE, raise_server_exceptions=False) as client:
        yield Door(ledger, client, World(ledger), secret)


def problem(answer: Any, status: int, slug: str) -> Any:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json"), answer.text
    found = answer.json()
    assert found["type"].endswith(f"#problem-{slug}")
    return found


# One record


def test_a_record_is_published_changed_and_withdrawn(door: Door) -> None:
    first = door.put("a-1", good("第一版"))
    assert (first.status_code, first.json()["status"]) == (201, "published")
    assert first.headers["location"] == first.json()["outcomes"][0]["iri"] == door.world.iri("a-1")
    assert door.put("a-1", good("第二版")).json()["outcomes"][0] | {"iri": ""} == {
        "kind": "achievement",
        "status": "changed",
        "iri": "",
        "version": 2,
    }
    assert door.world.titles() == {"a-1": "第二版"}
    assert door.delete("a-1").json()["status"] == "withdrawn"
    assert door.world.titles() == {}
    assert door.client.get(door.world.iri("a-1"), headers={"Accept": "application/json"}).status_code == 410
    problem(door.delete("a-1"), 404, "not-found")


def test_sending_it_again_changes_nothing(door: Door) -> None:
    first = door.put("a-1", good())
    before = door.ledger.last_seq()
    again = door.put("a-1", dict(reversed(good().items())))  # the same value in another order
    assert (again.status_code, again.json()["status"]) == (200, "unchanged")
    assert again.headers["etag"] == first.headers["etag"]
    assert door.ledger.last_seq() == before


def test_the_key_may_be_anything_that_can_be_written(door: Door) -> None:
    for name, key in (("%E6%88%90%E6%9E%9C%2F1%3F", "成果/1?"), ("a/b", "a/b"), ("a.json", "a.json"), ("1%3A2", "1:2")):
        assert door.put(name, good(f"成果 {key}")).json()["id"] == key
    assert set(door.world.titles()) == {"成果/1?", "a/b", "a.json", "1:2"}
    for wrong in ("%20a", "a%0A", "x" * 1001):
        assert problem(door.put(wrong, good()), 400, "bad-parameter")["parameter"] == "record"


def test_xml_is_taken_too(door: Door) -> None:
    body = "".join(f"<{name}>{value}</{name}>" for name, value in good("一种材料").items())
    headers = {**door.bearer, "Content-Type": "application/xml"}
    answer = door.client.put(f"{RECORDS}/x-1", content=f"<r>{body}</r>".encode(), headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (422, "secret-level-missing")  # the mapping reads JSON


def test_what_changed_meanwhile_is_not_overwritten(door: Door) -> None:
    mine = door.put("a-1", good("第一版")).headers["etag"]
    theirs = door.put("a-1", good("别人改的"), **{"If-Match": mine}).headers["etag"]
    assert theirs != mine
    problem(door.put("a-1", good("我改的"), **{"If-Match": mine}), 412, "precondition-failed")
    problem(door.delete("a-1", **{"If-Match": mine}), 412, "precondition-failed")
    assert door.world.titles() == {"a-1": "别人改的"}
    assert door.put("a-1", good("我改的"), **{"If-Match": f'"x", {theirs[:-1]}-gzip"'}).status_code == 200
    problem(door.put("a-1", good("我改的"), **{"If-Match": mine}), 412, "precondition-failed")  # also unchanged ones


def test_it_can_be_asked_that_a_record_is_new_or_is_there(door: Door) -> None:
    problem(door.put("a-1", good(), **{"If-Match": "*"}), 412, "precondition-failed")
    assert door.put("a-1", good(), **{"If-None-Match": "*"}).status_code == 201
    problem(door.put("a-1", good("二"), **{"If-None-Match": "*"}), 412, "precondition-failed")
    assert door.put("a-1", good("三"), **{"If-Match": "*"}).status_code == 200


def test_the_condition_is_asked_where_it_is_written(door: Door, services: Services) -> None:
    """Somebody else writes between the question and the transaction: nothing of ours is stored."""
    inbox = services.push
    assert inbox is not None
    door.put("a-1", good("第一版"))
    calls: list[str | None] = []

    def condition(digest: str | None) -> bool:
        calls.append(digest)
        if len(calls) == 1:
            door.put("a-1", good("别人改的"))
        return digest == calls[0]

    sent = Sent("a-1", msgspec.json.encode(good("我改的")))
    with pytest.raises(Exception, match="not in the state"):
        inbox.put("cn-xx", [sent], condition)
    assert len(calls) == 2
    assert door.world.titles() == {"a-1": "别人改的"}


def test_a_record_that_waits_is_accepted_and_not_public(door: Door) -> None:
    answer = door.put("a-1", good(审查结论=None, 审查单位=None, 审查日期=None))
    assert (answer.status_code, answer.json()["status"], answer.json()["reason"]) == (202, "held", "review-missing")
    assert door.world.titles() == {}


def test_a_rejected_record_comes_back_with_its_problems(door: Door) -> None:
    for _ in range(2):  # sent again, it is told the same
        found = problem(door.put("a-1", good(简介=None)), 422, "record-not-taken")
        assert found["reason"] == "missing"
        assert ("missing", "abstract") in {(p["code"], p["path"]) for p in found["problems"]}
    door.put("a-1", good())
    found = problem(door.put("a-1", good(简介=None)), 422, "record-not-taken")
    assert found["reason"] == "missing"
    assert len(door.world.titles()) == 1  # the last good version stays


def test_a_broken_body_is_rejected(door: Door) -> None:
    headers = {**door.bearer, "Content-Type": "application/json"}
    answer = door.client.put(f"{RECORDS}/a-1", content=b'{"a": ', headers=headers)
    assert problem(answer, 422, "record-not-taken")["reason"] == "undecodable"


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file())


def test_of_a_secret_record_only_the_reasons_class_is_told_and_nothing_is_kept(
    door: Door, tmp_path: Path, log: list[EventDict]
) -> None:
    """Also when it was public before."""
    for earlier in (None, good(SECRET)):
        if earlier is not None:
            door.put("geheim-77", earlier)
        answer = door.put("geheim-77", good(SECRET, 密级="秘密"))
        found = problem(answer, 422, "record-not-taken")
        assert found["reason"] == "secret-level-marked"
        assert "problems" not in found
        assert "etag" not in answer.headers
        assert SECRET not in answer.text
        assert door.world.iri("geheim-77") not in answer.text
        item = door.post([{"id": "geheim-77", "record": good(SECRET, 密级="秘密")}]).json()["results"][0]
        assert item == {"id": "geheim-77", "status": "refused", "code": 422, "reason": "secret-level-marked"}
    assert door.client.get(door.world.iri("geheim-77"), headers={"Accept": "application/json"}).status_code == 410
    door.ledger.close()
    assert SECRET.encode() not in everything(tmp_path)
    assert b"geheim-77" not in everything(tmp_path)
    assert SECRET not in repr(log)
    assert "geheim-77" not in repr(log)


# Who may


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic Y2d0OnNlY3JldA==", "Bearer cgt_0_x", "Bearer ü"])
def test_without_a_right_token_nothing_is_taken(door: Door, header: str) -> None:
    headers = {b"Authorization": header.encode("latin-1")} if header else {}
    for answer in (
        door.client.put(f"{RECORDS}/a-1", json=good(), headers=headers),
        door.client.request("DELETE", f"{RECORDS}/a-1", headers=headers),
        door.client.post(RECORDS, json=[], headers=headers),
        door.client.put("/api/v1/sources/nobody/records/a-1", json=good(), headers=headers),
    ):
        problem(answer, 401, "unauthorised")
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert door.world.titles() == {}


def test_a_token_is_for_its_own_source(door: Door) -> None:
    problem(door.client.put("/api/v1/sources/cn-yy/records/1", json=good(), headers=door.bearer), 403, "forbidden")
    made, other = door.tokens.create("another", source="cn-yy")
    bearer = {"Authorization": f"bearer {other}"}
    problem(door.client.put(f"{RECORDS}/1", json=good(), headers=bearer), 403, "forbidden")
    # that source is fetched: nothing can be pushed into it
    problem(door.client.put("/api/v1/sources/cn-yy/records/1", json=good(), headers=bearer), 404, "not-found")
    _, operator = door.tokens.create("值班", role="operator")
    bearer = {"Authorization": f"Bearer {operator}"}
    assert door.client.put(f"{RECORDS}/1", json=good(), headers=bearer).status_code == 201
    problem(door.client.put("/api/v1/sources/nobody/records/1", json=good(), headers=bearer), 404, "not-found")


def test_a_revoked_token_opens_nothing_from_the_next_request_on(door: Door) -> None:
    assert door.put("a-1", good()).status_code == 201
    door.tokens.revoke(door.tokens.all()[0].id)
    problem(door.put("a-1", good("二")), 401, "unauthorised")


def test_wrong_tokens_are_slowed_down_and_never_logged(door: Door, log: list[EventDict]) -> None:
    answers = [door.client.post(RECORDS, json=[], headers={"Authorization": "Bearer guess"}) for _ in range(30)]
    assert [a.status_code for a in answers[:20]] == [401] * 20
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["retry-after"]) >= 1
    assert door.put("a-1", good()).status_code == 201  # who has a right one is not locked out by others
    assert "guess" not in repr(log)
    assert door.bearer["Authorization"].partition(" ")[2] not in repr(log)


def test_a_site_that_only_reads_takes_nothing(services: Services) -> None:
    with TestClient(create_app(replace(services, push=None)), base_url=BASE) as client:
        headers = {"Authorization": "Bearer cgt_000000000000_" + "x" * 43}
        problem(client.put(f"{RECORDS}/1", json=good(), headers=headers), 401, "unauthorised")


# Batches


def test_every_item_of_a_batch_has_its_own_answer(door: Door) -> None:
    door.put("old", good("旧成果"))
    door.put("same", good("不变的成果"))
    answer = door.post(
        [
            {
                "id": "new",
                "record": good("新成果"),
                "url": "https://kjcg.example/1",
                "modified": "2026-01-01T00:00:00Z",
            },
            {"id": "same", "record": good("不变的成果")},
            {"id": "old", "deleted": True},
            {"id": "never", "deleted": True},
            {"id": "bad", "record": good(简介=None)},
            {"id": "secret", "record": good(SECRET, 密级="机密")},
            {"id": "wait", "record": good(审查结论=None, 审查单位=None, 审查日期=None)},
            {"id": "twice", "record": good("第一次")},
            {"id": "twice", "record": good("第二次")},
            {"id": " ", "record": {}},
            {"id": "neither"},
            {"record": {}},
            17,
        ]
    )
    assert answer.status_code == 207
    found = answer.json()
    assert [(one["status"], one["code"]) for one in found["results"]] == [
        ("published", 201),
        ("unchanged", 200),
        ("withdrawn", 200),
        ("absent", 404),
        ("rejected", 422),
        ("refused", 422),
        ("held", 202),
        ("superseded", 200),
        ("published", 201),
        *[("unreadable", 400)] * 4,
    ]
    assert found["counts"]["unreadable"] == 4
    assert found["results"][4]["problems"][0]["code"] == "missing"
    assert door.world.titles() == {"new": "新成果", "same": "不变的成果", "twice": "第二次"}
    page = next(p for p in door.ledger.page(0, 10) if p.record.title.zh == "新成果")
    assert page.record.provenance is not None
    assert page.record.provenance.url == "https://kjcg.example/1"
    again = door.post([{"id": "twice", "record": good("第二次")}]).json()["results"][0]
    assert (again["status"], again["etag"]) == ("unchanged", found["results"][8]["etag"])


def test_json_lines_are_read_one_by_one(door: Door) -> None:
    lines = [msgspec.json.encode({"id": str(n), "record": good(f"成果 {n}")}) for n in range(3)]
    body = b"\n".join([lines[0], b"", b"{broken", *lines[1:], b"\xff\xfe"]) + b"\r\n"
    answer = door.post(body, **{"Content-Type": "application/x-ndjson"})
    assert answer.json()["counts"] == {"published": 3, "unreadable": 2}


@pytest.mark.parametrize("body", [b"", b"{}", b"[", b"[" * 100_000, b"\xff", b"[]", b"[" + b"1," * MOST + b"1]"])
def test_what_is_no_batch_is_refused_whole(door: Door, body: bytes) -> None:
    problem(door.post(body, **{"Content-Type": "application/json"}), 400, "unreadable-body")


def test_forms_and_sizes_are_bounded(door: Door) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        problem(door.post(b"[]", **{"Content-Type": kind}), 415, "wrong-media-type")
    problem(
        door.post(b"x", **{"Content-Type": "application/json", "Content-Encoding": "gzip"}), 415, "wrong-media-type"
    )
    assert door.put("large", good(简介="长" * 100_000)).status_code == 201  # more than other requests may bring
    problem(door.post(b" " * (16 * 2**20 + 1), **{"Content-Type": "application/json"}), 413, "too-large")
    problem(door.client.post("/oai", content=b"x" * 100_000), 413, "too-large")


def test_when_the_ledger_cannot_be_written_they_are_told_to_come_back(
    door: Door, services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise LedgerFull("the disk under the ledger sqlite:////srv/x is full")

    monkeypatch.setattr(type(services.push), "put", full)
    answer = door.put("a-1", good())
    assert "sqlite" not in str(problem(answer, 503, "unavailable"))
    assert answer.headers["retry-after"] == "30"


# The description


def test_answers_are_as_described(door: Door) -> None:
    document = door.client.get("/api/v1/openapi.json").json()
    operations = document["paths"][re.sub("cn-xx", "{id}", RECORDS) + "/{record}"]
    assert {"put", "delete"} <= set(operations)
    assert operations["put"]["security"] == [{"token": []}]
    statuses = set(operations["put"]["responses"])
    told = [door.put("a", good()), door.put("a", good()), door.put("b", good(简介=None)), door.put("%20", good())]
    assert {str(answer.status_code) for answer in told} <= statuses
