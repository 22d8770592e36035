"""For tests only: clocks, engines, identities and the other ends of wires. Services never import this."""

from sync_kit.testing.api import ApiAnswer, ApiClient
from sync_kit.testing.clock import ManualClock
from sync_kit.testing.engines import memory_bus, open_test_store
from sync_kit.testing.issuing import SERVICE_KEY, TokenIssuer
from sync_kit.testing.scripted import ScriptedServer, answer_json

__all__ = [
    "SERVICE_KEY",
    "ApiAnswer",
    "ApiClient",
    "ManualClock",
    "ScriptedServer",
    "TokenIssuer",
    "answer_json",
    "memory_bus",
    "open_test_store",
]
