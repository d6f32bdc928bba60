"""`/search`: finding records, with every choice in the address so that a search can be kept and sent."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from starlette.requests import Request
from starlette.responses import Response

from publish.conditions import field_title, said
from publish.export import FORMS, MOST
from publish.links import with_query
from publish.portal.asked import PATH, Asked, asked
from publish.portal.cards import card
from publish.portal.facets import facets_of
from publish.portal.histogram import histogram
from publish.portal.reader import Reader
from publish.portal.site import Site
from search.base import FACETS, Page, Sort
from search.expression import AnyOf, Chip, Expression, Misread, Range

# In the order in which people narrow a search.
SHOWN = ("kind", "region", "field", "stage", "transfer", "price", "year", "discipline", "industry", "source")
VALUES = 200  # of a facet: enough for its lower levels
TIPS = ("words", "phrase", "either", "field", "year", "price", "plain", "number")  # on how to write a query
WAYS_OUT = 6  # of a search that found nothing


@dataclass(frozen=True, slots=True)
class Tag:
    """A condition in force: the search without it, and the one that looks for its words instead, if it is a guess."""

    title: str
    label: str
    without: Asked
    as_words: Asked | None = None


@dataclass(frozen=True, slots=True)
class WayOut:
    """A search beside one that found too little, in words, and how many records it finds."""

    text: str
    href: str
    count: int


@dataclass(frozen=True, slots=True)
class Mended:
    """What could not be read, in words, and the text that is suggested."""

    message: str
    suggestion: str
    href: str


class SearchPage:
    def __init__(self, site: Site) -> None:
        self.site = site

    def show(self, request: Request) -> Response:
        services = self.site.services
        wanted = asked(request.query_params, services.settings.limits.query_text)
        reader = self.site.reader(request)
        page = services.index.search(wanted.query(SHOWN, facet_size=VALUES))
        tags = [*_read(page.chips, wanted, reader), *chosen(wanted, reader)]
        context = {
            "asked": wanted,
            "page": page,
            "cards": [card(hit, reader) for hit in page.hits],
            "facets": facets_of({name: page.facets.get(name, ()) for name in SHOWN}, wanted.chosen, reader),
            "histogram": histogram(page.facets.get("year", ()), wanted.chosen.get("year", ())),
            "tags": tags,
            "unmet": reader.text("word.semicolon").join(tag_text(chip, reader) for chip in page.unmet),
            "mended": _mended(page.problem, wanted, reader) if page.problem else None,
            "negotiable": self._negotiable(page, wanted, reader),
            "ways_out": list(self._ways_out(wanted, tags, reader)) if not page.total else [],
            "folded": any(hit.same for hit in page.hits),
            "sorts": list(Sort),
            "next": wanted.address(cursor=page.next) if page.next else None,
            "first": wanted.address() if wanted.cursor else None,
            "api": with_query("/api/v1/search", _for_the_api(wanted)),
            "exports": [(form.upper(), wanted.address(f"{PATH}.{form}")) for form in FORMS] if page.total else [],
            "mail": services.following is not None,
            "webhooks": services.hooks is not None,
            "cut_at": MOST if page.total > MOST else None,
            "numbered": "page" in request.query_params,
            "tips": [(reader.text(f"tip.{tip}"), reader.text(f"tip.{tip}_means")) for tip in TIPS],
        }
        return self.site.page(request, "search.html", context)

    def _count(self, other: Asked) -> int:
        return self.site.services.index.search(replace(other, cursor=None).query(size=0)).total

    def _negotiable(self, page: Page, wanted: Asked, reader: Reader) -> WayOut | None:
        """Records whose price is to be agreed, beside a search that a range of prices narrows."""
        priced = [chip for chip in page.chips if _bounds_price(chip.condition)]
        bounded = any(name.startswith("price") for name in wanted.bounds)
        if wanted.chosen.get("price") or (len(priced) != 1 if priced else not bounded):
            return None
        text = priced[0].without if priced else wanted.text
        other = replace(
            wanted.retold(text).unbounded("price_min", "price_max"), chosen={**wanted.chosen, "price": ("negotiable",)}
        )
        count = self._count(other)
        return (
            WayOut(reader.text("search.negotiable", n=reader.number(count)), other.address(), count) if count else None
        )

    def _ways_out(self, wanted: Asked, tags: list[Tag], reader: Reader) -> Iterator[WayOut]:
        """What leaving out one condition would find, or all that were chosen."""
        others = [
            (tag.without, reader.text("search.way_out", title=tag.title, label=tag.label)) for tag in tags[:WAYS_OUT]
        ]
        if len(list(chosen(wanted, reader))) > 1:
            others.append((Asked(wanted.text), reader.text("search.empty_filters")))
        for other, text in others:
            if (other.text or other.narrowed) and (count := self._count(other)):
                yield WayOut(text, other.address(), count)


def _bounds_price(condition: Expression) -> bool:
    """Whether it is a range of prices, be it a guess that is looked for as words too."""
    parts = condition.parts if isinstance(condition, AnyOf) else (condition,)
    return any(isinstance(part, Range) and part.field == "price" for part in parts)


def tag_text(chip: Chip, reader: Reader) -> str:
    return f"{field_title(chip, reader)}{reader.text('word.colon')}{said(chip.condition, reader)}"


def _read(chips: tuple[Chip, ...], wanted: Asked, reader: Reader) -> Iterator[Tag]:
    """How pieces of the text were read."""
    for chip in chips:
        as_words = wanted.retold(chip.as_words) if chip.guessed else None
        yield Tag(field_title(chip, reader), said(chip.condition, reader), wanted.retold(chip.without), as_words)


def chosen(wanted: Asked, reader: Reader) -> Iterator[Tag]:
    """What was chosen beside the text."""
    for facet, values in wanted.chosen.items():
        for value in values:
            yield Tag(reader.text(f"facet.{facet}"), reader.facet(facet, value), wanted.without(facet, value))
    for given in wanted.ranges:
        names = ("price_min", "price_max") if given.field == "price" else ("year_from", "year_to")
        title = reader.text("facet.price" if given.field == "price" else "read.date")
        yield Tag(title, said(given, reader), wanted.unbounded(*names))


def _mended(problem: Misread, wanted: Asked, reader: Reader) -> Mended:
    message = reader.text(f"misread.{problem.code}", piece=problem.piece)
    before, after = wanted.text[: problem.at], wanted.text[problem.at + len(problem.piece) :]
    text = f"{before}{problem.suggestion}{after}" if problem.suggestion else ""
    return Mended(message, text, wanted.retold(text).address() if text else "")


def _for_the_api(wanted: Asked) -> dict[str, str | tuple[str, ...] | None]:
    bounds = {name: str(bound) for name, bound in wanted.bounds.items() if name.startswith("price")}
    dates = next((r for r in wanted.ranges if r.field == "date"), None)
    return {
        "q": wanted.text,
        **{name: values for name, values in wanted.chosen.items() if name in FACETS},
        **bounds,
        "date_from": str(dates.low) if dates and dates.low else None,
        "date_to": str(dates.high) if dates and dates.high else None,
        "group": None if wanted.each else "true",
    }
