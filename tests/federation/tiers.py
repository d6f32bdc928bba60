"""Nodes one above the other: each with a ledger, a site of its own on loopback, and the next one's records as its source."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from federation.harvest import harvest
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.push import Inbox
from federation.registry import Registry
from federation.source import DisclosurePolicy, Guard, Name, Source
from federation.views import Run
from harvesters import harvester
from harvesters.base import Limits
from publish.app import create_app
from publish.services import Services
from tests.federation.world import BLANKET, Memory, mapping, raw, source
from tests.publish import fakes
from tests.publish_sparql.loopback import serving
from vocab.mapping import FieldMapping, load
from vocab.namespaces import Namespaces
from vocab.public import PublicRecord

START = Path(__file__).resolve().parents[2] / "config" / "start" / "mappings"
COPIES = tuple(load(path) for path in sorted(START.glob("node-*.toml")))


class Tier:
    """One node. `base` begins its IRIs; it listens elsewhere."""

    def __init__(
        self, ledger: Ledger, base: str, of: Source, mappings: tuple[FieldMapping, ...], url: str = ""
    ) -> None:
        self.ledger, self.base, self.source, self.mappings, self.url = ledger, base, of, mappings, url
        self.settings = Settings(base=base)

    def services(self) -> Services:
        registry = Registry({self.source.id: self.source}, {one.id: one for one in self.mappings})
        return Services(
            view=self.ledger,
            sources_view=self.ledger,
            sources=registry.sources,
            index=fakes.MemoryIndex([]),
            graph=fakes.MemoryGraph([]),
            namespaces=Namespaces(self.base),
            settings=fakes.settings(base_url=self.base),
            push=Inbox(self.ledger, registry, self.settings),
        )

    def take(self, records: Mapping[str, Any], *, full: bool = False) -> Run:
        """Records of the lowest tier, as a listing gives them; None is a deletion."""
        listing = Memory([raw(name, body) for name, body in records.items()])
        return harvest(self.source, listing, self.ledger, self.mappings, self.settings, full=full)

    def poll(self, *, full: bool = False) -> Run:
        """Ask the tier below."""
        asking = harvester("node", self.source.endpoint())
        return harvest(self.source, asking, self.ledger, self.mappings, self.settings, full=full)

    def public(self) -> list[PublicRecord]:
        return self.ledger.page(0, 10_000)

    def titles(self) -> list[str]:
        return sorted(public.record.title.zh for public in self.public())


def above(url: str, *, policy: DisclosurePolicy = BLANKET, guard: Guard | None = None, **options: Any) -> Source:
    """The node at an address as a source."""
    return Source(
        id="below",
        title=Name("下级平台"),
        protocol="node",
        url=url,
        region="110000",
        publisher=Name("下级平台"),
        licence="https://creativecommons.org/licenses/by/4.0/",
        mappings=tuple(copy.id for copy in COPIES),
        disclosure=policy,
        guard=guard or Guard(),
        limits=Limits(timeout=5.0, retries=1, backoff=0.01, allow_private=True),
        options=options,
    )


@contextmanager
def tier(
    folder: Path, name: str, below: str | None = None, *, policy: DisclosurePolicy = BLANKET, **options: Any
) -> Iterator[Tier]:
    """A served node; without `below` it is the lowest, and takes records from a listing."""
    with ExitStack() as stack:
        ledger = Ledger.open(f"sqlite:///{folder / name}.sqlite")
        stack.callback(ledger.close)
        base = f"https://{name}.example"
        of = source() if below is None else above(below, policy=policy, **options)
        made = Tier(ledger, base, of, (mapping(),) if below is None else COPIES)
        made.url = stack.enter_context(serving(create_app(made.services())))
        yield made
