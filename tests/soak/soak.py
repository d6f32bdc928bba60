"""The soak: provinces that misbehave, harvested round after round by processes that are killed at random.

    python -m tests.soak.soak [--rounds 200] [--provinces 20] [--seed 1]

At the end, after the platforms have told the truth for a few rounds, what is published must equal it, every output must equal
the ledger, nothing of a secret record may be anywhere, and no record of a province whose guard holds everything may have lost
its address to a re-keying.
"""

import argparse
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from chengguo import cli
from chengguo.home import Home, create
from federation.ledger import Ledger
from federation.verify import check
from tests.chengguo.nodes import free_port
from tests.conftest import ROOT
from tests.federation.world import ACHIEVEMENT, MAPPING
from tests.soak.addresses import lost, moved
from tests.soak.provinces import SECRET, WELL, Province, write

SOURCE = """
id = "{name}"
title = {{ zh = "{name}" }}
protocol = "json_api"
url = "http://127.0.0.1:{port}/{name}"
region = "110000"
publisher = {{ zh = "某省科学技术厅" }}
licence = "https://creativecommons.org/licenses/by/4.0/"
mappings = ["cn-xx"]
[options]
record_path = "rows"
total_path = "total"
id_path = "编号"
size = 7
deleted_path = "状态"
deleted_values = ["已删除"]
[limits]
allow_private = true
retries = 0
[guard]
{guard}
"""
LAX, USUAL, STRICT = 'records = 1000\nrekey = "keep"', "share = 0.2\nrecords = 4", "share = 0.0\nrecords = 0"
GUARDS = (LAX, USUAL, STRICT)  # of the provinces, in turn: one lets everything through, one holds whatever changes
KILLED, ACCEPTED, PROJECTED = 0.4, 0.3, 0.2  # shares of rounds
TRUTHFUL = 4  # rounds: absence counts after two, a held run is accepted in the next


