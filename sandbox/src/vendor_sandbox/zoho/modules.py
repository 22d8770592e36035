"""The modules of a standard CRM, their fields and how they hang together (vendor facts, section 9)."""

from __future__ import annotations

from dataclasses import dataclass

from vendor_sandbox.zoho.fields import (
    Field,
    address_fields,
    currency_fields,
    header_fields,
    lookup,
    picklist,
    system_fields,
    text,
    typed,
)


@dataclass(frozen=True, slots=True)
class Module:
    """One module. `lines` is the subform of a document, `parent` the document of a line module."""

    api_name: str
    name_field: str
    scope: str
    fields: tuple[Field, ...]
    lines: str | None = None
    parent: str | None = None
    auto_number: tuple[str, str] | None = None
    duplicate_field: str | None = None


def standard_modules() -> list[Module]:
    """Fresh definitions of the twelve modules that the sandbox serves."""
    return [
        *_party_modules(),
        _product_module(),
        *_document_with_lines(
            "Quotes",
            "Quoted_Items",
            [
                lookup("Account_Name", "Accounts"),
                text("Quote_Number"),
                picklist(
                    "Quote_Stage",
                    "Draft",
                    "Negotiation",
                    "Delivered",
                    "On Hold",
                    "Confirmed",
                    "Closed Won",
                    "Closed Lost",
                ),
                typed("Valid_Till", "date"),
                text("Team"),
                picklist("Carrier", "FedEX", "UPS", "USPS", "DHL", "BlueDart"),
            ],
            ("Quote_Number", "QUO-"),
        ),
        *_document_with_lines(
            "Sales_Orders",
            "Ordered_Items",
            [
                lookup("Account_Name", "Accounts"),
                text("SO_Number"),
                text("Customer_No", 50),
                lookup("Quote_Name", "Quotes"),
                text("Pending"),
                typed("Due_Date", "date"),
                text("Purchase_Order"),
                picklist("Carrier", "FedEX", "UPS", "USPS", "DHL", "BlueDart"),
                picklist("Status", "Created", "Approved", "Delivered", "Cancelled"),
            ],
            ("SO_Number", "SO-"),
        ),
        *_document_with_lines(
            "Purchase_Orders",
            "Purchase_Items",
            [
                lookup("Vendor_Name", "Vendors", mandatory=True),
                text("PO_Number"),
                typed("PO_Date", "date"),
                typed("Due_Date", "date"),
                text("Requisition_No", 30),
                text("Tracking_Number", 30),
                picklist("Carrier", "FedEX", "UPS", "USPS", "DHL", "BlueDart"),
                picklist("Status", "Created", "Approved", "Delivered", "Cancelled"),
            ],
            None,
        ),
        *_document_with_lines(
            "Invoices",
            "Invoiced_Items",
            [
                lookup("Account_Name", "Accounts"),
                text("Invoice_Number"),
                typed("Invoice_Date", "date"),
                typed("Due_Date", "date"),
                lookup("Sales_Order", "Sales_Orders"),
                text("Purchase_Order"),
                typed("Excise_Duty", "currency"),
                typed("Sales_Commission", "currency"),
                picklist("Status", "Created", "Approved", "Delivered", "Canceled"),
            ],
            ("Invoice_Number", "INV-"),
        ),
    ]


