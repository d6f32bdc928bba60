"""Bytes to text when the label may lie: gb2312 pages hold GB18030, UTF-8 files start with a mark, `xls` is UTF-16."""

import codecs
from typing import Final

from vocab.parse.parsed import problem
from vocab.problem import Problem, Severity

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16: its mark starts with that one
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_CHINESE: Final = frozenset({"gb2312", "gbk", "gb18030", "cp936", "ms936", "x-gbk", "gb-2312", "gb_2312-80", "euc-cn"})
_ANYTHING: Final = frozenset({"iso-8859-1", "latin-1", "latin1", "windows-1252", "cp1252", "us-ascii", "ascii"})


def decode_text(data: bytes, declared: str | None = None) -> tuple[str, tuple[Problem, ...]]:
    """The text of bytes, and what was odd. Never raises: what cannot be read becomes U+FFFD.

    Order of belief: byte order mark, then strict UTF-8, then the declared encoding (a Chinese one always as GB18030,
    which contains the others), then GB18030. Problems: `encoding-mislabelled` (information), `encoding-broken`,
    `encoding-mojibake`.
    """
    label = (declared or "").strip().strip("\"'").lower()
    encoding, text = _decode(data, label)
    problems = []
    if text is None:
        encoding, text = (
            "gb18030" if label in _CHINESE else "utf-8",
            data.decode("gb18030" if label in _CHINESE else "utf-8", "replace"),
        )
        problems.append(problem("encoding-broken", f"not valid {encoding}; unreadable bytes were replaced"))
    elif label and not _same(label, encoding) and not data.isascii():
        words = f"labelled {label[:40]} and read as {encoding}"
        problems.append(problem("encoding-mislabelled", words, severity=Severity.INFO))
    if is_mojibake(text):
        problems.append(problem("encoding-mojibake", "the text was read in a wrong encoding before it came here"))
    return text, tuple(problems)


def is_mojibake(text: str) -> bool:
    """Whether a text was once decoded wrongly: 锟斤拷, or UTF-8 read as GBK or as Latin-1.

    The last two are proved by undoing them: bytes of real Chinese in GBK are hardly ever valid UTF-8 of three bytes.
    """
    if "锟斤拷" in text[:20_000]:
        return True
    sample = text[:2_000].replace("\ufffd", "")
    return not sample.isascii() and any(_undone(sample, wrong) for wrong in ("gb18030", "latin-1"))


def _undone(sample: str, wrong: str) -> bool:
    again = sample.encode(wrong, "ignore").decode("utf-8", "replace")
    wide = sum(char > "\u07ff" for char in again)
    broken = again.count("\ufffd")
    return wide - broken >= 2 and wide - broken > 3 * broken


def _decode(data: bytes, label: str) -> tuple[str, str | None]:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding, _strict(data[len(mark) :], encoding)
    if wide := _unmarked_wide(data):
        return wide, _strict(data, wide)
    for encoding in _candidates(label):
        text = _strict(data, encoding)
        if text is not None:
            return encoding, text
    return "", None


def _candidates(label: str) -> tuple[str, ...]:
    if not label or label in _CHINESE or label in _ANYTHING or label in ("utf-8", "utf8"):
        return "utf-8", "gb18030"
    return "utf-8", label, "gb18030"


def _unmarked_wide(data: bytes) -> str | None:
    """UTF-16 without a mark shows in its zero bytes: markup and digits have one in every pair."""
    sample = data[:400]
    if len(data) % 2 or len(sample) < 4 or b"\0" not in sample:
        return None
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > len(sample) // 8 and even == 0:
        return "utf-16-le"
    return "utf-16-be" if even > len(sample) // 8 and odd == 0 else None


def _strict(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _same(label: str, encoding: str) -> bool:
    if label == "gb18030" or encoding != "gb18030":
        try:
            name = codecs.lookup(label).name
        except LookupError:
            return False
        return name.replace("_", "-").removesuffix("-le").removesuffix("-be") == encoding.removesuffix(
            "-le"
        ).removesuffix("-be")
    return False
