"""Names of organisations without what was stamped or noted beside them, long where people abbreviate, and their root."""

import re
from functools import cache, lru_cache

from vocab.codes import scheme
from vocab.identity.spelling import folded, plain
from vocab.parse.lists import strip_decorations

_BRACKETED = re.compile(r"[(（\[【〔][^)）\]】〕]{0,60}[)）\]】〕]")
_OPENINGS = (
    ("中科院", "中国科学院"),
    ("中国农科院", "中国农业科学院"),
    ("中国林科院", "中国林业科学研究院"),
    ("中国医科院", "中国医学科学院"),
    ("中国社科院", "中国社会科学院"),
    ("中国水科院", "中国水产科学研究院"),
)
# A place's science authority; 科委, 科技厅 and 科技局 are different bodies at different times.
_ENDINGS = (("科技厅", "科学技术厅"), ("科委", "科学技术委员会"), ("科技局", "科学技术局"))
_PROVINCIAL = {
    "农科院": "农业科学院",
    "林科院": "林业科学研究院",
    "社科院": "社会科学院",
    "医科院": "医学科学院",
    "科学院": "科学院",
}
_COMPANY = re.compile("有限责任公司|有限公司")
_ENGLISH = re.compile(r"\b(?:the|of|and|for)\b|&")
# A school or department is part of the same university; a graduate school elsewhere, a hospital or a laboratory is not.
_DEPARTMENT = re.compile(r"^(\S{2,20}?大学)\S{1,20}(?:学院|系|学部)$")
_OWN = re.compile("研究生院|研究院|医院|附属|实验室|独立|城市学院|国际|校区|分校|集团|公司")


@lru_cache(maxsize=65_536)  # the same organisations stand behind most records
def name_key(name: str) -> str:
    """What two spellings of one name have in common. Never shortens a name to its parent's: a child is not its parent.

    >>> name_key("中科院大连化学物理研究所（盖章）") == name_key("中國科學院大連化學物理研究所")
    True
    """
    name = strip_decorations(name.strip())[0]
    text = folded(name)
    if text.isascii():
        return plain(_ENGLISH.sub(" ", text))
    return plain(_COMPANY.sub("有限公司", _expanded(text)))


@lru_cache(maxsize=65_536)
def root_of(name: str) -> str:
    """The organisation that candidates are looked for under: without brackets, a department under its university.

    For looking and for asking a person only: a shared root is no identity.
    """
    text = _expanded(folded(_BRACKETED.sub("", strip_decorations(name.strip())[0])))
    department = _DEPARTMENT.match(text)
    if department and not _OWN.search(text):
        text = department[1]
    return name_key(text)


def _expanded(text: str) -> str:
    text = text.strip()
    for short, full in _ENDINGS:
        text = text.removesuffix(short) + full if text.endswith(short) else text
    for short, full in _OPENINGS:
        if text.startswith(short):
            return full + text[len(short) :]
    if (start := text.find("科院", 0, 12)) > 1:  # 河北省农科院, 河北农科院粮油所
        place, short, rest = text[: start - 1], text[start - 1 : start + 2], text[start + 2 :]
        if short in _PROVINCIAL and (province := _provinces().get(place)):
            return province + _PROVINCIAL[short] + rest
    return text


@cache
def _provinces() -> dict[str, str]:
    """Short and long names of provinces to the long one: 河北, 河北省 -> 河北省."""
    names = [c.zh for c in scheme("gbt2260").concepts.values() if c.notation.endswith("0000")]
    short = {name.removesuffix("省").removesuffix("市"): name for name in names}
    return short | {name: name for name in names}