def _party_modules() -> list[Module]:
    return [
        Module(
            "Accounts",
            "Account_Name",
            "accounts",
            (
                *header_fields(),
                text("Account_Name", 200, mandatory=True),
                text("Account_Number", 40),
                typed("Phone", "phone", 30),
                typed("Website", "website", 450),
                picklist("Account_Type", "Customer", "Supplier", "Partner", "Prospect", "Other"),
                lookup("Parent_Account", "Accounts"),
                *address_fields("Billing_"),
                *address_fields("Shipping_"),
                *currency_fields(),
            ),
            duplicate_field="Account_Name",
        ),
        Module(
            "Contacts",
            "Full_Name",
            "contacts",
            (
                *header_fields(),
                text("First_Name", 40),
                text("Last_Name", 80, mandatory=True),
                typed("Full_Name", "text", 120, read_only=True),
                typed("Email", "email", 100),
                typed("Secondary_Email", "email", 100),
                typed("Phone", "phone", 50),
                typed("Mobile", "phone", 30),
                text("Title", 100),
                text("Department", 50),
                lookup("Account_Name", "Accounts"),
                *address_fields("Mailing_", "Zip"),
                *currency_fields(),
            ),
            duplicate_field="Email",
        ),
        Module(
            "Vendors",
            "Vendor_Name",
            "vendors",
            (
                *header_fields(),
                text("Vendor_Name", 120, mandatory=True),
                typed("Email", "email", 100),
                typed("Phone", "phone", 30),
                typed("Website", "website", 255),
                picklist("GL_Account", "Sales-Software", "Sales-Hardware", "Rental-Income", "Interest-Income"),
                *address_fields("", "Zip_Code"),
                *currency_fields(),
            ),
            duplicate_field="Vendor_Name",
        ),
    ]


def _product_module() -> Module:
    return Module(
        "Products",
        "Product_Name",
        "products",
        (
            *header_fields(),
            text("Product_Name", 200, mandatory=True),
            text("Product_Code", 40),
            typed("Unit_Price", "currency"),
            Field("Tax", "multiselectpicklist"),
            typed("Taxable", "boolean"),
            picklist("Usage_Unit", "Box", "Carton", "Dozen", "Each", "Hours", "Impressions", "Pack", "Pieces"),
            picklist("Product_Category", "Hardware", "Software"),
            lookup("Vendor_Name", "Vendors"),
            typed("Product_Active", "boolean"),
            typed("Qty_in_Stock", "double"),
            *currency_fields(),
        ),
        duplicate_field="Product_Name",
    )


def _document_with_lines(
    api_name: str, lines: str, own: list[Field], auto_number: tuple[str, str] | None
) -> list[Module]:
    """A document and its line module. The auto-number field is read-only."""
    numbered = [
        typed(field.api_name, "autonumber", 255, read_only=True)
        if auto_number is not None and field.api_name == auto_number[0]
        else field
        for field in own
    ]
    scope = api_name.replace("_", "").lower()
    document = Module(
        api_name,
        "Subject",
        scope,
        (
            *header_fields(),
            text("Subject", 300, mandatory=True),
            *numbered,
            lookup("Contact_Name", "Contacts"),
            *currency_fields(),
            typed("Sub_Total", "formula", read_only=True),
            typed("Discount", "currency"),
            typed("Tax", "formula", read_only=True),
            typed("Adjustment", "currency"),
            typed("Grand_Total", "formula", read_only=True),
            *address_fields("Billing_"),
            *address_fields("Shipping_"),
            typed("Terms_and_Conditions", "textarea", 2000),
            Field(lines, "subform", subform=lines, mandatory=True),
        ),
        lines=lines,
        auto_number=auto_number,
        duplicate_field="Subject",
    )
    return [document, _line_module(lines, api_name, scope)]


def _line_module(api_name: str, parent: str, scope: str) -> Module:
    return Module(
        api_name,
        "Product_Name",
        scope,
        (
            *system_fields(),
            Field("Parent_Id", "lookup", lookup=parent, read_only=True),
            Field("Product_Name", "lookup", lookup="Products", mandatory=True),
            typed("Quantity", "double"),
            typed("List_Price", "currency"),
            typed("Total", "formula", read_only=True),
            typed("Discount", "currency"),
            typed("Total_After_Discount", "formula", read_only=True),
            typed("Tax", "formula", read_only=True),
            typed("Net_Total", "formula", read_only=True),
            typed("Description", "textarea", 2000),
            Field("Line_Tax", "line_tax"),
            typed("Sequence_Number", "integer", read_only=True),
        ),
        parent=parent,
    )
