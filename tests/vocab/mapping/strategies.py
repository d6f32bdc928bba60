"""Generators: trees as hostile sources send them, paths, and whole mapping files."""

from hypothesis import strategies as st

from vocab.mapping.path import All, Index, Key, Path, Where
from vocab.tree import Tree

KEYS = ("成果名称", "简介", "单位", "价格", "阶段", "日期", "extras", "key", "value", "#text", "@lang")

WORDS = (
    "中试", "小试", "面议", "120万元", "10-20万", "2019年3月", "2019-02-29", "清华大学、北京大学", "<p>石墨烯<script>x</script>",
    "ZL201310699744.2", "138-0000-0000", "１２０", "未标注", "无", "\x00\x07", "\ud800", "\u202e", "9" * 40, "=1+1", "",
)  # fmt: skip

texts = st.one_of(st.sampled_from(WORDS), st.text(max_size=20))
scalars = st.one_of(texts, st.none(), st.booleans(), st.integers(), st.floats())
keys = st.one_of(st.sampled_from(KEYS), st.text(max_size=8))
trees: st.SearchStrategy[Tree] = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(keys, inner, max_size=6)),
    max_leaves=20,
)
records: st.SearchStrategy[Tree] = st.dictionaries(keys, trees, max_size=8)

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=6)
steps = st.one_of(
    names.map(Key),
    st.integers(-9, 9).map(Index),
    st.just(All()),
    st.builds(Where, names, st.text(st.characters(exclude_categories=["Cs"]), max_size=6)),
)


@st.composite
def _paths(draw: st.DrawFn) -> Path:
    return Path(tuple(draw(st.lists(steps, max_size=5))))


paths = _paths()
