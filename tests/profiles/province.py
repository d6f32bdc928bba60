"""A profile's configuration as an administrator installs it, run over a ledger by the real pipeline."""

import shutil
from pathlib import Path

from msgspec.structs import replace

from federation.harvest import accept, harvest
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.registry import read_registry
from federation.views import Run
from harvesters import harvester
from harvesters.base import Limits
from tests.conftest import ROOT
from tests.federation.world import BASE, TODAY
from vocab.kinds.achievement import Achievement
from vocab.namespaces import Namespaces

PROFILES = ROOT / "config" / "profiles"


class Province:
    """One profile in a home of its own. `url` and `options` say where it is today."""

    def __init__(self, name: str, home: Path, ledger: Ledger, url: str, **options: object) -> None:
        for part in ("source", "mapping"):
            (home / f"{part}s").mkdir(parents=True)
            shutil.copy(PROFILES / name / f"{part}.toml", home / f"{part}s" / f"{name}.toml")
        registry = read_registry(home)
        source = registry.source(name)
        limits = Limits(allow_private=True, backoff=0.001, timeout=5.0, deadline=20.0)
        self.source = replace(source, url=url, options={**source.options, **options}, limits=limits)
        self.ledger = ledger
        self._mappings = registry.mappings_of(source)
        self._settings = Settings(base=BASE, today=TODAY)

    def harvest(self) -> Run:
        reader = harvester(self.source.protocol, self.source.endpoint())
        return harvest(self.source, reader, self.ledger, self._mappings, self._settings, full=True)

    def accept(self, run: int) -> Run:
        return accept(run, self.source, self.ledger, self._mappings, self._settings)

    def published(self) -> dict[str, Achievement]:
        """What the public sees, by the source's key."""
        public: dict[str, Achievement] = {}
        for each in self.ledger.page(0, 10_000):
            assert isinstance(each.record, Achievement)
            public[each.record.source_record_id[0]] = each.record
        return public

    def problems(self) -> set[tuple[str, str]]:
        """Code and field of what was found, of the records that may be spoken of."""
        return {(each.code, each.path) for each in self.ledger.problems(self.source.id)}

    def iri(self, key: str) -> str:
        return Namespaces(BASE).record("achievement", self.source.id, key)
