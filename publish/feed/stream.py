"""The two event streams (Linked Data Event Streams; TREE; DCAT-AP Feeds), as values.

`CHANGES` holds every change there was, by address alone: its full pages never change. `RECORDS` holds the last change of every
record with the record itself: a page loses what changes again or is withdrawn, and gains nothing. See decision 41.
"""

import msgspec

from federation.source import Name
from vocab.rdf import JSON_LD, N_QUADS, TRIG, TURTLE

SUFFIXES = {"trig": TRIG, "ttl": TURTLE, "jsonld": JSON_LD, "nq": N_QUADS}


class Stream(msgspec.Struct, frozen=True):
    """`path` is where its root is; `whole` says whether its members bring the records along."""

    path: str
    title: Name
    description: Name
    whole: bool

    @property
    def suffixes(self) -> dict[str, str]:
        """Suffix -> media type. Turtle has no graphs to keep a record and the news of it apart."""
        return {name: form for name, form in SUFFIXES.items() if not (self.whole and form == TURTLE)}


CHANGES = Stream(
    "/feed/ldes",
    Name("变更日志", "Change log"),
    Name(
        "公开、更新、撤回的全部事件，按发生次序排列；只含地址，不含内容。",
        "Every publication, correction and withdrawal in the order in which they happened: addresses, no content.",
    ),
    whole=False,
)
RECORDS = Stream(
    "/feed/records",
    Name("公开记录及其撤回", "Public records and withdrawals"),
    Name(
        "每条记录最近一次的变更，连同记录本身；已撤回的只留撤回事件。",
        "The last change of every record, with the record itself; of a withdrawn one the withdrawal alone.",
    ),
    whole=True,
)
STREAMS = (CHANGES, RECORDS)
