"""Compiling: a declared rule becomes a `Rule` once, when its file is loaded, and whatever is wrong with it is said then."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec

from vocab.mapping.clean import CLEANERS, Cleaner, text_of
from vocab.mapping.errors import MappingError, allowed
from vocab.mapping.lookup import Lookup, Table, Target, build
from vocab.mapping.model import Condition, FieldRule, several
from vocab.mapping.parsers import PARSERS
from vocab.mapping.path import Path, parse
from vocab.mapping.rule import Origin, Parse, Rule, Test, is_empty, joined, taker
from vocab.mapping.target import WHOLE, Slot, Unfit
from vocab.parse.parsed import Options
from vocab.tree import Tree

WHOLE_OR_NOTHING = ("secretLevel", "disclosureClass")  # the gate must hear of every word a source says here
_HOLE = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")


def rule(slot: Slot, declared: FieldRule, tables: Mapping[str, Table]) -> Rule:
    """The compiled rule of one field. Raises MappingError whose place is the key that is wrong."""
    _only_one_source(declared)
    if declared.extract is not None and slot.key in WHOLE_OR_NOTHING:
        raise MappingError(
            "extract", f"{slot.key} is taken whole: a level that was not recognised would look like none given"
        )
    target = Target(slot.scheme)
    lookup = _lookup(slot, declared, tables, target)
    parser = None if lookup else _parser_name(slot, declared)
    return Rule(
        slot=slot,
        words=_words(declared, parser, slot),
        origins=_origins(declared),
        cleaners=_cleaners(declared.clean),
        splitter=_regex(declared.split, "split") if declared.split is not None else None,
        lookup=lookup,
        parse=_parse(parser, declared) if parser else None,
        whole=parser in WHOLE,
        default=_default(slot, declared, target, parser),
        on_miss=declared.on_miss,
        when=test(declared.when) if declared.when else None,
    )


def test(condition: Condition) -> Test:
    """A compiled condition. Raises MappingError."""
    finders = [_path(text, "when.path").finder() for text in several(condition.path)]
    checks: list[Callable[[list[Tree]], bool]] = []
    if condition.equals is not None:
        checks.append(_among((condition.equals,)))
    if condition.in_ is not None:
        checks.append(_among(condition.in_))
    if condition.matches is not None:
        search = _regex(condition.matches, "when.matches").search
        checks.append(lambda found: any(search(text_of(value)) is not None for value in found))
    if condition.present is not None:
        present = condition.present
        checks.append(lambda found: any(not is_empty(value) for value in found) is present)
    if not checks:
        raise MappingError("when", "tests nothing; allowed are equals, in, matches, present")

    def holds(tree: Tree) -> bool:
        found = [value for find in finders for value in find(tree)]
        return all(check(found) for check in checks)

    return holds


def _among(values: Sequence[str | int | float | bool]) -> Callable[[list[Tree]], bool]:
    wanted = {text_of(value).strip() for value in values}
    return lambda found: any(text_of(value).strip() in wanted for value in found)


def _only_one_source(declared: FieldRule) -> None:
    if declared.from_ and declared.template:
        raise MappingError("template", "stands beside `from`; a field has one of them")
    if not declared.from_ and not declared.template and declared.default is None:
        raise MappingError("", "has neither `from` nor `template` nor `default`: nothing can ever be filled in")
    if declared.lookup and declared.parser:
        raise MappingError("parser", "stands beside `lookup`; a looked-up word is a code already and is not parsed")


def _lookup(slot: Slot, declared: FieldRule, tables: Mapping[str, Table], target: Target) -> Lookup | None:
    names = several(declared.lookup)
    if not names and slot.scheme is not None and declared.parser is None:
        names = (slot.scheme,)  # a coded field is looked up in its own code list unless the mapping says otherwise
    if not names:
        return None
    if slot.scheme is None and not slot.takes("text"):
        raise MappingError("lookup", f"{slot.key} is no field of codes or text; leave lookup out")
    return build(names, tables, target, "lookup")


def _parser_name(slot: Slot, declared: FieldRule) -> str:
    name = declared.parser or slot.parser
    fitting = [known for known in PARSERS if slot.takes(known)]
    if name is None:
        raise MappingError("", f"cannot be filled whole; fill its parts, like fields.{slot.key}.…")
    if name not in PARSERS:
        raise MappingError("parser", f"unknown parser {name!r}; allowed for {slot.key} are {allowed(fitting)}")
    if not slot.takes(name):
        raise MappingError("parser", f"what {name!r} gives does not fit {slot.key}; allowed are {allowed(fitting)}")
    return name


def _parse(name: str, declared: FieldRule) -> Parse:
    hints: dict[str, Any] = dict(declared.options)
    if declared.unit is not None:
        hints["unit"] = declared.unit
    known = {f.encode_name for f in msgspec.structs.fields(Options)}
    for hint in hints.keys() - known:
        raise MappingError("options", f"unknown option {hint!r}; allowed are {allowed(known)}")
    try:
        options = msgspec.convert(hints, Options)
    except msgspec.ValidationError as error:
        raise MappingError("options", str(error)) from None
    parser = PARSERS[name]

    def parse_value(value: Tree) -> tuple[object, Sequence[Any]]:
        parsed = parser(value, options)
        return parsed.value, parsed.problems

    return parse_value


def _origins(declared: FieldRule) -> tuple[Origin, ...]:
    origins = [_from(text) for text in several(declared.from_)]
    origins = origins or [_template(text) for text in several(declared.template)]
    if declared.extract is None:
        return tuple(origins)
    pattern = _regex(declared.extract, "extract")
    return tuple(Origin(origin.path, _extracting(pattern, origin.take)) for origin in origins)


def _extracting(pattern: re.Pattern[str], take: Callable[[Tree], Tree]) -> Callable[[Tree], Tree]:
    """Of the values taken, those the pattern is found in: its first group that matched, or the whole match."""

    def extract(value: Tree) -> str | None:
        match = pattern.search(text_of(value))
        return next((group for group in match.groups() if group), match[0]) if match else None

    def taken(tree: Tree) -> Tree:
        value = take(tree)
        if not isinstance(value, list):
            return extract(value)
        found: list[Tree] = [text for item in value if (text := extract(item))]
        return found or None

    return taken


def _from(text: str) -> Origin:
    path = _path(text, "from")
    return Origin(_shown(path), taker(path))


def _template(text: str) -> Origin:
    """A text with paths in braces. It gives nothing unless every path in it gives something."""
    pieces: list[str | Callable[[Tree], Tree]] = []
    paths: list[Path] = []
    at = 0
    for match in _HOLE.finditer(text):
        pieces.append(text[at : match.start()])
        at = match.end()
        if match[0] in ("{{", "}}"):
            pieces.append(match[0][0])
        elif match[1] is None:
            raise MappingError(
                "template", f"{text!r} has a lone {match[0]!r}; write {match[0] * 2!r} for the sign itself"
            )
        else:
            paths.append(_path(match[1], "template"))
            pieces.append(taker(paths[-1]))
    pieces.append(text[at:])
    if not paths:
        raise MappingError("template", f"{text!r} has no {{path}} in it; a fixed value is a `default`")

    def fill(tree: Tree) -> Tree:
        filled = ""
        for piece in pieces:
            if isinstance(piece, str):
                filled += piece
                continue
            value = piece(tree)
            first = next((v for v in value if not is_empty(v)), None) if isinstance(value, list) else value
            if is_empty(first) or not (found := text_of(first)):
                return None
            filled += found
        return filled

    return Origin(" + ".join(_shown(p) for p in paths), fill)


def _default(slot: Slot, declared: FieldRule, target: Target, parser: str | None) -> object:
    value = declared.default
    if value is None:
        return None
    given = value if isinstance(value, tuple) else (value,)
    if slot.scheme is not None:
        items: list[object] = [target.check(text_of(v), "default") for v in given]
    else:
        items = [v for one in given for v in _parsed_default(one, parser, declared)]
    try:
        fitted = [slot.fit(item) for item in items]
    except Unfit as error:
        raise MappingError("default", str(error)) from None
    if len(fitted) > 1 and not slot.collects:
        raise MappingError("default", f"{slot.key} takes one value, not {len(fitted)}")
    if slot.many:
        return tuple(fitted)
    if len(fitted) > 1:
        return joined(fitted)
    return fitted[0]


def _parsed_default(value: str | int | float | bool, parser: str | None, declared: FieldRule) -> Sequence[object]:
    if parser is None:
        return (value,)
    result, problems = _parse(parser, declared)(value)
    if result is None or problems:
        why = "; ".join(p.message for p in problems) or "it says nothing"
        raise MappingError("default", f"{value!r} cannot be read by {parser!r}: {why}")
    return result if isinstance(result, tuple) else (result,)


def _cleaners(names: Sequence[str]) -> tuple[Cleaner, ...]:
    for name in names:
        if name not in CLEANERS:
            raise MappingError("clean", f"unknown cleaner {name!r}; allowed are {allowed(CLEANERS)}")
    return tuple(CLEANERS[name][0] for name in names)


def _path(text: str, place: str) -> Path:
    try:
        return parse(text)
    except MappingError as error:
        raise error.inside("", place) from None


def _shown(path: Path) -> str:
    text = str(path)
    return text if text == "$" else f"${text}" if text.startswith("[") else f"$.{text}"


def _regex(text: str, place: str) -> re.Pattern[str]:
    try:
        pattern = re.compile(text)
    except (re.error, RecursionError, OverflowError) as error:
        raise MappingError(place, f"{text!r} is no regular expression: {error}") from None
    if place == "split" and pattern.groups:
        raise MappingError(place, f"{text!r} has a capturing group, which would come out as a value; write (?:…)")
    return pattern


def _words(declared: FieldRule, parser: str | None, slot: Slot) -> str:
    """The rule in words, for lineage."""
    steps = []
    if declared.from_:
        steps.append(f"from {' or '.join(several(declared.from_))}")
    if declared.template:
        steps.append(f"template {' or '.join(several(declared.template))}")
    if declared.extract is not None:
        steps.append(f"only {declared.extract}")
    if declared.clean:
        steps.append(f"cleaned: {', '.join(declared.clean)}")
    if declared.split is not None:
        steps.append(f"split at {declared.split}")
    if parser is None:
        steps.append(f"looked up in {', '.join(several(declared.lookup) or (slot.scheme or '',))}")
    else:
        steps.append(f"read as {parser}" + (f" in {declared.unit}" if declared.unit else ""))
    if declared.default is not None:
        steps.append(f"else {declared.default!r}")
    return "; ".join(steps)
