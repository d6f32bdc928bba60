"""Which engine the settings name, and what is said of settings that do not go together."""

from pathlib import Path

import msgspec
import pytest

from chengguo import search_engine
from chengguo.errors import SettingsError
from chengguo.home import Home
from chengguo.settings import Search, Settings, load
from harvesters.base import OptionsError
from search.elastic_index import ElasticIndex
from search.tantivy_index import TantivyIndex

CLUSTER = Search(engine="elasticsearch", urls=("https://es1.example:9200/", "https://es2.example:9200"))


def test_tantivy_unless_said_otherwise(tmp_path: Path) -> None:
    index = search_engine.index(Home(tmp_path), Settings())
    assert isinstance(index, TantivyIndex)
    assert index.directory == tmp_path / "data" / "search"


def test_a_cluster_is_described_by_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "es.key").write_text("a-secret-key\n")
    (tmp_path / "authority.pem").touch()
    chosen = msgspec.structs.replace(CLUSTER, api_key="file:es.key", ca_file="authority.pem", shards=3, timeout=7)
    found = search_engine.cluster(Home(tmp_path), chosen)
    assert found.urls == ("https://es1.example:9200", "https://es2.example:9200")
    assert (found.credentials.api_key, found.ca_file, found.timeout) == (
        "a-secret-key",
        str(tmp_path / "authority.pem"),
        7,
    )
    assert "a-secret-key" not in repr(found)
    assert isinstance(
        search_engine.index(Home(tmp_path), Settings(search=CLUSTER)), ElasticIndex
    )  # nothing is connected
    monkeypatch.setenv("ES_PASSWORD", "a-secret-word")
    named = msgspec.structs.replace(CLUSTER, username="node", password="env:ES_PASSWORD")
    assert search_engine.cluster(Home(tmp_path), named).credentials.password == "a-secret-word"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"urls": ()}, "needs at least one"),
        ({"username": "node", "password": "a-secret-word"}, "env:NAME"),
        ({"username": "node"}, "one is given without the other"),
        ({"password": "env:HOME"}, "one is given without the other"),
        ({"username": "node", "password": "env:HOME", "api_key": "env:HOME"}, "not both"),
        ({"urls": ("http://es1.example:9200",), "ca_file": "authority.pem"}, "is not encrypted"),
        ({"ca_file": "nowhere.pem"}, "there is no file .*nowhere.pem"),
        ({"username": "node", "password": "file:nowhere"}, "nowhere cannot be read"),
        ({"api_key": "env:CHENGGUO_TEST_NOT_SET"}, "CHENGGUO_TEST_NOT_SET is not set"),
    ],
)
def test_what_does_not_go_together_is_told(tmp_path: Path, changes: dict[str, object], said: str) -> None:
    with pytest.raises((SettingsError, OptionsError), match=said) as told:
        search_engine.cluster(Home(tmp_path), msgspec.structs.replace(CLUSTER, **changes))
    assert "a-secret-word" not in str(told.value)


def test_a_client_that_is_not_installed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_engine, "find_spec", lambda name: None)
    with pytest.raises(SettingsError, match=r"chengguo\[elasticsearch\]"):
        search_engine.index(Home(tmp_path), Settings(search=CLUSTER))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('engine = "solr"', "engine"),
        ('urls = ["https://me:word@es1.example:9200"]', "urls"),
        ('urls = ["es1.example:9200"]', "urls"),
        ('index = "Chengguo*"', "index"),
        ("shards = 0", "shards"),
        ('fingerprint = "abc"', "fingerprint"),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, line: str, said: str) -> None:
    file = tmp_path / "chengguo.toml"
    file.write_text(f"[search]\n{line}\n", "utf-8")
    with pytest.raises(SettingsError, match=said):
        load(file, {})
