"""Reads a line's tracking. What an unknown option does is open (switch `unknown_tracking`)."""

from __future__ import annotations

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Tracking
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext


def read_tracking(context: WriteContext, sent: list[Sent], position: int, problems: Problems) -> tuple[Tracking, ...]:
    """The choices that exist; the others are refused or dropped, by switch."""
    found: list[Tracking] = []
    for entry in sent:
        tracking = _find_tracking(context.organisation, entry)
        if tracking is not None:
            found.append(tracking)
        elif context.switches.unknown_tracking == "error":
            problems.add_line(position, "The tracking category or option is not valid")
    if len({tracking.category_id for tracking in found}) < len(found):
        problems.add_line(position, "A tracking category may be used only once for each line")
    return tuple(found)


def _find_tracking(organisation: Organisation, entry: Sent) -> Tracking | None:
    category_id, name = entry.find_text("TrackingCategoryID"), (entry.find_text("Name") or "").casefold()
    option_id, option = entry.find_text("TrackingOptionID"), (entry.find_text("Option") or "").casefold()
    for category in organisation.tracking.values():
        named = category.category_id == category_id or (category_id is None and category.name.casefold() == name)
        if not named or category.status != "ACTIVE":
            continue
        for candidate in category.options:
            same = candidate.option_id == option_id or (option_id is None and candidate.name.casefold() == option)
            if same and candidate.status == "ACTIVE":
                return Tracking(category.category_id, candidate.option_id, category.name, candidate.name)
    return None
