"""XML by templates: what is escaped here is valid XML 1.0, whatever a source sent.

Trees of lxml would take more than twice as long for the same text (`benchmarks/oai.py`).
"""

import re
from functools import lru_cache

OAI = "http://www.openarchives.org/OAI/2.0/"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'

# What mark-up is made of, and what XML 1.0 forbids (section 2.2); a bare CR would be read back as LF.
_SPECIAL = re.compile('[&<>"\r\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]')
_SPACE = re.compile("[\n\t]")
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}


def escaped(text: str) -> str:
    """Text between tags; forbidden characters become U+FFFD."""
    return text if _SPECIAL.search(text) is None else _SPECIAL.sub(_entity, text)


def quoted(text: str) -> str:
    """Text between the quotes of an attribute."""
    return _SPACE.sub(_entity, escaped(text))


def _entity(match: re.Match[str]) -> str:
    return _ENTITIES.get(match[0], "\ufffd")


def element(name: str, text: str) -> str:
    return f"<{name}>{escaped(text)}</{name}>"


@lru_cache(maxsize=1_024)
def language(lang: str) -> str:
    """The attribute that says which language a text is in; nothing for a text in none."""
    return f' xml:lang="{quoted(lang)}"' if lang else ""


def located(schemas: dict[str, str]) -> str:
    """The attributes that say where the schemas of namespaces are."""
    pairs = " ".join(f"{quoted(namespace)} {quoted(place)}" for namespace, place in schemas.items())
    return f'xmlns:xsi="{XSI}" xsi:schemaLocation="{pairs}"'
