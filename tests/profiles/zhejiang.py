"""A simulated 浙江 (profile P3): a market of web pages that say gbk and are GB18030. All of it is fiction."""

from collections import Counter
from dataclasses import dataclass
from urllib.parse import parse_qsl

from tests.harvesters.servers.web import Asked, Reply

GBK = "text/html; charset=GBK"
ROBOTS = "User-agent: *\nDisallow: /bsp/user/\nCrawl-delay: 2\n"
LOGIN = "<html><head><title>用户登录</title></head><body><form action='/bsp/user/login.do'>密码</form></body></html>"
PATENT = "发明专利 ZL201310699744.2"


@dataclass(frozen=True)
class Result:
    """One 成果 as its page shows it."""

    pkid: str
    title: str
    date: str = "2019-3-1"
    field: str = "新材料"
    patent: str = "非专利技术"
    maturity: str = "通过中试"
    modes: str = "转让、许可"
    price: str = "120.00万元"
    holder: str = "浙江示例大学"
    abstract: str = "<p>一种<b>虚构</b>的技术。</p>"
    scope: str = "涂料、纺织"


def detail(result: Result) -> str:
    """The page of a result. Its facts have no labels; a patent brings two more of them, and the rest moves back."""
    extra = [] if result.patent == "非专利技术" else ["发明", "有权"]
    facts = [result.field, result.patent, *extra, result.maturity, result.modes, "技术展会", result.price]
    table = {
        "应用行业领域": result.scope,
        "适用范围": "制造业",
        "成果内容简介": result.abstract,
        "前期应用示范": "无",
        "研发资助": "",
        "前景": "良好",
    }
    cells = "".join(f"<dt>&nbsp;</dt><dd> {fact} </dd>" for fact in facts)
    rows = "".join(f"<tr><th>{label}：</th><td>{value}</td></tr>" for label, value in table.items())
    contact = f"<p class='dw'><span>成果持有单位：{result.holder}</span><span>联系人：王某某</span></p>"
    inner = f"<h2>{result.title}</h2><dl>{cells}</dl><table class='info'>{rows}</table>{contact}"
    return f"<html><head><meta charset=gb2312><title>成果</title></head><body><div class='jscg_info'>{inner}</div></body></html>"


class Zhejiang:
    """The market. Pages of `refused` keys answer a redirect to the login page with status 200 behind it, `removed` ones 404."""

    def __init__(self, results: list[Result], refused: tuple[str, ...] = (), removed: tuple[str, ...] = ()) -> None:
        self.results, self.refused, self.removed = results, refused, removed
        self.log_in = False  # the whole market asks for a login
        self._asked: Counter[str] = Counter()
        self.robots = ROBOTS

    def __call__(self, asked: Asked) -> Reply:
        if asked.path == "/robots.txt":
            return Reply(self.robots.encode(), media_type="text/plain")
        if asked.path == "/bsp/login.do":
            return _page(LOGIN)
        if self.log_in:
            return Reply(status=302, headers={"Location": "/bsp/login.do"})
        if asked.path == "/bsp/jscg/list.do" and asked.method == "POST":
            form = dict(parse_qsl(asked.body.decode()))
            return _page(self._list(int(form["pageNumber"]), int(form["pageSize"])))
        if asked.path == "/bsp/jscg/info.do":
            return self._info(asked.query.get("pkid", ""))
        return Reply(status=404)

    def _list(self, number: int, size: int) -> str:
        shown = self.results[(number - 1) * size : number * size]
        rows = "".join(
            f"<li class='wys_seal'><a href='info.do?pkid={each.pkid}'>{each.title}</a><span class='date'>{each.date}</span></li>"
            for each in shown
        )
        return f"<html><head><title>成果列表</title></head><body><ul class='jscg_list'>{rows}</ul></body></html>"

    def _info(self, pkid: str) -> Reply:
        """A result that stands on two pages was changed while the list was read: the second time its page tells the new state."""
        if pkid in self.refused:
            return Reply(status=302, headers={"Location": "/bsp/login.do"})
        found = [each for each in self.results if each.pkid == pkid and pkid not in self.removed]
        self._asked[pkid] += 1
        return _page(detail(found[min(self._asked[pkid], len(found)) - 1])) if found else Reply(status=404)


def _page(text: str) -> Reply:
    return Reply(text.encode("gb18030"), media_type=GBK)
