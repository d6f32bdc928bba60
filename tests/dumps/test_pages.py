"""`/dumps/` over a real ledger: what is offered, how it is sent, and that a withdrawal closes it before anybody has tidied up."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from starlette.testclient import TestClient

from publish.app import create_app
from publish.dumps import download
from publish.dumps.shelf import Kept, Shelf
from publish.dumps.standing import Standing
from tests.dumps.conftest import RECORDS, maker
from tests.dumps.reading import json_lines
from tests.federation.world import BASE, World, good
from tests.publish import fakes

NQ = "records.nq.zst"


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home/data/dumps")


@pytest.fixture
def client(world: World, shelf: Shelf) -> Iterator[TestClient]:
    services = replace(fakes.over(world.ledger, world.source, BASE), dumps=shelf)
    with TestClient(create_app(services), base_url=BASE, follow_redirects=False) as site:
        yield site


@pytest.fixture
def kept(world: World, tmp_path: Path) -> Kept:
    return maker(world, tmp_path, formats=("jsonl", "csv", "nq")).make()


def taken_down(world: World) -> None:
    world.ledger.desk.take_down(world.iri("1"), "cl22/2", officer="李四")


@pytest.mark.parametrize(("lang", "said"), [("zh", "还没有生成过整包文件"), ("en", "No files have been written yet")])
def test_without_dumps_the_page_says_what_to_do(client: TestClient, lang: str, said: str) -> None:
    answer = client.get(f"/dumps/?lang={lang}", headers={"Accept": "text/html"})
    assert answer.status_code == 200
    assert said in answer.text
    assert "chengguo dump" in answer.text
    assert client.get("/dumps/index.json").json() == {"state": "none", "dumps": []}
    assert client.get(f"/dumps/latest/{NQ}").status_code == 404


def test_the_page_and_the_list_name_every_file_with_size_and_sum(client: TestClient, kept: Kept) -> None:
    listed = client.get("/dumps/", headers={"Accept": "application/json"}).json()
    assert listed == client.get("/dumps/index.json").json()
    assert listed["state"] == "ready"
    (dump,) = listed["dumps"]
    assert (dump["records"], dump["seq"], dump["kinds"]) == (5, 5, {"achievement": 5})
    text = client.get("/dumps/?lang=en").text
    page = html.fromstring(text)
    shown = [file for file in dump["files"] if file.get("records") or "kind" not in file]
    assert len(shown) == 4
    assert {link.get("href") for link in page.iter("a")} >= {file["url"] for file in shown} | {dump["checksums"]}
    assert [file for file in shown if file["sha256"] not in text] == []
    for file in dump["files"]:
        body = client.get(file["url"]).content
        assert len(body) == file["bytes"]
        assert body == (kept.folder / file["name"]).read_bytes()
    assert client.get("/dumps").headers["location"] == f"{BASE}/dumps/"
    assert client.get("/dumps/", headers={"Accept": "image/png"}).status_code == 406


def test_a_file_is_sent_as_it_lies_there(client: TestClient, kept: Kept) -> None:
    place, body = f"/dumps/{kept.name}/{NQ}", (kept.folder / NQ).read_bytes()
    whole = client.get(place, headers={"Accept-Encoding": "gzip, zstd"})
    assert whole.content == body
    assert whole.headers["content-type"] == "application/zstd"
    assert "content-encoding" not in whole.headers
    assert whole.headers["accept-ranges"] == "bytes"
    assert whole.headers["content-disposition"] == f'attachment; filename="{NQ}"'
    assert whole.headers["repr-digest"].startswith("sha-256=:")
    head = client.head(place)
    assert (head.content, head.headers["content-length"]) == (b"", str(len(body)))
    tag, modified = whole.headers["etag"], whole.headers["last-modified"]
    for condition in ({"If-None-Match": tag}, {"If-Modified-Since": modified}):
        assert client.get(place, headers=condition).status_code == 304
    led = client.get(f"/dumps/latest/{NQ}")
    assert (led.status_code, led.headers["location"]) == (302, f"{BASE}{place}")


def test_a_download_is_continued_only_of_the_same_bytes(client: TestClient, kept: Kept) -> None:
    place, body = f"/dumps/{kept.name}/{NQ}", (kept.folder / NQ).read_bytes()
    tag = client.head(place).headers["etag"]
    rest = client.get(place, headers={"Range": "bytes=100-", "If-Range": tag})
    assert (rest.status_code, rest.content) == (206, body[100:])
    assert rest.headers["content-range"] == f"bytes 100-{len(body) - 1}/{len(body)}"
    assert client.get(place, headers={"Range": "bytes=0-9"}).content == body[:10]
    assert client.get(place, headers={"Range": "bytes=-5"}).content == body[-5:]
    assert client.get(place, headers={"Range": "bytes=0-9", "If-Range": '"other"'}).status_code == 200
    beyond = client.get(place, headers={"Range": "bytes=99999999-"})
    assert (beyond.status_code, beyond.headers["content-range"]) == (416, f"bytes */{len(body)}")


def test_nothing_else_is_found_there(client: TestClient, kept: Kept) -> None:
    paths = (
        "records.ttl.zst",
        "../../run/dump.lock",
        "%2e%2e%2f%2e%2e%2fledger.db",
        "dump.json%00",
        "SHA256SUMS/x",
        " ",
    )
    for place in (kept.name, "latest", "..", "%2e%2e", f"{kept.seq}-0000000000000000", "99999999999999999999-0"):
        for path in paths:
            assert client.get(f"/dumps/{place}/{path}").status_code == 404


def test_what_tells_of_the_files_is_there_too(client: TestClient, kept: Kept) -> None:
    sums = client.get(f"/dumps/{kept.name}/SHA256SUMS")
    assert sums.headers["content-type"].startswith("text/plain")
    assert NQ in sums.text
    assert client.get(f"/dumps/{kept.name}/dump.json").json()["records"] == 5
    described = client.get(f"/dumps/{kept.name}/records.csv-metadata.json")
    assert described.headers["content-type"] == "application/csvm+json"


def test_a_take_down_closes_every_dump_while_its_files_still_lie_there(
    world: World, client: TestClient, tmp_path: Path, kept: Kept
) -> None:
    world.harvest({**RECORDS, "6": good("成果6号")})
    later = maker(world, tmp_path).make()
    assert [dump["name"] for dump in client.get("/dumps/index.json").json()["dumps"]] == [later.name, kept.name]
    taken_down(world)
    assert client.get("/dumps/index.json").json() == {"state": "writing", "dumps": []}
    for one in (kept, later):
        for name in (NQ, "dump.json", "SHA256SUMS"):
            answer = client.get(f"/dumps/{one.name}/{name}", headers={"Range": "bytes=0-9", "If-None-Match": "*"})
            assert (answer.status_code, answer.json()["type"]) == (410, f"{BASE}/about#problem-dump-gone")
        assert client.head(f"/dumps/{one.name}/{NQ}").status_code == 410
        assert (one.folder / NQ).exists()
    latest = client.get(f"/dumps/latest/{NQ}")
    assert (latest.status_code, latest.headers["retry-after"]) == (503, "60")
    page = client.get(f"/dumps/{kept.name}/{NQ}", headers={"Accept": "text/html", "Accept-Language": "en"})
    assert page.status_code == 410
    assert "no longer offered" in page.text
    assert "being written again" in page.text


def test_after_it_was_written_again_the_old_ones_stay_gone(
    world: World, client: TestClient, tmp_path: Path, kept: Kept
) -> None:
    taken_down(world)
    again = maker(world, tmp_path).make()
    assert not kept.folder.exists()
    assert client.get(f"/dumps/{kept.name}/{NQ}").status_code == 410
    assert client.get(f"/dumps/latest/{NQ}").headers["location"].endswith(f"{again.name}/{NQ}")
    assert world.iri("1") not in {line["iri"] for line in json_lines(again.folder)}


def test_a_file_that_is_being_sent_is_cut(
    world: World, client: TestClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(download, "LOOK", 0.0)
    monkeypatch.setattr(download.Download, "chunk_size", 64)
    sent = 0

    def stands(self: object, dump: object) -> bool:
        nonlocal sent
        sent += 1
        if sent == 5:
            taken_down(world)
        return actual(self, dump)  # type: ignore[arg-type]

    actual = Standing.stands
    monkeypatch.setattr(Standing, "stands", stands)
    answer = client.get(f"/dumps/{kept.name}/{NQ}")
    assert 0 < len(answer.content) < int(answer.headers["content-length"])
    assert sent == 5
