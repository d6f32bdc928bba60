"""300 labelled pairs: 120 the same, 120 different, 60 hard, made from the demonstration's fictional achievements.

How each is made: one fictional achievement is told by two platforms (`told`), with or without the numbers that platforms
leave out; or two achievements are told that have something in common that misleads. Every pair names its case, so that what
is missed can be read. The cases are those of entity resolution as it hurts (series, versions, shared patents, numbers reused
by registrars, generic titles, renamed and abbreviated organisations, traditional mirrors, two prices). The same on every run.
"""

import random
import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle, islice

import msgspec

from chengguo.demo.corpus import Province
from chengguo.demo.fiction import Fiction
from tests.matching.records import achievement
from vocab.kinds import Achievement
from vocab.values import Text

SAME, DIFFERENT, HARD = 120, 120, 60
CITIES = (("440300", "深圳市"), ("440100", "广州市"), ("440600", "佛山市"))
TRADITIONAL = str.maketrans(
    "导热术电机发绿业质产构实应学统结环备设检测资动", "導熱術電機發綠業質產構實應學統結環備設檢測資動"
)
WIDE = {c: c + 0xFEE0 for c in range(0x21, 0x7F)}
BETWEEN = re.compile(r"(?<=[\u4e00-\u9fff])(?=[\u4e00-\u9fff])")
REGISTRAR = "广东省科学技术厅"


class Pair(msgspec.Struct, frozen=True):
    case: str
    one: Achievement
    other: Achievement
    same: bool
    hard: bool = False


def pairs() -> list[Pair]:
    made = [*islice(_same(), SAME), *islice(_different(), 0, 2 * DIFFERENT, 2), *islice(_hard(), HARD)]
    return [msgspec.structs.replace(pair, **_named(n, pair)) for n, pair in enumerate(made)]


def _named(number: int, pair: Pair) -> dict[str, Achievement]:
    return {
        side: msgspec.structs.replace(
            getattr(pair, side), identifier=f"https://example.org/id/achievement/{number}-{side}"
        )
        for side in ("one", "other")
    }


@cache
def _fictions() -> tuple[Fiction, ...]:
    return tuple(Province("440000", CITIES, "GD-{n:06d}").achievements(900))


def told(
    fiction: Fiction,
    *,
    title: str | None = None,
    number: bool = True,
    registrar: str | None = None,
    patents: bool = True,
    orgs: tuple[str, ...] | None = None,
    people: bool = True,
    project: bool = True,
    years: int = 0,
    price: str | None = None,
) -> Achievement:
    """What a platform tells of an achievement; what it leaves out is False."""
    return achievement(
        title=title or fiction.title,
        number=fiction.registration_no if number else None,
        registrar=registrar,
        patents=[p.no for p in fiction.patents if p.granted] if patents else [],
        projects=[fiction.project_no] if project else [],
        orgs=orgs or tuple(unit.zh for unit in fiction.units),
        people=fiction.people if people else (),
        year=int(fiction.completed[:4]) + years,
        abstract=fiction.abstract,
        price=price,
    )


# Ways in which a second platform spells a title.
REWORDED: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("as it is", lambda title: title),
    ("traditional", lambda title: title.translate(TRADITIONAL)),
    ("full width and quotes", lambda title: f"“{title.translate(WIDE)}”"),
    ("spaced", lambda title: BETWEEN.sub(" ", title)),
    ("one more word", lambda title: f"{title}研究"),
    ("two more words", lambda title: f"{title}及应用"),
    ("a kind of", lambda title: f"一种{title}"),
    ("with 的", lambda title: f"{title[:-2]}的{title[-2:]}"),
    ("project's title", lambda title: f"面向产业升级的{title}研究与工程示范"),
)


def _granted() -> list[Fiction]:
    return [f for f in _fictions()[:300] if any(p.granted for p in f.patents)]


def _same() -> Iterator[Pair]:
    """Numbers present in seven of ten; the order of organisations turned in every third."""
    pick = random.Random(1)
    for fiction, (how, reword) in zip(_granted(), cycle(REWORDED), strict=False):
        number, patents, confirmed = pick.random() < 0.5, pick.random() < 0.5, pick.random() < 0.5
        registrar = REGISTRAR if confirmed else None
        units = [unit.zh for unit in fiction.units]
        orgs = tuple(reversed(units)) if pick.random() < 0.3 else tuple(units)
        one = told(fiction, registrar=REGISTRAR, price="50万元")
        other = told(
            fiction,
            title=reword(fiction.title),
            number=number,
            registrar=registrar,
            patents=patents,
            orgs=tuple(f"{name}（盖章）" for name in orgs),
            people=pick.random() < 0.7,
            project=pick.random() < 0.3,
            years=pick.choice((0, 0, 0, 1)),
            price="面议",
        )
        yield Pair(f"same: {how}", one, other, True)


