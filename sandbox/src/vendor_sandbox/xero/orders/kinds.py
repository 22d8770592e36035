"""What tells a purchase order from a quote for the rules that both share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.body_shapes import Sent, Shape
from vendor_sandbox.xero.invoices.line_rules import LineNeeds
from vendor_sandbox.xero.orders.records import Order, OrderBook
from vendor_sandbox.xero.orders.status_machine import StatusMachine
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

T = TypeVar("T", bound=Order)


@dataclass(frozen=True, slots=True)
class OrderKind(Generic[T]):
    """One kind. `apply_head` sets what only this kind has; `reset_for_update` and `is_resent_whole` are about quotes,
    whose updates replace what they leave out (switches `quote_update`, `quote_update_needs`)."""

    plural: str
    id_name: str
    number_name: str
    word: str
    number_prefix: str
    not_unique: str
    shape: Shape
    get_book: Callable[[Organisation], OrderBook[T]]
    choose_machine: Callable[[Switches], StatusMachine]
    find_line_needs: Callable[[Switches, str], LineNeeds]
    find_action: Callable[[set[str]], str]
    make: Callable[..., T]
    copy: Callable[[T], T]
    apply_head: Callable[[WriteContext, T, Sent, Problems], None]
    reset_for_update: Callable[[Switches, T], None]
    is_resent_whole: Callable[[Switches], bool]
    show: Callable[[Organisation, T, int], dict[str, Any]]

    @property
    def not_valid_for_modification(self) -> str:
        """The refusal of a status that may not follow."""
        return f"{self.word} not of valid status for modification"
