"""What a tenant has decided about its syncs: from which date on, which modules go, and into which books."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from sync_kit.contracts.vocabulary import DEFAULT_MODULES, MODULE_ORDER, Direction, Module, Sending

DEFAULT_DIRECTIONS: Final[Mapping[Module, Direction]] = {
    module: Direction.TO_XERO if module in DEFAULT_MODULES else Direction.OFF for module in MODULE_ORDER
}


def complete_directions(chosen: Mapping[Module, Direction]) -> Mapping[Module, Direction]:
    """All eight modules in their order: what was chosen, the defaults for the rest."""
    return {module: chosen.get(module, default) for module, default in DEFAULT_DIRECTIONS.items()}


@dataclass(frozen=True)
class SyncSettings:
    """What a tenant has decided. No start date and no go-ahead: nothing is written."""

    books_start_date: date | None = None
    directions: Mapping[Module, Direction] = field(default_factory=lambda: dict(DEFAULT_DIRECTIONS))
    sending: Sending = Sending.USED
    go_ahead_xero_tenant_id: str | None = None
    updated_at: datetime | None = None

    @property
    def modules(self) -> tuple[Module, ...]:
        """The modules that are switched on, parents first."""
        return order_modules(module for module, way in self.directions.items() if way != Direction.OFF)


def order_modules(modules: Iterable[Module]) -> tuple[Module, ...]:
    """Each module once, parents first."""
    chosen = set(modules)
    return tuple(module for module in MODULE_ORDER if module in chosen)
