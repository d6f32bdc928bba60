"""Profiles: what stands at each place of a sample of raw records. Pure, and bounded whatever the records hold."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from vocab.mapping.path import All, Path, Step, Where
from vocab.mapping.rule import is_empty, shown
from vocab.personal import mask
from vocab.suggest.dictionary import heading
from vocab.suggest.leaves import leaves
from vocab.tree import Tree

COLUMNS = 500  # places looked at
KEPT = 400  # different values of each
LABELS = 12  # labels in the values of one column
LONGEST = 2000  # characters of a value looked at
MEANINGFUL = ("dc",)  # elements around a record that say how its fields are meant
ALIKE = 0.98  # share of different values
SHOWN = 40  # characters of an example
_LABEL = re.compile(r"^([\u4e00-\u9fff]{2,10})\s*[:：]\s*(\S.{0,200})$")


class Column(msgspec.Struct, frozen=True):
    """One place. `texts` are different values in the order they were met; `many`: records that held several of them.

    `extract` is the regular expression of a label in front of the values, and `words` then is that label: 登记号:….
    """

    steps: tuple[Step, ...]
    words: tuple[str, ...]
    records: int
    filled: int
    distinct: int
    many: int
    texts: tuple[str, ...]
    extract: str = ""

    @property
    def path(self) -> str:
        return str(Path(self.steps))

    @property
    def name(self) -> str:
        return self.words[-1] if self.words else ""

    @property
    def language(self) -> str:
        """The language an XML element says it is in; empty when it does not."""
        return next((s.value for s in self.steps if isinstance(s, Where) and s.key == "@lang"), "")

    @property
    def unique(self) -> bool:
        """Whether it tells records apart: filled everywhere, and hardly ever twice the same (pages of a listing overlap)."""
        return 0 < self.records == self.filled and not self.many and self.distinct >= ALIKE * self.records

    def example(self) -> str:
        """A short value, masked."""
        text = min(self.texts[:20], key=lambda t: (len(t) > SHOWN, -len(t)), default="")
        return mask(text[: SHOWN + 60])[0][:SHOWN]


class _Seen:
    """A column while records are read."""

    def __init__(self) -> None:
        self.filled = self.many = self.values = 0
        self.last = -1
        self._several = False
        self.texts: dict[str, None] = {}
        self.distinct: set[int] = set()
        self.labels: Counter[str] = Counter()

    def add(self, record: int, text: str) -> None:
        if self.last != record:
            self.filled += 1
            self.last = record
            self._several = False
        elif not self._several:
            self._several = True
            self.many += 1
        self.distinct.add(hash(text))
        if len(self.texts) < KEPT:
            self.texts[text] = None
        if found := _LABEL.match(text):
            self.labels[found[1]] += len(self.labels) < 1000 or found[1] in self.labels


def profile(trees: Iterable[Tree]) -> list[Column]:
    """The columns of these records, in the order they were met."""
    seen: dict[tuple[Step, ...], _Seen] = {}
    count = 0
    for count, tree in enumerate(trees, 1):
        for leaf in leaves(tree):
            if is_empty(leaf.value) or (leaf.steps not in seen and len(seen) >= COLUMNS):
                continue
            seen.setdefault(leaf.steps, _Seen()).add(count, shown(leaf.value, LONGEST).strip())
    return _unwrapped([column for steps, one in seen.items() for column in _columns(steps, one, count)])


def _unwrapped(columns: list[Column]) -> list[Column]:
    """Without the word that all places begin with: the element around an XML record says nothing. Dublin Core's does."""
    first = {column.words[0] if len(column.words) > 1 else "" for column in columns}
    if len(first) != 1 or first & {"", *MEANINGFUL}:
        return columns
    return [msgspec.structs.replace(column, words=column.words[1:]) for column in columns]


def _columns(steps: tuple[Step, ...], seen: _Seen, records: int) -> Iterator[Column]:
    """The column, and one more for each label that stands in front of its values."""
    texts = tuple(seen.texts)
    labels = [label for label, n in seen.labels.most_common(LABELS) if n >= max(2, seen.filled // 10)]
    if not _labelled(steps, seen):
        labels = []
    bare = tuple(t for t in texts if not any(_says(label, t) for label in labels)) if labels else texts
    if bare:
        yield Column(steps, heading(steps), records, seen.filled, len(seen.distinct), seen.many, bare)
    for label in labels:
        own = tuple(t[len(label) :].lstrip(" :：") for t in texts if _says(label, t))
        filled = min(seen.filled, seen.labels[label])
        pattern = rf"^{label}\s*[:：]\s*(.*)$"
        yield Column(steps, (label,), records, filled, min(filled, len(set(own))), 0, own, pattern)


def _labelled(steps: tuple[Step, ...], seen: _Seen) -> bool:
    """Labels mean something where values come in lists, as in Dublin Core; elsewhere they are how a text begins."""
    return bool(seen.many) or any(isinstance(step, All) for step in steps)


def _says(label: str, text: str) -> bool:
    found = _LABEL.match(text)
    return found is not None and found[1] == label
