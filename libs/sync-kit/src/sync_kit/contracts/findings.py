"""The closed, published catalogue of readiness findings: what is wrong with a set-up, in words for people.

A finding is about the tenant's set-up, not about one record; records that would be held are told by their reasons.
Readiness is green while no finding stops it.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from sync_kit.contracts.reasons import WhoActs, fill


class Severity(StrEnum):
    """STOPS: nothing may be written before it is mended. WARNS: worth a look."""

    STOPS = "stops"
    WARNS = "warns"


class Finding(BaseModel):
    """One finding: the code and the facts of its sentence."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    code: str
    facts: Mapping[str, Any] = Field(default_factory=dict)


class FindingEntry(BaseModel):
    """One line of the catalogue. `sentence` and `what_to_do` hold {facts}."""

    model_config = ConfigDict(frozen=True)

    code: str
    severity: Severity
    sentence: str
    who: WhoActs
    what_to_do: str


def _entry(code: str, severity: Severity, sentence: str, who: WhoActs, what_to_do: str) -> FindingEntry:
    return FindingEntry(code=code, severity=severity, sentence=sentence, who=who, what_to_do=what_to_do)


STOPS, WARNS = Severity.STOPS, Severity.WARNS
SALES, ACCOUNTS, ADMIN, NOBODY = WhoActs.SALES, WhoActs.ACCOUNTS, WhoActs.ADMIN, WhoActs.NOBODY

# fmt: off
FINDINGS: Final[Mapping[str, FindingEntry]] = {entry.code: entry for entry in (
    _entry("module_unreadable", STOPS, "The connected CRM user may not read {module}.", ADMIN, "Give that right in Zoho CRM, connect as somebody who has it, or switch the module off in the settings."),
    _entry("field_unreadable", STOPS, 'The mapping uses the CRM field "{field}" of {module}, which the CRM does not have or the connected user may not see.', ADMIN, "Choose another field in the mapping, or show this one to the connected user."),
    _entry("zoho_calls_low", WARNS, "Zoho allows about {left} more calls today, and a first sync needs about {needed}.", ADMIN, "Start when more are left, or buy more; a sync that runs out waits and goes on by itself."),
    _entry("zoho_slow_way", WARNS, "The CRM cannot be asked by COQL ({cause}), so {module} is read by lists and single calls: about {needed} calls instead of {least}.", ADMIN, "Connect again with the scope ZohoCRM.coql.READ, or let the connected user see the field."),
    _entry("base_currency_differs", STOPS, "The CRM keeps its money in {zoho}, Xero in {xero}.", ACCOUNTS, "Connect the organisation that belongs to this CRM, or correct the currency in the CRM."),
    _entry("country_differs", WARNS, "The CRM belongs to {zoho}, the Xero organisation to {xero}.", ACCOUNTS, "Make sure that it is the right organisation."),
    _entry("demo_company", WARNS, "{organisation} is a Xero demo company: Xero empties it every 28 days.", ACCOUNTS, "Use it to try things out, never for books."),
    _entry("start_date_missing", STOPS, "Nobody has said from which document date on Xero shall be filled.", ACCOUNTS, "Set the start date; {proposed} would fit."),
    _entry("start_date_locked", WARNS, "The start date {start} is on or before your Xero lock date {lock}; documents up to then will be held.", ACCOUNTS, "Start on {proposed}, or move the lock date."),
    _entry("sales_account_missing", STOPS, "No default sales account is chosen.", ACCOUNTS, "Choose one in the mapping (accounts.sales)."),
    _entry("purchases_account_missing", STOPS, "No default purchases account is chosen, and purchase orders are switched on.", ACCOUNTS, "Choose one in the mapping (accounts.purchases), or switch purchase orders off in the settings."),
    _entry("mapping_account_unusable", STOPS, "The mapping's {where} account {account} is {problem}.", ACCOUNTS, "Choose another in the mapping."),
    _entry("mapping_rate_unusable", WARNS, "The mapping's tax rate {rate} ({where}) cannot be used: {problem}.", ACCOUNTS, "Choose another in the mapping."),
    _entry("nothing_would_go", STOPS, "Of {documents} documents none would go to Xero.", ADMIN, "See what holds them back, the largest cause first."),
    _entry("right_missing", STOPS, "The connected Xero user may not {what}.", ADMIN, "Give that right in Xero, or connect as somebody who has it."),
    _entry("approval_right_missing", WARNS, "The connected Xero user may not approve {what}, and the mapping sends some as approved.", ADMIN, "Give that right in Xero, or let them go as drafts."),
    _entry("xero_calls_low", WARNS, "Xero allows {left} more calls today, and a first sync needs about {needed}.", ADMIN, "Nothing: the sync waits for the next day and goes on by itself; or start later."),
    _entry("other_integration", WARNS, "{count} contacts in Xero carry contact numbers that are not ours; another integration may be at work.", ACCOUNTS, "Switch the other one off before the first sync, or contacts may be made twice by it."),
)}
# fmt: on


def get_finding_entry(code: str) -> FindingEntry:
    """The catalogue's line for a code. Raises KeyError for one that is not published."""
    return FINDINGS[code]


def explain_finding(finding: Finding) -> str:
    """The sentence of a finding with its facts."""
    return fill(get_finding_entry(finding.code).sentence, finding.facts)


def advise_on_finding(finding: Finding) -> str:
    """What to do about a finding, with its facts."""
    return fill(get_finding_entry(finding.code).what_to_do, finding.facts)
