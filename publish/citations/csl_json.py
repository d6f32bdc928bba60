"""A record in the JSON of the Citation Style Language: an array of one item (CSL 1.0.2)."""

from datetime import date

import msgspec

from publish.citations.work import Work


def write(work: Work) -> str:
    item = {
        "id": work.iri,
        "type": "dataset",
        "title": work.title,
        "author": [{"literal": name} for name in work.authors],
        "issued": _date(work.issued),
        "publisher": work.platform,
        "version": str(work.version),
        "language": work.lang,
        "number": work.number,
        "keyword": ", ".join(work.keywords),
        "abstract": work.abstract,
        "URL": work.iri,
    }
    return msgspec.json.encode([{name: value for name, value in item.items() if value}]).decode()


def _date(day: date) -> dict[str, list[list[int]]]:
    return {"date-parts": [[day.year, day.month, day.day]]}
