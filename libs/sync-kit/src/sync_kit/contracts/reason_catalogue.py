"""The catalogue itself: every code that a record can be explained by today, in the words that people read.

Sentences name the record, the figures and the setting. A code stands here only when something brings it about.
"""

from collections.abc import Mapping
from typing import Final

from sync_kit.contracts.reasons import Reason, ReasonEntry, ReasonKind, WhoActs, fill
from sync_kit.contracts.vocabulary import ReopenedBy as By


def _entry(
    code: str, kind: ReasonKind, sentence: str, who: WhoActs, what_to_do: str, *by: By, heals: bool = True
) -> ReasonEntry:
    return ReasonEntry(
        code=code, kind=kind, sentence=sentence, who=who, what_to_do=what_to_do, heals=heals, reopened_by=by
    )


SKIPPED, BLOCKED, LOCKED = ReasonKind.SKIPPED, ReasonKind.BLOCKED, ReasonKind.LOCKED
WARNING, FAILED = ReasonKind.WARNING, ReasonKind.FAILED
SALES, ACCOUNTS, ADMIN, NOBODY = WhoActs.SALES, WhoActs.ACCOUNTS, WhoActs.ADMIN, WhoActs.NOBODY

# fmt: off
NOT_MEANT_TO_GO: Final = (
    _entry("not_ticked", SKIPPED, 'The box "{field}" is not ticked on {record}.', SALES, "Tick it if it belongs in the books.", By.CRM_CHANGE, By.MAPPING),
    _entry("status_waits", SKIPPED, 'The status "{status}" is set to wait; {record} goes when its status changes to one that is sent.', NOBODY, "Nothing.", By.CRM_CHANGE, By.MAPPING),
    _entry("before_start_date", SKIPPED, "{record} is dated {date}, before your start date {start}; older documents stay as they are in Xero.", NOBODY, "Nothing; accounts may move the start date.", By.CRM_CHANGE, By.SETTINGS),
    _entry("canceled_before_sync", SKIPPED, "{record} was canceled before it ever reached Xero, so nothing was written.", NOBODY, "Nothing; if it stands for goods returned, accounts enter a credit note.", By.CRM_CHANGE),
    _entry("deleted_before_sync", SKIPPED, "{record} was deleted in the CRM before it reached Xero.", NOBODY, "Nothing.", By.CRM_CHANGE),
    _entry("not_used_yet", SKIPPED, "{record} is on no document that goes to Xero, so it is not copied.", NOBODY, "Nothing; it goes with its first document.", By.CRM_CHANGE, By.NEEDED, By.SETTINGS),
    _entry("zero_total", SKIPPED, "{record} adds up to 0.00, so there is nothing to bill.", NOBODY, 'Nothing; choose "zero totals: send as draft" in the mapping if you want free-of-charge documents in Xero.', By.CRM_CHANGE, By.MAPPING),
    _entry("crm_approval_pending", SKIPPED, "{record} waits for an approval in the CRM ({state}).", SALES, "Approve or reject it there.", By.CRM_CHANGE, By.TIME),
)

