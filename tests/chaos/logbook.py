"""What the services logged as errors during one story, counted instead of printed."""

from collections import Counter
from collections.abc import MutableMapping
from typing import Any, Final

import structlog

from sync_kit.logs import describe_exception

WORTH_NOTING: Final = frozenset({"error", "critical"})


def keep_logbook() -> Counter[str]:
    """From here on nothing is printed; errors are counted by their words and where they came from."""
    logbook: Counter[str] = Counter()

    def note(_: object, method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if method in WORTH_NOTING:
            described = describe_exception(None, method, dict(event))
            logbook[f"{event.get('event')}: {_summarise(described.get('exception'))}"] += 1
        raise structlog.DropEvent

    structlog.configure(processors=[note], cache_logger_on_first_use=False)
    return logbook


def _summarise(exception: object) -> str:
    if not isinstance(exception, list):
        return ""
    return " <- ".join(
        f"{each['type']} {each.get('message', '')} at {' '.join(each['places'][-2:])}" for each in exception
    )
