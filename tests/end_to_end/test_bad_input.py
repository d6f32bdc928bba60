"""What goes wrong outside ends in a clear message and an exit code; what is published stays, and the others go on."""

import gzip
import io
import itertools
import json
import random
import shutil
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from chengguo.home import Home, create
from tests.chengguo.processes import eventually
from tests.end_to_end.conftest import copied
from tests.end_to_end.node import RESULTS, Node, serving
from tests.harvesters.servers.web import Asked, Reply, Server
from tests.harvesters.servers.web import serving as web

MEGABYTE = 2**20
MANY = 1500  # records, more than a small disk holds
MAPPING = """
id = "plain"
version = "1.0.0"
kind = "achievement"
[fields.title]
from = ["名称", "dc.title"]
[fields.abstract]
from = ["简介", "dc.title"]
[fields.firstOrg]
from = ["单位", "dc.creator"]
parser = "agent"
[fields.stage]
from = "阶段"
lookup = "cl04"
[fields.category]
default = "cl01/2"
[fields.programmeSource]
default = "cl12/P3"
"""
SOURCE = """
id = "{id}"
title = {{ zh = "{id}", en = "{id}" }}
protocol = "{protocol}"
url = "{url}"
region = "110000"
publisher = {{ zh = "某厅", en = "Office" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["plain"]
[options]
{options}
[limits]
allow_private = true
timeout = 5
retries = 1
backoff = 0.01
max_bytes = {max_bytes}
max_pages = 5
[disclosure]
mode = "blanket"
public_funding = "declared"
declaration = {{ by = "某厅", date = "2026-01-05", basis = "主动公开" }}
"""
JSONL = 'format = "jsonl"\nkey = "编号"'
OAI = 'metadata_prefix = "oai_dc"'


def line(number: int, **more: str) -> bytes:
    record = {
        "编号": f"n{number}",
        "名称": f"某种装置{number}",
        "简介": "一种装置。",
        "单位": "某大学",
        "阶段": "初期阶段",
    }
    return json.dumps({**record, **more}, ensure_ascii=False).encode() + b"\n"


def endless() -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\n\r\n"
    yield from (line(number) * 100 for number in itertools.count())


def bomb_workbook() -> bytes:
    """A workbook of a few kilobytes whose sheet unpacks to many megabytes."""
    from openpyxl import Workbook

    plain, packed = io.BytesIO(), io.BytesIO()
    Workbook().save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            body = source.read(name)
            target.writestr(name, body + b" " * (40 * MEGABYTE) if name.startswith("xl/worksheets/") else body)
    return packed.getvalue()


def oai_without_end(asked: Asked) -> Reply:
    if asked.query.get("verb") == "Identify":
        content = (
            "<Identify><repositoryName>x</repositoryName><baseURL>http://x/</baseURL><protocolVersion>2.0</protocolVersion>"
            "<adminEmail>a@example.invalid</adminEmail><earliestDatestamp>2020-01-01</earliestDatestamp>"
            "<deletedRecord>no</deletedRecord><granularity>YYYY-MM-DD</granularity></Identify>"
        )
    else:
        at = int(asked.query.get("resumptionToken", "0"))
        content = (
            f"<ListRecords><record><header><identifier>e{at}</identifier><datestamp>2024-01-01</datestamp></header>"
            '<metadata><dc xmlns="http://purl.org/dc/elements/1.1/"><title>无尽的列表</title><creator>某大学</creator></dc></metadata>'
            f"</record><resumptionToken>{at + 1}</resumptionToken></ListRecords>"
        )
    text = (
        '<?xml version="1.0" encoding="UTF-8"?><OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
        f"<responseDate>2024-01-01T00:00:00Z</responseDate><request>http://x/</request>{content}</OAI-PMH>"
    )
    return Reply(text.encode(), media_type="text/xml; charset=UTF-8")