WRONG_IN_THE_CRM: Final = (
    _entry("customer_missing", BLOCKED, "{record} has neither an account nor a contact.", SALES, "Choose the account in the CRM.", By.CRM_CHANGE),
    _entry("supplier_missing", BLOCKED, "{record} has no vendor.", SALES, "Choose the vendor in the CRM.", By.CRM_CHANGE),
    _entry("person_not_of_account", WARNING, "{person} on {record} does not belong to {account}; it went to {account}.", SALES, "Correct the contact or its account in the CRM.", By.CRM_CHANGE),
    _entry("person_name_missing", BLOCKED, "{record} has no last name.", SALES, "Fill in the last name in the CRM.", By.CRM_CHANGE),
    _entry("primary_person_unclear", WARNING, "{record} has {count} contacts and none is marked as the main one; the oldest with an e-mail address was taken.", SALES, "Mark the main contact in the CRM.", By.CRM_CHANGE),
    _entry("lines_missing", BLOCKED, "{record} has no lines.", SALES, "Add at least one line in the CRM.", By.CRM_CHANGE),
    _entry("lines_incomplete", BLOCKED, "The lines that we could read of {record} add up to {read}, the CRM says {crm}; some lines were not delivered.", ADMIN, "Nothing at first: we read it again. If it stays, a field is hidden from the connected CRM user.", By.CRM_CHANGE, By.TIME),
    _entry("number_missing", BLOCKED, '{record} has no number in the CRM field "{field}".', SALES, "Fill it in, or an admin chooses another number field in the mapping.", By.CRM_CHANGE, By.MAPPING),
    _entry("number_twice_in_crm", BLOCKED, "The number {number} of {record} is on {count} CRM records.", SALES, "Renumber all but one.", By.CRM_CHANGE, By.TIME),
    _entry("date_missing", BLOCKED, "{record} has no document date.", SALES, "Fill it in.", By.CRM_CHANGE),
    _entry("due_date_missing", BLOCKED, "{record} has no due date, and neither {contact} nor your organisation has payment terms in Xero.", ACCOUNTS, 'Set terms in Xero, fill in the due date in the CRM, or set "days until due" in the mapping.', By.CRM_CHANGE, By.MAPPING, By.XERO_REFERENCE),
    _entry("value_unusable", BLOCKED, '{field} of {record} is "{value}"; Xero allows {rule}.', SALES, "Correct or shorten it in the CRM.", By.CRM_CHANGE),
    _entry("value_left_out", WARNING, '{field} of {record} is "{value}", which Xero does not take ({rule}); it was left out or shortened.', SALES, "Correct it in the CRM if it matters in the books.", By.CRM_CHANGE),
    _entry("product_code_missing", BLOCKED, "{record} has no product code.", SALES, "Enter one in the CRM, or let lines without a code go as text (mapping: uncoded_products).", By.CRM_CHANGE, By.MAPPING),
    _entry("product_code_clash", WARNING, "The code {code} of {record} differs from another product's code {other} by capitals at most, and Xero may not tell them apart; {effect}.", SALES, "Give one of the products another code.", By.CRM_CHANGE),
    _entry("waits_for", BLOCKED, "{record} waits for {parent}: {cause}", NOBODY, "Mend the other record; see its own reason.", By.PARENT_LINKED, By.CRM_CHANGE),
)

SETUP_AND_MAPPING: Final = (
    _entry("status_blank", BLOCKED, "The CRM status of {record} is empty.", SALES, "Choose a status.", By.CRM_CHANGE, By.MAPPING),
    _entry("status_unmapped", BLOCKED, 'Nobody has said what the CRM status "{status}" means in Xero.', ADMIN, "Map it once; all records waiting for it follow.", By.CRM_CHANGE, By.MAPPING),
    _entry("account_missing", BLOCKED, "There is no Xero account for {what}: neither the item nor your mapping names a {side} account.", ACCOUNTS, "Choose a default {side} account in the mapping.", By.MAPPING, By.CRM_CHANGE),
    _entry("account_unusable", BLOCKED, "Xero account {account} is {problem}.", ACCOUNTS, "Choose another in the mapping, or restore it in Xero.", By.MAPPING, By.XERO_REFERENCE),
    _entry("tax_unmapped", BLOCKED, 'The CRM tax "{tax}" has no Xero rate for {side}.', ACCOUNTS, "Map it once, for {side}.", By.MAPPING, By.CRM_CHANGE),
    _entry("tax_not_said", BLOCKED, "Line {line} of {record} has no tax, and nobody has said for {side} whether that means zero-rated, exempt or outside the scope.", ACCOUNTS, "Say it once in the mapping.", By.MAPPING, By.CRM_CHANGE),
    _entry("tax_percent_differs", BLOCKED, 'The CRM charges {crm}% as "{tax}", the mapped Xero rate {rate} is {xero}%.', ACCOUNTS, "Map the right rate, or correct the CRM tax.", By.MAPPING, By.XERO_REFERENCE, By.CRM_CHANGE),
    _entry("tax_not_allowed_here", BLOCKED, 'Xero rate "{rate}" cannot be used for {side}: {problem}.', ACCOUNTS, "Map another rate.", By.MAPPING, By.XERO_REFERENCE),
    _entry("tax_not_registered", BLOCKED, "{record} charges {amount} tax, but Xero says that your organisation is not registered for it.", ACCOUNTS, "Correct the taxes in the CRM, or the tax settings in Xero.", By.CRM_CHANGE, By.XERO_REFERENCE),
    _entry("tax_basis_unclear", BLOCKED, "The amounts of {record} were taken as {basis}, which does not fit: with tax on top they make {exclusive}, with tax included {inclusive}; the CRM says {crm}.", ACCOUNTS, "Say which it is in the mapping, or in the CRM field chosen for it.", By.CRM_CHANGE, By.MAPPING),
    _entry("item_unknown", BLOCKED, "Xero does not have the item {code} that {record} names.", ACCOUNTS, "Restore the item in Xero, or give the product another code in the CRM.", By.TIME, By.CRM_CHANGE),
    _entry("stock_short", BLOCKED, "Item {code} is tracked stock in Xero, and there is too little on hand for {record}.", ACCOUNTS, "Receive the stock in Xero, or let invoices go as drafts.", By.TIME, By.CRM_CHANGE, By.MAPPING),
    _entry("currency_not_enabled", BLOCKED, "{record} is in {currency}, which your Xero does not have switched on.", ACCOUNTS, "Add the currency in Xero (it needs a plan with multi-currency).", By.XERO_REFERENCE, By.CRM_CHANGE),
    _entry("rate_doubtful", BLOCKED, "The CRM rate {rate} of {record} for {currency} is {factor} times the usual rate {known}; it may be old or upside down.", ACCOUNTS, "Correct it in the CRM, or let Xero's day rate apply (mapping: currency_rate).", By.CRM_CHANGE, By.MAPPING, By.TIME),
    _entry("tracking_unknown", BLOCKED, 'The value "{value}" on {record} is not an active option of the Xero tracking category "{category}".', ACCOUNTS, "Add the option in Xero, or map the value.", By.XERO_REFERENCE, By.MAPPING, By.CRM_CHANGE),
    _entry("mapping_broken", BLOCKED, 'The mapping uses the CRM field "{field}", which {record} does not have.', ADMIN, "Choose another field in the mapping, or let the connected CRM user see this one.", By.MAPPING, By.CRM_CHANGE),
)

