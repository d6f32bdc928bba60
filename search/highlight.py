"""Marking in the original text what a question found in its normalised form, and cutting a passage around it."""

import re
from collections.abc import Iterable, Iterator

from search.analysis import CJK, CJK_RUN, stem
from search.expression import Expression, wanted
from search.normalise import align

Pieces = tuple[tuple[str, bool], ...]
Span = tuple[int, int]
PASSAGE = 160  # characters
LEAD = 30  # of them before the first match
MOST_IN_PASSAGE = 20  # matches that are counted to choose it
SENTENCE = re.compile(r"[。！？!?；;\n]")
LATIN = re.compile(f"[^\\W_{CJK}]")
# Classes without characters above 255: one that has them takes a millisecond to compile, and every new query has its own pattern.
MARK = r"[\-_/+'&·. ]?"
NO_LETTER_FOLLOWS = "(?![0-9a-zß-öø-ÿ])"


def marker(expression: Expression) -> re.Pattern[str] | None:
    """One pattern for all words that are wanted; None when none is."""
    texts = {name for term in wanted(expression) for name in term.names if name}
    longest_first = sorted(texts, key=lambda text: (-len(text), text))
    chinese = [_chinese(text) for text in longest_first if CJK_RUN.match(text)]
    latin = [_latin(text) for text in longest_first if not CJK_RUN.match(text)]
    patterns = [*chinese, f"(?:{'|'.join(latin)}){NO_LETTER_FOLLOWS}"] if latin else chinese
    return re.compile("|".join(patterns)) if patterns else None


def _chinese(text: str) -> str:
    return r"\s*".join(map(re.escape, "".join(text.split())))


def _latin(text: str) -> str:
    singular = stem(text)
    stemmed, ending = (singular[:-1], "(?:y|ies)") if singular.endswith("y") else (singular, "(?:s|es)?")
    body = MARK.join(re.escape(c) for c in stemmed if c.isalnum() or c == ".")
    return f"{body}{ending if text.isalpha() else ''}"


def mark(text: str, pattern: re.Pattern[str] | None, plain: bool = False) -> Pieces:
    """The whole text in pieces, matched ones True. `plain`: what `normalise_plain` says of the text, when that is known."""
    return _pieces(text, _spans(text, pattern, plain), (0, len(text)))


def passage(text: str, pattern: re.Pattern[str] | None, plain: bool = False) -> Pieces:
    """About PASSAGE characters around the place with the most different matches, with … where text was left out."""
    spans = _spans(text, pattern, plain)
    if len(text) <= PASSAGE:
        return _pieces(text, spans, (0, len(text)))
    start, end = _window(text, spans)
    pieces = _pieces(text, spans, (start, end))
    return _shortened(pieces, start > 0, end < len(text))


def _spans(text: str, pattern: re.Pattern[str] | None, plain: bool) -> list[Span]:
    if pattern is None or not text:
        return []
    if plain:
        return list(_matches(text.casefold(), pattern))
    aligned = align(text)
    spans: list[Span] = []
    for first, last in _matches(aligned.text, pattern) if aligned.spans else ():
        start, end = aligned.spans[first][0], aligned.spans[last - 1][1]
        if spans and start < spans[-1][1]:  # two matches in what one character of the original stands for
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def _matches(text: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    """Latin matches must be whole words. Said here, not by the pattern: alternatives that all begin with a letter are
    searched by their first letters, several times faster."""
    for match in pattern.finditer(text.replace("’", "'")):
        start, end = match.span()
        if end > start and (CJK_RUN.match(text[start]) or not _inside_word(text, start, end)):
            yield start, end


def _inside_word(text: str, start: int, end: int) -> bool:
    return any(LATIN.match(beside) for beside in (text[start - 1 : start], text[end : end + 1]))


def _window(text: str, spans: list[Span]) -> Span:
    if not spans:
        return 0, PASSAGE
    best = _best(text, spans)
    start = max(0, min(best[0] - LEAD, len(text) - PASSAGE))
    for stop in SENTENCE.finditer(text, max(0, start - LEAD), best[0]):
        start = stop.end()
    return start, min(len(text), max(start + PASSAGE, best[1]))


def _best(text: str, spans: list[Span]) -> Span:
    """The first match of the passage that has the most different ones."""
    if _reach(spans[0]) >= spans[-1][1]:
        return spans[0]
    counted = (spans[first : first + MOST_IN_PASSAGE] for first in range(len(spans)))
    return max(counted, key=lambda following: (_different(text, following), -following[0][0]))[0]


def _reach(first: Span) -> int:
    return first[0] + PASSAGE - LEAD


def _different(text: str, spans: list[Span]) -> int:
    """Different matches in the passage that begins with the first of these."""
    end = _reach(spans[0])
    return len({text[a:b] for a, b in spans if b <= end})


def _pieces(text: str, spans: Iterable[Span], window: Span) -> Pieces:
    """Without empty pieces; matches that touch are one."""
    start, stop = window
    out: list[tuple[str, bool]] = []
    for a, b in spans:
        if b <= start or a >= stop:
            continue
        a, b = max(a, start), min(b, stop)
        if a > start:
            out.append((text[start:a], False))
        if out and out[-1][1]:
            out[-1] = (out[-1][0] + text[a:b], True)
        else:
            out.append((text[a:b], True))
        start = b
    if start < stop:
        out.append((text[start:stop], False))
    return tuple(out)


def _shortened(pieces: Pieces, before: bool, after: bool) -> Pieces:
    """With … where text was left out."""
    out = list(pieces)
    if before and out[0][1]:
        out.insert(0, ("…", False))
    elif before:
        out[0] = (f"…{out[0][0]}", False)
    if after and out[-1][1]:
        out.append(("…", False))
    elif after:
        out[-1] = (f"{out[-1][0]}…", False)
    return tuple(out)
