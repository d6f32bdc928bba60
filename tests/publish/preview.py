"""The portal over the samples on loopback, to look at pages: `python -m tests.publish.preview [PORT]`."""

import sys

from granian import Granian
from granian.constants import Interfaces
from starlette.applications import Starlette

from publish.app import create_app
from tests.publish import fakes


def application() -> Starlette:
    return create_app(fakes.services())


def main() -> None:
    port = int(sys.argv[1]) if len(sys.argv) > 1 else 8080
    Granian(
        "tests.publish.preview:application", factory=True, address="127.0.0.1", port=port, interface=Interfaces.ASGI
    ).serve()


if __name__ == "__main__":
    main()
