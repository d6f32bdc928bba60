"""贵州 (C.4 P5): JSONP with ten records a page under a header that says ISO-8859-1, and JSON by UUID. Made up."""

import json
from typing import Any

from tests.harvesters.servers.web import Asked, Behaviour, Reply
from tests.profiles.platform import Row, answer, part

LABEL = "application/javascript; charset=ISO-8859-1"
HEADING = ("id", "uuid", "cgmc", "gxsj")


def row(number: int, **changes: Any) -> Row:
    record = {
        "id": 5200000 + number,
        "uuid": f"{number:08x}-52aa-4bcd-9e0f-000000000000",
        "cgmc": f"山地辣椒栽培技术{number}",
        "cgjs": "适合山地的栽培技术。",
        "gjc": "辣椒、山地",
        "djh": f"5202025Y{number:04}",
        "wcdw": "贵州某某大学、贵州某某农业公司",
        "ssly": "现代农业",
        "sscjd": "中试",
        "hzfs": "技术许可/合作开发",
        "hzjg": "面议",
        "ktly": "省科技计划",
        "wcsj": "2019.03",
        "lxr": "王某某",
        "lxdh": "13800001111",
        "gxsj": "2026-01-10 08:00:00",
    }
    return record | changes


def jsonp(rows: list[Row]) -> Behaviour:
    def behave(asked: Asked) -> Reply:
        if asked.path != "/api/search/data/list":
            return Reply(status=404)
        start = (int(asked.query["pageNo"]) - 1) * int(asked.query["pageSize"])
        some = part(rows, start, min(10, int(asked.query["pageSize"])))
        text = json.dumps({"code": "0", "data": {"list": some, "total": len(rows)}}, ensure_ascii=False)
        return Reply(f"{asked.query['callback']}({text})".encode(), media_type=LABEL)

    return behave


def by_uuid(rows: list[Row]) -> Behaviour:
    """Headings by page; the record itself by a POST of its UUID. One that is gone answers 200 with an error of its own."""

    def behave(asked: Asked) -> Reply:
        question = json.loads(asked.body) if asked.method == "POST" else {}
        if asked.path == "/api/search/data/page":
            some = part(rows, (question["pageNo"] - 1) * 10, 10)
            headings = [{name: each[name] for name in HEADING} for each in some]
            return answer({"code": 0, "data": {"list": headings, "total": len(rows)}}, LABEL)
        if asked.path != "/api/search/data/getDataDetailByDataId":
            return Reply(status=404)
        found = [each for each in rows if each["uuid"] == question["dataId"] and each["cgmc"] != "已下架"]
        return answer({"code": 0, "data": found[0]} if found else {"code": 404, "msg": "不存在"}, LABEL)

    return behave
