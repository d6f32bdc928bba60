"""What the simulated platforms share, and a node with one profile of `config/profiles` over a ledger of its own."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import select

from federation.harvest import harvest
from federation.key import key_of
from federation.ledger import Ledger
from federation.pipeline import Settings
from federation.registry import Registry, read_registry
from federation.schema import item, problem
from federation.source import Source
from federation.views import Run
from harvesters import harvester
from harvesters.secrets import Secrets
from tests.federation.world import BASE, BLANKET, TODAY
from tests.harvesters.servers.web import Asked, Behaviour, Reply
from vocab.record import Record

PROFILES = Path(__file__).resolve().parents[2] / "config" / "profiles"
Row = dict[str, Any]


def answer(value: object, media_type: str = "application/json; charset=utf-8", status: int = 200) -> Reply:
    return Reply(json.dumps(value, ensure_ascii=False).encode(), status, media_type)


def cut() -> Reply:
    """The connection ends without a word (curl's code 000)."""
    return Reply(raw=())


def flapping(steady: Behaviour, *failures: Reply) -> Behaviour:
    """Every good answer comes after these failures."""
    left = list(failures)

    def behave(asked: Asked) -> Reply:
        if left:
            return left.pop(0)
        left.extend(failures)
        return steady(asked)

    return behave


def part(rows: Iterable[Row], start: int, size: int) -> list[Row]:
    return list(rows)[max(0, start) : max(0, start) + min(size, 1000)]


def furnish(home: Path, profile: str, server: str) -> Registry:
    """A home with the files of a profile as they are, but for the host of their addresses."""
    for folder in ("sources", "mappings"):
        (home / folder).mkdir(parents=True, exist_ok=True)
    for path in (PROFILES / profile).glob("*.toml"):
        folder = path.stem.partition("-")[0] + "s"
        text = path.read_text("utf-8")
        name = next(line for line in text.splitlines() if line.startswith("id = ")).split('"')[1]
        (home / folder / f"{name}.toml").write_text(text.replace(f"https://data.{profile}.example", server), "utf-8")
    return read_registry(home)


class Station:
    """A node that harvests one source of a profile. `declared`: the province has declared all of it public."""

    def __init__(
        self,
        home: Path,
        profile: str,
        server: str,
        secrets: Mapping[str, str] | None = None,
        source: str = "",
        declared: bool = False,
    ) -> None:
        registry = furnish(home, profile, server)
        shipped = registry.source(source or profile)
        assert urlsplit(shipped.url).hostname == "127.0.0.1"  # never a live host
        self.source = eased(shipped, declared)
        self.mappings = registry.mappings_of(shipped)
        self.ledger = Ledger.open(f"sqlite:///{home}/ledger.db")
        self._secrets = Secrets(secrets or {})

    def harvest(self, full: bool = True) -> Run:
        reader = harvester(self.source.protocol, self.source.endpoint(), self._secrets)
        settings = Settings(base=BASE, batch=5, today=TODAY)
        return harvest(self.source, reader, self.ledger, self.mappings, settings, full=full)

    def published(self) -> dict[str, Record]:
        """Public records by the source's key."""
        found = self.ledger.page(0, 10_000)
        return {each.record.source_record_id[0]: each.record for each in found if each.source == self.source.id}

    def states(self, *identifiers: str) -> list[tuple[str, str]]:
        """State and reason of each record."""
        query = select(item.c.key, item.c.state, item.c.reason).where(item.c.source == self.source.id)
        with self.ledger.database.read() as connection:
            known = {key: (state, reason) for key, state, reason in connection.execute(query)}
        return [known[key_of(self.source.id, identifier)] for identifier in identifiers]

    def problems(self, identifier: str) -> set[str]:
        """Codes and places of a record's problems: "date-invalid completedOn"."""
        query = select(problem.c.code, problem.c.path).where(problem.c.key == key_of(self.source.id, identifier))
        with self.ledger.database.read() as connection:
            return {f"{code} {path}" for code, path in connection.execute(query)}

    def everything(self) -> str:
        """All that is public of this node, as text: what must not get out is looked for here."""
        return msgspec.json.encode(self.ledger.page(0, 10_000)).decode()


def eased(source: Source, declared: bool) -> Source:
    """The source with impatient limits, loopback allowed for its own address, and the declaration a test makes."""
    limits = msgspec.structs.replace(source.limits, allow_private=True, backoff=0.001, timeout=5.0)
    policy = BLANKET if declared else source.disclosure
    return msgspec.structs.replace(source, limits=limits, disclosure=policy)
