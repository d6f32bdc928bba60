"""What a concept corresponds to in other lists, as its page shows it, and the concepts that correspond to an address."""

from dataclasses import dataclass

from publish.links import code_path
from publish.portal.reader import Reader
from publish.portal.values import chinese
from vocab import authorities
from vocab.authorities import Entry
from vocab.codes import Concept, concept, scheme
from vocab.crosswalks import Match, matches, matching
from vocab.namespaces import Namespaces


@dataclass(frozen=True, slots=True)
class Corresponding:
    """`relation` is a mapping property of SKOS, `lang` that of the label where it is not the page's."""

    relation: str
    href: str
    notation: str
    label: str
    lang: str | None
    among: str
    reason: str


def corresponding(of: Concept, reader: Reader) -> tuple[Corresponding, ...]:
    return tuple(_shown(match, reader) for match in matches(of))


def found(iri: str, ns: Namespaces) -> list[Concept]:
    """Our concepts that correspond to a code of ours or to an entry of a table of the EU, given by its address."""
    there: tuple[Match, ...] = ()
    if iri.startswith(authorities.BASE):
        table, _, code = iri.removeprefix(authorities.BASE).partition("/")
        entry = authorities.find(table, code)
        there = matching(entry) if entry else ()
    elif iri.startswith(f"{ns.base}/code/"):
        ours = concept(iri.removeprefix(f"{ns.base}/code/"))
        there = matches(ours) if ours else ()
    return [match.target for match in there if isinstance(match.target, Concept)]


def _shown(match: Match, reader: Reader) -> Corresponding:
    target = match.target
    label = target.en or target.zh if reader.lang == "en" else target.zh
    return Corresponding(
        relation=match.relation,
        href=target.iri if isinstance(target, Entry) else code_path(target.code),
        notation=target.code if isinstance(target, Entry) else target.notation,
        label=label,
        lang=chinese(label, reader),
        among=_among(target, reader),
        reason=match.en if reader.lang == "en" else match.zh,
    )


def _among(target: Concept | Entry, reader: Reader) -> str:
    there = authorities.table(target.table) if isinstance(target, Entry) else scheme(target.scheme)
    title = there.en if reader.lang == "en" else there.zh
    return reader.text("code.table", title=title) if isinstance(target, Entry) else title
