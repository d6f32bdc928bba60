"""Any history of a source: replaying the change log gives the published set, and an output that follows has it too."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from federation.ledger import Ledger
from federation.projector import Projector
from federation.source import Guard
from federation.verify import verify
from federation.views import Event
from tests.federation.world import Output, World, good, source

KEYS = ("1", "2", "3", "4")
ACTIONS = st.sampled_from(["甲", "乙", "delete", "secret", "blank", "held", "invalid", "closed", "takedown", "skip"])
STEP = st.fixed_dictionaries(dict.fromkeys(KEYS, ACTIONS))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("template") / "ledger.db"
    Ledger.open(f"sqlite:///{path}").close()
    return path


@contextmanager
def copy_of(template: Path) -> Iterator[Ledger]:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger.open(f"sqlite:///{shutil.copy(template, folder)}")
        try:
            yield ledger
        finally:
            ledger.close()


def body(action: str) -> Any:
    return {
        "delete": None,
        "secret": good(密级="秘密"),
        "blank": good(密级=None),
        "held": good(审查结论=None),
        "invalid": good(""),
        "closed": good(公开属性="不予公开"),
    }.get(action, good(action))


def expected(before: dict[str, str], step: dict[str, str], down: set[str]) -> dict[str, str]:
    after = dict(before)
    for key, action in step.items():
        if key in down or action == "takedown":
            after.pop(key, None)
        elif action in ("甲", "乙"):
            after[key] = action
        elif action not in ("skip", "invalid"):
            after.pop(key, None)
    return after


def play(world: World, step: dict[str, str], down: set[str]) -> None:
    for key, action in step.items():
        if action == "takedown" and world.ledger.record(world.iri(key)) is not None:
            world.ledger.desk.take_down(world.iri(key), "1", officer="李四")
            down.add(key)
    told = {key: body(action) for key, action in step.items() if action not in ("skip", "takedown")}
    world.harvest(told, complete=False)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(history=st.lists(STEP, min_size=1, max_size=6))
def test_the_log_replayed_is_the_published_set(template: Path, history: list[dict[str, str]]) -> None:
    with copy_of(template) as ledger:
        world = World(ledger)
        world.source = source(guard=Guard(share=1.0, records=1000))
        output, down, model = Output(), set[str](), dict[str, str]()
        projector = Projector(ledger, [output], batch=3)
        for step in history:
            play(world, step, down)
            model = expected(model, step, down)
            assert world.titles() == model
            projector.catch_up()
        assert replayed(ledger) == {r.iri: r.version for r in ledger.page(0, 100)}
        verdict = verify(ledger, [output])
        assert verdict.equal, verdict


def replayed(ledger: Ledger) -> dict[str, int]:
    alive: dict[str, int] = {}
    for change in ledger.changes(0, 10_000):
        if change.event is Event.WITHDRAWN:
            del alive[change.iri]
        else:
            assert (change.event is Event.CHANGED) == (change.iri in alive)
            alive[change.iri] = change.version
    return alive