GOOD = Reply(line(1) + line(2), media_type="application/x-ndjson")
BAD: dict[str, tuple[str, str, Reply]] = {  # source -> protocol, options, what it answers
    "broken-json": ("file", 'format = "json"\nkey = "编号"', Reply(b'[{"\xe7\xbc\x96\xe5\x8f\xb7": "1"}, {"')),
    "html-page": (
        "file",
        JSONL,
        Reply(b"<!DOCTYPE html><html><body>502 Bad Gateway</body></html>", media_type="text/html"),
    ),
    "html-api": ("ckan", "", Reply(b"<html><body>maintenance</body></html>", media_type="text/html")),
    "cut-off": ("file", JSONL, Reply(line(1), media_type="application/x-ndjson", length=100_000)),
    "endless-token": ("oai_pmh", OAI, Reply()),
    "endless-body": ("file", JSONL, Reply()),
    "gzip-bomb": (
        "file",
        JSONL,
        Reply(
            gzip.compress(line(1) * 200_000), media_type="application/x-ndjson", headers={"Content-Encoding": "gzip"}
        ),
    ),
    "xlsx-bomb": ("file", 'format = "xlsx"\nkey = "编号"', Reply()),
    "not-there": ("file", JSONL, Reply(b"gone", status=404)),
}


