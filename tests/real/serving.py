"""The three listings on loopback, and a home whose sources read them."""

import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.harvesters.servers.ckan import ckan
from tests.harvesters.servers.oai import OaiServer, oai
from tests.harvesters.servers.web import Asked, Reply, serving
from tests.real.listings import chinaxiv, data_gov, nssfc

RECIPE = Path(__file__).resolve().parents[2] / "config" / "recipes" / "real-data"
URL = re.compile(r'^url = ".*"$', re.MULTILINE)


class Listings:
    """Addresses by source, and the repository itself, so that a test may delete from it."""

    def __init__(self, repository: OaiServer, urls: dict[str, str]) -> None:
        self.repository = repository
        self.urls = urls


@contextmanager
def listings(shared: Path, every: int = 1) -> Iterator[Listings]:
    """The real listings (every nth record of each), answering until the block ends."""
    table = nssfc(shared, every)

    def csv(asked: Asked) -> Reply:
        if asked.path != "/nssfc.csv":
            return Reply(status=404)
        return Reply(table, media_type="text/csv; charset=gb2312")

    with ExitStack() as stack:
        repository = stack.enter_context(oai(chinaxiv(shared, every), page_size=200))
        portal = stack.enter_context(ckan(data_gov(shared, every)))
        files = stack.enter_context(serving(csv))
        urls = {"chinaxiv": repository.url, "data-gov": portal.url, "nssfc": f"{files.url}/nssfc.csv"}
        yield Listings(repository, urls)


def furnish(home: Path, urls: dict[str, str]) -> None:
    """Put the recipe's sources and mappings into a home, each source with its address of today."""
    for folder in ("sources", "mappings"):
        shutil.rmtree(home / folder, ignore_errors=True)
        shutil.copytree(RECIPE / folder, home / folder)
    for path in (home / "sources").glob("*.toml"):
        if path.stem not in urls:  # served by nobody here
            path.unlink()
    for name, url in urls.items():
        path = home / "sources" / f"{name}.toml"
        path.write_text(URL.sub(f'url = "{url}"', path.read_text("utf-8")), "utf-8")
