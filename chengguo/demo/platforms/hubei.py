"""湖北 (a platform of our own invention): CKAN Action API; supply and demand (供给, 需求) side by side, facts in extras."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from chengguo.demo.cases import SECOND_DAY, VANISHED, on_day
from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Fiction
from chengguo.demo.platforms.beijing import PROGRAMMES, price
from chengguo.demo.platforms.platform import NOT_FOUND, Answer, Platform, Request, as_json, number, page
from vocab.codes import label

CITIES = (("420100", "武汉市"), ("420500", "宜昌市"), ("420600", "襄阳市"))
EVERY_NTH_IS_A_DEMAND = 5


class Hubei(Platform):
    def __init__(self) -> None:
        self.first_day = Province("420000", CITIES, "hb-{n:05d}").achievements(550)

    def fictions(self, day: int) -> Sequence[Fiction]:
        return [replace(f, modified=SECOND_DAY) if gone(f, day) else f for f in on_day(self.first_day, day)]

    def answer(self, request: Request) -> Answer:
        action = request.path.removeprefix("/api/3/action/")
        if action == "status_show":
            return as_json(
                {"success": True, "result": {"ckan_version": "2.10.4", "site_title": "湖北科技成果开放目录"}}
            )
        if action == "package_show":
            return self._show(request)
        return self._search(request) if action == "package_search" else NOT_FOUND

    def _search(self, request: Request) -> Answer:
        since = request.query.get("fq", "").partition("metadata_modified:[")[2].partition(" TO")[0].strip('"')
        found = sorted(
            (f for f in self.fictions(request.day) if f.modified >= since), key=lambda f: (f.modified, f.local_id)
        )
        rows = page(found, number(request.query.get("start"), 0), number(request.query.get("rows"), 10))
        return as_json(
            {"success": True, "result": {"count": len(found), "results": [package(f, request.day) for f in rows]}}
        )

    def _show(self, request: Request) -> Answer:
        for fiction in self.fictions(request.day):
            if fiction.local_id == request.query.get("id"):
                return as_json({"success": True, "result": package(fiction, request.day)})
        return as_json({"success": False, "error": {"__type": "Not Found Error", "message": "Not found"}}, status=404)


def gone(fiction: Fiction, day: int) -> bool:
    """Deleted in CKAN's way: still listed for a harvester with a key, its state says so."""
    return day > 1 and fiction.number == VANISHED


def package(fiction: Fiction, day: int) -> dict[str, Any]:
    """One achievement or demand as a CKAN dataset."""
    demand = fiction.number % EVERY_NTH_IS_A_DEMAND == 0
    facts = demand_facts(fiction) if demand else supply_facts(fiction)
    return {
        "id": fiction.local_id,
        "name": fiction.local_id,
        "title": f"寻求{fiction.keywords[0]}解决方案" if demand else fiction.title,
        "notes": fiction.abstract,
        "state": "deleted" if gone(fiction, day) else "active",
        "private": False,
        "type": "dataset",
        "license_id": "notspecified",
        "metadata_created": "2026-01-05T00:00:00",
        "metadata_modified": fiction.modified.removesuffix("Z"),
        "organization": {"name": f"org-{fiction.units[0].uscc.lower()}", "title": fiction.units[0].zh},
        "tags": [{"name": word, "display_name": word} for word in fiction.keywords],
        "resources": [],
        "extras": [{"key": key, "value": value} for key, value in facts.items()],
    }


def common_facts(fiction: Fiction) -> dict[str, str]:
    return {
        "单位代码": fiction.units[0].uscc,
        "领域": label(f"cl10/{fiction.field}", "zh"),
        "地区": fiction.region,
        "密级": fiction.secrecy.level,
        "公开方式": fiction.secrecy.disclosure,
        "保密审查单位": fiction.secrecy.reviewed_by,
        "保密审查日期": fiction.secrecy.reviewed_on,
        "保密审查意见": fiction.secrecy.decision,
    }


def supply_facts(fiction: Fiction) -> dict[str, str]:
    return {
        "类型": "供给",
        "登记号": fiction.registration_no,
        "阶段": {"1": "小试", "2": "完成中试", "3": "产业化"}[fiction.stage],
        "合作方式": "/".join(label(f"cl15/{mode}", "zh") for mode in fiction.transfer),
        "价格": price(fiction.asking),
        "专利号": " ".join(f"ZL{p.no}" for p in fiction.patents if p.granted),
        "计划": PROGRAMMES[fiction.programme],
        "课题编号": fiction.project_no,
        "完成日期": fiction.completed.replace("-", "/"),
        "完成单位": ",".join(unit.zh for unit in fiction.units),
        **common_facts(fiction),
    }


def demand_facts(fiction: Fiction) -> dict[str, str]:
    return {
        "类型": "需求",
        "预算": price(fiction.asking),
        "难题": fiction.abstract.partition("。")[0] + "。",
        "合作方式": "合作开发",
        "截止日期": "2027-06-30",
        "计划": "地方科技计划",
        **common_facts(fiction),
    }