def answer(asked: Asked) -> Reply:
    name = asked.path.strip("/").partition("/")[0]
    if name == "endless-token":
        return oai_without_end(asked)
    if name == "endless-body":
        return Reply(raw=endless())
    if name == "xlsx-bomb":
        return Reply(bomb_workbook(), media_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
    return BAD[name][2] if name in BAD else GOOD


@pytest.fixture(scope="module")
def provinces() -> Iterator[Server]:
    with web(answer) as server:
        yield server


def furnished(folder: Path, server: Server, *names: str) -> Node:
    """A home with these sources."""
    create(Home(folder))
    for file in (*folder.glob("sources/*.toml"), *folder.glob("mappings/*.toml")):
        file.unlink()
    (folder / "mappings" / "plain.toml").write_text(MAPPING, "utf-8")
    for name in names:
        protocol, options, _ = BAD.get(name, ("file", JSONL, GOOD))
        text = SOURCE.format(
            id=name, protocol=protocol, url=f"{server.url}/{name}", options=options, max_bytes=MEGABYTE
        )
        (folder / "sources" / f"{name}.toml").write_text(text, "utf-8")
    return Node(folder, "http://localhost:8080")


def told(outcome: Any) -> str:
    return str(outcome.get("error") or outcome["run"]["message"])


def test_bad_sources_are_named_and_stop_no_other(provinces: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", provinces, *BAD, "a-good-one", "z-good-one")
    outcomes = {each["source"]: each for each in node.json("harvest", "--all", code=1)}
    assert set(outcomes) == {*BAD, "a-good-one", "z-good-one"}
    for name in ("a-good-one", "z-good-one"):
        assert outcomes[name]["run"]["status"] == "done"
        assert outcomes[name]["run"]["counts"]["published"] == 2
    words = {
        "broken-json": "JSON",
        "html-page": "HTML",
        "html-api": "HTML",
        "endless-token": "max_pages",
        "endless-body": "max_bytes",
        "gzip-bomb": "max_bytes",
        "xlsx-bomb": "max_bytes",
        "not-there": "404",
    }
    for name in BAD:
        message = told(outcomes[name])
        assert name in message, (name, message)  # in the address
        assert words.get(name, "") in message, (name, message)
        assert outcomes[name].get("run", {}).get("status") != "done", (name, message)
    node.run("project")
    assert node.json("verify")["equal"] is True
    assert node.json("status")["sources"]["z-good-one"]["published"] == 2


def test_a_source_that_breaks_loses_nothing(provinces: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", provinces, "a-good-one")
    node.run("harvest", "--all")
    file = node.home / "sources" / "a-good-one.toml"
    whole = file.read_text("utf-8")
    for bad in ("html-page", "cut-off", "endless-body"):  # absence would count after two complete passes
        file.write_text(whole.replace("/a-good-one", f"/{bad}"), "utf-8")
        node.run("harvest", "--all", "--full", code=1)
    status = node.json("status")
    assert (status["published"], status["seq"]) == ({"achievement": 2}, 2)
    node.run("project")
    assert node.json("verify")["equal"] is True


def test_an_unknown_code_is_a_problem_of_its_record(provinces: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", provinces, "a-good-one")
    node.home.joinpath("data.jsonl").write_bytes(line(1) + line(2, 阶段="不存在的阶段") + b"{ not json\n" + line(3))
    file = node.home / "sources" / "a-good-one.toml"
    text = file.read_text("utf-8").replace(JSONL, f'{JSONL}\nfolder = "{node.home}"')
    file.write_text(text.replace(f"{provinces.url}/a-good-one", f"file://{node.home}/data.jsonl"), "utf-8")
    shown = node.json("source", "preview", "a-good-one")
    problems = [problem for each in shown for problem in each["problems"]]
    assert ["unknown-code", "stage", "不存在的阶段"] in [[p["code"], p["path"], p.get("value")] for p in problems]
    outcome = node.json("harvest", "a-good-one")[0]
    assert outcome["run"]["counts"]["published"] == 3
    assert outcome["run"]["counts"]["unreadable"] == 1
    assert "row 3" in told(outcome)


def test_a_wrong_mapping_is_named_with_what_is_allowed(provinces: Server, tmp_path: Path) -> None:
    node = furnished(tmp_path / "home", provinces, "a-good-one")
    file = node.home / "mappings" / "plain.toml"
    file.write_text(MAPPING.replace("[fields.firstOrg]", "[fields.fristOrg]"), "utf-8")
    for command in (("harvest", "--all"), ("source", "check"), ("remap", "a-good-one")):
        node.said = ""
        node.run(*command, code=2)
        assert "plain.toml" in node.said
        assert "fristOrg" in node.said
        assert "firstOrg" in node.said  # the nearest that is allowed


def test_a_dead_graph_store_takes_nothing_along(first_day: Node, tmp_path: Path) -> None:
    node = copied(first_day, tmp_path / "home")
    slow = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c != ?f && ?f != ?i) }"
    with serving(node) as served:
        found: list[httpx2.Response] = []

        def ask() -> None:
            found.append(
                httpx2.post(
                    f"http://127.0.0.1:{served.portal.port}/sparql",
                    data={"query": slow},
                    headers={"Accept": RESULTS},
                    timeout=120,
                )
            )

        asking = threading.Thread(target=ask)
        asking.start()
        store = eventually(lambda: served.children("oxigraph serve"), "the store to run")
        eventually(lambda: store[0].cpu_times().user > 0.5, "the store to be busy with the query")
        store[0].kill()
        assert served.portal.answers("/")
        assert served.portal.search()["total"] > 3000
        asking.join()
        assert found[0].status_code == 503
        assert found[0].headers["content-type"].startswith("application/problem+json")
        assert "Retry-After" in found[0].headers
        eventually(served.portal.answers, "a ready node")
        assert served.portal.select("SELECT ?s WHERE { GRAPH ?s { ?s a ?class } } LIMIT 1")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = shutil.which("mount") or "mount"
    done = subprocess.run([mount, "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)], capture_output=True, text=True)
    if done.returncode != 0:
        pytest.skip(f"no small file system without the right to mount one ({done.stderr.strip()})")
    yield folder
    subprocess.run([shutil.which("umount") or "umount", "-l", str(folder)], check=True)


def test_a_full_disk_is_named_and_what_was_written_stays(provinces: Server, small_disk: Path) -> None:
    node = furnished(small_disk / "home", provinces, "a-good-one")
    many = b"".join(line(number, 简介=random.Random(number).randbytes(1000).hex()) for number in range(MANY))
    (small_disk.parent / "many.jsonl").write_bytes(many)
    node.run("harvest", "--all")
    file = node.home / "sources" / "a-good-one.toml"
    text = file.read_text("utf-8").replace(JSONL, f'{JSONL}\nfolder = "{small_disk.parent}"')
    text = text.replace(f"{provinces.url}/a-good-one", f"file://{small_disk.parent}/many.jsonl")
    file.write_text(text.replace(f"max_bytes = {MEGABYTE}", f"max_bytes = {64 * MEGABYTE}"), "utf-8")
    node.said = ""
    node.run("harvest", "--all", code=1)
    assert "full" in node.said or "No space left" in node.said, node.said
    node.said = ""
    node.run("project", code=1)
    assert "full" in node.said or "No space left" in node.said, node.said
    assert node.json("status")["published"]["achievement"] >= 2
    mount = shutil.which("mount") or "mount"
    subprocess.run([mount, "-o", "remount,size=400m", str(small_disk)], check=True)
    node.run("harvest", "--all")
    node.run("project")
    assert node.json("verify")["equal"] is True
    assert node.json("status")["published"]["achievement"] == MANY
