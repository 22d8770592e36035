"""Which start date to propose: books that are locked, and months that are closed, stay as people left them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, Final

LOCK_DATE_FACTS: Final = ("period_lock_date", "end_of_year_lock_date")


def find_lock_date(facts: Mapping[str, Any]) -> date | None:
    """The later of Xero's two lock dates, as the writer told them; None when neither is set or known."""
    dates = [date.fromisoformat(str(facts[name])[:10]) for name in LOCK_DATE_FACTS if facts.get(name)]
    return max(dates, default=None)


def propose_start_date(today: date, lock_date: date | None) -> date:
    """The day after the lock date or the first of this month, whichever is later."""
    first_of_month = today.replace(day=1)
    return max(first_of_month, lock_date + timedelta(days=1)) if lock_date is not None else first_of_month
