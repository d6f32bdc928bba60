"""The draft: a proposal as a mapping file, ready to edit, with the evidence of each field beside it."""

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal

from vocab.codes import Concept, scheme
from vocab.mapping.clean import writable
from vocab.personal import mask
from vocab.suggest import evidence
from vocab.suggest.dictionary import is_personal, unit_of
from vocab.suggest.nearest import nearest
from vocab.suggest.profile import Column
from vocab.suggest.propose import Proposal, Suggestion
from vocab.values import Agent, Contributor, Ipr, PartialDate, Period, Price, Text, Trl, Words

WIDTH = 140  # characters of a comment
WORDS = 40  # unknown words listed in a table
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_WAN = re.compile(r"(?i)(?:price|amount|budget|fee|money)_?wan$|wan_?yuan")
REVIEW, LEVEL = "review", "secretLevel"
REVIEWED = "# Which words approve publication is yours to decide; until then every record is held. Allowed: approve, refuse, refer."
LEVELS = "# What these say of secrecy is yours to decide; until then such records are refused. Allowed: codes of cl19."
_PARSERS: dict[object, str] = {
    PartialDate: "date",
    Period: "period",
    Price: "price",
    Decimal: "amount",
    Contributor: "contributors",
    Ipr: "ipr",
    Trl: "trl",
}


def draft(proposal: Proposal, name: str) -> str:
    """The text of `mappings/<name>.toml`. It loads as it is; what a person has to decide is said in comments."""
    lines = [
        f"# Proposed from {_records(proposal)} records. Each field names its evidence; a number near 1 is as good as sure.",
        "# Read it through, delete what is wrong, fill in what is left to you, then:",
        f"#   chengguo source check {name}      chengguo source preview {name} --limit 20",
        f"id = {_quoted(name)}",
        'version = "1.0.0"',
        f"kind = {_quoted(proposal.kind)}",
    ]
    if proposal.when is not None:
        column, words = proposal.when
        lines.append(f"when = {{ path = {_quoted(column.path)}, in = [{', '.join(map(_quoted, words))}] }}")
    tables = dict(_tables(proposal))
    for table in tables.values():
        lines += ["", *table]
    for one in proposal.suggestions:
        lines += ["", *_field(one, tables)]
    lines += ["", *_missing(proposal), *_rest(proposal)]
    return "\n".join(lines).rstrip() + "\n"


def _records(proposal: Proposal) -> int:
    return max((c.records for c in (*(s.column for s in proposal.suggestions), *proposal.unknown)), default=0)


def _field(one: Suggestion, tables: dict[str, list[str]]) -> Iterator[str]:
    key = one.slot.key
    yield f"[fields.{key}]" if "." not in key else f'[fields."{key}"]'
    yield _comment(f"{one.confidence:.2f}: {'; '.join(one.why)}")
    yield _comment(_profile(one.column))
    yield f"from = {_quoted(one.column.path)}"
    if one.column.extract:
        yield f"extract = {_quoted(one.column.extract)}"
    yield from _reading(one, tables)


def _reading(one: Suggestion, tables: dict[str, list[str]]) -> Iterator[str]:
    """How the values are read: cleaners, separators, code lists, parsers."""
    slot, column = one.slot, one.column
    if slot.key == "review.decision":
        yield f"lookup = {_quoted(REVIEW)}"
    elif slot.scheme is not None and slot.key not in ("region", "secretLevel"):
        yield from _coded(one, tables)
    elif slot.key == "region":
        yield 'parser = "region"'
    elif slot.key == "secretLevel":
        yield f'lookup = ["{LEVEL}", "cl19"]' if LEVEL in tables else 'parser = "secret_level"'
    elif slot.leaf in (Price, Decimal):
        yield from _money(one)
    elif slot.leaf is Agent:
        yield f'parser = "{"agents" if slot.many else "agent"}"'
    elif slot.key == "registrationNo":
        yield 'parser = "registration_no"'
    elif slot.key.endswith("uscc"):
        yield 'clean = ["upper"]'
    elif slot.leaf in _PARSERS:
        yield f"parser = {_quoted(_PARSERS[slot.leaf])}"
    elif slot.key == "title":
        yield 'clean = ["strip_html", "collapse_space", "strip_book_marks"]'
    elif slot.leaf is Text and (evidence.is_html(column) or evidence.is_prose(column)):
        yield 'parser = "html"'
    elif slot.leaf is Words and not evidence.is_prose(column) and (signs := evidence.separators(column.texts)):
        yield f"split = {_quoted(_split(signs))}"


