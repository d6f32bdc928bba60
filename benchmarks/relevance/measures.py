"""Measures of a ranked list against the records that answer a query."""

import math
from collections.abc import Collection, Sequence
from statistics import fmean
from typing import NamedTuple

DEPTH, RECALL_DEPTH = 10, 50


class Measures(NamedTuple):
    """Each 0 to 1; of several queries, their mean."""

    ndcg: float
    mrr: float
    recall: float


def measure(ranked: Sequence[str], relevant: Collection[str]) -> Measures:
    """nDCG@10 with one grade of relevance, the reciprocal rank of the first answer within 10, and recall@50."""
    gains = [1 / math.log2(rank + 2) for rank, found in enumerate(ranked[:DEPTH]) if found in relevant]
    ideal = sum(1 / math.log2(rank + 2) for rank in range(min(DEPTH, len(relevant))))
    first = next((rank for rank, found in enumerate(ranked[:DEPTH], 1) if found in relevant), None)
    recalled = len(set(ranked[:RECALL_DEPTH]).intersection(relevant))
    return Measures(sum(gains) / ideal, 1 / first if first else 0.0, recalled / len(relevant))


def mean(measured: Collection[Measures]) -> Measures:
    return Measures(*(fmean(column) for column in zip(*measured, strict=True)))
