"""Files for tests, and what the file harvester makes of them when a server hands them out."""

import io
import json
import zipfile
from datetime import date

import openpyxl
import pytest

from harvesters import harvester
from harvesters.base import HarvestError, RawRecord, Unreadable
from tests.harvesters.endpoints import endpoint, read
from tests.harvesters.servers.web import Reply, script, serving

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEY: dict[str, object] = {"key": "登记号"}
Result = tuple[list[RawRecord], list[Unreadable], bool]


def served(
    body: bytes, options: dict[str, object], media_type: str = "text/csv", name: str = "a.csv", **limits: float
) -> Result:
    with serving(script(Reply(body, media_type=media_type))) as server:
        pass_ = harvester("file", endpoint(f"{server.url}/{name}", options, **limits))
        records, unreadable = read(pass_)
    return records, unreadable, pass_.complete


def refused(body: bytes, options: dict[str, object], name: str = "a.csv", **limits: float) -> HarvestError:
    with pytest.raises(HarvestError) as caught:
        served(body, options, "text/csv", name, **limits)
    return caught.value


def values(records: list[RawRecord]) -> list[dict[str, object]]:
    return [json.loads(each.body) for each in records]


def book(**sheets: list[list[object]]) -> openpyxl.Workbook:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return workbook


def saved(workbook: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def guangdong() -> bytes:
    """A title, a heading merged over two columns, a row of units, a trailing note, a hidden sheet."""
    workbook = book(
        封底=[["id"], ["hidden-1"]],
        成果=[
            ["2019年度广东省科技成果登记表"],
            ["登记号", "项目名称", "技术领域", None, "意向价格", "登记日期", "年份", "知识产权"],
            [None, None, None, None, "（万元）", None, None, None],
            ["4400001", "项目 甲", "电子信息", "软件", 120.5, date(2019, 3, 1), "２０１９年度", "ZL1；ZL2"],
            ["4400002", "项目乙", "电子信息", "芯片", 80, 43525, 2019, None],
            ["说明：本表不含涉密项目。"],
        ],
    )
    workbook["封底"].sheet_state = "hidden"
    sheet = workbook["成果"]
    sheet.merge_cells("A1:H1")
    sheet.merge_cells("C2:D2")
    sheet.merge_cells("C4:C5")
    sheet.merge_cells("A6:H6")
    return saved(workbook)


def zipped(entries: dict[str, bytes], like: bytes | None = None) -> bytes:
    """A ZIP of these entries, on top of those of another archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        if like is not None:
            with zipfile.ZipFile(io.BytesIO(like)) as original:
                for name in original.namelist():
                    if name not in entries:
                        archive.writestr(name, original.read(name))
        for name, content in entries.items():
            archive.writestr(name, content)
    return file.getvalue()
