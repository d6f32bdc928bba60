"""One rule, compiled: from a raw record to the value of one field, with where it came from and what was wrong."""

import re
from collections.abc import Callable, Iterable, Sequence

import msgspec

from vocab.lineage import Lineage
from vocab.mapping.clean import Cleaner, clean, text_of
from vocab.mapping.lookup import Lookup
from vocab.mapping.model import OnMiss
from vocab.mapping.path import Key, Path
from vocab.mapping.target import Slot, Unfit
from vocab.parse.scalar import is_empty as says_nothing
from vocab.personal import mask
from vocab.problem import Problem, Severity
from vocab.tree import Tree
from vocab.values import Words

RAW_LIMIT = 500  # characters of a raw value kept in lineage
VALUE_LIMIT = 200  # and in a problem
MEMORY = 1024  # raw values whose outcome one rule remembers
LONGEST = 100  # characters of a raw value worth remembering

Test = Callable[[Tree], bool]
Parse = Callable[[Tree], tuple[object, Sequence[Problem]]]
Maker = Callable[[Tree], "Made"]


class Origin(msgspec.Struct, frozen=True):
    """A place to take a raw value from: `path` as lineage spells it, `take` gives the value or None."""

    path: str
    take: Callable[[Tree], Tree]


class Made(msgspec.Struct, frozen=True):
    """What a rule made of one record. `value` None: nothing (missing, or wrong: see `problems`). `line` is its lineage."""

    value: object
    line: Lineage | None = None
    problems: tuple[Problem, ...] = ()
    rejected: bool = False


NOTHING = Made(None)
NOWHERE: tuple[str, Tree] = ("", None)


def joined(words: Iterable[object]) -> Words:
    """Keywords that came one by one as one value, each once."""
    several = [w for w in words if isinstance(w, Words)]
    return Words(
        tuple(dict.fromkeys(t for w in several for t in w.zh)), tuple(dict.fromkeys(t for w in several for t in w.en))
    )


def taker(path: Path) -> Callable[[Tree], Tree]:
    """What a path finds as one value: nothing is None, one is itself (unless all were asked for), several a list."""
    find, many = path.find, path.many

    def take(tree: Tree) -> Tree:
        found = find(tree)
        if len(found) == 1 and not many:
            return found[0]
        return found or None

    if len(path.steps) != 1 or not isinstance(step := path.steps[0], Key):
        return take
    name = step.name  # by far the commonest: one key of the outermost object, without the detour of a list
    return lambda tree: tree.get(name) if isinstance(tree, dict) else take(tree)


