"""JSON as sources really send it, made valid: one UTF-8 text that any parser reads, without changing what it says.

Accepted beyond RFC 8259: a byte order mark, UTF-16, GB18030 (also where gb2312 is declared), JSONP around the value,
lone surrogates and control characters in strings (replaced by U+FFFD, kept), NaN and Infinity (null).
"""

import codecs
import json
import re
from collections.abc import Iterable

import msgspec

from harvesters.charset import DOUBTFUL, codec_name

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: it starts with the same two bytes
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_JSONP = re.compile(r"\A\s*(?:/\*.*?\*/)?\s*[A-Za-z_$][\w$.]{0,99}\s*\((.*)\)\s*;?\s*\Z", re.S)
_SURROGATE = re.compile("[\ud800-\udfff]")

Raw = msgspec.Raw


class Malformed(ValueError):
    """Not JSON. `truncated` when the text is right as far as it goes: probably a cut answer."""

    def __init__(self, message: str, truncated: bool = False) -> None:
        super().__init__(message)
        self.truncated = truncated


def wellformed(body: bytes, charset: str = "") -> bytes:
    """Valid JSON in UTF-8. Raises Malformed."""
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return _mended(_text(body, charset))
    except RecursionError:
        raise Malformed("nested too deep") from None
    return body


def _text(body: bytes, charset: str) -> str:
    for mark, name in _BOMS:
        if body.startswith(mark):
            return body.decode(name, "replace").lstrip("\ufeff")
    stated = codec_name(charset)
    names = ("utf-8", stated if stated and stated not in DOUBTFUL else "gb18030", "gb18030")
    for name in names:
        try:
            return body.decode(name)
        except (UnicodeDecodeError, LookupError):
            continue
    if any(byte >= 0x80 for byte in body[-4:]):  # a cut may fall inside a character
        return body.decode("utf-8", "replace")
    raise Malformed(f"neither UTF-8 nor GB18030{f' nor {charset}' if charset else ''}")


def _mended(text: str) -> bytes:
    inner = _JSONP.match(text)
    text = inner[1] if inner else text
    if not text.strip():
        raise Malformed("the answer is empty", truncated=True)
    try:
        value = json.loads(text, strict=False, parse_constant=lambda _: None)
    except json.JSONDecodeError as error:
        truncated = text.lstrip()[:1] in ("{", "[") and _unclosed(text, error)
        raise Malformed(
            "it stops in the middle" if truncated else f"{error.msg} at character {error.pos}", truncated
        ) from None
    except (RecursionError, ValueError) as error:
        raise Malformed("nested too deep" if isinstance(error, RecursionError) else "a number is too long") from None
    return encode(value)


def _unclosed(text: str, error: json.JSONDecodeError) -> bool:
    """A parser that ran out of text fails at its end, or at the start of the string left open."""
    return error.pos >= len(text.rstrip()) - 1 or error.msg.startswith("Unterminated string")


def encode(value: object) -> bytes:
    """JSON bytes of a decoded value; lone surrogates become U+FFFD. Raises Malformed for what is too deep."""
    try:
        return msgspec.json.encode(value)
    except (UnicodeEncodeError, UnicodeDecodeError):
        return msgspec.json.encode(_clean(value))
    except RecursionError:
        raise Malformed("nested too deep") from None


def _clean(value: object) -> object:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(each) for key, each in value.items()}
    return value


def steps(path: str) -> tuple[str, ...]:
    """The steps of a dotted path; the empty path is the value itself."""
    return tuple(path.split(".")) if path else ()


def descend(raw: bytes, path: Iterable[str]) -> bytes | None:
    """The JSON text at a path, None where nothing is. A string on the way that holds an object or a list is parsed
    again: some sources wrap JSON in a JSON string. Raises Malformed.
    """
    for step in path:
        raw = _unwrapped(raw)
        try:
            if raw.lstrip()[:1] == b"[":
                items = msgspec.json.decode(raw, type=list[Raw])
                raw = bytes(items[int(step)])
            else:
                raw = bytes(msgspec.json.decode(raw, type=dict[str, Raw])[step])
        except (KeyError, IndexError, ValueError, msgspec.MsgspecError):
            return None
    return raw


def _unwrapped(raw: bytes) -> bytes:
    for _ in range(3):
        if raw.lstrip()[:1] != b'"':
            break
        text = msgspec.json.decode(raw, type=str).strip()
        if text[:1] not in ("{", "["):
            break
        raw = wellformed(text.encode())
    return raw


def items(raw: bytes) -> list[bytes] | None:
    """The elements of a list, each as it stands; None when it is not a list. A list in a string is one.

    Raises Malformed.
    """
    try:
        return [bytes(each) for each in msgspec.json.decode(_unwrapped(raw), type=list[Raw])]
    except msgspec.MsgspecError:
        return None


def scalar(raw: bytes, path: Iterable[str]) -> str:
    """The value at a path as text; empty for nothing, null, objects and lists. Raises Malformed."""
    found = descend(raw, path)
    if found is None:
        return ""
    value = msgspec.json.decode(found)
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else ""
