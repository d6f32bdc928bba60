"""What the processes tell, on standard error: readable on a terminal, one JSON object per line elsewhere."""

import logging
import sys
from typing import Any

import structlog

from chengguo.settings import Log


def configure(settings: Log, terminal: bool | None = None) -> None:
    """Send structlog's and the standard library's messages to one place. Call once per process."""
    for_people = settings.format == "console" or (
        settings.format == "auto" and (sys.stderr.isatty() if terminal is None else terminal)
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: Any = (
        structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *([] if for_people else [structlog.processors.format_exc_info]),
                renderer,
            ],
        )
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(settings.level.upper())
    for noisy in ("urllib3", "alembic", "asyncio", "elastic_transport"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
