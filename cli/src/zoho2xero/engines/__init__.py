"""Real PostgreSQL and real Apache Kafka on loopback, from whatever the machine has.

`start_engines` and `throwaway_engines` are what others use; `zoho2xero engines` is the same on the command line.
"""

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.starting import (
    Engine,
    Engines,
    list_engines,
    start_engines,
    stop_engines,
    throwaway_engines,
)

__all__ = ["Engine", "EngineError", "Engines", "list_engines", "start_engines", "stop_engines", "throwaway_engines"]
