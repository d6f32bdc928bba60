"""Cleaners: small named steps that make text fit to be read, before anything is looked up or parsed in it."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

from vocab.mapping.path import scalar_text
from vocab.parse import PARSERS
from vocab.parse.parsed import DEFAULT
from vocab.tree import Tree

Cleaner = Callable[[str], str]

# C0 and C1 controls but tab and line ends, lone surrogates, non-characters: none may stand in XML, RDF or JSON text.
UNWRITABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff\ufeff\u2028\u2029]")
_SPACE = re.compile(r"\s+")
_BOOK = re.compile(r"^\s*《([^《》]*)》\s*$")
_QUOTES = re.compile(r"^\s*[\"'“”‘’「『【](.*)[\"'“”‘’」』】]\s*$", re.DOTALL)
_LABEL = re.compile(r"^\s*[\u4e00-\u9fff]{2,8}\s*[:：]\s*")
_NUMBERING = re.compile(r"^\s*(?:[(（]?\d{1,3}[)）]|\d{1,3}[、.．](?!\d)|[一二三四五六七八九十]{1,3}、)\s*")
_ET_AL = re.compile(r"等\s*\d*\s*(?:家|个|名|人|单位)*(?:单位)?\s*(?=$|[(（])")
_DECORATION = re.compile(r"[(（](?:盖章|公章|排名不分先后|排名不分前后|排序不分先后|加盖公章)[)）]")
_ZEROS = re.compile(r"^\s*0+(?=\d)")
_HALF = {**{i: i - 0xFEE0 for i in range(0xFF01, 0xFF5F)}, 0x3000: 0x20}


def writable(text: str) -> str:
    """Without characters that no output could carry; anything else stays as it is."""
    return text if text.isprintable() else UNWRITABLE.sub("", text)  # Python counts none of them as printable


def text_of(value: Tree) -> str:
    """A value of a raw record as text. An XML element with attributes is its text; a list or object has none."""
    if isinstance(value, str):
        return writable(value)
    if isinstance(value, dict):
        inner = value.get("#text")
        return writable(inner) if isinstance(inner, str) else ""
    return "" if isinstance(value, list) else scalar_text(value)


def _strip_html(text: str) -> str:
    parsed = PARSERS["html"](text, DEFAULT).value
    return parsed if isinstance(parsed, str) else ""


def _strip_book_marks(text: str) -> str:
    return _BOOK.sub(r"\1", text)


def _strip_quotes(text: str) -> str:
    return _QUOTES.sub(r"\1", text)


def _strip_decorations(text: str) -> str:
    return _ET_AL.sub("", _DECORATION.sub("", text)).strip(" \t、；;，,")


@cache
def _converter() -> Callable[[str], str]:
    from opencc import OpenCC

    convert: Callable[[str], str] = OpenCC("tw2sp").convert
    return convert


def _simplify(text: str) -> str:
    return _converter()(text)


CLEANERS: dict[str, tuple[Cleaner, str]] = {
    "strip": (str.strip, "no space at the ends"),
    "strip_html": (_strip_html, "no HTML: the text a person would read"),
    "collapse_space": (lambda t: _SPACE.sub(" ", t).strip(), "one space for every run of spaces and line ends"),
    "remove_space": (lambda t: _SPACE.sub("", t), "no spaces at all"),
    "strip_book_marks": (_strip_book_marks, "no 《》 around the whole"),
    "strip_quotes": (_strip_quotes, "no quotes or brackets around the whole"),
    "strip_label": (lambda t: _LABEL.sub("", t), 'no label before the value ("专利号：")'),
    "strip_numbering": (lambda t: _NUMBERING.sub("", t), 'no numbering before the value ("1、", "（二）")'),
    "strip_decorations": (_strip_decorations, "no （盖章）, （排名不分先后）, 等3家"),
    "strip_zeros": (lambda t: _ZEROS.sub("", t), "no zeros before a number: 01 is 1"),
    "half_width": (lambda t: t.translate(_HALF), "full-width letters, digits and signs made half-width"),
    "nfkc": (
        lambda t: unicodedata.normalize("NFKC", t),
        "Unicode compatibility form: for codes and numbers, not prose",
    ),
    "upper": (str.upper, "upper case"),
    "lower": (str.lower, "lower case"),
    "simplify": (_simplify, "traditional characters and Taiwan terms made simplified"),
}


def clean(value: Tree, cleaners: Iterable[Cleaner]) -> Tree:
    """The value with every text in it cleaned (also inside a list); numbers become text when there is anything to clean."""
    if isinstance(value, list):
        return [clean(item, cleaners) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    text = text_of(value)
    for cleaner in cleaners:
        text = cleaner(text)
    return text