def _coded(one: Suggestion, tables: dict[str, list[str]]) -> Iterator[str]:
    slot, found = one.slot, one.fit
    if slot.many and (signs := evidence.separators(one.column.texts)):
        yield f"split = {_quoted(_split(signs))}"
    if found is not None and found.numbered:
        yield _comment("the values look like the list's own numbers: compare a few before you believe it")
        yield 'clean = ["strip_zeros"]'
    table = _table_name(one)
    yield f'lookup = ["{table}", "{slot.scheme}"]' if table in tables else f'lookup = "{slot.scheme}"'


def _money(one: Suggestion) -> Iterator[str]:
    yield 'parser = "price"' if one.slot.leaf is Price else 'parser = "amount"'
    unit = unit_of(one.column.name) or ("万元" if _WAN.search(one.column.name) else "")
    if unit:
        yield f"unit = {_quoted(unit)}"
    elif any(text.strip().replace(".", "").isdigit() for text in one.column.texts):
        yield '# unit = "万元" # some values are bare numbers: say their unit, else they are left out'


def _split(signs: str) -> str:
    return f"[{re.escape(signs)}]"


def _tables(proposal: Proposal) -> Iterator[tuple[str, list[str]]]:
    """A table for each coded field with words that no list knows, each word a line to be completed by a person."""
    for one in proposal.suggestions:
        if one.slot.key == "review.decision":
            yield REVIEW, list(_decisions(REVIEW, REVIEWED, one.column.texts))
        elif one.slot.key == "secretLevel" and one.fit is not None and one.fit.missed:
            yield LEVEL, list(_decisions(LEVEL, LEVELS, one.fit.missed))
        elif (
            one.slot.scheme is not None
            and one.slot.key not in ("region", "secretLevel")
            and one.fit is not None
            and one.fit.missed
            and not one.fit.numbered
        ):
            yield _table_name(one), list(_words(one, one.fit.missed))


def _table_name(one: Suggestion) -> str:
    return one.slot.key.replace(".", "_")


def _decisions(name: str, remark: str, words: Sequence[str]) -> Iterator[str]:
    """Words on which publication depends: listed, and never given a meaning."""
    yield f"[tables.{name}]"
    yield remark
    for word in words[:WORDS]:
        yield f"# {_quoted(_short(word))} = "


def _words(one: Suggestion, missed: Sequence[str]) -> Iterator[str]:
    assert one.slot.scheme is not None
    yield f"[tables.{_table_name(one)}]"
    zh = scheme(one.slot.scheme).zh
    yield _comment(f"Words that {zh} ({one.slot.scheme}) does not know: take away the # of those whose code is right.")
    for word in missed[:WORDS]:
        near = nearest(one.slot.scheme, word)
        code = near[0].code if near else f"{one.slot.scheme}/"
        yield _comment(f"{_quoted(_short(word))} = {_quoted(code)} # {_named(near) or 'nothing like it'}")
    if len(missed) > WORDS:
        yield f"# and {len(missed) - WORDS} more"


def _named(near: Sequence[Concept]) -> str:
    return ", ".join(f"{c.notation} {c.zh}" for c in near)


def _missing(proposal: Proposal) -> Iterator[str]:
    if not proposal.missing:
        return
    yield "# Mandatory, and no column was found. Name one, or a default; what the source's declaration covers needs neither."
    for bound in proposal.missing:
        yield f"# [fields.{bound.key}] # {bound.field.zh} {bound.field.en}"
        yield "# from = "
        if bound.field.scheme is not None and bound.field.scheme not in ("cl19", "cl20"):
            first = next(iter(scheme(bound.field.scheme).concepts.values()))
            yield f'# default = "{first.code}" # {first.zh}, or another of {bound.field.scheme}'
    yield ""


def _rest(proposal: Proposal) -> Iterator[str]:
    if proposal.unknown:
        yield "# Columns that nothing is made of yet:"
        for column in proposal.unknown:
            yield _comment(f"{_quoted(column.path)}: {_profile(column)}")
        yield ""
    if proposal.personal:
        yield "# Personal data, which no field takes over:"
        for column in proposal.personal:
            yield _comment(f"{_quoted(column.path)}: filled in {column.filled} of {column.records}")


def _profile(column: Column) -> str:
    """What stands in a column, in one line; masked."""
    facts = [f"filled in {column.filled} of {column.records}", f"{column.distinct} different"]
    if column.many:
        facts.append("lists")
    if evidence.is_html(column):
        facts.append("HTML")
    if evidence.is_prose(column):
        facts.append("prose")
    elif not is_personal(column.steps) and column.texts:
        facts.append(f"such as {_quoted(_short(column.example()))}")
    return ", ".join(facts)


def _short(text: str) -> str:
    return mask(_SPACE.sub(" ", writable(text))[:120])[0][:60]


def _comment(text: str) -> str:
    return f"# {_SPACE.sub(' ', writable(text))[:WIDTH]}"


def _quoted(text: str) -> str:
    """A basic string of TOML: as of JSON, but DEL too is written out."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
