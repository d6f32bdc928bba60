"""The fields of a record, grouped as a reader looks for them, each with its values and its lineage."""

from collections.abc import Iterable
from dataclasses import dataclass

from publish.portal.reader import Reader
from publish.portal.values import Shown, shown
from vocab.field import BoundField, Visibility, fields
from vocab.lineage import Lineage
from vocab.public import PublicRecord

# Shown elsewhere on the page: in its head, or as the section on where the record comes from.
ELSEWHERE = frozenset({"title", "abstract", "keywords", "provenance"})
# Rows of the unified publication standard; rows from 100 on are the own rows of kinds other than the achievement.
GROUPS: tuple[tuple[str, frozenset[int]], ...] = (
    ("result", frozenset((8, *range(10, 19)))),
    ("fields", frozenset(range(19, 25))),
    ("people", frozenset(range(25, 29))),
    ("own", frozenset(range(100, 1000))),
    ("dates", frozenset(range(29, 33))),
    ("funding", frozenset(range(33, 37))),
    ("rights", frozenset(range(37, 40))),
    ("transfer", frozenset(range(40, 45))),
    ("place", frozenset(range(45, 50))),
    ("disclosure", frozenset(range(50, 58))),
    ("identity", frozenset((*range(1, 8), 9, 58, 59, 60))),
)


@dataclass(frozen=True, slots=True)
class Row:
    name: str
    label: str
    shown: tuple[Shown, ...]
    lineage: tuple[Lineage, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The labels of all parts of composite values, in their order; empty for plain values."""
        return tuple(dict.fromkeys(label for value in self.shown for label, _ in value.parts))


@dataclass(frozen=True, slots=True)
class Group:
    name: str
    title: str
    rows: tuple[Row, ...]

    @property
    def lineage(self) -> tuple[Row, ...]:
        """The rows of which it is known where they come from."""
        return tuple(row for row in self.rows if row.lineage)


def grouped(public: PublicRecord, reader: Reader) -> tuple[Group, ...]:
    """The groups that have something to show. Every public field of any kind is in exactly one."""
    rows = _rows(public, reader)
    groups = (Group(name, reader.text(f"group.{name}"), tuple(_of(rows, numbers))) for name, numbers in GROUPS)
    return tuple(group for group in groups if group.rows)


def lineage_of(public: PublicRecord, bound: BoundField) -> tuple[Lineage, ...]:
    """The lineage of a field and of its parts (`title`, `title.en`, `orgs[0]`), whichever spelling is used."""
    return tuple(li for li in public.lineage if _root(li.field) in {bound.name, bound.key})


def head_lineage(public: PublicRecord, reader: Reader) -> tuple[Row, ...]:
    """Where the title, the abstract and the keywords come from: they stand in the head of the page."""
    found = (b for b in _public_fields(public) if b.name in ELSEWHERE)
    rows = (Row(b.name, label(b, reader), (), lineage_of(public, b)) for b in found)
    return tuple(row for row in rows if row.lineage)


def label(bound: BoundField, reader: Reader) -> str:
    return bound.field.en if reader.lang == "en" else bound.field.zh


def _rows(public: PublicRecord, reader: Reader) -> list[tuple[int, Row]]:
    found = []
    for bound in _public_fields(public):
        values = () if bound.name in ELSEWHERE else shown(getattr(public.record, bound.name), bound.field, reader)
        if values:
            found.append((bound.field.number, Row(bound.name, label(bound, reader), values, lineage_of(public, bound))))
    return found


def _public_fields(public: PublicRecord) -> Iterable[BoundField]:
    """Public fields, and the review, of which the public view keeps organisation, date and decision."""
    every = fields(type(public.record))
    return (b for b in every if b.field.visibility is Visibility.PUBLIC or b.name == "review")


def _of(rows: Iterable[tuple[int, Row]], numbers: frozenset[int]) -> Iterable[Row]:
    return (row for number, row in rows if number in numbers)


def _root(field: str) -> str:
    return field.partition(".")[0].partition("[")[0]
