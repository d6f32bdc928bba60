"""Generated search documents, as many as are wanted and always the same."""

import random
from collections.abc import Iterator
from itertools import accumulate

from search.analysis import dictionary_words
from vocab.document import SearchDocument

PROVINCES = [f"{p}0000" for p in (11, 12, 13, 21, 31, 32, 33, 34, 35, 36, 37, 41, 42, 43, 44, 50, 51, 61)]
VERBS = [
    "研究",
    "开发",
    "制备",
    "应用",
    "设计",
    "优化",
    "评价",
    "检测",
    "控制",
    "合成",
    "关键技术",
    "装备",
    "工艺",
    "系统",
    "方法",
    "示范",
    "推广",
    "产业化",
    "材料",
    "性能",
]
FILLER = [
    "针对",
    "采用",
    "通过",
    "实现",
    "提高",
    "降低",
    "具有",
    "解决",
    "形成",
    "建立",
    "突破",
    "效率",
    "成本",
    "稳定性",
    "指标",
    "达到",
    "国际先进水平",
    "年产",
    "企业",
    "市场",
    "产品",
]


def records(count: int) -> Iterator[SearchDocument]:
    """Titles of about 15 characters, abstracts of about 200, from the dictionary's words by a long-tailed choice."""
    chance = random.Random(20250101)
    words = [w for w in dictionary_words() if len(w) > 1]
    chance.shuffle(words)
    weights = list(accumulate(1 / (n + 5) for n in range(len(words))))
    for number in range(count):
        topic = chance.choices(words, cum_weights=weights, k=4)
        year, province = chance.randint(2000, 2024), chance.choice(PROVINCES)
        text = "".join(
            "，".join(chance.choices(FILLER, k=3) + chance.choices(words, cum_weights=weights, k=2)) + "。"
            for _ in range(12)
        )
        yield SearchDocument(
            iri=f"https://example.org/id/achievement/{number:08d}",
            kind="achievement",
            source=f"cn-{province[:2]}",
            version=1,
            seq=number,
            title_zh=f"{topic[0]}{chance.choice(VERBS)}与{topic[1]}{chance.choice(VERBS)}",
            keywords=tuple(topic),
            orgs=(f"{province[:2]}省{chance.choice(words)}研究院",),
            abstract=text[:200],
            labels=("中期阶段", "Pilot stage"),
            identifiers=(f"ZL{year}1{number:07d}.{number % 10}",),
            facets={
                "kind": ("achievement",),
                "region": (province, f"{province[:2]}{chance.randint(1, 12):02d}00"),
                "field": (f"cl10/{chance.randint(1, 11)}",),
                "stage": (f"cl04/{chance.randint(1, 3)}",),
                "year": (str(year),),
                "source": (f"cn-{province[:2]}",),
            },
            sort_date=f"{year}-{chance.randint(1, 12):02d}-01",
        )
