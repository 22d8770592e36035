"""Which statuses purchase orders and quotes may be born with, take next, and be edited in.

The documents list the statuses and leave the steps open: the switches `purchase_order_statuses` and `quote_statuses`
choose between the steps that Xero's pages offer and the little that is known to fail (a quote is not declined from
DRAFT or ACCEPTED: field report of 2026).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vendor_sandbox.core.switches import Switches


@dataclass(frozen=True, slots=True)
class StatusMachine:
    """`steps`: status -> the other statuses that may follow. `editable`: where the content may change."""

    born: frozenset[str]
    steps: Mapping[str, frozenset[str]]
    editable: frozenset[str]

    def allows(self, before: str, wanted: str) -> bool:
        """May a document in one status be written with this one?"""
        return before in self.editable if wanted == before else wanted in self.steps[before]


def _make_loose(statuses: frozenset[str], never: frozenset[tuple[str, str]]) -> StatusMachine:
    """Any status after any other, except out of DELETED and what is named."""
    living = statuses - {"DELETED"}
    steps = {
        before: frozenset(after for after in statuses - {before} if (before, after) not in never) for before in living
    }
    return StatusMachine(living, {**steps, "DELETED": frozenset()}, living)


_ORDERS_STRICT = StatusMachine(
    born=frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"}),
    steps={
        "DRAFT": frozenset({"SUBMITTED", "AUTHORISED", "DELETED"}),
        "SUBMITTED": frozenset({"DRAFT", "AUTHORISED", "DELETED"}),
        "AUTHORISED": frozenset({"BILLED", "DELETED"}),
        "BILLED": frozenset(),
        "DELETED": frozenset(),
    },
    editable=frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"}),
)
_ORDERS_LOOSE = _make_loose(frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"}), frozenset())
_QUOTES_STRICT = StatusMachine(
    born=frozenset({"DRAFT", "SENT"}),
    steps={
        "DRAFT": frozenset({"SENT", "DELETED"}),
        "SENT": frozenset({"DRAFT", "ACCEPTED", "DECLINED", "DELETED"}),
        "ACCEPTED": frozenset({"SENT", "INVOICED", "DELETED"}),
        "DECLINED": frozenset({"SENT", "DELETED"}),
        "INVOICED": frozenset(),
        "DELETED": frozenset(),
    },
    editable=frozenset({"DRAFT", "SENT"}),
)
_QUOTES_LOOSE = _make_loose(
    frozenset({"DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"}),
    frozenset({("DRAFT", "DECLINED"), ("ACCEPTED", "DECLINED")}),
)


def choose_order_machine(switches: Switches) -> StatusMachine:
    """The machine of purchase orders."""
    return _ORDERS_STRICT if switches.purchase_order_statuses == "strict" else _ORDERS_LOOSE


def choose_quote_machine(switches: Switches) -> StatusMachine:
    """The machine of quotes."""
    return _QUOTES_STRICT if switches.quote_statuses == "strict" else _QUOTES_LOOSE
