"""Lock dates: nothing dated on or before them may be posted or changed.

Both messages may appear together. DRAFT and SUBMITTED documents may be created in a locked period,
since they post nothing (field reports); they may not be edited there.
"""

from __future__ import annotations

from datetime import date

from vendor_sandbox.xero.dates import render_lock_date
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.refusals import Problems


def add_lock_problems(organisation: Organisation, day: date, problems: Problems) -> None:
    """Add a message for each lock date that covers this day."""
    period, year_end = organisation.period_lock_date, organisation.end_of_year_lock_date
    if period is not None and day <= period:
        problems.add(
            f"The document date cannot be before the period lock date, currently set at {render_lock_date(period)}"
        )
    if year_end is not None and day <= year_end:
        problems.add(
            "The document date cannot be before the end of year lock date, "
            f"currently set at {render_lock_date(year_end)}"
        )
