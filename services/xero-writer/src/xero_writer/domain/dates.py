"""Due dates: the CRM's, else Xero's payment terms, else the mapping's days (Xero: PaymentTerms)."""

import calendar
from datetime import date, timedelta

from xero_writer.domain.reference import Terms


def due_from_terms(dated: date, terms: Terms) -> date | None:
    """The due date that Xero itself would set; None for terms of an unknown kind or a day that no month has."""
    if terms.type == "DAYSAFTERBILLDATE":
        return dated + timedelta(days=terms.day)
    if terms.type == "DAYSAFTERBILLMONTH":
        return _day_of_month(dated, 0, 31) + timedelta(days=terms.day)
    if not 1 <= terms.day <= 31:
        return None
    if terms.type == "OFCURRENTMONTH":
        return _day_of_month(dated, 0, terms.day)
    if terms.type == "OFFOLLOWINGMONTH":
        return _day_of_month(dated, 1, terms.day)
    return None


def find_due_date(
    dated: date, crm_due: date | None, contact_terms: Terms | None, sales_terms: Terms | None, due_days: int | None
) -> date | None:
    """The first that is said: the CRM, the contact's terms, the organisation's terms, the mapping's days."""
    if crm_due is not None:
        return crm_due
    for terms in (contact_terms, sales_terms):
        due = due_from_terms(dated, terms) if terms is not None else None
        if due is not None:
            return due
    return dated + timedelta(days=due_days) if due_days is not None else None


def _day_of_month(dated: date, months_later: int, day: int) -> date:
    months = dated.year * 12 + dated.month - 1 + months_later
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))
