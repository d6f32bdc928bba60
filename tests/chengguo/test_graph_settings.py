from pathlib import Path

import pytest

from chengguo.errors import SettingsError
from chengguo.home import Home, create
from chengguo.node import Node
from chengguo.settings import Graph, Settings
from federation.graph.dialect import VIRTUOSO
from federation.graph.store import SparqlStore
from harvesters.base import OptionsError

ADDRESS = "http://127.0.0.1:1/"


def opened(folder: Path, **graph: str) -> Node:
    home = Home(folder)
    create(home)
    return Node(home, Settings(graph=Graph(url=ADDRESS, **graph)))  # type: ignore[arg-type]


def test_the_store_of_others_is_spoken_to_in_its_dialect(tmp_path: Path) -> None:
    (tmp_path / "graph.password").write_text("secret\n")
    with opened(tmp_path, dialect="virtuoso", user="writer", password="file:graph.password") as node:
        assert node.graph_parts() == []
        with node.outputs(served=True) as outputs:
            store = outputs[1]
            assert isinstance(store, SparqlStore)
            assert (store.dialect, store.address.url()) == (VIRTUOSO, ADDRESS.rstrip("/"))
            assert "secret" not in repr(vars(store))


@pytest.mark.parametrize(
    ("password", "error"), [("secret", SettingsError), ("", SettingsError), ("env:NOWHERE_SET", OptionsError)]
)
def test_a_password_is_only_ever_named(tmp_path: Path, password: str, error: type[Exception]) -> None:
    with opened(tmp_path, user="writer", password=password) as node:
        assert node.graph_reader()  # reading needs none
        with pytest.raises(error, match="password") as caught, node.outputs(served=True):
            pass
        assert "secret" not in str(caught.value).replace("the secret is kept", "")
