"""A first mapping for a listing nobody knows: which column may fill which field, how sure that is, and on what evidence.

What a record may be published on is never guessed: the words of a review are listed and left to a person.
"""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from vocab.field import BoundField, Obligation, fields
from vocab.kinds import KINDS
from vocab.mapping.clean import text_of
from vocab.mapping.path import Path
from vocab.mapping.target import OURS, Slot, slots
from vocab.record import Record
from vocab.suggest import evidence
from vocab.suggest.dictionary import MODIFIED, NUMBER, PERSONAL, RECORD_KEY, SORT, Match, matches, unit_of
from vocab.suggest.evidence import Fit
from vocab.suggest.profile import Column, profile
from vocab.tree import Tree
from vocab.values import Agent, Contributor

LEAST = 0.5  # below it a field is not proposed
ALONE = 0.8  # share of values that must fit when the heading says nothing
BY_VALUES = 0.7  # how sure values alone make us
ASIDE = (PERSONAL, SORT, NUMBER, MODIFIED)  # what no field is made of
SORTS = {
    "achievement": frozenset({"供给", "成果", "科技成果", "技术供给", "供"}),
    "demand": frozenset({"需求", "难题", "技术需求", "技术难题", "需"}),
}
# Fields that values alone are enough for: their grammar or their words are no accident.
TELLING = ("firstOrg.uscc", "uscc", "registrationNo", "ipr", "stage", "transferModes", "hiTechField", "level")


class Suggestion(msgspec.Struct, frozen=True):
    """A field and the column it would be made of."""

    slot: Slot
    column: Column
    confidence: float
    why: tuple[str, ...]
    fit: Fit | None = None


class Proposal(msgspec.Struct, frozen=True):
    """A mapping in the making. `when`: the column and words that tell its records from others of the same listing."""

    kind: str
    suggestions: tuple[Suggestion, ...]
    unknown: tuple[Column, ...]
    personal: tuple[Column, ...]
    missing: tuple[BoundField, ...]
    when: tuple[Column, tuple[str, ...]] | None = None

    def of(self, field: str) -> Suggestion | None:
        return next((one for one in self.suggestions if one.slot.key == field), None)


def propose(trees: Sequence[Tree], kind: str | None = None) -> tuple[Proposal, ...]:
    """A mapping of the likeliest kind, or of that given; two where one column says 供给 and 需求."""
    columns = profile(trees)
    sort = _sort(columns) if kind is None else None
    if sort is None:
        return (_proposal(columns, kind or likeliest(columns)),)
    column, words = sort
    return tuple(_proposal(profile(_only(trees, column, given)), one, (column, given)) for one, given in words.items())


def _only(trees: Sequence[Tree], column: Column, words: tuple[str, ...]) -> Iterator[Tree]:
    """The records of one sort."""
    find = Path(column.steps).find
    return (tree for tree in trees if any(text_of(value).strip() in words for value in find(tree)))


def likeliest(columns: Sequence[Column]) -> str:
    """The kind whose own fields the headings speak of most."""
    return max(KINDS, key=lambda kind: _weight(columns, kind))


def key_of(columns: Sequence[Column]) -> Column | None:
    """The column that names a record for ever: unique, filled everywhere, and called so; never the title."""
    named = [(c, m.trust) for c in columns if c.unique and (m := _meaning(c, RECORD_KEY))]
    if named:
        return max(named, key=lambda one: one[1])[0]
    return next((c for c in columns if c.unique and not evidence.is_prose(c) and _short_code(c)), None)


def modified_of(columns: Sequence[Column]) -> Column | None:
    """The column of the date of change."""
    return next((c for c in columns if _meaning(c, MODIFIED)), None)


def _short_code(column: Column) -> bool:
    return all(text.isascii() and len(text) <= 40 and " " not in text for text in column.texts)


def _meaning(column: Column, field: str) -> Match | None:
    found = matches("achievement", column.words)
    return next((m for m in found if m.field == field and m.trust >= LEAST), None)


def _weight(columns: Sequence[Column], kind: str) -> float:
    shared = {b.key for b in fields(Record)} - {"title"}
    best: dict[str, float] = {}
    for column in columns:
        for match in matches(kind, column.words)[:1]:
            if not match.field.startswith("!") and match.field not in shared:
                weight = match.trust * (2 if match.field == "title" else 1)
                best[match.field] = max(best.get(match.field, 0.0), weight)
    return sum(best.values())


def _sort(columns: Sequence[Column]) -> tuple[Column, dict[str, tuple[str, ...]]] | None:
    for column in columns:
        if not _meaning(column, SORT):
            continue
        words = {kind: tuple(t for t in column.texts if t in known) for kind, known in SORTS.items()}
        words = {kind: given for kind, given in words.items() if given}
        if len(words) > 1:
            return column, words
    return None


