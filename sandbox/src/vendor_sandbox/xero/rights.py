"""What the connected person may do: the actions of GET /Organisation/Actions, and the writes that need them.

Rights are taken from one person or from the whole organisation, by the control API; people who work in Xero
itself are never asked. What the refusal looks like is open (switch `missing_right`). Source: OpenAPI,
getOrganisationActions.
"""

from __future__ import annotations

from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.refusals import ElementRefusedError, RequestRefusedError, refuse_element
from vendor_sandbox.xero.writing import WriteContext

MULTI_CURRENCY = "UseMulticurrency"
# action -> what a person without it is told that they may not do
ACTIONS: dict[str, str] = {
    "CreateApprovedInvoice": "approve this invoice",
    "CreateDraftPurchaseOrder": "create this purchase order",
    "CreateApprovedBill": "approve this bill",
    "AttachFilesIntoInvoice": "attach files",
    MULTI_CURRENCY: "use other currencies",
    "CreateDraftInvoice": "create this invoice",
    "CreateRepeatingInvoice": "create repeating invoices",
    "CreateRepeatingBill": "create repeating bills",
    "CreateSentQuote": "send this quote",
    "CreateInvoicePayment": "enter payments of invoices",
    "CreateApprovedPurchaseOrder": "approve this purchase order",
    "CreateDraftQuote": "create this quote",
    "CreateDraftBill": "create this bill",
    "CreateBillPayment": "enter payments of bills",
}
NOT_PERMITTED = "You are not permitted to access this resource"


def list_denied_actions(organisation: Organisation, user_id: str | None) -> set[str]:
    """What was taken from the person or from everybody, and what the plan does not have."""
    denied = set(organisation.denied_actions)
    member = organisation.members.get(user_id or "")
    if member is not None:
        denied |= member.denied_actions
    if not organisation.multi_currency:
        denied.add(MULTI_CURRENCY)
    return denied


def is_denied(context: WriteContext, action: str) -> bool:
    """May the person behind this write not do it? A person in Xero may do whatever the plan has."""
    if context.app_id is None:
        return action == MULTI_CURRENCY and not context.organisation.multi_currency
    return action in list_denied_actions(context.organisation, context.user_id)


def refuse_missing_right(action: str) -> ElementRefusedError:
    """The refusal of one element."""
    return refuse_element(f"You do not have permission to {ACTIONS[action]}")


def forbid_request() -> RequestRefusedError:
    """The refusal of a whole request: 403, nothing written."""
    return RequestRefusedError(
        403,
        {
            "Type": None,
            "Title": "Forbidden",
            "Status": 403,
            "Detail": NOT_PERMITTED,
            "Instance": "00000000-0000-0000-0000-000000000000",
            "Extensions": {},
        },
    )
