"""北京 (C.4 P1): userKey, page and size, a reliable total, changes by 更新时间; HTTP 200 for errors too. All of it is made up."""

from typing import Any

from tests.harvesters.servers.web import Asked, Behaviour, Reply
from tests.profiles.platform import Row, answer, part

KEY = "bj-us3r-k3y"
PATH = "/cms/web/APIInterface/dataDoc.jsp"


def row(number: int, **changes: Any) -> Row:
    record = {
        "成果编号": f"BJ{number:05}",
        "成果名称": f"《高温合金叶片修复技术{number}号》",
        "成果简介": "<p>面向航空发动机叶片的<b>激光</b>修复。</p>",
        "关键词": "高温合金；激光修复",
        "登记编号": f"1102025Y{number:04}",
        "第一完成单位": "清华",
        "统一社会信用代码": "",
        "完成单位": "清华大学；北京某某科技有限公司",
        "技术领域": "新材料",
        "成果阶段": "中试",
        "转化方式": "转让、许可",
        "意向价格": "120万元",
        "知识产权": "",
        "项目来源": "国家重点研发计划",
        "项目编号": f"2019YFB{number:07}",
        "完成时间": "2019年3月",
        "密级": "非涉密",
        "公开属性": "公开",
        "审查结论": "同意公开",
        "审查单位": "某大学保密办",
        "审查日期": "2025-06-01",
        "更新时间": "2026-01-10 08:00:00",
    }
    return record | changes


def platform(rows: list[Row]) -> Behaviour:
    def behave(asked: Asked) -> Reply:
        if asked.path != PATH or asked.query.get("contentID") != "2510":
            return Reply(status=404)
        if asked.query.get("userKey") != KEY:
            return answer({"code": "401", "message": f"userKey {asked.query.get('userKey')} 无效"})
        since = asked.query.get("updatedSince", "")
        found = [each for each in rows if each["更新时间"] >= since]
        size = int(asked.query["size"])
        some = part(found, (int(asked.query["page"]) - 1) * size, size)
        return answer({"code": "200", "message": "ok", "result": {"total": len(found), "rows": some}})

    return behave
