"""A web page taken apart: decoded as its bytes are, whatever its labels say, and parsed within bounds.

libxml2 takes minutes over one element with a hundred thousand attributes. So the page is fed in pieces, and one that shows no tag
for a long stretch is refused before the parser works on it; embedded images and bulky scripts are taken out before.
"""

import html
import re
from collections.abc import Iterator
from io import BytesIO

from lxml import etree
from lxml.cssselect import CSSSelector

from harvesters.answer import Answer, html_title
from harvesters.base import OptionsError, TerminalError
from harvesters.charset import DOUBTFUL, codec_name, detect
from harvesters.embedded import without_embedded

Element = etree._Element
_CHUNK = 16 * 2**10
_SILENCE = 128 * 2**10  # bytes without a tag
_BULK = 32 * 2**10  # characters of a script
_META = re.compile(rb"<meta[^<>]{1,300}?charset\s*=\s*[\"']?\s*([A-Za-z0-9._-]{1,40})", re.I)
_SCRIPT = re.compile(r"<(script|style)\b[^<>]*>", re.I)
_CLOSED = {name: re.compile(rf"</{name}", re.I) for name in ("script", "style")}
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HIDDEN = frozenset({"script", "style", "template", "noscript"})
_BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"})


class Unusable(ValueError):
    """No page can be made of the answer; the message says why."""


class Page:
    """A parsed page. `title` is one short line for messages."""

    def __init__(self, root: Element, url: str, title: str) -> None:
        self.root, self.url, self.title = root, url, title


def read_page(answer: Answer) -> Page:
    """Raises Unusable for what is empty, nested too deep or too long without a tag."""
    return Page(_parsed(_slim(decoded(answer))), answer.url, html_title(answer.body, _declared(answer)))


def decoded(answer: Answer) -> str:
    """The page's text. What is called gb2312 is read as GB18030; bytes that are none become U+FFFD."""
    declared = _declared(answer)
    try:
        codec = detect(BytesIO(answer.body), declared, answer.url)
    except (TerminalError, ValueError, LookupError):  # a page with one broken byte is still a page
        codec = declared if declared == "gb18030" else "utf-8"
    return _ILLEGAL.sub("\ufffd", answer.body.decode(codec, "replace")).lstrip("\ufeff")


def _declared(answer: Answer) -> str:
    """The codec by the header, unless the server says what all servers say; else by the page itself."""
    sent = codec_name(answer.charset)
    meta = _META.search(answer.body[:4096])
    return sent if sent and sent not in DOUBTFUL else codec_name(meta[1].decode()) if meta else sent


def _slim(text: str) -> str:
    """Without the bytes of embedded images, of which the digest stays, and without the text of bulky scripts."""
    text = without_embedded(text)
    kept, here = [], 0
    while opened := _SCRIPT.search(text, here):
        closed = _CLOSED[opened[1].lower()].search(text, opened.end())
        if closed is None:
            break
        bulky = closed.start() - opened.end() > _BULK
        kept.append(text[here : opened.end() if bulky else closed.start()])
        here = closed.start()
    return "".join(kept) + text[here:]


def _parsed(text: str) -> Element:
    parser = etree.HTMLPullParser(
        events=("start", "end", "comment"), encoding="utf-8", huge_tree=False, no_network=True, remove_pis=True
    )
    body, silent = text.encode(), 0
    try:
        for start in range(0, len(body), _CHUNK):
            parser.feed(body[start : start + _CHUNK])
            silent = 0 if sum(1 for _ in parser.read_events()) else silent + _CHUNK
            if silent > _SILENCE:
                raise Unusable(f"more than {_SILENCE} bytes without a tag, or tags nested deeper than 256")
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise Unusable(f"it is empty or no HTML ({str(error)[:100]})") from None
    if root is None or any(entry.level_name == "FATAL" for entry in parser.error_log):
        raise Unusable("its tags are nested deeper than 256, or a text of it is longer than 10,000,000 characters")
    etree.strip_elements(root, etree.Comment, with_tail=False)
    return root


def selector(css: str, where: str) -> CSSSelector:
    """A CSS selector ready for use. `where` names the option in the message of OptionsError."""
    try:
        return CSSSelector(css, translator="html")
    except (SyntaxError, etree.XPathError) as error:  # cssselect's own errors are SyntaxErrors
        raise OptionsError(f"{where}: {css!r} is no CSS selector: {error}") from None


def select(css: CSSSelector, element: Element) -> list[Element]:
    found = css(element)
    return [each for each in found if isinstance(each, etree._Element)] if isinstance(found, list) else []


def text(element: Element) -> str:
    """What a person reads there, in one line: scripts left out, a space for a line break."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Element) -> Iterator[str]:
    hidden = 0
    for event, node in etree.iterwalk(element, events=("start", "end")):
        name = str(node.tag)
        if event == "start":
            hidden += name in _HIDDEN
            yield " " if name in _BREAKS else ""
            yield "" if hidden else node.text or ""
            continue
        hidden -= name in _HIDDEN
        yield " " if name in _BREAKS else ""
        yield "" if hidden or node is element else node.tail or ""


def markup(element: Element) -> str:
    """The HTML inside the element, as the source wrote it: whoever shows it has to clean it."""
    start = "" if str(element.tag) in _HIDDEN else html.escape(element.text or "", quote=False)
    return (start + "".join(etree.tostring(child, encoding="unicode", method="html") for child in element)).strip()
