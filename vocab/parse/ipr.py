"""Intellectual property in free text: each number with its kind, state, title and whether its check digit is right."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from vocab.codes import DEFENCE_PATENT, scheme
from vocab.identifiers import PatentNo, find_patents, is_defence_patent, patent_no
from vocab.parse.parsed import NOTHING, Options, Parsed, problem
from vocab.parse.scalar import one, scalars, tidy
from vocab.problem import Problem, Severity
from vocab.tree import Tree
from vocab.values import Ipr

# Numbers without a check digit; the first group is the number.
_OTHERS: Final = (
    (re.compile(r"(?<![0-9A-Za-z])((?:19|20)\d{2}SR\d{6,7})(?!\d)", re.IGNORECASE), "cl13/4"),
    (re.compile(r"(?<![0-9A-Za-z])(CNA\d{8,11}(?:\.\d)?)(?!\d)", re.IGNORECASE), "cl13/6"),
    (re.compile(r"(?<![0-9A-Za-z])(BS\.\d{8,9}(?:\.\d)?)(?!\d)", re.IGNORECASE), "cl13/5"),
    (re.compile(r"(?<![0-9A-Za-z])(PCT/[A-Z]{2}(?:19|20)?\d{2,4}/\d{5,6})(?!\d)", re.IGNORECASE), "cl13/1"),
)
_WORDS: Final = (
    (re.compile("发明(?:专利|授权)"), "cl13/1"),
    (re.compile("实用新型"), "cl13/2"),
    (re.compile("外观(?:设计|专利)"), "cl13/3"),
    (re.compile("软件著作权|软著"), "cl13/4"),
    (re.compile("集成电路布图"), "cl13/5"),
    (re.compile("新品种权|植物新品种"), "cl13/6"),
    (re.compile("技术秘密|专有技术|非专利技术"), "cl13/9"),
    (re.compile("商标"), "cl13/10"),
)
_SEGMENT: Final = re.compile("[；;\n]")
_TITLE: Final = re.compile("《([^》]{2,200})》|“([^”]{4,200})”|(一种[^，,；;。（(：:《]{2,100})")
_STATES: Final = (
    (re.compile("失效|届满|终止"), "cl14/5"),
    (re.compile("驳回"), "cl14/6"),
    (re.compile("撤回|视撤"), "cl14/7"),
    (re.compile("实质审查|实审"), "cl14/3"),
    (re.compile("授权|已获"), "cl14/4"),
    (re.compile("受理|申请中|已申请|在申请|正在申请"), "cl14/1"),
)
_ANY_STATE: Final = re.compile("|".join(pattern.pattern for pattern, _ in _STATES))
_ANY_OTHER: Final = re.compile(r"\dSR\d|CNA\d|BS\.\d|PCT/", re.IGNORECASE)
_NUMBER_KEYS: Final = ("no", "number", "专利号", "编号", "申请号", "登记号", "授权号")
_TYPE_KEYS: Final = ("type", "类型", "专利类型", "知识产权类型", "kind")
_STATUS_KEYS: Final = ("status", "状态", "专利状态", "法律状态")
_TITLE_KEYS: Final = ("title", "name", "名称", "专利名称")
_HOLDER_KEYS: Final = ("holder", "owner", "权利人", "专利权人")


class _Found(msgspec.Struct, frozen=True):
    start: int
    end: int
    ipr: Ipr


def parse_ipr(tree: Tree, _: Options) -> Parsed:
    """A tuple of `Ipr`, in the order of the text.

    A defence patent is kept by its state alone, for the gate to refuse, with `defence-patent` and without its text.
    Other problems: `patent-check-digit`, `ipr-unclear` (no number and no kind can be read).
    """
    value: list[Ipr] = []
    problems: list[Problem] = []
    for item in tree if isinstance(tree, list) else [tree]:
        for ipr in _from_object(item) if isinstance(item, dict) else _from_texts(item, problems):
            value.append(ipr)
            if ipr.status == DEFENCE_PATENT:
                problems.append(problem("defence-patent", "the source names a defence patent", severity=Severity.ERROR))
            elif ipr.valid is False:
                problems.append(problem("patent-check-digit", "the check digit of the patent number is wrong", ipr.no))
    return Parsed(tuple(value) or None, tuple(problems)) if value or problems else NOTHING


def _from_texts(tree: Tree, problems: list[Problem]) -> Iterator[Ipr]:
    for raw in scalars(tree):
        text = tidy(raw)
        if is_defence_patent(text):
            yield Ipr(type="cl13/1", status=DEFENCE_PATENT)
            continue
        found = list(_in_text(text))
        if not found:
            problems.append(problem("ipr-unclear", "neither a number nor a kind of right can be read from it", text))
        yield from found


def _in_text(text: str) -> Iterator[Ipr]:
    whole = patent_no(text)
    if whole is not None:
        yield _patent(whole, "")
        return
    for segment in _SEGMENT.split(text):
        found = sorted(_numbers(segment), key=lambda f: f.start)
        if found:
            yield from _titled(segment, found)
        else:
            yield from _without_number(segment)


def _numbers(segment: str) -> Iterator[_Found]:
    for start, end, number in find_patents(segment):
        yield _Found(start, end, _patent(number, segment))
    for pattern, kind in _OTHERS if _ANY_OTHER.search(segment) else ():
        for match in pattern.finditer(segment):
            yield _Found(match.start(), match.end(), Ipr(type=kind, no=match[1].upper(), status=_state(segment)))


def _titled(segment: str, found: list[_Found]) -> Iterator[Ipr]:
    """Each number with the title that stands between it and the number before; the last may have it behind."""
    before = 0
    for place, item in enumerate(found):
        after = segment[item.end :] if place == len(found) - 1 else ""
        title = _title(segment[before : item.start]) or _title(after)
        yield msgspec.structs.replace(item.ipr, title=title) if title else item.ipr
        before = item.end


def _patent(number: PatentNo, segment: str) -> Ipr:
    status = _state(segment)
    if status is None and number.granted is not None:
        status = "cl14/4" if number.granted else "cl14/1"
    return Ipr(type=number.type, no=number.number, status=status, valid=None if number.derived else number.valid)


def _state(segment: str) -> str | None:
    if _ANY_STATE.search(segment) is None:
        return None
    return next((code for pattern, code in _STATES if pattern.search(segment)), None)


def _title(text: str) -> str | None:
    match = _TITLE.search(text)
    return next((group.strip() for group in match.groups() if group), None) if match else None


def _without_number(segment: str) -> Iterator[Ipr]:
    """The kinds a segment speaks of without a number, each once: `发明专利3项、实用新型2项`."""
    concept = scheme("cl13").find(segment)
    if concept is not None:
        yield Ipr(type=concept.code)
        return
    for pattern, kind in _WORDS:
        if pattern.search(segment):
            yield Ipr(type=kind, status=_state(segment), title=_title(segment))


def _from_object(tree: dict[str, Tree]) -> Iterator[Ipr]:
    number, kind, status, title, holder = (
        one(next((tree[key] for key in keys if key in tree), None))
        for keys in (_NUMBER_KEYS, _TYPE_KEYS, _STATUS_KEYS, _TITLE_KEYS, _HOLDER_KEYS)
    )
    if any(text and is_defence_patent(text) for text in (number, kind, status, title)):
        yield Ipr(type="cl13/1", status=DEFENCE_PATENT)
        return
    read = next(_in_text(tidy(number)), None) if number else None
    of_kind, of_status = scheme("cl13").find(kind) if kind else None, scheme("cl14").find(status) if status else None
    ipr = Ipr(
        type=of_kind.code if of_kind else (read.type if read else None),
        no=(read.no if read else None) or (tidy(number) if number else None),
        status=of_status.code if of_status else (read.status if read else None),
        title=tidy(title) if title else (read.title if read else None),
        holder=tidy(holder) if holder else None,
        valid=read.valid if read else None,
    )
    if ipr != Ipr():
        yield ipr
