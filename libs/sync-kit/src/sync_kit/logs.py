"""Logs: one line of JSON per event on standard output, for our own code and for the libraries alike.

They hold ids and figures. An exception is told by its type and its places in the code; its text only if it is one of
our own errors, since the texts of others quote values (a validation error quotes its input, a database error its
parameters).
"""

import logging
import sys
import traceback
from collections.abc import MutableMapping
from contextlib import AbstractContextManager
from pathlib import PurePath
from typing import Any, TextIO, cast

import structlog
from structlog.contextvars import bound_contextvars, merge_contextvars

from sync_kit.errors import SyncError
from sync_kit.redaction import redact_event, redact_text

_QUIET_LIBRARIES = ("httpx", "httpcore", "aiosqlite", "sqlalchemy", "alembic", "aiokafka", "asyncio", "uvicorn.access")
_LIBRARIES_THAT_REPEAT = ("aiokafka",)
"""These log each failed attempt, fifty a second while a broker is away."""
_REPEAT_SECONDS = 60.0
_MAX_FRAMES = 12
_MAX_CHAIN = 5


def configure_logging(level: str = "INFO", *, service: str | None = None, stream: TextIO | None = None) -> None:
    """Send all logs of this process as JSON lines to `stream` (standard output by default).

    `service` is put on every line; leave it out where several services share a process.
    """

    def add_service(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if service is not None:
            event.setdefault("service", service)
        return event

    before: list[structlog.types.Processor] = [
        merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        add_service,
        describe_exception,
    ]
    structlog.configure(
        processors=[*before, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[*before, keep_first_line],
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            redact_event,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(formatter)
    handler.addFilter(_OnceAMinute())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in _QUIET_LIBRARIES:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


class _OnceAMinute(logging.Filter):
    """Lets a library's line of one kind through once a minute, whatever stands in it."""

    def __init__(self) -> None:
        super().__init__()
        self._last_at: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith(_LIBRARIES_THAT_REPEAT):
            return True
        kind = (record.name, str(record.msg))
        last_at = self._last_at.get(kind)
        if last_at is not None and 0 <= record.created - last_at < _REPEAT_SECONDS:
            return False
        self._last_at[kind] = record.created
        return True


def get_logger(name: str) -> structlog.stdlib.BoundLogger:
    """A logger; log ids and figures as keywords: `log.info("page_read", rows=200)`."""
    return structlog.stdlib.get_logger(name)


def bind_context(**ids: str | int) -> AbstractContextManager[None]:
    """Put these ids on every line logged inside the context, in this task and those that it starts."""
    return cast(AbstractContextManager[None], bound_contextvars(**ids))


def describe_error(error: BaseException) -> list[dict[str, object]]:
    """An error and its causes, the outermost first: type, places in the code, and the text of our own errors."""
    chain: list[dict[str, object]] = []
    current: BaseException | None = error
    while current is not None and len(chain) < _MAX_CHAIN:
        chain.append(_describe(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return chain


def describe_exception(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log processor: `exc_info` becomes what `describe_error` says of it."""
    exc_info = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if not exc_info:
        return event
    error = _find_error(exc_info)
    if error is not None:
        event["exception"] = describe_error(error)
    return event


def keep_first_line(_: object, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Log processor for libraries: asyncio, for one, writes the `repr` of exceptions below its first line."""
    event["event"] = str(event.get("event", "")).split("\n", 1)[0]
    return event


def _find_error(exc_info: object) -> BaseException | None:
    if isinstance(exc_info, BaseException):
        return exc_info
    if isinstance(exc_info, tuple):
        return cast("BaseException | None", exc_info[1])
    return sys.exc_info()[1]


def _describe(error: BaseException) -> dict[str, object]:
    frames = traceback.extract_tb(error.__traceback__)[-_MAX_FRAMES:]
    places = [f"{PurePath(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    described: dict[str, object] = {"type": type(error).__name__, "places": places}
    if isinstance(error, SyncError):
        described["message"] = redact_text(str(error))
    if isinstance(error, BaseExceptionGroup):
        described["inside"] = [_describe(inner) for inner in error.exceptions[:_MAX_CHAIN]]
    return described
