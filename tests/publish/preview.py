"""The portal over the samples on loopback, to look at pages: `python -m tests.publish.preview [PORT]`."""

import sys
import tempfile
from dataclasses import replace

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from federation.ledger import Ledger
from publish.app import create_app
from tests.publish import fakes


def application() -> Starlette:
    folder = tempfile.TemporaryDirectory(prefix="chengguo-preview-")
    following = Ledger.open(f"sqlite:///{folder.name}/ledger.db").subscriptions
    app = create_app(replace(fakes.services(), following=following))
    app.state.folder = folder  # lives as long as the application
    return app


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    Granian(
        "tests.publish.preview:application", factory=True, address="127.0.0.1", port=port, interface=Interfaces.ASGI
    ).serve()


if __name__ == "__main__":
    main()
