"""python -m tests.real HOME: serve the real listings until Ctrl-C, with HOME (made by `chengguo init`) reading them."""

import os
import sys
import threading
from pathlib import Path

from tests.conftest import ROOT
from tests.real.serving import furnish, listings


def main() -> int:
    if len(sys.argv) != 2 or not (home := Path(sys.argv[1])).is_dir():
        print("usage: python -m tests.real HOME    (make one with: chengguo init HOME)", file=sys.stderr)
        return 2
    shared = Path(os.environ.get("CHENGGUO_SHARED", ROOT.parent / "shared"))
    with listings(shared) as found:
        furnish(home, found.urls)
        print(*(f"{name}: {url}" for name, url in found.urls.items()), "Ctrl-C ends them.", sep="\n", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0
    return 0


if __name__ == "__main__":
    sys.exit(main())
