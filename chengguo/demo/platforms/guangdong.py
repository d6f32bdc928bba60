"""广东 (profile P4): a file catalogue, its list a JSON text inside the JSON, whose entries are Excel workbooks.

A title row, a header merged over two rows, a row of units, full-width digits, Excel serial dates, rows of notes at the
end and a hidden sheet. Some rows are Shenzhen's; one achievement is Beijing's, listed here by its implementer.
"""

import io
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from msgspec.structs import replace
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from chengguo.demo.cases import on_day
from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Asking, Fiction
from chengguo.demo.platforms.beijing import PROGRAMMES, Beijing
from chengguo.demo.platforms.platform import NOT_FOUND, Answer, Platform, Request, as_json, as_text
from vocab.codes import label

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CITIES = (("440100", "广州市"), ("440300", "深圳市"), ("440600", "佛山市"))
SHARED_WITH_BEIJING = 41  # number in Beijing's list of the achievement that both provinces publish
FULL_WIDTH = str.maketrans("0123456789.", "０１２３４５６７８９．")
EXCEL_EPOCH = date(1899, 12, 30)
# (first header row, second header row, unit row); an empty first row continues the merged cell before it
COLUMNS = (
    ("序号", "", ""),
    ("成果编号", "", ""),
    ("项目名称", "", ""),
    ("承担单位", "", ""),
    ("统一社会信用代码", "", ""),
    ("技术领域", "一级", ""),
    ("", "二级", ""),
    ("成熟度", "", "级"),
    ("成果水平", "", ""),
    ("评价方式", "", ""),
    ("知识产权", "", ""),
    ("拟转让价格", "", "万元"),
    ("转化方式", "", ""),
    ("年份", "", ""),
    ("登记日期", "", ""),
    ("登记号", "", ""),
    ("项目来源", "", ""),
    ("项目编号", "", ""),
    ("行政区划", "", ""),
    ("成果简介", "", ""),
    ("密级", "", ""),
    ("公开属性", "", ""),
    ("保密审查", "单位", ""),
    ("", "日期", ""),
    ("", "结论", ""),
)


class Guangdong(Platform):
    def __init__(self) -> None:
        own = Province("440000", CITIES, "GD-ZH-{n:05d}").achievements(500)
        theirs = next(f for f in Beijing().first_day if f.number == SHARED_WITH_BEIJING)
        shared = replace(theirs, local_id="GD-ZH-90001", asking=Asking(260, None), number=90001)
        self.first_day = [*own, shared]

    def fictions(self, day: int) -> Sequence[Fiction]:
        return on_day(self.first_day, day)

    def answer(self, request: Request) -> Answer:
        if request.path == "/data/catalog":
            files = [
                {
                    "resId": f"gd-{year}",
                    "resTitle": f"广东省科技成果目录（{year}年度）",
                    "fileUrl": f"{request.base}/files/{year}.xlsx",
                }
                for year in self._years()
            ]
            return as_json({"code": "200", "dataList": as_text(files)})
        year = request.path.removeprefix("/files/").removesuffix(".xlsx")
        if year not in self._years():
            return NOT_FOUND
        return Answer(self._workbook(year, request.day), XLSX)

    def _years(self) -> list[str]:
        return sorted({f.completed[:4] for f in self.first_day})

    @lru_cache(maxsize=32)  # noqa: B019 - platforms live as long as the process
    def _workbook(self, year: str, day: int) -> bytes:
        book = Workbook()
        sheet = book.worksheets[0]
        sheet.title = "成果目录"
        heading(sheet, year)
        for position, fiction in enumerate((f for f in self.fictions(day) if f.completed[:4] == year), 1):
            sheet.append([position, *row(fiction)])
        sheet.append(["说明：本目录为演示用虚构数据，价格单位为万元。"])
        sheet.append(["填表人：示例", "", "审核人：示例"])
        hidden = book.create_sheet("字典")
        hidden.append(["不应被采集", "内部字典"])
        hidden.sheet_state = "hidden"
        stream = io.BytesIO()
        book.save(stream)
        return stream.getvalue()


def heading(sheet: Worksheet, year: str) -> None:
    sheet.append([f"广东省科技成果目录（{year}年度）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    for line in zip(*COLUMNS, strict=True):
        sheet.append(list(line))
    for position, (first, second, _) in enumerate(COLUMNS, 1):
        if not second:
            sheet.merge_cells(start_row=2, start_column=position, end_row=3, end_column=position)
        elif first:
            last = position
            while last < len(COLUMNS) and not COLUMNS[last][0]:
                last += 1
            sheet.merge_cells(start_row=2, start_column=position, end_row=2, end_column=last)


def row(fiction: Fiction) -> list[Any]:
    """One achievement in Guangdong's columns, from the second on."""
    return [
        fiction.local_id,
        fiction.title,
        "、".join(unit.zh for unit in fiction.units),
        fiction.units[0].uscc,
        label(f"cl10/{fiction.field}", "zh"),
        fiction.keywords[0],
        str(fiction.trl).translate(FULL_WIDTH),
        "国内先进" if fiction.number % 3 else "国际领先",
        "验收" if fiction.number % 2 else "",
        patents(fiction),
        "面议" if fiction.asking.low is None else str(fiction.asking.low).translate(FULL_WIDTH),
        "、".join(label(f"cl15/{mode}", "zh") for mode in fiction.transfer),
        f"{fiction.completed[:4]}年度",
        (date.fromisoformat(fiction.registered) - EXCEL_EPOCH).days,
        fiction.registration_no,
        PROGRAMMES[fiction.programme],
        fiction.project_no,
        fiction.region if fiction.region.startswith("44") else "440100",
        fiction.abstract,
        fiction.secrecy.level,
        fiction.secrecy.disclosure,
        fiction.secrecy.reviewed_by,
        fiction.secrecy.reviewed_on,
        fiction.secrecy.decision,
    ]


def patents(fiction: Fiction) -> str:
    """Free text with several numbers, as people type it."""
    granted = [f"授权发明专利ZL{p.no}" for p in fiction.patents if p.granted]
    filed = [f"申请号{p.no}" for p in fiction.patents if not p.granted]
    return "，".join((*granted, *filed)) or "无"
