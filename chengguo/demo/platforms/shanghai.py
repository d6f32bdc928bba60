"""上海 (profile P2): POST with limit and offset; `data` is a JSON text inside the JSON, `total` always says 0.

English camel-case names, zero-padded codes, organisation codes sometimes in lower case; pages overlap by one record.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from chengguo.demo.cases import on_day
from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Fiction
from chengguo.demo.platforms.platform import NOT_FOUND, Answer, Platform, Request, as_json, as_text, page

TOKEN = "demo-token"  # noqa: S105 - the key of a platform that does not exist
CITIES = (("310115", "上海市浦东新区"), ("310104", "上海市徐汇区"), ("310112", "上海市闵行区"))


class Ask(msgspec.Struct):
    token: str = ""
    limit: int = 100
    offset: int = 0


class Shanghai(Platform):
    def __init__(self) -> None:
        self.first_day = Province("310000", CITIES, "SH{n:07d}").achievements(700)

    def fictions(self, day: int) -> Sequence[Fiction]:
        return on_day(self.first_day, day)

    def answer(self, request: Request) -> Answer:
        if request.path != "/interface/achv/1" or request.method != "POST":
            return NOT_FOUND
        try:
            ask = msgspec.json.decode(request.body, type=Ask)
        except msgspec.DecodeError:
            return as_json({"code": "40001", "msg": "参数错误"}, status=400)
        if ask.token != TOKEN:
            return as_json({"code": "40003", "msg": "token无效"})
        # The overlap: each page begins with the last record of the page before.
        rows = page(
            self.fictions(request.day), ask.offset - (1 if ask.offset else 0), ask.limit + (1 if ask.offset else 0)
        )
        whole = ask.offset < len(self.first_day)
        return as_json(
            {"code": "0", "msg": "ok", "data": as_text({"data": [row(f) for f in rows] if whole else [], "total": 0})}
        )


def row(fiction: Fiction) -> dict[str, Any]:
    """One achievement in Shanghai's words."""
    uscc = fiction.units[0].uscc
    return {
        "achvCode": fiction.local_id,
        "achvName": fiction.title,
        "achvNameEn": fiction.title_en,
        "registNo": fiction.registration_no,
        "ownerOrg": fiction.units[0].zh,
        "ownerUscc": uscc.lower() if fiction.number % 3 == 0 else uscc,
        "coOrgs": [unit.zh for unit in fiction.units[1:]],
        "people": ",".join(fiction.people),
        "techFieldCode": f"{int(fiction.field):02d}",
        "outputForm": fiction.form,
        "trl": fiction.trl,
        "transModes": [f"{int(mode):02d}" for mode in fiction.transfer],
        "priceWan": "" if fiction.asking.low is None else str(fiction.asking.low),
        "applyDate": f"{fiction.registered} 00:00:00",
        "finishMonth": fiction.completed.replace("-", ""),
        "projNo": fiction.project_no,
        "projSource": fiction.programme,
        "patents": [
            {"no": f"{'ZL' if p.granted else ''}{p.no.replace('.', '')}", "name": p.title} for p in fiction.patents
        ],
        "intro": fiction.abstract,
        "tags": "|".join(fiction.keywords),
        "district": fiction.region,
        "secret": "0" if fiction.secrecy.level == "非涉密" else fiction.secrecy.level,
        "openType": "01" if fiction.secrecy.disclosure == "公开" else "03",
        "reviewOrg": fiction.secrecy.reviewed_by,
        "reviewDate": fiction.secrecy.reviewed_on,
        "reviewResult": "pass" if fiction.secrecy.decision == "同意公开" else "reject",
        "updateTime": fiction.modified,
    }
