"""北京 (profile P1): REST JSON with Chinese field names, a user key, a reliable total, delta by 更新时间.

Every item carries its own secrecy level and review. Beside the achievements it offers its organisations as JSON Lines.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from chengguo.demo.cases import VANISHED, on_day, with_hard_cases
from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Asking, Fiction, Unit
from chengguo.demo.platforms.platform import NOT_FOUND, Answer, Platform, Request, as_json, number, page
from vocab.codes import label

USER_KEY = "demo-key"
CITIES = (("110108", "北京市海淀区"), ("110112", "北京市通州区"), ("110115", "北京市大兴区"))
PROGRAMMES = {"P1": "国家自然科学基金", "P3": "国家重点研发计划", "07": "地方计划", "O": "地方科技计划"}


class Beijing(Platform):
    def __init__(self) -> None:
        self.province = Province("110000", CITIES, "BJCG-{n:06d}")
        self.first_day = with_hard_cases(self.province.achievements(900))

    def fictions(self, day: int) -> Sequence[Fiction]:
        listing = on_day(self.first_day, day)
        return [f for f in listing if not (day > 1 and f.number == VANISHED)]

    def answer(self, request: Request) -> Answer:
        if request.path == "/files/organisations.jsonl":
            return self._organisations()
        if request.path != "/api/achievements":
            return NOT_FOUND
        if request.query.get("userKey") != USER_KEY:
            return as_json({"code": 401, "message": "userKey无效"}, status=401)
        return self._achievements(request)

    def _achievements(self, request: Request) -> Answer:
        since = request.query.get("updatedSince", "")
        found = sorted(
            (f for f in self.fictions(request.day) if f.modified >= since), key=lambda f: (f.modified, f.number)
        )
        size = number(request.query.get("size"), 100)
        rows = page(found, (number(request.query.get("page"), 1) - 1) * size, size)
        return as_json({"code": 200, "message": "成功", "total": len(found), "rows": [row(f) for f in rows]})

    def _organisations(self) -> Answer:
        lines = [msgspec.json.encode(organisation(unit)) for unit in {u.uscc: u for u in self.province.units}.values()]
        return Answer(b"\n".join(lines) + b"\n", "application/x-ndjson")


def row(fiction: Fiction) -> dict[str, Any]:
    """One achievement in Beijing's words."""
    year, _, month = fiction.completed.partition("-")
    return {
        "成果编号": fiction.local_id,
        "成果名称": f"《{fiction.title}》",
        "英文名称": fiction.title_en,
        "登记编号": fiction.registration_no,
        "成果类别": "应用技术成果",
        "第一完成单位": fiction.units[0].zh,
        "统一社会信用代码": fiction.units[0].uscc,
        "完成单位": "；".join(unit.zh for unit in fiction.units),
        "完成人": "、".join(fiction.people),
        "技术领域": label(f"cl10/{fiction.field}", "zh"),
        "体现形式": label(f"cl02/{fiction.form}", "zh"),
        "成果阶段": label(f"cl04/{fiction.stage}", "zh"),
        "转化方式": "、".join(label(f"cl15/{mode}", "zh") for mode in fiction.transfer),
        "意向价格": price(fiction.asking),
        "知识产权": "；".join(f"发明专利 ZL{p.no}" if p.granted else f"CN{p.no}" for p in fiction.patents),
        "项目来源": PROGRAMMES[fiction.programme],
        "项目编号": fiction.project_no,
        "完成时间": f"{year}年{int(month[:2])}月" if len(fiction.completed) == 7 else fiction.completed,
        "登记日期": fiction.registered,
        "关键词": "；".join(fiction.keywords),
        "成果简介": fiction.abstract,
        "所在区划": fiction.region,
        "密级": fiction.secrecy.level,
        "公开属性": fiction.secrecy.disclosure,
        "延期公开至": fiction.secrecy.embargo,
        "审查机构": fiction.secrecy.reviewed_by,
        "审查日期": fiction.secrecy.reviewed_on,
        "审查结论": fiction.secrecy.decision,
        "联系部门": fiction.contact,
        "联系电话": fiction.telephone,
        "更新时间": fiction.modified,
    }


def price(asking: Asking) -> str:
    if asking.low is None:
        return "面议"
    return f"{asking.low}-{asking.high}万元" if asking.high else f"{asking.low}万元"


def organisation(unit: Unit) -> dict[str, str]:
    kind = "事业型研究单位" if unit.uscc.startswith("12") else "有限责任公司"
    return {
        "机构名称": unit.zh,
        "英文名称": unit.en,
        "统一社会信用代码": unit.uscc,
        "单位性质": kind,
        "行政区划": unit.region,
    }
