"""The pages of code lists: all of them, one as a tree, one concept with what stands above and below it."""

from collections.abc import Iterable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from publish.errors import BadParameter
from publish.formats import FORMATS
from publish.links import code_path
from publish.portal.reader import Reader
from publish.portal.site import Site
from publish.portal.values import chinese
from publish.vocabulary import corresponding, known
from publish.vocabulary.counts import Counts
from publish.vocabulary.finding import found
from vocab.codes import SCHEME_IDS, Concept, Scheme, scheme

LONGEST = 200  # characters of what is looked for
MOST = 50  # concepts shown of those that are found


@dataclass(frozen=True, slots=True)
class Node:
    """A concept in a list. `lang` is its label's language where it is not the page's, `records` what the engine counts."""

    notation: str
    label: str
    lang: str | None
    href: str
    records: int | None
    search: str | None
    valid_to: str | None
    below: tuple["Node", ...] = ()


class CodePages:
    def __init__(self, site: Site) -> None:
        self.site = site

    def all(self, request: Request) -> Response:
        reader = self.site.reader(request)
        lists = [(codes, _title(codes, reader)) for codes in map(scheme, SCHEME_IDS)]
        context = {"lists": lists, **self._found(request, SCHEME_IDS, reader)}
        return self.site.page(request, "codes.html", context)

    def code_list(self, request: Request) -> Response:
        reader, codes = self.site.reader(request), known.code_list(request)
        counts = Counts(codes, self.site.services.index)
        context = {
            "codes": codes,
            "title": _title(codes, reader),
            "iri": self.site.services.namespaces.scheme(codes.id),
            "counted": counts.known,
            "nodes": _nodes(codes.top, codes, counts, reader),
            "formats": _downloads(f"/code/{codes.id}"),
            **self._found(request, (codes.id,), reader),
        }
        return self.site.page(request, "code_list.html", context)

    def code(self, request: Request) -> Response:
        reader, concept = self.site.reader(request), known.code(request)
        codes = scheme(concept.scheme)
        counts = Counts(codes, self.site.services.index)
        above = [_node(one, codes, counts, reader, 0) for one in reversed(codes.ancestors(concept.notation))]
        successor = codes.concepts.get(concept.replaced_by or "")
        context = {
            "concept": concept,
            "node": _node(concept, codes, counts, reader, 2),
            "title": _title(codes, reader),
            "above": above,
            "successor": _node(successor, codes, counts, reader, 0) if successor else None,
            "iri": self.site.services.namespaces.base + code_path(concept.code),
            "matches": corresponding.corresponding(concept, reader),
            "formats": _downloads(code_path(concept.code)),
        }
        return self.site.page(request, "code.html", context)

    def _found(self, request: Request, schemes: Iterable[str], reader: Reader) -> dict[str, object]:
        """What the search box found, by name or by what a code elsewhere corresponds to; nothing when nothing is looked for."""
        text = request.query_params.get("q", "").strip()
        if len(text) > LONGEST:
            raise BadParameter("q", f"Parameter 'q' may have {LONGEST} characters, it has {len(text)}.", most=LONGEST)
        elsewhere = corresponding.found(text, self.site.services.namespaces)
        concepts = elsewhere or found(text, schemes)
        shown = [(_title(scheme(one.scheme), reader), _plain(one, reader)) for one in concepts[:MOST]]
        return {"asked": text, "found": shown, "total": len(concepts), "cut": MOST if len(concepts) > MOST else None}


def _title(codes: Scheme, reader: Reader) -> str:
    return codes.en if reader.lang == "en" else codes.zh


def _nodes(concepts: Iterable[Concept], codes: Scheme, counts: Counts, reader: Reader) -> tuple[Node, ...]:
    """A level and the one below it: what is further down has pages of its own."""
    return tuple(_node(one, codes, counts, reader, 1) for one in concepts)


def _node(concept: Concept, codes: Scheme, counts: Counts, reader: Reader, levels: int) -> Node:
    """A concept with so many levels below it."""
    label = concept.label(reader.lang)
    below = codes.children(concept.notation) if levels else ()
    return Node(
        notation=concept.notation,
        label=label,
        lang=chinese(label, reader),
        href=code_path(concept.code),
        records=counts.of(concept),
        search=counts.search(concept),
        valid_to=concept.valid_to,
        below=tuple(_node(one, codes, counts, reader, levels - 1) for one in below),
    )


def _plain(concept: Concept, reader: Reader) -> Node:
    """A found concept: where it is, without counts."""
    label = concept.label(reader.lang)
    return Node(concept.notation, label, chinese(label, reader), code_path(concept.code), None, None, concept.valid_to)


def _downloads(address: str) -> list[tuple[str, str, str]]:
    return [(form.name, form.media_type, f"{address}.{form.suffix}") for form in FORMATS]
