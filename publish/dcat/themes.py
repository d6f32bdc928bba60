"""Which themes of the EU's table the fields of the national code lists belong to. Every dataset here is science and technology."""

from collections.abc import Iterable
from functools import lru_cache

from publish.dcat.authority import TECHNOLOGY
from vocab import authorities
from vocab.authorities import Entry
from vocab.codes import concept
from vocab.crosswalks import matches


def themes(fields: Iterable[str]) -> tuple[Entry, ...]:
    """The themes of these codes of the code lists' top, each once."""
    found = dict.fromkeys(theme for code in fields for theme in _of_field(code))
    return (authorities.entry(*TECHNOLOGY), *found)


@lru_cache(maxsize=1_024)
def _of_field(code: str) -> tuple[Entry, ...]:
    known = concept(code)
    targets = [match.target for match in matches(known)] if known else []
    return tuple(one for one in targets if isinstance(one, Entry) and one.table == TECHNOLOGY[0])
