"""The project's own virtual environment: made once, brought up to date when its declarations change.

Imported by the other scripts; needs nothing but Python.
"""

import hashlib
import os
import subprocess
import sys
import time
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
DECLARATIONS = (ROOT / "pyproject.toml", ROOT / "constraints.txt")
TRIES = 4


def say(text: str) -> None:
    """What a script is doing: on standard error, so that `scripts/demo --json` prints JSON alone."""
    print(f"==> {text}", file=sys.stderr, flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> int:
    """Run a command in the project's root, its output passed through; the exit code."""
    return subprocess.run([str(c) for c in command], cwd=ROOT, env=env, check=False).returncode


def retried(what: str, *command: str | Path) -> None:
    """Run a command that downloads: registries fail now and then. Ends the script when it keeps failing."""
    for attempt in range(1, TRIES + 1):
        if run(*command) == 0:
            return
        if attempt < TRIES:
            say(f"{what} failed, trying again ({attempt} of {TRIES - 1})")
            time.sleep(3 * attempt)
    sys.exit(f"{what} failed {TRIES} times; the last output above says why")


def ensure(extras: str = "dev") -> Path:
    """The environment's Python, with the product (editable) and an extra, if any, installed as constraints.txt pins them."""
    if sys.version_info < (3, 11):  # noqa: UP036 - this runs before anything could refuse to be installed
        sys.exit(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
    stamp = VENV / f".installed-{extras or 'product'}"
    wanted = _fingerprint(extras)
    if stamp.exists() and stamp.read_text() == wanted:
        return PYTHON
    if not PYTHON.exists():
        say("making the virtual environment .venv")
        venv.create(VENV, with_pip=True)
    say(f"installing the product{f' and what its {extras} work needs' if extras else ''} (pinned in constraints.txt)")
    pip = (PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", "constraints.txt")
    retried("installing", *pip, "-e", f".[{extras}]" if extras else ".")
    stamp.write_text(wanted)
    return PYTHON


def _fingerprint(extras: str) -> str:
    parts = [extras.encode(), sys.version.encode(), *(path.read_bytes() for path in DECLARATIONS)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def on_ci() -> bool:
    return os.environ.get("CI", "").lower() in ("1", "true", "yes")
