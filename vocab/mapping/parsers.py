"""The parsers a mapping may name: those of `vocab.parse`, and truth values, which only sources' forms have."""

from vocab.parse import PARSERS as VALUE_PARSERS
from vocab.parse.parsed import NOTHING, Options, Parsed, Parser, failed
from vocab.parse.scalar import one
from vocab.tree import Tree

_YES = frozenset({"是", "有", "真", "1", "true", "t", "yes", "y", "√"})
_NO = frozenset({"否", "没有", "假", "0", "false", "f", "no", "n", "×"})


def parse_boolean(tree: Tree, options: Options) -> Parsed:
    """A `bool`. Problem: `boolean-invalid`."""
    text = one(tree)
    if text is None:
        return NOTHING
    word = text.strip().casefold()
    if word in _YES or word in _NO:
        return Parsed(word in _YES)
    return failed("boolean-invalid", "is neither yes (是) nor no (否)", text)


PARSERS: dict[str, Parser] = {**VALUE_PARSERS, "boolean": parse_boolean}
