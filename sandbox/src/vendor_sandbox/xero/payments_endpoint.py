"""/Payments: lists, single reads, creation, deletion."""

from __future__ import annotations

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import Writable, write_batch, write_single
from vendor_sandbox.xero.body_shapes import Sent, is_guid, normalise_guid
from vendor_sandbox.xero.listing import Listable, answer_list, read_page, select_records
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.payments import (
    PAYMENT_SHAPE,
    create_payment,
    delete_payment,
    find_payment_action,
    render_payment,
)
from vendor_sandbox.xero.records import Payment
from vendor_sandbox.xero.refusals import refuse_element, resource_missing
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, NUMBER, TEXT, Queryable
from vendor_sandbox.xero.writing import WriteContext

PAYMENTS: Writable[Payment] = Writable(
    "Payments",
    "PaymentID",
    "HasValidationErrors",
    PAYMENT_SHAPE,
    lambda context, payment: render_payment(context.organisation, payment, whole=True),
    find_payment_action,
)


def make_listable(organisation: Organisation) -> Listable[Payment]:
    """Payments of one organisation as a list; deleted ones stay in it."""

    def read_type(payment: Payment) -> str:
        kind = organisation.invoices[payment.invoice_id].type
        return "ACCRECPAYMENT" if kind == "ACCREC" else "ACCPAYPAYMENT"

    properties: dict[str, Queryable[Payment]] = {
        "paymentid": Queryable(GUID, lambda payment: payment.payment_id),
        "paymenttype": Queryable(TEXT, read_type),
        "status": Queryable(TEXT, lambda payment: payment.status),
        "date": Queryable(DATE, lambda payment: payment.dated_on),
        "amount": Queryable(NUMBER, lambda payment: payment.amount),
        "reference": Queryable(TEXT, lambda payment: payment.reference or None),
        "isreconciled": Queryable(FLAG, lambda payment: payment.is_reconciled),
        "invoice.invoiceid": Queryable(GUID, lambda payment: payment.invoice_id),
        "invoice.invoicenumber": Queryable(
            TEXT, lambda payment: organisation.invoices[payment.invoice_id].number or None
        ),
        "updateddateutc": Queryable(DATE, lambda payment: payment.updated_at),
    }
    return Listable(
        "Payments",
        properties,
        lambda payment: (payment.updated_at, payment.payment_id),
        lambda payment: payment.updated_at,
    )


def list_payments(call: ApiCall) -> ApiAnswer:
    """GET /Payments."""
    kind = make_listable(call.organisation)
    chosen = select_records(call, kind, call.organisation.payments.values())
    return answer_list(
        call,
        kind,
        chosen,
        lambda payment: render_payment(call.organisation, payment, whole=False),
        read_page(call),
    )


def get_payment(call: ApiCall) -> ApiAnswer:
    """GET /Payments/{PaymentID}."""
    return ApiAnswer({"Payments": [render_payment(call.organisation, _get_by_key(call), whole=True)]})


def put_payments(call: ApiCall) -> ApiAnswer:
    """PUT /Payments: create."""
    return write_batch(call, PAYMENTS, create_payment)


def post_payments(call: ApiCall) -> ApiAnswer:
    """POST /Payments: create one payment (OpenAPI createPayment); an existing one cannot be changed so."""
    return write_batch(call, PAYMENTS, _create_one)


def post_one_payment(call: ApiCall) -> ApiAnswer:
    """POST /Payments/{PaymentID} {"Status": "DELETED"}."""
    payment = _get_by_key(call)
    return write_single(
        call, PAYMENTS, payment.payment_id, lambda context, sent: delete_payment(context, payment, sent)
    )


def _create_one(context: WriteContext, sent: Sent) -> Payment:
    if sent.has("PaymentID"):
        raise refuse_element("A payment is deleted by POST /Payments/{PaymentID}")
    return create_payment(context, sent)


def _get_by_key(call: ApiCall) -> Payment:
    found = call.organisation.payments.get(normalise_guid(call.key)) if is_guid(call.key) else None
    if found is None:
        raise resource_missing()
    return found
