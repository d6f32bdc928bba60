"""Marking in the original text what a question found in its normalised form, and cutting a passage around it."""

import re
from collections.abc import Iterable, Sequence

from search.normalise import align
from search.occurrences import Occurrences, Span

Pieces = tuple[tuple[str, bool], ...]
PASSAGE = 160  # characters
LEAD = 30  # of them before the first match
MOST_IN_PASSAGE = 20  # matches that are counted to choose it
SENTENCE = re.compile(r"[。！？!?；;\n]")


def places(occurrences: Occurrences, texts: Sequence[tuple[str, bool]]) -> list[list[Span]]:
    """Where the names stand in each of these texts. With each comes whether it is plain (`normalise_plain`)."""
    ways = [None if plain else align(text) for text, plain in texts]
    folded = [text.casefold() if way is None else way.text for (text, _), way in zip(texts, ways, strict=True)]
    found = occurrences.spans(folded)
    return [spans if way is None else _back(spans, way.spans) for spans, way in zip(found, ways, strict=True)]


def _back(found: Iterable[Span], ways: Sequence[Span]) -> list[Span]:
    """The same places in the original; none when the way back is not known."""
    spans: list[Span] = []
    for first, last in found if ways else ():
        start, end = ways[first][0], ways[last - 1][1]
        if spans and start < spans[-1][1]:  # two matches in what one character of the original stands for
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return spans


def mark(text: str, spans: Sequence[Span]) -> Pieces:
    """The whole text in pieces, matched ones True."""
    return _pieces(text, spans, (0, len(text)))


def passage(text: str, spans: Sequence[Span]) -> Pieces:
    """About PASSAGE characters around the place with the most different matches, with … where text was left out."""
    if len(text) <= PASSAGE:
        return mark(text, spans)
    start, end = _window(text, spans)
    return _shortened(_pieces(text, spans, (start, end)), start > 0, end < len(text))


def _window(text: str, spans: Sequence[Span]) -> Span:
    if not spans:
        return 0, PASSAGE
    best = _best(text, spans)
    start = max(0, min(best[0] - LEAD, len(text) - PASSAGE))
    for stop in SENTENCE.finditer(text, max(0, start - LEAD), best[0]):
        start = stop.end()
    return start, min(len(text), max(start + PASSAGE, best[1]))


def _best(text: str, spans: Sequence[Span]) -> Span:
    """The first match of the passage that has the most different ones."""
    if _reach(spans[0]) >= spans[-1][1]:
        return spans[0]
    counted = (spans[first : first + MOST_IN_PASSAGE] for first in range(len(spans)))
    return max(counted, key=lambda following: (_different(text, following), -following[0][0]))[0]


def _reach(first: Span) -> int:
    return first[0] + PASSAGE - LEAD


def _different(text: str, spans: Sequence[Span]) -> int:
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
