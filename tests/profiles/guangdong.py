"""A simulated 广东 (profile P4): a catalogue whose list is a JSON text, and its workbooks. All of it is fiction."""

import json
from datetime import date

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.harvesters.files import XLSX, saved
from tests.harvesters.servers.web import Asked, Reply

Row = dict[str, object]
# (upper heading, lower heading, unit); an empty upper heading continues the merged cell before it
COLUMNS = (
    ("序号", "", ""),
    ("项目名称", "", ""),
    ("承担单位", "", ""),
    ("技术领域", "一级", ""),
    ("", "二级", ""),
    ("学科代码", "", ""),
    ("成果水平", "", ""),
    ("评价方式", "", ""),
    ("知识产权", "", ""),
    ("拟转让价格", "", "（万元）"),
    ("年份", "", ""),
    ("登记日期", "", ""),
    ("行政区划", "", ""),
    ("成果简介", "", ""),
)
NAMES = [f"{upper or '技术领域'}/{lower}" if lower else upper for upper, lower, _ in COLUMNS]
PATENTS = "授权发明专利ZL201310699744.2，软件著作权登记号2019SR0123456，申请号201910123456.9"


def row(title: str, **changes: object) -> Row:
    return {
        "项目名称": title,
        "承担单位": "岭南示例大学、珠江示例科技有限公司",
        "技术领域/一级": "电子信息",
        "技术领域/二级": "集成电路",
        "学科代码": "510",
        "成果水平": "国内先进",
        "评价方式": "验收",
        "知识产权": PATENTS,
        "拟转让价格": "１２０",
        "年份": "2019年度",
        "登记日期": (date(2019, 3, 1) - date(1899, 12, 30)).days,  # 43525
        "行政区划": "440100",
        "成果简介": "一种虚构的技术。",
    } | changes


def workbook(rows: list[Row], hidden: str = "隐藏的一行") -> bytes:
    book = Workbook()
    sheet = book.worksheets[0]
    sheet.title = "成果目录"
    _heading(sheet)
    for number, each in enumerate(rows, 1):
        sheet.append([number, *(each[name] for name in NAMES[1:])])
        for cell in sheet[sheet.max_row]:
            if isinstance(cell.value, str):
                cell.data_type = "s"  # a text that begins with = is a text here, as pasted from elsewhere
    sheet.append(["说明：本目录为虚构数据，价格单位为万元。"])
    sheet.append(["填表人：示例", None, "审核人：示例"])
    other = book.create_sheet("字典")
    other.append([hidden, "内部字典"])
    other.sheet_state = "hidden"
    return saved(book)


def _heading(sheet: Worksheet) -> None:
    sheet.append(["广东省科技成果目录（２０１９年度）"])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(COLUMNS))
    for line in zip(*COLUMNS, strict=True):
        sheet.append([text or None for text in line])
    for position, (upper, lower, _) in enumerate(COLUMNS, 1):
        if not lower:
            sheet.merge_cells(start_row=2, start_column=position, end_row=3, end_column=position)
        elif upper:
            sheet.merge_cells(start_row=2, start_column=position, end_row=2, end_column=position + 1)


class Guangdong:
    """Answers as the platform does. `files` are the rows of each workbook by its name."""

    def __init__(self, files: dict[str, list[Row]]) -> None:
        self.files = files

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/data/dataSet/findPage":
            return self._catalogue(asked)
        rows = self.files.get(asked.path.removeprefix("/files/").removesuffix(".xlsx"))
        return Reply(status=404) if rows is None else Reply(workbook(rows), media_type=XLSX)

    def _catalogue(self, asked: Asked) -> Reply:
        if asked.method != "POST" or b"pageSize=200" not in asked.body:
            return Reply(status=405)
        entries = [
            {"resId": name, "resTitle": f"目录{name}\ud800", "fileUrl": f"/files/{name}.xlsx"} for name in self.files
        ]
        entries.append({"resId": "doc", "resTitle": "使用说明", "fileUrl": "/files/readme.pdf"})
        body = {"code": "200", "dataList": json.dumps(entries)}
        return Reply(json.dumps(body, ensure_ascii=False).encode("utf-8"))
