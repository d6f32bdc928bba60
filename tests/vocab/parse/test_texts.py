"""HTML, plain text and encodings; and that no tree makes any parser raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocab.mapping.clean import UNWRITABLE
from vocab.parse import PARSERS, Options, decode_text, is_empty
from vocab.parse.encoding import is_mojibake
from vocab.parse.html import LIMIT
from vocab.parse.lists import SHORT, items, split_list, strip_decorations, strip_numbering
from vocab.parse.scalar import _ODD, tidy
from vocab.tree import Tree

O = Options()  # noqa: E741


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("<p style='x'>样品&nbsp;一<o:p></o:p></p><p>二</p>", "样品 一\n二"),
        ("10<sup>5</sup>个 H<sub>2</sub>O", "10⁵个 H₂O"),
        ("x<sup>ab</sup>", "x^ab"),
        (
            "<table><tr><td>甲</td><td>乙</td></tr><tr><td><table><tr><td>丙</td></tr></table></td></tr></table>",
            "甲 乙\n丙",
        ),
        ("前<script>alert(1)</script><STYLE>p{}</STYLE >后", "前后"),
        ("前<script>alert(1)", "前"),
        ("前<!-- 注 -->后<!-- 开", "前后"),
        ("<!--[if gte mso 9]><xml>噪</xml><![endif]-->文", "文"),
        ("<img src='data:image/png;base64,AAAA'>图", "图"),
        ("p<0.05 且 a>b", "p<0.05 且 a>b"),
        ("x<y and z>w", "x<y and z>w"),
        ("&lt;p&gt;你好&lt;/p&gt;", "你好"),
        ("A&amp;B", "A&B"),
        ("&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;完", "完"),
        ("<a title='x>y'>z</a>", "z"),
        ("面积 ㎡ ① №", "面积 ㎡ ① №"),
        ("文<img src=x onerror=alert(1)", "文"),
    ],
)
def test_html(raw: str, text: str) -> None:
    assert PARSERS["html"](raw, O).value == text


@pytest.mark.parametrize(
    "hostile",
    [
        "<div>" * 200_000,
        "<div></x>" * 110_000,
        "<p><b>x" * 140_000,
        '<a "' * 250_000,
        "<!--" * 250_000,
        "<sup>" * 200_000,
        "&#" * 500_000,
    ],
    ids=["unclosed", "mismatched", "formatting", "quotes", "comments", "raised", "references"],
)
def test_a_megabyte_of_hostile_markup_is_read_in_one_pass(hostile: str) -> None:
    """Tree builders need minutes for some of these; the suite's own time limit is the judge."""
    PARSERS["html"](f"<p>甲</p>{hostile}", O)


def test_ten_megabytes_of_embedded_image_leave_the_text() -> None:
    raw = f'<p>前</p><img src="data:image/png;base64,{"A" * 10_000_000}"><p>后</p>'
    parsed = PARSERS["html"](raw, O)
    assert (parsed.value, parsed.problems) == ("前\n后", ())
    assert [p.code for p in PARSERS["html"]("文" * (LIMIT + 1), O).problems] == ["text-truncated"]


@given(st.text(alphabet="<>/ab script&;lt#!-\"'=甲", max_size=60))
def test_no_tag_survives(raw: str) -> None:
    value = PARSERS["html"](raw, O).value
    assert value is None or (isinstance(value, str) and "<script>" not in value)


def test_texts() -> None:
    assert PARSERS["text"]("a\x00b\ud800\u200bc\r\nd\xa0e", O).value == "abc\nd e"
    assert PARSERS["text"](["甲", "", "乙"], O).value == "甲\n乙"
    numbers: list[Tree] = [2019.0, 0.1, 1e20, True, {"#text": "甲"}]
    assert [PARSERS["text"](raw, O).value for raw in numbers] == ["2019", "0.1", "100000000000000000000", "是", "甲"]


@pytest.mark.parametrize("text", ["镕堃—·", "€©•䶮", "𬭎"])
def test_a_chinese_label_means_gb18030(text: str) -> None:
    for label in ("gb2312", "GBK", "gb18030"):
        assert decode_text(text.encode("gb18030"), label)[0] == text
    assert [p.code for p in decode_text(text.encode("gb18030"), "gb2312")[1]] == ["encoding-mislabelled"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("label", [None, "utf-8", "gb2312", "nonsense"])
def test_byte_order_marks_win(encoding: str, label: str | None) -> None:
    assert decode_text("编号,成果".encode(encoding), label)[0] == "编号,成果"


def test_other_labels() -> None:
    assert decode_text("成果".encode(), "iso-8859-1")[0] == "成果"
    assert decode_text("成果".encode(), None) == ("成果", ())
    assert decode_text("科技成果".encode("gb18030"), None)[0] == "科技成果"
    assert decode_text("<html>成果</html>".encode("utf-16-le"), None)[0] == "<html>成果</html>"
    assert decode_text("軟體".encode("big5"), "big5")[0] == "軟體"
    text, problems = decode_text(b"\xff\xff\xfd", "utf-8")
    assert "\ufffd" in text
    assert [p.code for p in problems] == ["encoding-broken"]


def test_mojibake_is_seen_and_chinese_is_not() -> None:
    assert is_mojibake("锟斤拷锟斤拷")
    assert is_mojibake("科技成果转化平台公司".encode().decode("gbk", "replace"))
    assert is_mojibake("科技成果转化平台公司".encode().decode("latin-1"))
    assert [p.code for p in decode_text("锟斤拷".encode())[1]] == ["encoding-mojibake"]
    for fine in ("石墨烯基导热膜制备技术，镕堃—·", "联通公司科技成果转化", "café résumé", "plain"):
        assert not is_mojibake(fine)


@given(st.binary(max_size=200), st.sampled_from([None, "gb2312", "utf-16", "x", "big5", "idna", "hex"]))
def test_no_bytes_make_decoding_raise(data: bytes, label: str | None) -> None:
    assert isinstance(decode_text(data, label)[0], str)


TREES: st.SearchStrategy[Tree] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=40)
    | st.text(alphabet="0123456789年月日-./~至万元亿壹佰ZL（）、；等家第级民国TRL秘密 ", max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "no", "start", "类型", "#text"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@pytest.mark.parametrize("name", list(PARSERS))
@given(tree=TREES, unit=st.sampled_from([None, "万元", "x"]))
def test_no_tree_makes_a_parser_raise(name: str, tree: Tree, unit: str | None) -> None:
    parsed = PARSERS[name](tree, Options(unit=unit))
    assert all(len(p.value or "") <= 200 for p in parsed.problems)


def test_nothing_that_is_tidied_or_left_out_counts_as_printable() -> None:
    odd = [char for code in range(0x110000) if _ODD.search(char := chr(code)) or UNWRITABLE.search(char)]
    assert not any(char.isprintable() for char in odd)


@given(st.text(alphabet="1.、，,；/ （）《》等3家排名不分先后甲乙x", max_size=2 * SHORT))
def test_a_list_is_split_alike_whether_it_is_remembered_or_not(text: str) -> None:
    plain, unordered, said = strip_decorations(tidy(text))
    expected = ([], False, None) if is_empty(text) else (split_list(strip_numbering(plain)), unordered, said)
    assert items(text) == items(text) == expected