def is_empty(value: Tree) -> bool:
    """Whether a source says nothing here: blank, 无, 未标注, an empty list."""
    if isinstance(value, str):
        return says_nothing(value)
    if isinstance(value, list):
        return all(is_empty(item) for item in value)
    return value is None or value == {}


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A compiled `FieldRule`. `default` is already of the field's type; `words` says the rule for lineage."""

    slot: Slot
    words: str
    origins: tuple[Origin, ...]
    cleaners: tuple[Cleaner, ...] = ()
    splitter: re.Pattern[str] | None = None
    lookup: Lookup | None = None
    parse: Parse | None = None
    whole: bool = False
    default: object = None
    on_miss: OnMiss = "report"
    when: Test | None = None

    def maker(self) -> Maker:
        """The rule as a function."""
        make = self._one_origin() if len(self.origins) == 1 else self._several_origins()
        if (when := self.when) is None:
            return make
        return lambda tree: make(tree) if when(tree) else NOTHING

    def _one_origin(self) -> Maker:
        take, read = self.origins[0].take, self._reader(self.origins[0].path)
        return lambda tree: read(take(tree))

    def _several_origins(self) -> Maker:
        readers = {path: self._reader(path) for path in ("", *(origin.path for origin in self.origins))}

        def made(tree: Tree) -> Made:
            path, raw = self._pick(tree)
            return readers[path](raw)

        return made

    def _reader(self, path: str) -> Maker:
        """What a raw value of this place gives. Answers are remembered: provinces use few words in most columns."""
        memory: dict[str, Made] = {}
        make, nothing = self._make, self._make("", None)

        def read(raw: Tree) -> Made:
            if raw is None:
                return nothing
            if not isinstance(raw, str):
                return nothing if is_empty(raw) else make(path, raw)
            if len(raw) > LONGEST:
                return make(path, raw)
            known = memory.get(raw)
            if known is None:
                if len(memory) >= MEMORY:
                    memory.clear()
                known = memory[raw] = make(path, raw)
            return known

        return read

    def _make(self, path: str, raw: Tree) -> Made:
        """Pure, so that its answers may be remembered."""
        empty = is_empty(raw)
        if empty and (self.lookup is None or not isinstance(raw, str) or self.lookup.find(raw) is None):
            return NOTHING if self.default is None else Made(self.default, Lineage(self.slot.key, "", self.words))
        value = clean(raw, self.cleaners) if self.cleaners else raw
        if self.splitter is not None:
            value = self._split(value)
        problems: list[Problem] = []
        items = self._look_up(value, problems) if self.lookup else self._parse(value, problems)
        rejected = self.on_miss == "reject" and any(p.code == "unknown-code" for p in problems)
        shown = self._shown(raw, RAW_LIMIT) if self.slot.public else ""
        fitted = self._fit(items, problems)
        return Made(fitted, Lineage(self.slot.key, path, self.words, shown), tuple(problems), rejected)

    def _pick(self, tree: Tree) -> tuple[str, Tree]:
        """The first origin that says something; else the first that at least holds a word for nothing."""
        spare = NOWHERE
        for origin in self.origins:
            raw = origin.take(tree)
            if not is_empty(raw):
                return origin.path, raw
            if spare[1] is None and isinstance(raw, str) and raw:
                spare = (origin.path, raw)
        return spare

    def _split(self, value: Tree) -> Tree:
        assert self.splitter is not None
        pieces: list[Tree] = []
        for item in value if isinstance(value, list) else (value,):
            pieces += [piece for part in self.splitter.split(text_of(item)) if part and (piece := part.strip())]
        return pieces

    def _look_up(self, value: Tree, problems: list[Problem]) -> list[object]:
        assert self.lookup is not None
        codes: list[object] = []
        for item in value if isinstance(value, list) else (value,):
            text = text_of(item)
            found = self.lookup.find(text)
            if self.slot.spread:
                codes.append(found[0] if found else None)
            elif found is not None:
                codes += found
            if found is None and not is_empty(text) and self.on_miss != "ignore":
                problems.append(self._unknown(text))
        return codes

    def _unknown(self, text: str) -> Problem:
        severity = Severity.ERROR if self.on_miss == "reject" else Severity.WARNING
        return self._problem("unknown-code", f"no code for this value of {self.slot.key}", severity, text)

    def _parse(self, value: Tree, problems: list[Problem]) -> list[object]:
        assert self.parse is not None
        inputs: Sequence[Tree] = value if isinstance(value, list) and not self.whole else [value]
        results: list[object] = []
        for item in inputs:
            result, found = self.parse(item)
            problems += [self._own(problem) for problem in found]
            if isinstance(result, tuple):
                results += result
            elif self.slot.spread or (result is not None and result != ""):
                results.append(result)
            if results and not self.slot.collects and not found:
                break
        return results

    def _fit(self, items: list[object], problems: list[Problem]) -> object:
        fitted = [self._fitted(item, problems) for item in items]
        if self.slot.spread:  # positions count: what is missing leaves a gap
            return tuple(fitted) if any(f is not None for f in fitted) else None
        fitted = [f for f in fitted if f is not None]
        if not fitted:
            return None
        if self.slot.many:
            return tuple(dict.fromkeys(fitted))
        if self.slot.collects:
            return joined(fitted)
        if len(fitted) > 1 and self.slot.scheme is not None and fitted[1] != fitted[0]:
            problems.append(self._problem("several-values", "several codes where one is allowed; the first is kept"))
        return fitted[0]

    def _fitted(self, item: object, problems: list[Problem]) -> object:
        if item is None or item == "":
            return None
        try:
            return self.slot.fit(item)
        except Unfit as error:
            problems.append(self._problem("wrong-type", str(error), Severity.WARNING))
            return None

    def _own(self, problem: Problem) -> Problem:
        """A parser's problem under the field's name, its raw value fit to be shown."""
        value = self._shown(problem.value, VALUE_LIMIT) if problem.value and self.slot.public else None
        return msgspec.structs.replace(problem, path=self.slot.key, value=value)

    def _problem(
        self, code: str, message: str, severity: Severity = Severity.INFO, value: str | None = None
    ) -> Problem:
        shown = self._shown(value, VALUE_LIMIT) if value and self.slot.public else None
        return Problem(code, self.slot.key, message, severity, shown)

    def _shown(self, raw: Tree, limit: int) -> str:
        """The raw value as lineage shows it: lineage is public, so personal data is masked before it is cut."""
        return mask(shown(raw, limit + 100))[0][:limit]


def shown(raw: Tree, limit: int, depth: int = 6) -> str:
    """Any raw value as a line of text of at most about `limit` characters: objects as "key: value", lists by "；"."""
    if isinstance(raw, dict) and depth:
        pieces = (f"{text_of(k)}: {shown(v, limit, depth - 1)}" for k, v in raw.items())
        return _joined(pieces, limit)
    if isinstance(raw, list) and depth:
        return _joined((shown(item, limit, depth - 1) for item in raw), limit)
    return text_of(raw[:limit] if isinstance(raw, str) else raw)


def _joined(pieces: Iterable[str], limit: int) -> str:
    text = ""
    for piece in pieces:
        text += ("；" if text else "") + piece
        if len(text) >= limit:
            break
    return text[:limit]