MATCHING: Final = (
    _entry("ambiguous_match", BLOCKED, "{record} could be one that Xero has already: {candidates}.", ACCOUNTS, "Choose one of them, or \"create new\".", By.DECISION, By.XERO_REFERENCE, By.CRM_CHANGE, heals=False),
    _entry("name_taken", BLOCKED, "{record} has the name of another customer or supplier in Xero ({difference}).", ACCOUNTS, "Link the two, or have ours made under another name; or rename one.", By.DECISION, By.XERO_REFERENCE, By.CRM_CHANGE, heals=False),
    _entry("number_taken_in_xero", BLOCKED, "Xero already has a document {number}, and it differs from {record} in {difference}.", ACCOUNTS, "Link them if they are the same; else renumber one.", By.DECISION, By.CRM_CHANGE, By.XERO_DOCUMENT, heals=False),
    _entry("looks_already_entered", BLOCKED, "Xero has {number} for the same contact and the same total, dated {date}, {days} days from {record}: somebody may have typed it in.", ACCOUNTS, "If it is the same, link it; if not, say \"create new\".", By.DECISION, By.CRM_CHANGE, By.XERO_DOCUMENT, heals=False),
    _entry("item_code_taken", BLOCKED, "The code {code} of {record} is another item's in Xero.", ACCOUNTS, "Give one of the two another code.", By.CRM_CHANGE, By.XERO_REFERENCE),
    _entry("contact_archived", BLOCKED, "{record} is archived in Xero, and archived contacts cannot be billed.", ACCOUNTS, "Restore it in Xero.", By.XERO_REFERENCE),
    _entry("contact_merged", WARNING, "{record} was merged into another contact in Xero; we follow the one that is left.", NOBODY, "Nothing.", By.XERO_REFERENCE),
    _entry("two_in_xero", BLOCKED, "Xero has {count} documents that carry our link to {record}: {documents}.", ACCOUNTS, "Delete or void all but one of them in Xero.", By.XERO_DOCUMENT, By.DECISION, heals=False),
)

