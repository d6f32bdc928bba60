"""Our own format: every public field of a record, in both languages, codes with their labels.

The element names are those of the JSON (`firstOrg`); what many values have is repeated. `publish.oai.record_xsd` is its schema.
"""

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from operator import attrgetter
from typing import Any

import msgspec

from publish.oai import shape
from publish.oai.shape import Part
from publish.oai.xml import escaped, located, quoted
from vocab import codes
from vocab.namespaces import REGION_SCHEME, Namespaces
from vocab.public import PublicRecord
from vocab.values import PartialDate, Text, Words

PATH = "/ns/record/1"  # the namespace under the node's base; its schema has `.xsd` behind it
Write = Callable[[Any], str]  # a value that is there -> its elements


class RecordXml:
    """Writes records as XML of one node's namespace. What recurs (codes) is written once."""

    def __init__(self, ns: Namespaces) -> None:
        self._ns = ns
        self.namespace = f"{ns.base}{PATH}"
        self.schema = f"{self.namespace}.xsd"
        self._place = f'xmlns="{self.namespace}" {located({self.namespace: self.schema})}'
        self._writers: dict[type[msgspec.Struct], Write] = {}
        self._coded = lru_cache(maxsize=16_384)(self._code)

    def write(self, public: PublicRecord) -> str:
        head = f'{public.kind} {self._place} iri="{quoted(public.iri)}" version="{public.version}"'
        times = f'published="{quoted(public.first)}" modified="{quoted(public.at)}"'
        return f"<{head} {times}>{self._inside(type(public.record))(public.record)}</{public.kind}>"

    def _inside(self, struct: type[msgspec.Struct]) -> Write:
        """Writes everything between the tags of a record or of a composite value."""
        if struct not in self._writers:
            self._writers[struct] = self._compiled(struct)
        return self._writers[struct]

    def _compiled(self, struct: type[msgspec.Struct]) -> Write:
        steps = [(attrgetter(part.attribute), self._step(part)) for part in shape.parts(struct)]

        def write(value: Any) -> str:
            found = []
            for read, step in steps:
                item = read(value)
                if item is not None and item != "" and item != ():
                    found.append(step(item))
            return "".join(found)

        return write

    def _step(self, part: Part) -> Write:
        one = self._one(part)
        return (lambda items: "".join([one(item) for item in items])) if part.many else one

    def _one(self, part: Part) -> Write:
        """Writes one value of a part."""
        tag, kind = part.tag, part.type
        if part.scheme:
            prefix = f"{REGION_SCHEME}/" if part.scheme == REGION_SCHEME else ""
            return lambda value: self._coded(tag, prefix + value)
        if kind is Text:
            return lambda value: _text(tag, value)
        if kind is Words:
            return lambda value: _words(tag, value)
        if kind is PartialDate:
            return lambda value: f'<{tag} precision="{value.precision}">{escaped(value.value)}</{tag}>'
        if shape.is_composite(kind):
            return lambda value: f"<{tag}>{self._inside(kind)(value)}</{tag}>"
        spell = SPELLINGS.get(kind, str)
        return lambda value: f"<{tag}>{escaped(spell(value))}</{tag}>"

    def _code(self, tag: str, code: str) -> str:
        """A code with its address and labels; one that no list knows stands alone."""
        known = codes.concept(code)
        if known is None:
            return f'<{tag} code="{quoted(code)}"/>'
        labels = [("zh", known.zh), ("en", known.en)]
        inside = "".join(f'<label xml:lang="{lang}">{escaped(text)}</label>' for lang, text in labels if text)
        return f'<{tag} code="{quoted(code)}" uri="{quoted(self._ns.concept(code))}">{inside}</{tag}>'


def _text(tag: str, value: Text) -> str:
    zh = f'<{tag} xml:lang="zh">{escaped(value.zh)}</{tag}>' if value.zh else ""
    if not value.en:
        return zh
    status = f' translation="{value.en_status}"' if value.en_status else ""
    return f'{zh}<{tag} xml:lang="en"{status}>{escaped(value.en)}</{tag}>'


def _words(tag: str, value: Words) -> str:
    pairs = [("zh", word) for word in value.zh] + [("en", word) for word in value.en]
    return "".join([f'<{tag} xml:lang="{lang}">{escaped(word)}</{tag}>' for lang, word in pairs])


def _decimal(value: Decimal | float) -> str:
    """As xs:decimal, which knows no exponents."""
    return format(Decimal(str(value)), "f")


def _boolean(value: bool) -> str:
    return "true" if value else "false"


SPELLINGS: dict[Any, Callable[[Any], str]] = {bool: _boolean, Decimal: _decimal, float: _decimal}
