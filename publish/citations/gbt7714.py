"""A reference in the manner of GB/T 7714-2015 (electronic resource, a database on line: [DB/OL])."""

from collections.abc import Sequence
from datetime import date

from federation.clock import day
from publish.citations.work import Work

MOST_NAMES = 3  # GB/T 7714-2015, 8.1.2: after three names, "et al."
MORE = {"zh": "等", "en": "et al."}


def write(work: Work) -> str:
    """With the present day as the day on which it was consulted."""
    return reference(work, day()) + "\n"


def reference(work: Work, consulted: date) -> str:
    """责任者. 题名[DB/OL]. 平台, 公布日期(更新日期)[引用日期]. 网址."""
    names = _listed(work.authors, MORE[work.lang])
    start = f"{names}. " if names else ""
    dates = f"{work.issued}({work.updated})[{consulted}]"
    return f"{start}{work.title}[DB/OL]. {work.platform}, {dates}. {work.iri}."


def _listed(names: Sequence[str], more: str) -> str:
    return ", ".join([*names[:MOST_NAMES], *([more] if len(names) > MOST_NAMES else [])])
