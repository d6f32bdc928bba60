"""A child of `serve` that is killed is replaced, and the node answers as before."""

from pathlib import Path

from tests.chengguo.processes import eventually
from tests.end_to_end.conftest import copied
from tests.end_to_end.node import Node, serving


def test_a_child_that_is_killed_comes_back(first_day: Node, tmp_path: Path) -> None:
    node = copied(first_day, tmp_path / "home")
    with serving(node) as served:
        total = served.portal.search()["total"]
        for victim in ("chengguo project", "chengguo match --follow", "oxigraph serve", "chengguo.web"):
            before = eventually(lambda v=victim: served.children(v), f"{victim} to run")  # type: ignore[misc]
            for child in before:  # of the web server its workers too
                child.kill()
            gone = {child.pid for child in before}
            eventually(lambda v=victim, g=gone: {c.pid for c in served.children(v)} - g, f"{victim} again")  # type: ignore[misc]
            eventually(served.portal.answers, "a ready node")
            assert served.portal.search()["total"] == total
            assert len(served.portal.select("SELECT ?s WHERE { GRAPH ?s { ?s a ?class } } LIMIT 3")) == 3
        assert node.json("verify")["equal"] is True
        assert served.interrupt() == 0
