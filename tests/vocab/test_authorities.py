"""The EU's tables: every address that we give exists there, with the labels of the table."""

import csv
import runpy
import shutil
from pathlib import Path

import pytest
from lxml import etree

from publish.licences import licence
from vocab import authorities

ROOT = Path(__file__).resolve().parent.parent.parent
RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
SKOS = "{http://www.w3.org/2004/02/skos/core#}"
LANG = "{http://www.w3.org/XML/1998/namespace}lang"
OFFICIAL = {"country": "countries-skos.rdf", "file-type": "filetypes-skos.rdf"}


@pytest.fixture(scope="session")
def official(shared: Path) -> Path:
    return shared / "conformance" / "vocabularies" / "eu-nal"


@pytest.mark.parametrize("table", OFFICIAL)
def test_labels_are_those_of_the_official_table(table: str, official: Path) -> None:
    root = etree.parse(official / OFFICIAL[table]).getroot()
    concepts = {one.get(RDF): one for one in root.iterfind(f"{SKOS}Concept")}
    known = authorities.table(table)
    assert known.version == root.findtext(".//{http://www.w3.org/2002/07/owl#}versionInfo")
    found = list(authorities.entries(table))
    assert found
    for entry in found:
        labels = {one.get(LANG): one.text for one in concepts[entry.iri].iterfind(f"{SKOS}prefLabel")}
        assert entry.en == labels["en"]
        assert entry.zh == labels.get("zh", entry.zh)


@pytest.mark.parametrize(
    ("table", "name", "column"), [("access-right", "access-right.csv", 0), ("licence", "licenses.csv", 2)]
)
def test_codes_are_those_of_the_lists_at_hand(table: str, name: str, column: int, shared: Path) -> None:
    with (shared / "data" / "mqa" / name).open(encoding="utf-8") as file:
        rows = {row[column]: row[0] for row in csv.reader(file)}
    for entry in authorities.entries(table):
        assert entry.iri in rows
        if table == "licence" and "creativecommons" in rows[entry.iri]:
            assert authorities.licences()[licence(rows[entry.iri]).name] == entry


def test_themes_frequencies_and_the_rest_belong_to_the_tables_that_dcat_ap_names(shared: Path) -> None:
    """Their tables are not at hand; that the tables exist is checked by the shapes of DCAT-AP."""
    folder = shared / "conformance" / "dcat-ap" / "3.0.0" / "html" / "shacl"
    shapes = (folder / "mdr-vocabularies.shape.ttl").read_text("utf-8") + (folder / "mdr_imports.ttl").read_text(
        "utf-8"
    )
    for table in authorities.tables().values():
        assert table.id == "licence" or table.iri in shapes, table.id


def test_every_table_and_entry_has_both_languages() -> None:
    for entry in [one for table in authorities.tables() for one in authorities.entries(table)]:
        assert entry.zh
        assert entry.en
        assert authorities.find(entry.table, entry.code) == entry
    assert authorities.find("country", "XXX") is None


def test_the_script_writes_what_the_tables_say_or_nothing(official: Path, tmp_path: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "authorities"))
    folder = tmp_path / "authorities"
    shutil.copytree(ROOT / "vocab" / "authorities", folder, ignore=shutil.ignore_patterns("__pycache__"))
    script["main"].__globals__["HERE"] = folder
    kept = {path.name: path.read_text("utf-8") for path in folder.glob("*.csv")}
    (folder / "entries.csv").write_text(
        kept["entries.csv"].replace("XLSX,Excel XLSX,Excel XLSX", "XLSX,Excel XLSX,Sheet"), "utf-8"
    )
    assert script["main"]([str(official / name) for name in OFFICIAL.values()]) == 0
    assert {path.name: path.read_text("utf-8") for path in folder.glob("*.csv")} == kept
    (folder / "entries.csv").write_text(kept["entries.csv"] + "file-type,NO_SUCH,x,x\n", "utf-8")
    assert script["main"]([str(official / OFFICIAL["file-type"])]) == 1
    assert script["main"]([str(official / "roles-skos.rdf")]) == 1
    assert (folder / "entries.csv").read_text("utf-8").endswith("NO_SUCH,x,x\n")
