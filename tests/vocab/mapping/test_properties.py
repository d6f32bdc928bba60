"""Whatever a source sends and whatever a mapping says of it: never an exception, always the same answer, always writable."""

from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.vocab.mapping.examples import CONTEXT, MAPPING
from tests.vocab.mapping.strategies import KEYS, records, trees
from vocab.field import fields
from vocab.kinds import KINDS, decode_record, encode_record
from vocab.mapping import FieldMapping, Mapped, load
from vocab.mapping.clean import CLEANERS, UNWRITABLE
from vocab.mapping.parsers import PARSERS
from vocab.mapping.target import find, slots
from vocab.tree import Tree
from vocab.validate import normalise, validate

DEMO = load(MAPPING)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def rules(draw: st.DrawFn, kind: str, name: str) -> str:
    """One field's table, always one that loads: what does not is tested in test_load."""
    slot = find(KINDS[kind].record, name)
    path = draw(st.sampled_from([*KEYS, "extras[key=阶段].value", "单位[*]", "单位[0].value", "$"]))
    lines = [f"[fields.{quoted(name)}]", f"from = [{quoted(path)}, {quoted(draw(st.sampled_from(KEYS)))}]"]
    lines.append(f"clean = {[*draw(st.lists(st.sampled_from(sorted(CLEANERS.keys() - {'simplify'})), max_size=3))]}")
    if draw(st.booleans()):
        lines.append('split = "[、;；,]"')
    if slot.scheme is None:
        lines.append(f"parser = {quoted(draw(st.sampled_from([p for p in PARSERS if slot.takes(p)])))}")
    else:
        lines.append(f"on_miss = {quoted(draw(st.sampled_from(['report', 'reject', 'ignore'])))}")
    return "\n".join(lines)


def fillable(kind: str) -> list[str]:
    record = KINDS[kind].record
    return sorted({s.key for s in slots(record).values() if s.scheme or any(s.takes(p) for p in PARSERS)})


@st.composite
def _mappings(draw: st.DrawFn) -> FieldMapping:
    kind = draw(st.sampled_from(sorted(KINDS)))
    names = draw(st.lists(st.sampled_from(fillable(kind)), min_size=1, max_size=8, unique=True))
    body = "\n".join(draw(rules(kind, name)) for name in names)
    return load(f'id = "p"\nversion = "1"\nkind = "{kind}"\n{body}')


mappings = _mappings()


def holds(mapping: FieldMapping, tree: Tree) -> None:
    result = mapping.apply(tree, CONTEXT)
    assert result == mapping.apply(tree, CONTEXT)
    assert all(len(entry.raw) <= 500 and not UNWRITABLE.search(entry.raw) for entry in result.lineage)
    if result.record is not None:
        writable(result)


def writable(result: Mapped) -> None:
    assert result.record is not None
    assert decode_record(encode_record(result.record)) == result.record
    assert normalise(result.record) == (result.record, ())
    codes = {p.code for p in validate(result.record, date(2026, 11, 23))}
    assert not codes & {"unknown-code", "text-unwritable", "date-invalid"}


@settings(max_examples=120)
@given(mappings, st.one_of(records, trees))
def test_any_mapping_of_any_tree(mapping: FieldMapping, tree: Tree) -> None:
    holds(mapping, tree)


@given(records)
def test_the_example_of_any_record(tree: Tree) -> None:
    assert isinstance(tree, dict)
    holds(DEMO, {**tree, "类型": "供给"})


def test_every_field_of_every_kind_can_be_filled_or_says_how() -> None:
    for kind in KINDS.values():
        known = {s.key for s in slots(kind.record).values()}
        parts = {key.partition(".")[0] for key in fillable(kind.name)}
        assert known >= set(fillable(kind.name))
        filled = {b.key for b in fields(kind.record)} - {"identifier", "provenance", "quality", "status"}
        assert filled <= parts
