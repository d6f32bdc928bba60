"""The hard cases hidden among the fictional achievements, and what changes on the second day.

What happens to each is fixed: secret, internal, unreviewed and restricted ones are never published; a telephone
number is masked; an embargo is held; the second day brings a correction, deletions and a late classification.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from chengguo.demo.fiction import Asking, Fiction, Secrecy

SECOND_DAY = "2026-09-02T08:00:00Z"
Change = Callable[[Fiction], Fiction]


def secrecy(**values: str) -> Change:
    return lambda fiction: replace(fiction, secrecy=Secrecy(**values))


def named(title: str, change: Change) -> Change:
    """A case with a title of its own, so that a leak can be searched for."""
    return lambda fiction: change(replace(fiction, title=title))


def in_abstract(text: str) -> Change:
    return lambda fiction: replace(fiction, abstract=fiction.abstract + text)


# number in Beijing's list -> what is wrong with it, from the first day on
HARD: dict[int, Change] = {
    11: named("玄鸢一号加密链路装置", secrecy(level="秘密★")),
    12: named("玄鸢二号未定密装置", secrecy(level="")),
    13: named("玄鸢三号内部使用装置", secrecy(level="内部")),
    14: named("玄鸢四号工作秘密事项", secrecy(level="工作秘密")),
    15: named("玄鸢五号未通过审查装置", secrecy(decision="不同意公开")),
    16: named("玄鸢六号商业秘密配方", secrecy(disclosure="受限")),
    17: named("玄鸢七号国防专利装置", in_abstract("核心技术已申请国防专利（ZL201918000001）。")),
    18: named("玄鸢八号延期公开装置", secrecy(disclosure="延期公开", embargo="2028-12-31")),
    19: in_abstract("有意者请联系王老师138-0000-0000。"),
    20: lambda fiction: replace(fiction, asking=Asking(0, None)),
    21: lambda fiction: replace(fiction, completed="2019-02-29"),
    22: in_abstract('<script>alert("x")</script><p style="color:red">本段为网页片段&nbsp;。</p>'),
}
CORRECTED, VANISHED, CLASSIFIED = 31, 32, 33  # numbers of the second day, the same on every platform that shows them


def corrected(fiction: Fiction) -> Fiction:
    return replace(fiction, title=f"{fiction.title}（更正版）", asking=Asking(88, None), modified=SECOND_DAY)


def classified(fiction: Fiction) -> Fiction:
    return replace(fiction, secrecy=Secrecy(level="秘密"), modified=SECOND_DAY)


def with_hard_cases(fictions: Iterable[Fiction]) -> list[Fiction]:
    return [HARD[f.number](f) if f.number in HARD else f for f in fictions]


def on_day(fictions: Iterable[Fiction], day: int) -> list[Fiction]:
    """The listing on a day: from the second day on one is corrected and one has become secret."""
    if day < 2:
        return list(fictions)
    changes: dict[int, Change] = {CORRECTED: corrected, CLASSIFIED: classified}
    return [changes[f.number](f) if f.number in changes else f for f in fictions]
