"""上海 (C.4 P2): POST with token, limit and offset; `data` is JSON in a string whose total is 0, and pages overlap. Made up."""

import json
from typing import Any

from tests.harvesters.servers.web import Asked, Behaviour, Reply
from tests.profiles.platform import Row, answer, part

TOKEN = "sh-t0k3n-sh"
PATH = "/interface/3107/1"


def row(number: int, **changes: Any) -> Row:
    record = {
        "achvCode": f"SH{number:05}",
        "achvName": f"新型催化剂{number}",
        "achvNameEn": f"New catalyst {number}",
        "intro": "一种催化剂。",
        "tags": "催化|化工",
        "registNo": f"3102025Y{number:04}",
        "ownerOrg": "某某大学",
        "ownerUscc": "12310000425006790c",
        "techFieldCode": "04",
        "trl": 6,
        "transModes": ["01", "03"],
        "priceWan": "120",
        "applyDate": "2019-03-01 00:00:00",
        "projSource": "P3",
        "secret": "0",
        "openType": "01",
        "reviewResult": "pass",
        "reviewOrg": "某大学保密办",
        "reviewDate": "2025-06-01",
        "updateTime": "2026-01-10 08:00:00",
    }
    return record | changes


def platform(rows: list[Row]) -> Behaviour:
    def behave(asked: Asked) -> Reply:
        if "python" in asked.headers.get("user-agent", "") or not asked.headers.get("user-agent"):
            return Reply(status=412)
        if asked.method != "POST" or asked.path != PATH:
            return Reply(status=404)
        question = json.loads(asked.body)
        if question.get("token") != TOKEN:
            return answer({"code": "100401", "message": "token无效", "data": None})
        start, limit = question["offset"], question["limit"]
        some = part(rows, start - 1, limit + 1) if start else part(rows, 0, limit)  # pages overlap by one record
        inner = {"data": some if start < len(rows) else [], "total": 0}
        return answer({"code": "000000", "message": "", "data": json.dumps(inner, ensure_ascii=False)})

    return behave