MONEY: Final = (
    _entry("cent_difference", WARNING, "Xero computes {xero} for {record}, the CRM {crm}; {effect}.", NOBODY, "Nothing.", By.CRM_CHANGE),
    _entry("written_differs", WARNING, "Xero made {xero} of {record}, and {crm} was expected: a rate or an account was changed in Xero meanwhile.", ACCOUNTS, "Compare the two in Xero and correct the document or the rate; the next sync reads Xero's rates again.", By.CRM_CHANGE),
    _entry("total_differs", BLOCKED, "Xero would make {record} {xero}, the CRM says {crm}: {difference} apart.", ACCOUNTS, "Correct the CRM document or the tax mapping.", By.CRM_CHANGE, By.MAPPING),
    _entry("discount_alters_tax", BLOCKED, "The discount of {amount} on the whole of {record} was taken after tax in the CRM (total {crm}); in Xero it would lower the tax by {tax} (total {xero}).", ACCOUNTS, "Give the discount on the lines in the CRM, or correct its tax.", By.CRM_CHANGE, By.MAPPING),
    _entry("negative_total", BLOCKED, "{record} adds up to {total}; Xero takes that only as a credit note.", ACCOUNTS, "Enter a credit note in Xero.", By.CRM_CHANGE),
)

CLOSED_TO_CHANGES: Final = (
    _entry("locked_in_xero", LOCKED, "{record} is {state} in Xero, so the change made in the CRM was not copied.", ACCOUNTS, "Credit note, or void and issue again; or undo the change in the CRM.", By.XERO_DOCUMENT, By.CRM_CHANGE, By.MAPPING),
    _entry("period_locked", BLOCKED, "{record} is or was dated {date}, on or before your Xero lock date {lock}.", ACCOUNTS, "Move the lock date, or sales change the document date; we never move a date.", By.XERO_REFERENCE, By.CRM_CHANGE),
    _entry("changed_in_xero", BLOCKED, "Both sides changed {record} since the last sync: {fields}.", ACCOUNTS, "Choose which to keep, or make the two agree.", By.DECISION, By.XERO_DOCUMENT, By.CRM_CHANGE, heals=False),
    _entry("ended_in_xero", LOCKED, "{record} was {state} in Xero by a person; it is not made again.", SALES, "Cancel it in the CRM, or make a new one with a new number.", By.CRM_CHANGE, By.XERO_DOCUMENT),
    _entry("ended_in_crm", LOCKED, "{record} was {ended} in the CRM but still stands in Xero as {state}, {due} due.", ACCOUNTS, "Delete the draft, void it or enter a credit note, whichever Xero still allows.", By.XERO_DOCUMENT, By.CRM_CHANGE),
)

CONNECTION_AND_LIMITS: Final = (
    _entry("needs_reauthorisation", FAILED, "{vendor} no longer lets us in ({cause}).", ADMIN, "Connect again. Nothing is lost meanwhile.", By.CONNECTION),
    _entry("permission_missing", FAILED, "The connected user may not {what}.", ADMIN, "Give that right, or connect as somebody who has it.", By.CONNECTION, By.TIME),
    _entry("plan_limit", FAILED, "Your Xero plan allows no more approved invoices this month, so {record} did not go.", ADMIN, "Upgrade the plan, or let invoices go as drafts.", By.TIME, By.MAPPING),
    _entry("waiting_for_limit", FAILED, "{vendor} allows no more calls until {until}.", NOBODY, "Nothing.", By.TIME),
    _entry("vendor_trouble", FAILED, "{vendor} is not answering properly: {what}.", NOBODY, "Nothing; after 24 hours an admin looks.", By.TIME),
    _entry("stalled", FAILED, "No stage of this sync told anything for {minutes} minutes, so it was ended.", ADMIN, "Start another sync; it carries everything on. If it stalls again, look at /readyz of the services.", By.TIME),
    _entry("refused_other", FAILED, 'Xero refused {record} for a reason that we do not know yet: "{words}".', ACCOUNTS, "Follow their words, then retry the run's held records; please report it to us.", By.CRM_CHANGE, By.DECISION, heals=False),
)

# fmt: on
CATALOGUE: Final[Mapping[str, ReasonEntry]] = {
    entry.code: entry
    for group in (
        NOT_MEANT_TO_GO,
        WRONG_IN_THE_CRM,
        SETUP_AND_MAPPING,
        MATCHING,
        MONEY,
        CLOSED_TO_CHANGES,
        CONNECTION_AND_LIMITS,
    )
    for entry in group
}


def get_reason_entry(code: str) -> ReasonEntry:
    """The catalogue's line for a code. Raises KeyError for one that is not published."""
    return CATALOGUE[code]


def explain(reason: Reason) -> str:
    """The sentence of a reason with its facts."""
    return fill(get_reason_entry(reason.code).sentence, reason.facts)


def advise(reason: Reason) -> str:
    """What to do about a reason, with its facts."""
    return fill(get_reason_entry(reason.code).what_to_do, reason.facts)
