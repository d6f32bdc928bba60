"""The pages of a list (section 3.5), read from the ledger in the order of its change log.

A list is followed to the present end of the log. A record that changes while somebody reads moves behind the place he has
reached and is given out there, in its newest version: nothing is missed, and no version comes twice.
"""

from collections.abc import Iterator, Mapping

import msgspec

from federation.selection import Listed, Selection
from publish.oai import sets
from publish.oai.arguments import Asked, span
from publish.oai.errors import BadArgument, BadResumptionToken, CannotDisseminateFormat, NoRecordsMatch
from publish.oai.formats import Format
from publish.oai.token import Place, read, write
from publish.services import Services

CHUNK = 1_000  # records looked at together while those of a field are searched for


class Wanted(msgspec.Struct, frozen=True):
    """A list as it is asked for: in which format, from which place on, and what is in it."""

    place: Place
    selection: Selection
    field: str | None


class Page(msgspec.Struct, frozen=True):
    """Records of a page and whether others follow."""

    records: list[Listed]
    more: bool


def wanted(asked: Asked, known: Mapping[str, Format], services: Services) -> Wanted:
    """What a request for a list means. Raises OaiError."""
    token = asked.get("resumptionToken")
    if not token:
        place = Place(asked.verb, asked.get("metadataPrefix"), asked.get("from"), asked.get("until"), asked.get("set"))
        return _selected(place, known, services)
    try:
        return _selected(read(token, asked.verb, services.view), known, services)
    except (BadArgument, CannotDisseminateFormat, NoRecordsMatch) as error:
        raise BadResumptionToken(f"the resumption token cannot be read: {error}; begin the list again") from error


def page(found: Wanted, services: Services, size: int) -> Page:
    """The next records of a list. Raises NoRecordsMatch when there are none."""
    stream = _matching(found, services, size + 1)
    records = [record for record, _ in zip(stream, range(size + 1), strict=False)]
    if not records:
        said = (
            "the rest of this list has changed since it was begun" if found.place.after else "no record is in this list"
        )
        raise NoRecordsMatch(said)
    return Page(records[:size], len(records) > size)


def begun(found: Wanted, services: Services) -> Wanted:
    """The list with the number of its records, which is counted once, and not at all where each would have to be read."""
    if found.place.after or found.field is not None:
        return found
    return msgspec.structs.replace(
        found, place=msgspec.structs.replace(found.place, size=services.view.size(found.selection))
    )


def token(found: Wanted, given: list[Listed], more: bool, services: Services) -> str:
    """The element that leads on, or says that this was the end; nothing for a list of one page."""
    before = found.place
    through = before.cursor + len(given)
    if not more:
        return f'<resumptionToken completeListSize="{through}" cursor="{before.cursor}"/>' if before.after else ""
    place = msgspec.structs.replace(before, after=given[-1].seq, cursor=through)
    size = f' completeListSize="{max(before.size, through + 1)}"' if before.size else ""
    return f'<resumptionToken{size} cursor="{before.cursor}">{write(place, services.view)}</resumptionToken>'


def _selected(place: Place, known: Mapping[str, Format], services: Services) -> Wanted:
    if place.prefix not in known:
        raise CannotDisseminateFormat(f"there is no format {place.prefix[:40]!r}; there are {', '.join(known)}")
    since, before = span(place.since, place.until)
    chosen = sets.chosen(place.set) if place.set else sets.Chosen()
    if chosen.empty:
        raise NoRecordsMatch(f"no record is in the set {place.set[:60]!r}; ListSets names those there are")
    return Wanted(place, msgspec.structs.replace(chosen.selection, since=since, before=before), chosen.field)


def _matching(found: Wanted, services: Services, size: int) -> Iterator[Listed]:
    """The records of a list from its place on, read in chunks."""
    after, chunk = found.place.after, size if found.field is None else max(size, CHUNK)
    while rows := services.view.listed(found.selection, after, chunk):
        yield from (row for row in rows if found.field is None or sets.holds(found.field, row))
        if len(rows) < chunk:
            return
        after = rows[-1].seq