def _different() -> Iterator[Pair]:
    """Neighbours in the order of titles: the same subject, nearly or quite the same words, often one organisation."""
    fictions = sorted(_fictions()[300:], key=lambda fiction: fiction.title)
    for one, other, registrar in zip(
        fictions[::2], fictions[1::2], cycle((REGISTRAR, REGISTRAR, None, None)), strict=False
    ):
        yield Pair("different: neighbours", told(one, registrar=registrar), told(other, registrar=registrar), False)


def _hard() -> Iterator[Pair]:
    fictions = iter(_granted()[::-1])
    for make in cycle(HARD_CASES):
        yield make(next(fictions))


def _hard_pair(case: str, one: Achievement, other: Achievement, same: bool) -> Pair:
    return Pair(f"hard: {case}", one, other, same, hard=True)


def _second_phase(f: Fiction) -> Pair:
    return _hard_pair("二期", told(f), told(f, title=f"{f.title}（二期）", number=False), False)


def _next_version(f: Fiction) -> Pair:
    one, other = told(f, title=f"{f.title}V1.0"), told(f, title=f"{f.title}V2.0", number=False)
    return _hard_pair("V2.0", one, other, False)


def _promotion(f: Fiction) -> Pair:
    return _hard_pair("示范推广", told(f), told(f, title=f"{f.title}示范推广", number=False), False)


def _shared_patent(f: Fiction) -> Pair:
    other = told(f, title=f"{f.title[:4]}在污水处理中的回收装置", number=False)
    return _hard_pair("one patent, two results", told(f), other, False)


def _number_reused(f: Fiction) -> Pair:
    other = told(
        f,
        title="水稻病虫害绿色防控集成",
        registrar="湖北省科学技术厅",
        patents=False,
        orgs=("华中某农业大学",),
        people=False,
    )
    return _hard_pair("number reused by another registrar", told(f, registrar=REGISTRAR), other, False)


def _generic(f: Fiction) -> Pair:
    one = told(f, title="一种新型复合材料", number=False, patents=False, project=False)
    other = told(
        f, title="一种新型复合材料", number=False, patents=False, project=False, orgs=("兰州某研究所",), people=False
    )
    other = msgspec.structs.replace(other, abstract=Text("以另一种树脂为基体，用于风电叶片。"))
    return _hard_pair("generic title of two organisations", one, other, False)


def _years_apart(f: Fiction) -> Pair:
    bare = told(f, number=False, patents=False, project=False, people=False, years=-4)
    return _hard_pair("same title four years earlier", told(f), bare, False)


def _two_registrations(f: Fiction) -> Pair:
    one = told(f, registrar=REGISTRAR)
    other = msgspec.structs.replace(told(f, registrar=REGISTRAR), registration_no="9442019Y9999")
    return _hard_pair("one patent, two numbers of one registrar", one, other, False)


def _mirror(f: Fiction) -> Pair:
    title = f.title.translate(TRADITIONAL).translate(WIDE)
    return _hard_pair("traditional mirror", told(f), told(f, title=title, number=False), True)


def _two_prices(f: Fiction) -> Pair:
    implementer = ("深圳市某某科技有限公司", *(unit.zh for unit in f.units))
    one, other = told(f, price="120万元"), told(f, price="300万元", orgs=implementer)
    return _hard_pair("two provinces, two prices", one, other, True)


def _phase_spelt(f: Fiction) -> Pair:
    one, other = told(f, title=f"{f.title}（二期）"), told(f, title=f"{f.title}(第2期)", number=False)
    return _hard_pair("二期 written 第2期", one, other, True)


def _renamed(f: Fiction) -> Pair:
    one = told(f, orgs=("清华大学深圳研究生院",), number=False, patents=False)
    other = told(f, orgs=("清华大学深圳国际研究生院",), number=False, patents=False, people=False)
    return _hard_pair("organisation renamed, no numbers", one, other, True)


def _abbreviated(f: Fiction) -> Pair:
    one = told(f, orgs=("中科院大连化物所",), number=False, patents=False, people=False, project=False)
    other = told(f, orgs=("中国科学院大连化学物理研究所（盖章）",), number=False, patents=False)
    return _hard_pair("organisation abbreviated, no numbers", one, other, True)


def _reworded(f: Fiction) -> Pair:
    title = f"{f.title}成套工艺与装备开发"
    return _hard_pair(
        "reworded, number confirmed", told(f, registrar=REGISTRAR), told(f, title=title, registrar=REGISTRAR), True
    )


def _no_organisation(f: Fiction) -> Pair:
    bare = told(f, number=False, patents=False, project=False)
    other = msgspec.structs.replace(bare, first_org=None, orgs=())
    return _hard_pair("no organisation, people alone", told(f), other, True)


HARD_CASES = (
    _second_phase,
    _mirror,
    _next_version,
    _two_prices,
    _promotion,
    _phase_spelt,
    _shared_patent,
    _renamed,
    _number_reused,
    _abbreviated,
    _generic,
    _reworded,
    _years_apart,
    _no_organisation,
    _two_registrations,
)