class Soak:
    """A home, its provinces and what befalls them."""

    def __init__(self, home: Path, count: int, port: int, seed: int) -> None:
        self.home, self._dice = home, random.Random(seed)
        self.provinces = [Province(f"cn-{n:02}", random.Random(f"{seed}-{n}")) for n in range(count)]
        self._state = home.parent / "state.json"
        self.kills = self.held = self.moved = 0
        create(Home(home), {"harvest": {"batch_size": 5}})
        for path in (*home.glob("sources/*.toml"), *home.glob("mappings/*.toml")):
            path.unlink()
        text = MAPPING.format(id="cn-xx", version="1", kind="achievement", when="", more=ACHIEVEMENT)
        (home / "mappings" / "cn-xx.toml").write_text(text, "utf-8")
        for n, province in enumerate(self.provinces):
            source = SOURCE.format(name=province.name, port=port, guard=GUARDS[n % len(GUARDS)])
            (home / "sources" / f"{province.name}.toml").write_text(source, "utf-8")
        write(self._state, self.provinces)
        self._server = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.provinces", self._state, str(port)], cwd=ROOT
        )

    def close(self) -> None:
        self._server.kill()
        self._server.wait()

    def round(self) -> None:
        for province in self.provinces:
            province.round()
        write(self._state, self.provinces)
        self._command("harvest", "--all", *self._whole(), after=self._death())
        if self._dice.random() < ACCEPTED:
            self._accept(deadly=True)
        if self._dice.random() < PROJECTED:
            self._command("project", after=self._death())

    def tell_the_truth(self) -> None:
        for province in self.provinces:
            province.mood = WELL
        write(self._state, self.provinces)
        for _ in range(TRUTHFUL):
            self._command("harvest", "--all", "--full")
            self._accept()

    def faults(self) -> list[str]:
        """What is wrong at the end; nothing, when all is well."""
        ledger = Ledger.open(f"sqlite:///{self.home / 'data' / 'ledger.sqlite'}")
        try:
            shown: dict[str, list[str]] = {province.name: [] for province in self.provinces}
            for one in ledger.page(0, 10_000):
                shown[one.source].append(one.record.title.zh)
            wrong = [f"{p.name}: {_difference(shown[p.name], p.public())}" for p in self.provinces]
            wrong = [text for text in wrong if not text.endswith(": ")]
            wrong += [f"the ledger contradicts itself: {name}" for name, count in check(ledger).items() if count]
            wrong += lost(ledger, {p.name for n, p in enumerate(self.provinces) if GUARDS[n % len(GUARDS)] is STRICT})
            self.moved = len(moved(ledger))
        finally:
            ledger.close()
        if (code := self._command("verify")) != 0:
            wrong.append(f"verify ended with {code}")
        return wrong + self._leaks()

    def _leaks(self) -> list[str]:
        """Files of the home that hold something of a secret record, the ledger's log written back first."""
        database = sqlite3.connect(self.home / "data" / "ledger.sqlite")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.close()
        files = (path for path in self.home.rglob("*") if path.is_file())
        return [f"{path} holds a secret" for path in files if SECRET.encode() in path.read_bytes()]

    def _accept(self, *, deadly: bool = False) -> None:
        """A person accepts whatever waits, and lets re-keyed records keep their addresses."""
        ledger = Ledger.open(f"sqlite:///{self.home / 'data' / 'ledger.sqlite'}")
        try:
            last = [ledger.run_book.of(province.name, 1) for province in self.provinces]
        finally:
            ledger.close()
        for run in (runs[0] for runs in last if runs and runs[0].status == "held"):
            self.held += 1
            after = self._death() if deadly else None
            self._command("harvest", "--accept", str(run.id), "--rekey", after=after)

    def _whole(self) -> tuple[str, ...]:
        return ("--full",) if self._dice.random() < 0.5 else ()

    def _death(self) -> float | None:
        return self._dice.random() if self._dice.random() < KILLED else None

    def _command(self, *arguments: str, after: float | None = None) -> int:
        """The command in a process of its own, killed with SIGKILL `after` seconds if it still runs then."""
        child = os.fork()
        if child == 0:
            _become(*arguments, "--home", str(self.home))
        end = time.monotonic() + after if after is not None else None
        while True:
            done, status = os.waitpid(child, os.WNOHANG if end is not None else 0)
            if done:
                return os.waitstatus_to_exitcode(status)
            if end is not None and time.monotonic() > end:
                os.kill(child, signal.SIGKILL)
                self.kills += 1
                end = None
            time.sleep(0.005)


def _become(*arguments: str) -> None:
    """Never returns: the forked process is the command from here on."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        sys.argv = ["chengguo", *arguments]
        cli.main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    finally:
        os._exit(code)


def _difference(shown: list[str], true: list[str]) -> str:
    if sorted(shown) == true:
        return ""
    extra, missing = sorted(set(shown) - set(true)), sorted(set(true) - set(shown))
    return f"{len(shown)} published, {len(true)} true; extra {extra[:3]}, missing {missing[:3]} "


@contextmanager
def soaking(count: int, seed: int) -> Iterator[Soak]:
    folder = Path(tempfile.mkdtemp(prefix="chengguo-soak-"))
    soak = Soak(folder / "home", count, free_port(), seed)
    try:
        yield soak
    finally:
        soak.close()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("rounds", 200), ("provinces", 20), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen: Any = parser.parse_args()
    with soaking(chosen.provinces, chosen.seed) as soak:
        began = time.monotonic()
        for number in range(1, chosen.rounds + 1):
            soak.round()
            print(f"\rround {number}, {soak.kills} killed, {soak.held} held", end="", file=sys.stderr, flush=True)
        soak.tell_the_truth()
        wrong = soak.faults()
    told = {
        "rounds": chosen.rounds,
        "killed": soak.kills,
        "held": soak.held,
        "rekeyed": sum(province.rekeyed for province in soak.provinces),
        "led on": soak.moved,
        "seconds": round(time.monotonic() - began),
    }
    print(
        msgspec.json.encode(told | {"published": sum(len(p.public()) for p in soak.provinces), "wrong": wrong}).decode()
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
