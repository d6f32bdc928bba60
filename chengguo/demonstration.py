"""The demonstration: fictional provinces on this machine, harvested into a home, ready to be served."""

import contextlib
from collections.abc import Iterator, Sequence

import msgspec

from chengguo import home as homes
from chengguo.demo import servers
from chengguo.harvesting import Outcome
from chengguo.home import Home
from chengguo.node import Node
from federation.source import Source

ALL = 2  # complete passes without a record before it is withdrawn (contract: absence must be seen twice)


def prepare(home: Home, port: int) -> bool:
    """Make the home when there is none; whether it was made. Its permanent IRIs begin with the portal's address."""
    if home.settings_file.is_file():
        return False
    homes.create(
        home,
        {
            "site": {
                "base_url": f"http://localhost:{port}",
                "title_zh": "科技成果开放平台（虚构演示）",
                "title_en": "Open Achievements (fictional demonstration)",
                "demo": True,
            },
            "http": {"port": port},
        },
        demonstration=True,
    )
    return True


def sources(node: Node) -> list[Source]:
    """The fictional sources of the home."""
    return [source for source in node.registry.sources.values() if source.fictional]


def day(node: Node, fictional: Sequence[Source]) -> int:
    """1 until every listing was harvested once; then 2, on which some records were corrected, deleted or classified."""
    return 2 if all(node.ledger.source(source.id).last_success for source in fictional) else 1


@contextlib.contextmanager
def provinces(number: int) -> Iterator[servers.Platforms]:
    """The provinces' platforms, as they are on that day."""
    with servers.running(lambda: number) as platforms:
        yield platforms


def located(source: Source, platforms: servers.Platforms) -> Source:
    """The source where the platforms listen now: their usual port may have been taken."""
    usual = f"http://{servers.HOST}:{servers.PORT}"
    return msgspec.structs.replace(source, url=source.url.replace(usual, platforms.url))


def changes(outcomes: Sequence[Outcome]) -> dict[str, int]:
    """What the passes changed in public, in sum."""
    names = ("published", "changed", "withdrawn")
    return {name: sum(getattr(o.run.counts, name) for o in outcomes if o.run) for name in names}
