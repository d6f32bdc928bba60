"""江苏 (C.4 P7): api.php with a bearer token, data in a string, two kinds in one feed, code 10004, an RSS beside it. Made up."""

import json
from html import escape
from typing import Any

from tests.harvesters.servers.web import Asked, Behaviour, Reply
from tests.profiles.platform import Row, answer, part

TOKEN = "js-t0k3n-js"


def row(number: int, kind: str = "供给", **changes: Any) -> Row:
    record = {
        "编号": f"JS{number:04}",
        "类型": kind,
        "名称": f"智能纺机{number}",
        "简介": "<p style='x'>一种&nbsp;纺机。<o:p></o:p></p><table><tr><td>精度</td><td>1μm</td></tr></table>",
        "关键词": "纺织；智能",
        "领域": "先进制造与自动化",
        "成熟度": "可以量产",
        "单位": "江苏某某公司",
        "合作方式": "技术转让",
        "价格": "10-20万/年",
        "来源": "省科技计划",
        "完成日期": "2019年3月",
        "截止日期": "2026-12-31",
        "更新时间": "2026-01-10 08:00:00",
    }
    return record | changes


def platform(rows: list[Row], busy: int = 0) -> Behaviour:
    """The interface; every `busy`-th question is answered with 10004."""
    count = 0

    def behave(asked: Asked) -> Reply:
        nonlocal count
        if asked.path == "/opendata/rss.php":
            return Reply(channel([each for each in rows if each["类型"] == "需求"]), media_type="application/rss+xml")
        if asked.path != "/opendata/api.php" or asked.query.get("resid") != "2020/320000-0017":
            return Reply(status=404)
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return answer({"errcode": 10001, "result": "授权码无效", "totalrecords": "0", "data": ""})
        count += 1
        if busy and count % busy == 0:
            return answer({"errcode": 10004, "result": "访问过于频繁", "totalrecords": "0", "data": ""})
        size = int(asked.query["rows"])
        some = part(rows, (int(asked.query["page"]) - 1) * size, size)
        data = json.dumps(some, ensure_ascii=False)
        return answer({"errcode": 0, "result": "ok", "totalrecords": str(len(rows)), "data": data})

    return behave


def channel(rows: list[Row]) -> bytes:
    items = "".join(
        f"<item><title>{escape(each['名称'])}</title><guid>{each['编号']}</guid><author>{each['单位']}</author>"
        f"<description>{escape(each['简介'])}</description><pubDate>Sat, 10 Jan 2026 08:00:00 +0800</pubDate></item>"
        for each in rows
    )
    return f'<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel>{items}</channel></rss>'.encode()
