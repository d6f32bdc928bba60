"""Real catalogues: every file is harvested, or refused with a reason, as docs/reference/real-catalogues.md says."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from federation.harvest import harvest
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.registry import read_registry
from federation.views import RunStatus
from harvesters import harvester
from tests.conftest import ROOT
from tests.harvesters.endpoints import endpoint, read, split, until_failure
from tests.harvesters.servers.web import Asked, Reply, Server, serving
from vocab.decode import decode

PAGE = ROOT / "docs" / "reference" / "real-catalogues.md"
RECIPE = ROOT / "config" / "recipes" / "real-data"
FOLDERS = ("dcat-catalogs", "ckan-other/ckanext-dcat", "ckan-other/datajson")
ROW = re.compile(r"^\| `([^`]+)` \| (\w+) \| (\d+) \| (\d+) \| (yes|no) \| (.*) \|$", re.M)

pytestmark = pytest.mark.shared


class Row(NamedTuple):
    file: str
    protocol: str
    records: int
    unreadable: int
    complete: bool
    reason: str  # begins what is said of the first record that is unreadable, or stands in the refusal


ROWS = [
    Row(file, protocol, int(records), int(unreadable), complete == "yes", reason)
    for file, protocol, records, unreadable, complete, reason in ROW.findall(PAGE.read_text("utf-8"))
]


@pytest.fixture(scope="module")
def owner(shared: Path) -> Iterator[Server]:
    """A server of the files that, like many, does not know what they are."""

    def answer(asked: Asked) -> Reply:
        return Reply((shared / "data" / asked.path.lstrip("/")).read_bytes(), media_type="application/octet-stream")

    with serving(answer) as server:
        yield server


def test_no_file_is_left_out(shared: Path) -> None:
    there = {
        str(path.relative_to(shared / "data"))
        for folder in FOLDERS
        for path in (shared / "data" / folder).rglob("*")
        if path.is_file()
    }
    assert {row.file for row in ROWS} == {name for name in there if not name.endswith("SOURCE.txt")}


@pytest.mark.parametrize("row", ROWS, ids=[f"{row.file}-{row.protocol}" for row in ROWS])
def test_a_catalogue_is_read_or_refused_as_documented(owner: Server, row: Row) -> None:
    pass_ = harvester(row.protocol, endpoint(f"{owner.url}/{row.file}", retries=0))
    seen, error = until_failure(pass_)
    said = str(error or "")
    records, unreadable = split(seen)
    assert (len(records), len(unreadable), pass_.complete) == (row.records, row.unreadable, row.complete)
    assert row.reason in (said or "; ".join(each.reason for each in unreadable))
    assert bool(row.reason) == bool(said or unreadable)
    assert all(isinstance(decode(each.media_type, each.body), dict) for each in records if not each.deleted)


@pytest.mark.parametrize("kind", ["paged", "partial"])
def test_both_pages_of_a_real_hydra_catalogue_are_read(shared: Path, kind: str) -> None:
    folder = shared / "data" / "dcat-catalogs" / "udata-harvest" / "dcat"

    def answer(asked: Asked) -> Reply:
        page = (folder / f"{kind}-collection-{asked.query.get('page', '1')}.jsonld").read_text("utf-8")
        here = f"http://{asked.headers['host']}"
        moved = page.replace("http://data.test.org/catalog.jsonld", f"{here}/catalog.jsonld")
        return Reply(moved.encode(), media_type="application/ld+json")

    with serving(answer) as server:
        pass_ = harvester("dcat", endpoint(f"{server.url}/catalog.jsonld", {"identifier": "dct:identifier"}))
        records, unreadable = read(pass_)
    assert [each.identifier for each in records] == ["1", "2", "3", "4"]
    assert (unreadable, pass_.complete) == ([], True)


@pytest.mark.parametrize(
    ("source", "file", "published", "refused"),
    [
        ("dcat", "dcat-catalogs/govdata-de/dashboard/brandenburg-catalog-original-input.ttl", 111, 0),
        ("dcat", "dcat-catalogs/udata-harvest/dcat/catalog.xml", 3, 1),
        ("data-json", "dcat-catalogs/udata-harvest/dcat/evian.json", 8, 0),
        ("data-json", "ckan-other/datajson/tests/datajson-samples/usda.gov.data.json", 3, 0),
    ],
)
def test_the_recipe_maps_and_publishes_them(
    owner: Server, tmp_path: Path, source: str, file: str, published: int, refused: int
) -> None:
    """Refused: what says of itself that it is not public, or says it in a way nobody knows."""
    registry = read_registry(RECIPE)
    found = msgspec.structs.replace(registry.sources[source], url=f"{owner.url}/{file}")
    ledger = Ledger.open(f"sqlite:///{tmp_path}/ledger.db")
    try:
        mappings, settings = registry.mappings_of(found), Settings("https://x.example")
        runs = [
            harvest(found, harvester(found.protocol, found.endpoint()), ledger, mappings, settings) for _ in range(2)
        ]
        first, second = (run.counts for run in runs)
        assert [run.status for run in runs] == [RunStatus.DONE] * 2
        assert (first.published, first.refused, first.failed) == (published, refused, 0)
        assert (second.published + second.changed + second.withdrawn, second.unchanged) == (0, second.seen)
    finally:
        ledger.close()
