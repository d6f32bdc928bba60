"""The composition root: the parts of one node, made from its home and settings when they are first needed."""

import os
import signal
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, cast

import msgspec
from starlette.types import ASGIApp

from chengguo import search_engine
from chengguo.child import Child, Program
from chengguo.errors import UnknownSource
from chengguo.home import Home
from chengguo.limits import graph_limits, site_settings
from chengguo.references import resolved
from chengguo.settings import Settings, nearest
from chengguo.statistics import NamedGraphs, Statistics
from federation import pipeline
from federation.alerts.hooks import Hooks
from federation.graph.connect import connect, connect_or_start
from federation.graph.dialect import DIALECTS
from federation.graph.store import SparqlStore
from federation.graph.wire import Writer
from federation.judges import Judges
from federation.ledger import Ledger
from federation.projection import Projection
from federation.push import Inbox
from federation.registry import Registry, survey
from federation.schedule import Schedule
from federation.source import Source
from federation.tokens import Tokens
from federation.watch.attention import Matter, attention
from harvesters import harvester
from harvesters.base import Harvester
from harvesters.secrets import Secrets
from search.base import SearchIndex
from vocab.mapping import FieldMapping
from vocab.namespaces import Namespaces

if TYPE_CHECKING:
    from chengguo.alerting import Teller
    from chengguo.webhooks import Messenger

NO_SOURCES = "No sources yet: copy sources/my-province.toml.example of the home to sources/<id>.toml and change it."


