"""Links between addresses (RFC 8288) as values, written as a header, as `application/linkset` or as its JSON (RFC 9264)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import msgspec

LINK_FORMAT = "application/link-format"
LINKSET, LINKSET_JSON = "application/linkset", "application/linkset+json"
HEADER = 4096  # bytes: proxies refuse answers with more than 8 KiB of headers


@dataclass(frozen=True, slots=True)
class Link:
    """`rel` may name several relations, separated by spaces; the other members are left out where empty."""

    target: str
    rel: str
    type: str = ""
    anchor: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        named = (("rel", self.rel), ("type", self.type), ("anchor", self.anchor), *self.attributes)
        return f"<{self.target}>" + "".join(f'; {name}="{value}"' for name, value in named if value)


def header(links: Iterable[Link]) -> str:
    """As many links, from the first on, as fit into a header of `HEADER` bytes."""
    written: list[str] = []
    length = 0
    for link in links:
        if not plain(link.target):
            continue
        text = str(link)
        length += len(text) + 2
        if length > HEADER:
            break
        written.append(text)
    return ", ".join(written)


def plain(address: str) -> bool:
    """Whether an address can stand in a header, which is ASCII without line breaks: one that cannot is left out of it
    rather than mangled."""
    return address.isascii() and address.isprintable() and not set('<>"\\ ') & set(address)


def document(links: Iterable[Link]) -> bytes:
    """One link a line, as a TimeMap (RFC 7089 section 5) and a linkset are written."""
    return (",\n".join(str(link) for link in links if plain(link.target)) + "\n").encode()


def linkset(links: Sequence[Link]) -> bytes:
    """The same in JSON: for each anchor its relations, for each relation its targets."""
    contexts: dict[str, dict[str, list[Mapping[str, str]]]] = {}
    for link in links:
        relations = contexts.setdefault(link.anchor, {})
        target = {"href": link.target, **({"type": link.type} if link.type else {})}
        for relation in link.rel.split():
            relations.setdefault(relation, []).append(target)
    return msgspec.json.encode({"linkset": [{"anchor": anchor, **found} for anchor, found in contexts.items()]})
