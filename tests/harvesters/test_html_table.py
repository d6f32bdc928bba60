"""What systems call Excel and write as HTML."""

import pytest

from harvesters import html_table
from harvesters.base import LimitExceeded, TerminalError
from tests.harvesters.files import KEY, refused, served, values

STYLE = "<head><meta content='text/html; charset=gb2312'><style>td {mso-number-format:'\\@'}</style></head>"
TABLE = """<table border=1><tr><td colspan=4>2019年度成果表</td></tr>
<tr><th rowspan=2>登记号</th><th rowspan=2>名称</th><th colspan=2>领域</th></tr><tr><th>一级<th>二级</tr>
<tr><td>1</td><td>镕基<br>合金&nbsp;甲</td><td rowspan=2>材料</td><td>金属</td></tr>
<tr><td>2</td><td>乙<table><tr><td>内</td><td>表</td></tr></table></td><td>=HYPERLINK("x")</td></tr>
<tr><td colspan=4>说明：虚构</td></tr></table>"""
LAYOUT = KEY | {"skip_rows": 1, "header_rows": 2}


def page(table: str = TABLE, head: str = STYLE) -> str:
    return f"<html xmlns:x='urn:schemas-microsoft-com:office:excel'>{head}<body>{table}</body></html>"


@pytest.mark.parametrize("codec", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("text", [page(), TABLE], ids=["page", "bare"])
def test_a_table_that_calls_itself_xls(codec: str, text: str) -> None:
    records, unreadable, complete = served(text.encode(codec), LAYOUT, "application/vnd.ms-excel", "cg.xls")
    assert values(records) == [
        {"登记号": "1", "名称": "镕基\n合金 甲", "领域/一级": "材料", "领域/二级": "金属"},
        {"登记号": "2", "名称": "乙内表", "领域/一级": "材料", "领域/二级": '=HYPERLINK("x")'},
    ]
    assert (unreadable, complete) == ([], True)


def test_a_table_is_read_from_any_page_when_asked_for() -> None:
    assert len(served(page().encode(), LAYOUT | {"format": "html"}, "text/html", "list.do")[0]) == 2
    assert "an HTML page titled" in str(refused(page().encode(), LAYOUT, "list.html"))
    assert "an HTML page titled" in str(refused(page().encode(), LAYOUT | {"format": "xlsx"}, "a.xlsx"))


def test_a_login_page_under_the_name_of_a_workbook_is_refused() -> None:
    login = "<html><head><title>统一认证</title></head><body><form>请登录</form></body></html>"
    assert "an HTML page titled '统一认证'" in str(refused(login.encode("gb18030"), KEY, "cg.xls"))
    laid_out = login.replace("<form>", "<table><tr><td>用户名<td>密码</table>")
    error = refused(laid_out.encode("utf-16"), KEY, "cg.xls")
    assert type(error) is TerminalError
    assert "(an HTML page): no column '登记号'; columns: 用户名, 密码" in str(error)


def test_two_tables_are_read_one_below_the_other() -> None:
    two = "<table><tr><td>题</table><p>x<table><tr><td>登记号<td>b<tr><td>1<td>2</table>"
    records, _, _ = served(page(two).encode(), KEY | {"skip_rows": 1}, name="a.xls")
    assert values(records) == [{"登记号": "1", "b": "2"}]


def test_hostile_tables_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_table, "MAX_NODES", 1000)
    for text in ("<table><tr>" + "<td>x" * 1001, "<table>" + "<tr><td>登记号</tr><p>x</p>" * 1001):
        assert isinstance(refused(text.encode(), KEY, "a.xls"), LimitExceeded)
    monkeypatch.setattr(html_table, "MAX_COLUMNS", 50)
    wide = "<table><tr>" + "<td colspan=40>x" * 2
    assert "more than 50 cells" in str(refused(wide.encode(), KEY, "a.xls"))
    monkeypatch.setattr(html_table, "MAX_ROWS", 50)
    assert "more than 50 rows" in str(refused(("<table>" + "<tr><td>登记号" * 60).encode(), KEY, "a.xls"))
