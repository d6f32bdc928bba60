"""HTML to plain text: nothing of a page's markup, scripts or embedded images reaches a record.

The text is cut out in one pass over the tags, without building a tree: tree builders (html5ever, libxml2) take minutes
for a megabyte of unclosed tags, and a record's abstract comes from outside. The result is text, to be escaped where it
is shown, so no allow-list of tags is needed.
"""

import html
import re
from collections.abc import Iterator
from typing import Final

from vocab.parse.parsed import NOTHING, Options, Parsed, problem
from vocab.parse.scalar import scalars, tidy
from vocab.tree import Tree

LIMIT: Final = 1_000_000  # characters of markup that are read once embedded data is gone: an abstract holds 5,000
# A tag ends at once or has an attribute with "=": `p<0.05 and q>1` is no markup. Each part scans forward only.
_MARKUP: Final = re.compile(
    r"</?[a-z][\w:.-]*+(?:\s*/?>|\s[^<>=]*+=[^<>]*+>)|<!--|<!\[|<!doctype|<\?xml|<(?:script|style|img|iframe)\b"
    r"|&(?:[a-z]{2,8}|#\d{1,7}|#x[0-9a-f]{1,6});",
    re.IGNORECASE,
)
_DATA: Final = re.compile(r"data:[a-z]{1,20}/[a-z0-9.+-]{1,60}[;,][^\s\"'<>)]*+", re.IGNORECASE)
# Quoted values may hold ">" but never "<": so no try to match a tag reads beyond the next one, and all is linear.
_TAG: Final = re.compile(
    r"<!--|<[!?][^<>]*+>|<(/?)([a-z][\w:.-]*+)(?:(?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+>|[^<>]*+>)"
    r"|<(?:script|style|iframe|img|object|svg)\b[^<>]*+\Z",
    re.IGNORECASE,
)
_BREAKS: Final = frozenset(
    {"p", "br", "div", "li", "ul", "ol", "tr", "table", "dt", "dd", "pre", "hr", "blockquote"}
) | {f"h{level}" for level in range(1, 7)}
_BREAK: Final = re.compile(
    rf"</?(?:{'|'.join(sorted(_BREAKS))})(?:[\s/](?:[^<>\"']++|\"[^\"<]*+\"|'[^'<]*+')*+)?>", re.IGNORECASE
)
_CELLS: Final = frozenset({"td", "th"})
_HIDDEN: Final = {
    name: re.compile(rf"</{name}\s*+>", re.IGNORECASE)
    for name in (
        "script",
        "style",
        "template",
        "noscript",
        "iframe",
        "object",
        "svg",
        "math",
        "title",
        "textarea",
        "xml",
    )
}
_RAISE: Final = re.compile(r"<(sup|sub)(?:\s[^<>]{0,200})?>([^<]{1,20})</\1>", re.IGNORECASE)
_GAP: Final = re.compile(r"[ \t\u3000]+")
_TABLES: Final = {
    "sup": str.maketrans("0123456789+-=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿ"),
    "sub": str.maketrans("0123456789+-=()", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎"),
}


def parse_html(tree: Tree, _: Options) -> Parsed:
    """Plain text, one line per block. `text-truncated` when more than LIMIT characters of markup were left."""
    problems, lines = [], []
    for text in scalars(tree):
        cut = _DATA.sub("", text) if ":" in text else text
        if len(cut) > LIMIT:
            problems.append(problem("text-truncated", f"only the first {LIMIT} characters were read"))
        lines.append(plain(cut[:LIMIT]))
    value = "\n".join(filter(None, lines))
    return Parsed(value or None, tuple(problems)) if lines else NOTHING


def plain(text: str) -> str:
    """The text of a piece of HTML, of escaped HTML within HTML too; text without markup only tidied."""
    for _ in range(3):  # escaped once too often is common, more than twice is no text
        if _MARKUP.search(text) is None:
            return _lines(tidy(text))
        text = html.unescape(_without_tags(_RAISE.sub(_raised, text) if "</" in text else text))
    return _lines(tidy(text.replace("<", "＜")))


def _without_tags(text: str) -> str:
    """Blocks first, in one sweep: in most texts nothing is left to look at one by one (nor harmed inside a script)."""
    text = _BREAK.sub("\n", text)
    return "".join(_pieces(text)) if "<" in text else text


def _pieces(text: str) -> Iterator[str]:
    """What stands between the tags, with line ends for blocks; hidden elements and comments go with their content."""
    place = 0
    while match := _TAG.search(text, place):
        yield text[place : match.start()]
        place = match.end()
        closing, name = match[1], (match[2] or "").lower()
        if match[0] == "<!--":
            end = text.find("-->", place)
            place = end + 3 if end >= 0 else len(text)
        elif name in _HIDDEN and not closing and not match[0].endswith("/>"):
            close = _HIDDEN[name].search(text, place)
            place = close.end() if close else len(text)
        elif name in _BREAKS:
            yield "\n"
        elif name in _CELLS:
            yield " "
    yield text[place:]


def _raised(match: re.Match[str]) -> str:
    """10<sup>5</sup> must not become 105."""
    kind = match[1].lower()
    text = match[2].translate(_TABLES[kind])
    changed = all(before != after for before, after in zip(match[2], text, strict=True))
    return text if changed else ("^" if kind == "sup" else "_") + match[2]


def _lines(text: str) -> str:
    if "\n" not in text and "  " not in text and "\t" not in text and "\u3000" not in text:
        return text
    return "\n".join(line for line in (_GAP.sub(" ", line).strip() for line in text.split("\n")) if line)