def _proposal(columns: Sequence[Column], kind: str, when: tuple[Column, tuple[str, ...]] | None = None) -> Proposal:
    free = [column for column in columns if not _aside(column, kind)]
    chosen = _chosen(kind, [one for column in free for one in _suggestions(kind, column)])
    chosen = sorted([*chosen, *_shared(kind, chosen)], key=lambda s: _order(kind, s.slot))
    used = {(one.column.path, one.column.extract) for one in chosen}
    given = {one.slot.attribute for one in chosen}
    return Proposal(
        kind,
        tuple(chosen),
        tuple(c for c in free if (c.path, c.extract) not in used),
        tuple(c for c in columns if _aside(c, kind) == PERSONAL),
        tuple(
            b
            for b in fields(KINDS[kind].record)
            if b.field.obligation is Obligation.MANDATORY
            and b.key not in OURS
            and b.name not in given
            and b.key not in ("sourceRecordId", "publisher", "licence", "region")  # the source file says them
        ),
        when,
    )


def _aside(column: Column, kind: str) -> str:
    """The pseudo-field that a column is, if its heading says so first of all."""
    found = matches(kind, column.words)
    return found[0].field if found and found[0].field in ASIDE and found[0].trust >= LEAST else ""


def _suggestions(kind: str, column: Column) -> Iterator[Suggestion]:
    known = slots(KINDS[kind].record)
    named = [m for m in matches(kind, column.words) if m.field in known and _fillable(known[m.field])]
    for match in named:
        slot = known[_in_language(match.field, column, known)]
        found = evidence.fit(slot, column, unit_of(column.name))
        yield Suggestion(slot, column, _confidence(match, found), _why(match.why, found), found)
    if not any(match.trust >= LEAST for match in named):
        yield from _by_values(known, column)


def _fillable(slot: Slot) -> bool:
    """Whether one column can fill it: some values are only filled part by part."""
    return slot.scheme is not None or slot.parser is not None


def _by_values(known: dict[str, Slot], column: Column) -> Iterator[Suggestion]:
    for name in TELLING:
        if name not in known:
            continue
        found = evidence.fit(known[name], column)
        enough = found is not None and found.share >= ALONE and (found.hard or len(column.texts) > 1)
        if found is not None and enough:
            yield Suggestion(known[name], column, BY_VALUES * found.share, _why("by its values alone", found), found)


def _in_language(field: str, column: Column, known: dict[str, Slot]) -> str:
    """title or title.en: by the language that XML declares, else by the letters."""
    english = f"{field}.en"
    if english not in known or not column.language:
        return field
    return english if column.language.lower().startswith("en") else field


def _confidence(match: Match, found: Fit | None) -> float:
    """The name counts most; values that cannot be read as the field's weigh against it, codes not yet known only a little."""
    if found is None:
        return match.trust
    floor = 0.4 if found.hard else 0.85 if found.share or found.numbered else 0.75
    return match.trust * (floor + (1 - floor) * found.share)


def _why(name: str, found: Fit | None) -> tuple[str, ...]:
    return (name,) if found is None else (name, f"{found.share:.0%} are {found.what}")


def _chosen(kind: str, all_of: Iterable[Suggestion]) -> list[Suggestion]:
    """Each field once and each column once, the surest first."""
    fields_taken: set[str] = set()
    columns_taken: set[tuple[str, str]] = set()
    chosen: list[Suggestion] = []
    for one in sorted(all_of, key=lambda s: (-s.confidence, _order(kind, s.slot), -s.column.filled)):
        column = (one.column.path, one.column.extract)
        if one.confidence < LEAST or one.slot.key in fields_taken or column in columns_taken:
            continue
        fields_taken.add(one.slot.key)
        columns_taken.add(column)
        chosen.append(one)
    return chosen


def _shared(kind: str, chosen: Sequence[Suggestion]) -> Iterator[Suggestion]:
    """One column for both the first organisation and all of them, where the listing has one column for both."""
    by_key = {one.slot.key: one for one in chosen}
    known = slots(KINDS[kind].record)
    for there, missing in (("orgs", "firstOrg"), ("firstOrg", "orgs")):
        one = by_key.get(there)
        if one is None or missing in by_key or missing not in known or known[missing].leaf not in (Agent, Contributor):
            continue
        if missing == "orgs" and not evidence.separators(one.column.texts):
            continue
        yield Suggestion(known[missing], one.column, one.confidence * 0.9, (f"the same column as {there}", *one.why))


def _order(kind: str, slot: Slot) -> int:
    """The place of a field in the standard; a part of a field comes after it."""
    numbers = {b.name: 2 * n for n, b in enumerate(fields(KINDS[kind].record))}
    return numbers[slot.attribute] + (slot.part is not None)
