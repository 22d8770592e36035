"""Events in: none. Who a tenant is and what it is connected to is decided here, and the others are told.

The table is here all the same, since every service says in this place what it listens to.
"""

from collections.abc import Mapping
from typing import Final

from sync_kit.consumer import Handler
from sync_kit.contracts.events import Event

HANDLERS: Final[Mapping[type[Event], Handler]] = {}
