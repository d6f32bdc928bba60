"""The files of a dump, read by programs that know nothing of us: they say what the records say, and the same every time."""

import csv
import io
import tempfile
from pathlib import Path

import msgspec
import pyoxigraph
import pytest
from csvw import CSVW
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from publish.dumps import workbooks
from publish.dumps.columns import columns
from publish.dumps.manifest import CHECKSUMS, FORMATS, MANIFEST, Compression, Dump
from publish.dumps.write import PAGE, write
from tests.dumps.reading import contents, json_lines, proved, unpacked
from tests.publish import samples
from tests.publish.fakes import MemoryView
from vocab.kinds import KINDS
from vocab.public import PublicRecord
from vocab.rdf import nquads
from vocab.values import Text

EVERYTHING = samples.everything()
FULL = next(public for public in EVERYTHING if public.iri == samples.full_achievement().identifier)


def written(
    folder: Path, records: list[PublicRecord] | None = None, compression: Compression = Compression.ZSTD
) -> Dump:
    folder.mkdir(exist_ok=True)
    numbered = [msgspec.structs.replace(r, seq=n) for n, r in enumerate(EVERYTHING if records is None else records, 1)]
    view = MemoryView(numbered)
    return write(view, samples.NAMESPACES, folder, FORMATS, compression)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("dump")
    written(made)
    return made


def achievement(**changes: object) -> PublicRecord:
    return msgspec.structs.replace(FULL, record=msgspec.structs.replace(FULL.record, **changes))


def rows(folder: Path, kind: str = "achievement") -> list[dict[str, str]]:
    (path,) = folder.glob(f"records.{kind}.csv.*")
    return list(csv.DictReader(io.StringIO(unpacked(path).decode(), newline="")))


@pytest.mark.parametrize("compression", Compression)
def test_everything_is_in_each_format_and_every_file_is_proved(tmp_path: Path, compression: Compression) -> None:
    made = written(tmp_path, compression=compression)
    names = {path.name for path in tmp_path.iterdir()}
    assert proved(tmp_path) == names - {CHECKSUMS}
    assert {file.name for file in made.files} == names - {CHECKSUMS, MANIFEST}
    assert msgspec.json.decode((tmp_path / MANIFEST).read_bytes(), type=Dump) == made
    assert made.records == len(EVERYTHING) == sum(made.kinds.values())
    for form in FORMATS:
        assert sum(file.records for file in made.files if file.format == form) == len(EVERYTHING)
    assert all((tmp_path / file.name).stat().st_size == file.bytes for file in made.files)
    assert [line["iri"] for line in json_lines(tmp_path)] == [public.iri for public in EVERYTHING]


def test_turtle_says_what_the_quads_say(folder: Path) -> None:
    quads = unpacked(folder / "records.nq.zst")
    assert quads == nquads(EVERYTHING, samples.NAMESPACES)
    stated = {quad.triple for quad in pyoxigraph.parse(quads, pyoxigraph.RdfFormat.N_QUADS)}
    turtle = unpacked(folder / "records.ttl.zst")
    assert {quad.triple for quad in pyoxigraph.parse(turtle, pyoxigraph.RdfFormat.TURTLE)} == stated
    assert len(stated) > 300
    assert b"\n    dcterms:title " in turtle


def test_csv_is_valid_on_the_web_and_typed(folder: Path, tmp_path: Path) -> None:
    for path in folder.glob("records.*csv*"):
        (tmp_path / path.name.removesuffix(".zst")).write_bytes(unpacked(path))
    found = CSVW(str(tmp_path / "records.csv-metadata.json"), validate=True)
    assert found.is_valid
    tables = {table.local_name: list(table) for table in found.tables}
    assert set(tables) == {f"records.{kind}.csv" for kind in KINDS}
    (full,) = (line for line in tables["records.achievement.csv"] if line["iri"] == FULL.iri)
    assert full["ipr_no"] == ["ZL202099900001.8", "202099900002.1"]
    assert full["ipr_valid"] == [True, False]
    assert (full["trl_min"], full["trl_max"]) == (4, 6)
    assert full["funding_amount"] == [1200000]
    assert full["keywords_en"] == ["graphene", "thermal film"]
    assert full["completed_on"] == "2020-06"
    assert full["seq"] == EVERYTHING.index(FULL) + 1