class Node:
    """One node. Nothing is opened before it is asked for; `close` gives everything back."""

    def __init__(self, home: Home, settings: Settings) -> None:
        self.home = home
        self.settings = settings
        self._stack = ExitStack()

    def __enter__(self) -> "Node":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._stack.close()

    @cached_property
    def namespaces(self) -> Namespaces:
        return Namespaces(self.settings.site.base_url)

    @cached_property
    def ledger(self) -> Ledger:
        """Made or migrated when it has to be. Raises LedgerError."""
        ledger = Ledger.open(self.home.ledger_url(self.settings))
        self._stack.callback(ledger.close)
        return ledger

    @cached_property
    def registry(self) -> Registry:
        """The sources and their mappings, read once. Raises ConfigurationError naming file and key."""
        return survey(self.home.root)

    @cached_property
    def pipeline(self) -> pipeline.Settings:
        return pipeline.Settings(base=self.settings.site.base_url, batch=self.settings.harvest.batch_size)

    @cached_property
    def judges(self) -> Judges:
        judges = Judges(self.settings.harvest.processes or os.cpu_count() or 1)
        self._stack.callback(judges.close)
        return judges

    def source(self, name: str) -> Source:
        """A source that can be harvested. Raises UnknownSource, naming the nearest, or ConfigurationError."""
        known = {*self.registry.sources, *self.registry.faults}
        if name not in known:
            raise UnknownSource(f'there is no source "{name}" in {self.home.sources}. {nearest(name, known)}')
        return self.registry.source(name)

    def mappings(self, source: Source) -> tuple[FieldMapping, ...]:
        return self.registry.mappings_of(source)

    def harvester(self, source: Source) -> Harvester:
        """A new pass over the source. Raises OptionsError."""
        contact = self.settings.harvest.contact or self.settings.site.contact
        endpoint = msgspec.structs.replace(source.endpoint(), contact=contact)
        return harvester(source.protocol, endpoint, Secrets())

    def schedules(self) -> Mapping[str, Schedule | None]:
        """When each source is harvested, as the files say now."""
        return {source.id: source.timing() for source in survey(self.home.root).sources.values()}

    def matters(self) -> tuple[Matter, ...]:
        """What needs a person, by the ledger and the source files as they are now."""
        found = survey(self.home.root)
        schedules = {source.id: source.timing() for source in found.sources.values()}
        return attention(self.ledger.database, schedules, found.faults)

    def teller(self) -> "Teller":
        """The one who tells those who follow a search. Raises SettingsError, OptionsError."""
        from chengguo.alerting import Teller
        from chengguo.post import Post
        from publish.alerts.letters import Writer

        mail, secrets = self.settings.mail, Secrets(folder=self.home.root)
        writer = Writer(self.ledger, site_settings(self.settings), mail.sender)
        return Teller(self.ledger, self.index_reader(), writer, lambda: Post(mail, secrets))

    @property
    def hooks(self) -> Hooks:
        chosen = self.settings.webhooks
        return Hooks(self.ledger.database, chosen.most, any_port=chosen.allow_private)

    def messenger(self) -> "Messenger":
        """The one who tells webhooks."""
        from chengguo.calling import Caller
        from chengguo.webhooks import Messenger
        from publish.alerts.parcels import Parcels

        site, chosen = self.settings.site, self.settings.webhooks
        parcels = Parcels(self.ledger, site.base_url)
        calling = partial(Caller, contact=site.contact, allow_private=chosen.allow_private)
        patience = timedelta(days=chosen.give_up_days)
        return Messenger(self.ledger, self.hooks, self.index_reader(), parcels, calling, patience)

    # Outputs

    def index_reader(self) -> SearchIndex:
        index = search_engine.index(self.home, self.settings)
        self._stack.callback(index.close)
        return index

    def graph_reader(self) -> SparqlStore:
        """The graph wherever it is served now; it is not started."""
        return self._graph(None)

    def _graph(self, writer: Writer | None) -> SparqlStore:
        graph, limits = self.settings.graph, graph_limits(self.settings.graph)
        store: SparqlStore
        if graph.url:
            store = SparqlStore(graph.url.rstrip("/"), self.namespaces, limits, DIALECTS[graph.dialect], writer)
        else:
            store = connect(self.home.graph_directory(self.settings), self.namespaces, limits)
        self._stack.callback(store.close)
        return store

    def _graph_writer(self) -> Writer | None:
        """Raises SettingsError, OptionsError."""
        graph = self.settings.graph
        if not graph.user:
            return None
        secrets = Secrets(folder=self.home.root)
        return Writer(graph.user, resolved(secrets, "graph", "password", graph.password))

    @contextmanager
    def outputs(self, *, served: bool) -> Iterator[list[Projection]]:
        """The outputs for the one process that writes them. `served`: the graph is run by `serve`, else started here."""
        with ExitStack() as stack:
            index = search_engine.index(self.home, self.settings)
            stack.callback(index.close)
            if served or self.settings.graph.url:
                graph: SparqlStore = self._graph(self._graph_writer())
            else:
                directory, limits = self.home.graph_directory(self.settings), graph_limits(self.settings.graph)
                graph = stack.enter_context(connect_or_start(directory, self.namespaces, limits))
            # each output swaps only with a twin of its own type, which the contract's `swap` cannot say
            yield [cast(Projection, index), graph]

    def statistics(self, outputs: Sequence[Projection]) -> Statistics:
        """What keeps the graph of statistics, over these outputs."""
        index, graph = outputs
        return Statistics(self.ledger, cast(SearchIndex, index), cast(NamedGraphs, graph))

    def graph_parts(self) -> list[Child]:
        """What `serve` has to run for the graph."""
        if self.settings.graph.url:
            return []
        argv = (sys.executable, "-P", "-m", "chengguo.graph_owner", "--home", str(self.home.root))
        return [Child(Program("graph", argv, orphaned=int(signal.SIGTERM)))]

    def application(self) -> ASGIApp:
        """The web application over readers of its own."""
        from chengguo.attention_feed import Door
        from chengguo.filled import Filled
        from publish.app import create_app  # here, because only web workers need it
        from publish.dumps.shelf import Shelf
        from publish.services import Services

        return create_app(
            Services(
                view=self.ledger,
                sources_view=self.ledger,
                sources=self.registry.sources,
                index=Filled(self.index_reader(), self.ledger),
                graph=self.graph_reader(),
                namespaces=self.namespaces,
                settings=site_settings(self.settings),
                matches=self.ledger.matches,
                offers=self.ledger.offers,
                dumps=Shelf(self.home.dumps),
                graph_mark=partial(self.ledger.cursors.mark, "graph"),
                push=Inbox(self.ledger, self.registry, self.pipeline),
                attention=Door(Tokens(self.ledger.database), self.matters),
                following=self.ledger.subscriptions if self.settings.mail.usable else None,
                hooks=self.hooks if self.settings.webhooks.enabled else None,
            )
        )
