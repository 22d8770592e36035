"""One way to hold a record: every reason at once, worst first, and the outcome that follows from them."""

from collections.abc import Collection

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.reason_order import order_reasons, outcome_of
from xero_writer.domain.verdicts import Held


def hold(reasons: Collection[Reason], label: RecordLabel) -> Held:
    """Held for all these reasons."""
    ordered = order_reasons(reasons)
    return Held(outcome_of(ordered), ordered, label)