def test_a_cell_is_no_formula_and_a_list_has_no_more_members_than_it_has(tmp_path: Path) -> None:
    attack = achievement(title=Text("=HYPERLINK(1)"), awards=("甲;乙", "-1+1"), seo="＝1", clc=("@a",))
    written(tmp_path, [attack])
    (line,) = rows(tmp_path)
    assert (line["title_zh"], line["seo"], line["clc"]) == ("'=HYPERLINK(1)", "'＝1", "'@a")
    assert line["awards"] == "甲；乙;-1+1"
    sheet = load_workbook(tmp_path / "records.achievement.xlsx")["achievement"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet[2][heads.index("title_zh")]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


def test_a_workbook_has_the_rows_of_the_table_and_explains_its_columns(folder: Path) -> None:
    book = load_workbook(folder / "records.achievement.xlsx", read_only=True)
    heads, *lines = book["achievement"].iter_rows(values_only=True)
    assert list(heads) == [column.name for column in columns("achievement")] == list(rows(folder)[0])
    assert [line[0] for line in lines] == [row["iri"] for row in rows(folder)]
    (full,) = (dict(zip(heads, line, strict=True)) for line in lines if line[0] == FULL.iri)
    assert (full["trl_min"], full["price_negotiable"], full["ipr_no"]) == (4, False, "ZL202099900001.8;202099900002.1")
    assert [line[0] for line in book["columns"].iter_rows(min_row=2, values_only=True)] == list(heads)


def test_more_rows_than_a_sheet_has_go_on_in_another_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "ROWS", 2)
    many = [msgspec.structs.replace(FULL, iri=f"{FULL.iri}{n}", seq=n) for n in range(1, 6)]
    made = written(tmp_path, many)
    books = [file for file in made.files if file.format == "xlsx" and file.kind == "achievement"]
    assert [(file.name, file.records) for file in books] == [
        ("records.achievement.xlsx", 2),
        ("records.achievement-2.xlsx", 2),
        ("records.achievement-3.xlsx", 1),
    ]
    found = [load_workbook(tmp_path / file.name)["achievement"]["A2"].value for file in books]
    assert found == [many[0].iri, many[2].iri, many[4].iri]


def test_a_text_that_no_cell_holds_is_cut_and_says_so(tmp_path: Path) -> None:
    text = "长" * 40_000
    written(tmp_path, [achievement(abstract=Text(text + "\x00"))])
    sheet = load_workbook(tmp_path / "records.achievement.xlsx")["achievement"]
    place = [column.name for column in columns("achievement")].index("abstract_zh")
    assert str(sheet[2][place].value) == "长" * 31_999 + "…"
    assert rows(tmp_path)[0]["abstract_zh"].startswith(text)


def test_nothing_public_makes_a_dump_of_nothing(tmp_path: Path) -> None:
    made = written(tmp_path, [])
    assert (made.records, json_lines(tmp_path), rows(tmp_path)) == (0, [], [])
    assert proved(tmp_path)


@settings(max_examples=8, deadline=None)
@given(chosen=st.sets(st.sampled_from(range(len(EVERYTHING)))), compression=st.sampled_from(Compression))
def test_the_same_records_make_the_same_bytes(chosen: set[int], compression: Compression) -> None:
    records = [EVERYTHING[n] for n in sorted(chosen)]
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        written(Path(one), records, compression)
        written(Path(other), list(records), compression)
        assert contents(Path(one)) == contents(Path(other))


class MovingView(MemoryView):
    """Its log moves on while it is paged: after the first page a record changes that was written, and one that was not."""

    def __init__(self, size: int) -> None:
        super().__init__([msgspec.structs.replace(FULL, iri=f"{FULL.iri}{n}", seq=n) for n in range(1, size + 1)])
        self.pages = 0

    def page(self, after: int, limit: int, kind: str | None = None) -> list[PublicRecord]:
        if limit > PAGE:  # the log is made of this
            return super().page(after, limit, kind)
        self.pages += 1
        if self.pages == 2:
            last = max(self._records.values(), key=lambda record: record.seq)
            for n, iri in enumerate((f"{FULL.iri}1", last.iri)):
                self._records[iri] = msgspec.structs.replace(self._records[iri], seq=last.seq + 2 + n, version=2)
        return super().page(after, min(limit, 10), kind)


def test_a_record_is_in_it_once_and_what_changed_meanwhile_is_left_to_the_feed(tmp_path: Path) -> None:
    steps: list[int] = []
    made = write(MovingView(35), samples.NAMESPACES, tmp_path, ("jsonl",), progress=steps.append)
    assert [line["seq"] for line in json_lines(tmp_path)] == list(range(1, 35))
    assert {line["version"] for line in json_lines(tmp_path)} == {FULL.version}
    assert (made.seq, made.records, sum(steps)) == (36, 34, 34)
