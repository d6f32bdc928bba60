"""The search index that the settings name. Engines are imported when they are asked for: each takes a while, and few
commands need one."""

from importlib.util import find_spec
from typing import TYPE_CHECKING, cast

from chengguo.errors import SettingsError
from chengguo.home import Home
from chengguo.references import resolved
from chengguo.settings import Search, Settings
from harvesters.secrets import Secrets
from search.base import SearchIndex

if TYPE_CHECKING:
    from search.elastic_client import Cluster


def index(home: Home, settings: Settings) -> SearchIndex:
    """The node's index; nothing is opened yet. Raises SettingsError, OptionsError for a secret that is not there."""
    from chengguo.language import spoken

    chosen = settings.search
    found = cluster(home, chosen) if chosen.engine == "elasticsearch" else None
    known = spoken(home)
    if found is not None:
        from search.elastic_index import ElasticIndex

        return ElasticIndex(
            found,
            index=chosen.index,
            shards=chosen.shards,
            replicas=chosen.replicas,
            language=known.language,
            speller=known.speller,
        )
    from search.tantivy_index import TantivyIndex

    directory = home.search_directory(settings)
    return cast(SearchIndex, TantivyIndex(directory, language=known.language, speller=known.speller))


def cluster(home: Home, chosen: Search) -> "Cluster":
    """The Elasticsearch cluster of the settings. Raises SettingsError, OptionsError."""
    if find_spec("elasticsearch") is None:
        raise SettingsError(
            '[search] engine: "elasticsearch" needs its client: install chengguo[elasticsearch] into this environment'
        )
    from search.elastic_client import Cluster, Credentials

    _check(home, chosen)
    secrets = Secrets(folder=home.root)
    return Cluster(
        tuple(url.rstrip("/") for url in chosen.urls),
        Credentials(
            api_key=_secret(secrets, "api_key", chosen.api_key),
            username=chosen.username,
            password=_secret(secrets, "password", chosen.password),
        ),
        ca_file=str(home.root / chosen.ca_file) if chosen.ca_file else "",
        fingerprint=chosen.fingerprint,
        timeout=float(chosen.timeout),
    )


def _check(home: Home, chosen: Search) -> None:
    """Raises SettingsError naming what does not go together."""
    if not chosen.urls:
        raise SettingsError('[search] urls: engine = "elasticsearch" needs at least one, such as ["https://es1:9200"]')
    plain = [url for url in chosen.urls if url.startswith("http://")]
    if plain and (chosen.ca_file or chosen.fingerprint):
        raise SettingsError(f"[search] urls: {plain[0]} is not encrypted, and ca_file or fingerprint ask for https://")
    if chosen.ca_file and not (home.root / chosen.ca_file).is_file():
        raise SettingsError(f"[search] ca_file: there is no file {home.root / chosen.ca_file}")
    if chosen.api_key and chosen.username:
        raise SettingsError("[search] api_key and username: give one of them, not both")
    if bool(chosen.username) != bool(chosen.password):
        raise SettingsError("[search] username and password: one is given without the other")


def _secret(secrets: Secrets, name: str, reference: str) -> str:
    return resolved(secrets, "search", name, reference).reveal() if reference else ""
