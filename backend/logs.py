"""Structured logs: one JSON object a line on standard output, whoever writes it."""

from __future__ import annotations

import logging
import sys

import structlog

LIBRARIES = ("uvicorn", "uvicorn.error", "uvicorn.access", "celery", "celery.beat", "celery.worker")


def configure_logs(process: str, environment: str) -> None:
    """Write the service's own events and those of the libraries in the same shape."""

    def origin(_: object, __: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
        return {"process": process, "environment": environment, **event}

    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        origin,
    ]
    render = structlog.processors.JSONRenderer(sort_keys=False, ensure_ascii=False, default=str)
    structlog.configure(
        processors=[*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, render],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name in LIBRARIES:
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = True
    # The access line is ours, and these two write one for each call to a neighbour.
    for name in ("uvicorn.access", "httpx", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
