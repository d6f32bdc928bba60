"""How to cite a record: a reference in the manner of GB/T 7714-2015 (electronic resource, [DB/OL])."""

from collections.abc import Sequence
from datetime import UTC, datetime

from publish.portal.reader import Reader
from vocab.public import PublicRecord

MOST_NAMES = 3  # GB/T 7714-2015, 8.1.2: after three names, "et al."


def citation(public: PublicRecord, reader: Reader, platform: str) -> str:
    """责任者. 题名[DB/OL]. 平台, 公布日期(更新日期)[引用日期]. 网址."""
    record = public.record
    title = (record.title.en if reader.lang == "en" else "") or record.title.zh or record.title.en or ""
    people = _responsible(public, reader)
    today = datetime.now(UTC).date().isoformat()
    start = f"{people}. " if people else ""
    return f"{start}{title}[DB/OL]. {platform}, {public.first[:10]}({public.at[:10]})[{today}]. {public.iri}."


def _responsible(public: PublicRecord, reader: Reader) -> str:
    people = [c.name for c in getattr(public.record, "contributors", ())]
    first = getattr(public.record, "first_org", None)
    return _listed(people, reader) or (first.name if first else "")


def _listed(names: Sequence[str], reader: Reader) -> str:
    more = [reader.text("record.et_al")] if len(names) > MOST_NAMES else []
    return ", ".join([*names[:MOST_NAMES], *more])
