"""The demonstration after its first and after its second day, made once, and both served."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.node import Node, Served, serving

BASE = "http://localhost:8080"  # of a demonstration made without --port


@pytest.fixture(scope="package")
def first_day(tmp_path_factory: pytest.TempPathFactory) -> Node:
    """A demonstration that has harvested once. Read it; whoever changes something works on a copy."""
    node = Node(tmp_path_factory.mktemp("demo") / "first", BASE)
    node.run("demo", "--once", "--json")
    return node


@pytest.fixture(scope="package")
def second_day(first_day: Node) -> Node:
    """The same demonstration a day later."""
    node = copied(first_day, first_day.home.with_name("second"))
    node.run("demo", "--once", "--json")
    return node


@pytest.fixture(scope="package")
def first_served(first_day: Node) -> Iterator[Served]:
    with serving(first_day) as served:
        yield served


@pytest.fixture(scope="package")
def second_served(second_day: Node) -> Iterator[Served]:
    with serving(second_day) as served:
        yield served


def copied(node: Node, folder: Path) -> Node:
    """The home once more; the node must not be running."""
    shutil.copytree(node.home, folder)
    return Node(folder, node.base)
