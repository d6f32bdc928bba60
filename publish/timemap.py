"""The TimeMap of a record (RFC 7089 section 5): its versions with their addresses and times, a page at a time."""

from collections.abc import Sequence
from email.utils import format_datetime

from federation.views import Memento
from publish.history import second
from publish.signposting import timemap_address
from publish.weblink import LINK_FORMAT, Link

SIZE = 1000  # mementos on a page: 150 KB


def address(iri: str, memento: Memento) -> str:
    """The permanent address of one version (URI-M)."""
    return f"{iri}/version/{memento.version}"


def http_date(memento: Memento) -> str:
    return format_datetime(second(memento), usegmt=True)


def timemap(iri: str, history: Sequence[Memento], page: int = 1) -> list[Link]:
    """The links of one page; the first page leads to the others, which a client that wants everything follows."""
    shown = history[(page - 1) * SIZE : page * SIZE]
    itself = [Link(iri, "original timegate"), _page(iri, shown, page, "self")]
    others = [
        _page(iri, history[(number - 1) * SIZE : number * SIZE], number, "timemap")
        for number in range(1, pages(history) + 1)
        if number != page
    ]
    return [*itself, *others, *(_memento(iri, history, one) for one in shown)]


def pages(history: Sequence[Memento]) -> int:
    return -(-len(history) // SIZE)


def around(iri: str, history: Sequence[Memento], memento: Memento) -> list[Link]:
    """What an answer about one memento says: the record, the TimeMap, and the memento with its neighbours and the ends."""
    at = history.index(memento)
    near = sorted({0, max(at - 1, 0), at, min(at + 1, len(history) - 1), len(history) - 1})
    sides = {at - 1: "prev", at + 1: "next"}
    found = [_memento(iri, history, history[place], sides.get(place, "")) for place in near]
    return [Link(iri, "original timegate"), Link(timemap_address(iri), "timemap", LINK_FORMAT), *found]


def _memento(iri: str, history: Sequence[Memento], one: Memento, side: str = "") -> Link:
    ends = ["first"] * (one is history[0]) + ["last"] * (one is history[-1])
    rel = " ".join(word for word in (*ends, side, "memento") if word)
    return Link(address(iri, one), rel, attributes=(("datetime", http_date(one)),))


def _page(iri: str, shown: Sequence[Memento], number: int, rel: str) -> Link:
    target = timemap_address(iri) + (f"?page={number}" if number > 1 else "")
    span = (("from", http_date(shown[0])), ("until", http_date(shown[-1])))
    return Link(target, rel, LINK_FORMAT, attributes=span)
