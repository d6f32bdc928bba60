"""Excel workbooks as people make them, and as attackers do."""

import io
from datetime import date, datetime

import olefile
import pytest
import xlwt

from harvesters import biff
from harvesters.base import LimitExceeded, TerminalError
from tests.harvesters.files import KEY, XLSX, book, guangdong, refused, saved, served, values, zipped


@pytest.mark.parametrize("where", [{"header_row": 2, "unit_row": 3}, {"skip_rows": 1, "header_row": 1, "unit_row": 2}])
def test_a_workbook_as_guangdong_makes_it(where: dict[str, object]) -> None:
    records, unreadable, complete = served(guangdong(), KEY | where, XLSX, "cg.xlsx")
    assert values(records) == [
        {
            "登记号": "4400001",
            "项目名称": "项目 甲",
            "技术领域": "电子信息",
            "技术领域_2": "软件",
            "意向价格(万元)": 120.5,
            "登记日期": "2019-03-01",
            "年份": "２０１９年度",
            "知识产权": "ZL1；ZL2",
        },
        {
            "登记号": "4400002",
            "项目名称": "项目乙",
            "技术领域": "电子信息",
            "技术领域_2": "芯片",
            "意向价格(万元)": 80,
            "登记日期": 43525,
            "年份": 2019,
            "知识产权": "",
        },
    ]
    assert (unreadable, complete) == ([], True)


def test_a_heading_of_two_rows() -> None:
    workbook = book(a=[["登记号", "技术领域", None], [None, "一级", "二级"], ["1", "x", "y"]])
    workbook["a"].merge_cells("A1:A2")
    workbook["a"].merge_cells("B1:C1")
    records, _, _ = served(saved(workbook), KEY | {"header_rows": 2}, XLSX, "x")
    assert values(records) == [{"登记号": "1", "技术领域/一级": "x", "技术领域/二级": "y"}]


def test_values_of_cells_and_a_table_that_does_not_start_at_a1() -> None:
    workbook = book(a=[])
    stamp = datetime(2019, 3, 1, 12, 30)  # noqa: DTZ001 - Excel knows no zone
    table: list[list[str | float | bool | datetime | None]] = [["登记号", "时", "真", "空"], [7.0, stamp, True, None]]
    for row, values_ in enumerate(table, 3):
        for column, value in enumerate(values_, 2):
            workbook["a"].cell(row, column, value)
    records, _, _ = served(saved(workbook), KEY | {"header_row": 3}, XLSX, "x.xlsx")
    assert values(records) == [{"登记号": 7, "时": "2019-03-01T12:30:00", "真": True, "空": ""}]
    assert records[0].identifier == "7"


def test_sheets_by_name_all_of_them_and_none() -> None:
    body = saved(book(甲=[["登记号"], [1]], 乙=[["登记号"], [2], [None], ["坏", 1]]))
    assert [each.identifier for each in served(body, KEY, XLSX, "x")[0]] == ["1"]
    assert [each.identifier for each in served(body, KEY | {"sheet": "乙"}, XLSX, "x")[0]][:1] == ["2"]
    records, unreadable, _ = served(body, KEY | {"sheet": "*"}, XLSX, "x")
    assert [each.identifier for each in records] == ["1", "2"]
    assert unreadable[0].identifier == "sheet 乙, row 4"
    assert "no sheet '丙'; visible sheets: 甲, 乙" in str(refused(body, KEY | {"sheet": "丙"}))


def test_a_workbook_that_unpacks_to_too_much_is_refused() -> None:
    bomb = zipped({"xl/worksheets/sheet1.xml": b" " * 30_000_000}, guangdong())
    assert isinstance(error := refused(bomb, KEY, "b.xlsx"), LimitExceeded)
    assert "times its size" in str(error)
    error = refused(bomb, KEY, "b.xlsx", max_bytes=1_000_000)
    assert "unpacks to 30" in str(error)
    assert isinstance(error, LimitExceeded)


def test_a_workbook_of_too_many_entries_is_refused() -> None:
    assert isinstance(refused(zipped({f"x{each}": b"" for each in range(2001)}), KEY, "b.xlsx"), LimitExceeded)


