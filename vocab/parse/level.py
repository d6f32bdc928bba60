"""Levels that must never be guessed: secrecy (密级) and technology readiness (技术成熟度)."""

import re
from functools import lru_cache
from typing import Final

from vocab.codes import NOT_CLASSIFIED, scheme, stage_to_trl
from vocab.parse import numerals
from vocab.parse.parsed import NOTHING, Options, Parsed, failed
from vocab.parse.scalar import folded, one
from vocab.problem import Severity
from vocab.tree import Tree
from vocab.values import Trl

_MARKS: Final = ("绝密", "机密", "工作秘密", "秘密", "内部")  # the worst first
_TRL: Final = re.compile(
    r"(?:TRL|技术成熟度|成熟度|第)?[\s:：-]*(\d{1,2})(?:级|\s*\(.*\))?(?:\s*(?:-|~|至|到|—)\s*(?:TRL|第)?[\s-]*(\d{1,2})级?)?"
)
_HIGHEST: Final = 13


def parse_secret_level(tree: Tree, _: Options) -> Parsed:
    """A code of CL-19. 非涉密 only for a text that says exactly that; a mark anywhere in the text is that mark.

    Nothing gives nothing: absence of a level is never a level. Problem: `secret-level-unknown` (error), which does not
    repeat the text.
    """
    text = one(tree)
    return NOTHING if text is None else _secret_level(text)


@lru_cache(maxsize=1_024)
def _secret_level(text: str) -> Parsed:
    levels = scheme("cl19")
    plain = folded(text[:100])
    found = levels.find(plain)
    marked = next((mark for mark in _MARKS if mark in folded(text)), None)
    if found is not None and (found.code != NOT_CLASSIFIED or marked is None or plain in found.aliases):
        return Parsed(found.code)
    found = levels.find(marked) if marked else None
    if found is not None:
        return Parsed(found.code)
    return failed(
        "secret-level-unknown", "not a secrecy level of CL-19 (vocab/schemes/cl19.csv)", severity=Severity.ERROR
    )


def parse_trl(tree: Tree, options: Options) -> Parsed:
    """A `Trl`: one level (6, TRL6, 六级), a range (TRL4-6), or the range that a stage of CL-04 covers. `trl-invalid`."""
    text = one(tree)
    return NOTHING if text is None else _trl(text, options.edition or scheme("cl05").edition_zh)


@lru_cache(maxsize=1_024)
def _trl(text: str, edition: str) -> Parsed:
    plain = numerals.RUN.sub(lambda run: str(numerals.number(run[0])), folded(text[:60]).upper())
    if match := _TRL.fullmatch(plain):
        low = int(match[1])
        high = int(match[2] or low)
        if 1 <= low <= high <= _HIGHEST:
            return Parsed(Trl(low, high, edition))
        return failed("trl-invalid", f"levels go from 1 to {_HIGHEST}, the lower first", text)
    if level := scheme("cl05").find(text):
        return Parsed(Trl(int(level.notation), int(level.notation), edition))
    stage = scheme("cl04").find(text)
    derived = stage_to_trl(stage.code) if stage else None
    return Parsed(derived) if derived else failed("trl-invalid", "neither a readiness level nor a stage of CL-04", text)
