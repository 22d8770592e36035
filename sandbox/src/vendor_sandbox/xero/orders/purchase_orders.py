"""What only purchase orders have: delivery, approval, being marked as sent. Source: Xero "Purchase Orders"."""

from __future__ import annotations

from dataclasses import replace

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.document_head import check_length
from vendor_sandbox.xero.invoices.line_rules import COMPLETE, COUNTED, DESCRIBED, LineNeeds
from vendor_sandbox.xero.orders.body import PURCHASE_ORDER_SHAPE
from vendor_sandbox.xero.orders.kinds import OrderKind
from vendor_sandbox.xero.orders.records import PurchaseOrder
from vendor_sandbox.xero.orders.rendering import render_purchase_order
from vendor_sandbox.xero.orders.status_machine import choose_order_machine
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

APPROVED = frozenset({"AUTHORISED", "BILLED"})
MAX_INSTRUCTIONS = 500
SENT_TOO_EARLY = "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."


def _apply_head(context: WriteContext, order: PurchaseOrder, sent: Sent, problems: Problems) -> None:
    order.line_amount_types = sent.find_text("LineAmountTypes") or order.line_amount_types
    order.delivery_date = sent.find_date("DeliveryDate") or order.delivery_date
    order.expected_arrival_date = sent.find_date("ExpectedArrivalDate") or order.expected_arrival_date
    for name, attribute in (
        ("DeliveryAddress", "delivery_address"),
        ("AttentionTo", "attention_to"),
        ("Telephone", "telephone"),
        ("DeliveryInstructions", "delivery_instructions"),
    ):
        text = sent.find_text(name)
        if text is not None:
            setattr(order, attribute, text)
    check_length("DeliveryInstructions", order.delivery_instructions, MAX_INSTRUCTIONS, problems)
    is_sent = sent.find_flag("SentToContact")
    if is_sent is not None and order.status in APPROVED:
        order.sent_to_contact = is_sent
    elif is_sent:
        context.warnings.append(SENT_TOO_EARLY)


def _find_line_needs(switches: Switches, status: str) -> LineNeeds:
    if status not in APPROVED:
        return DESCRIBED
    return COMPLETE if switches.order_line_accounts == "required" else COUNTED


def _find_action(statuses: set[str]) -> str:
    return "CreateApprovedPurchaseOrder" if statuses & APPROVED else "CreateDraftPurchaseOrder"


PURCHASE_ORDERS: OrderKind[PurchaseOrder] = OrderKind(
    plural="PurchaseOrders",
    id_name="PurchaseOrderID",
    number_name="PurchaseOrderNumber",
    word="Purchase order",
    number_prefix="PO-",
    not_unique="Order number must be unique",
    shape=PURCHASE_ORDER_SHAPE,
    get_book=lambda organisation: organisation.purchase_orders,
    choose_machine=choose_order_machine,
    find_line_needs=_find_line_needs,
    find_action=_find_action,
    make=PurchaseOrder,
    copy=replace,
    apply_head=_apply_head,
    reset_for_update=lambda _, __: None,
    is_resent_whole=lambda _: False,
    show=render_purchase_order,
)