def test_a_workbook_that_lies_about_its_size_is_refused() -> None:
    honest = zipped({"xl/worksheets/sheet1.xml": b"<x/>" + b" " * 5000})
    lie = honest.replace((5004).to_bytes(4, "little"), (10).to_bytes(4, "little"))
    assert lie != honest
    assert isinstance(refused(lie, KEY, "b.xlsx"), TerminalError)


@pytest.mark.parametrize("place", ['<c r="XFD1048576">', "<c r = 'xfd1048576'>", '<x:c s="1" r="XFD1048576">'])
def test_one_cell_in_the_far_corner_does_not_cost_17_billion(place: str) -> None:
    rows = f'<row r="1"><c r="A1"><v>1</v></c></row><row>{place}<v>1</v></c></row>'
    sheet = f'<worksheet xmlns="x"><sheetData>{rows}</sheetData></worksheet>'
    bomb = zipped({"xl/worksheets/sheet1.xml": sheet.encode()}, guangdong())
    error = refused(bomb, KEY, "b.xlsx")
    assert isinstance(error, LimitExceeded)
    assert "row 1048576, column 16384" in str(error)


@pytest.mark.parametrize(
    "body",
    [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500, guangdong()[:-300], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000],
)
def test_a_broken_workbook_is_terminal(body: bytes) -> None:
    assert type(refused(body, KEY, "b.xlsx")) is TerminalError


def test_a_zip_that_is_no_workbook_is_terminal() -> None:
    assert type(refused(zipped({"a.csv": b"1,2"}), KEY, "b.xlsx")) is TerminalError


def old_book(cells: dict[tuple[int, int], object], sheets: int = 1) -> bytes:
    """A workbook of Excel 97 (BIFF8 in an OLE container)."""
    book_ = xlwt.Workbook(encoding="utf-8")
    dated = xlwt.easyxf(num_format_str="YYYY-MM-DD")
    for number in range(sheets):
        sheet = book_.add_sheet(f"表{number}")
        for (row, column), value in cells.items():
            if isinstance(value, date):
                sheet.write(row, column, value, dated)
            else:
                sheet.write(row, column, value)
    file = io.BytesIO()
    book_.save(file)
    return file.getvalue()


def table_of(rows: list[list[object]]) -> dict[tuple[int, int], object]:
    return {(y, x): value for y, row in enumerate(rows) for x, value in enumerate(row)}


@pytest.mark.parametrize("asked", ["auto", "xls", "xlsx"])
def test_an_old_workbook(asked: str) -> None:
    rows: list[list[object]] = [
        ["登记号", "名称", "价格", "日期"],
        ["1", "镕基合金", 120.5, date(2019, 3, 1)],
        [2, "乙", 3.0, 43525],
    ]
    body = old_book(table_of(rows))
    records, unreadable, complete = served(body, KEY | {"format": asked}, "application/vnd.ms-excel", "成果.xls")
    assert values(records) == [
        {"登记号": "1", "名称": "镕基合金", "价格": 120.5, "日期": "2019-03-01"},
        {"登记号": 2, "名称": "乙", "价格": 3, "日期": 43525},
    ]
    assert (unreadable, complete) == ([], True)


def test_an_old_workbook_of_far_corners_is_refused_before_it_is_laid_out() -> None:
    body = old_book({(0, 0): "登记号", (65535, 255): 1})
    assert len(body) < 10_000
    assert "its sheets span 16777216 cells" in str(refused(body, KEY, "a.xls"))
    several = old_book({(0, 0): "登记号", (9000, 255): 1}, sheets=5)
    assert isinstance(refused(several, KEY, "a.xls"), LimitExceeded)


def test_the_extent_is_that_of_the_cells() -> None:
    body = old_book({(5, 3): "a", (9, 4): 1.5, (6, 7): True})
    with olefile.OleFileIO(io.BytesIO(body)) as container:
        stream = container.openstream("Workbook").read()
    assert [area for area in biff.extent(stream) if area] == [5 * 5]
    assert biff.extent(stream[:-1]) == biff.extent(stream)
    assert biff.extent(b"\x03\x02\xff\xff\0") == [0]


def test_an_old_word_document_is_no_workbook() -> None:
    body = old_book({(0, 0): "a"}).replace("Workbook".encode("utf-16-le"), "WordDocu".encode("utf-16-le"))
    assert "a Word .doc perhaps" in str(refused(body, KEY, "a.xls"))
