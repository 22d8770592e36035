"""What every story would do again, done once before the fork: statements compiled by one process serve its children."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.util import LRUCache
from tests.chaos.replacing import replace

from sync_kit.store import lines

MOST_STATEMENTS = 5000


def share_compiled_statements() -> None:
    """All engines of this process and of its forks keep their compiled statements in one place."""
    shared: LRUCache[Any, Any] = LRUCache(MOST_STATEMENTS)
    create: Callable[..., Engine] = lines.create_engine  # type: ignore[attr-defined]

    def create_engine(*args: Any, **options: Any) -> Engine:
        engine = create(*args, **options)
        engine._compiled_cache = shared
        return engine

    replace(lines, "create_engine", create_engine)
