"""The table form to fill in: CSV with its headings, and a workbook that explains them and offers the words to choose from."""

import csv
from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO, StringIO

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from vocab.codes import scheme
from vocab.kind import Kind
from vocab.standard.choices import choices
from vocab.standard.columns import SEPARATOR, Column, columns
from vocab.standard.document import FieldOf, KindOf

EXPLAINED, LISTS = "填写说明", "代码表"
ROWS = 5000  # that have drop-downs
OBLIGATIONS = {"M": "必备", "R": "推荐", "O": "可选", "C": "有条件必备"}
VISIBILITIES = {"P": "公开", "L": "受限", "I": "内部"}
HEADINGS = ("列名", "字段名", "英文", "要求", "缺失时不予发布", "是否公开", "可填多个", "代码表", "示例", "说明")
WIDTHS = (26, 26, 34, 12, 14, 10, 10, 18, 40, 70)


def csv_of(rows: Iterable[Sequence[str]]) -> bytes:
    """Rows as CSV, with the mark by which spreadsheets know UTF-8."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def headings(kind: Kind) -> list[str]:
    return [column.zh for column in columns(kind)]


def workbook(kind: Kind, told: KindOf) -> bytes:
    """The template: the table to fill in, its explanation, the code lists."""
    book = Workbook()
    book.properties.created = book.properties.modified = datetime(2000, 1, 1)  # noqa: DTZ001 - the library's own naive time
    table = book.active
    assert isinstance(table, Worksheet)
    table.title = kind.zh
    table.append(headings(kind))
    _style(table, [max(12, 2 * len(heading) + 2) for heading in headings(kind)])
    explained = book.create_sheet(EXPLAINED)
    for row in explanations(told):
        explained.append(row)
    _style(explained, WIDTHS)
    _lists(book.create_sheet(LISTS), table, columns(kind))
    body = BytesIO()
    book.save(body)
    return body.getvalue()


def explanations(told: KindOf) -> list[list[str]]:
    """The rows of the explaining sheet."""
    return [list(HEADINGS), *(row for field in told.fields for row in _explained(field))]


def _explained(field: FieldOf) -> list[list[str]]:
    several = f"是，以“{SEPARATOR}”分隔"
    return [
        [
            column.zh,
            column.key,
            column.en,
            OBLIGATIONS[field.obligation],
            "是" if field.blocking and field.given_by == "source" and not position else "",
            VISIBILITIES[field.visibility],
            several if column.several else "",
            f"{column.scheme} {scheme(column.scheme).zh}" if column.scheme else "",
            column.example,
            " ".join(
                part for part in (_unit(column.unit), field.note.zh if field.note and not position else "") if part
            ),
        ]
        for position, column in enumerate(field.columns)
    ]


def _unit(unit: str) -> str:
    return f"不写单位的数以{unit}计。" if unit else ""


def _lists(sheet: Worksheet, table: Worksheet, every: Sequence[Column]) -> None:
    """One column of words for each column of the table that has any, and the drop-downs that offer them."""
    offered = [(position, column, words) for position, column in enumerate(every, 1) if (words := choices(column))]
    for place, (position, column, words) in enumerate(offered, 1):
        for row, word in enumerate((column.zh, *words), 1):
            sheet.cell(row, place, word)
        letter = get_column_letter(place)
        found = f"{quote_sheetname(sheet.title)}!${letter}$2:${letter}${len(words) + 1}"
        offer = DataValidation(type="list", formula1=found, allow_blank=True, showErrorMessage=not column.several)
        offer.errorTitle, offer.error = column.zh, "请从下拉列表中选择。"
        offer.add(f"{get_column_letter(position)}2:{get_column_letter(position)}{ROWS + 1}")
        table.add_data_validation(offer)
    _style(sheet, [24] * len(offered))


def _style(sheet: Worksheet, widths: Sequence[int]) -> None:
    sheet.freeze_panes = "A2"
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
        head = sheet.cell(1, place)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="top")
