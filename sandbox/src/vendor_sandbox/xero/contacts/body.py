"""What a request may say about a contact. Read-only fields (IsCustomer, Balances ...) are ignored."""

from __future__ import annotations

from vendor_sandbox.xero.body_shapes import Many, One, Scalar, Shape, choice

ADDRESS_FIELDS = {
    "AddressLine1": 500,
    "AddressLine2": 500,
    "AddressLine3": 500,
    "AddressLine4": 500,
    "City": 255,
    "Region": 255,
    "PostalCode": 50,
    "Country": 50,
    "AttentionTo": 255,
}
PHONE_FIELDS = {"PhoneNumber": 50, "PhoneAreaCode": 10, "PhoneCountryCode": 20}
ADDRESS_TYPES = ("STREET", "POBOX")
PHONE_TYPES = ("DEFAULT", "DDI", "FAX", "MOBILE", "OFFICE")

_LINE_AMOUNT_TYPE = choice("INCLUSIVE", "EXCLUSIVE", "NONE")
_TERM: Shape = {
    "Day": Scalar.INTEGER,
    "Type": choice("DAYSAFTERBILLDATE", "DAYSAFTERBILLMONTH", "OFCURRENTMONTH", "OFFOLLOWINGMONTH"),
}

CONTACT_SHAPE: Shape = {
    "ContactID": Scalar.GUID,
    "ContactNumber": Scalar.TEXT,
    "AccountNumber": Scalar.TEXT,
    "ContactStatus": choice("ACTIVE", "ARCHIVED", "GDPRREQUEST"),
    "Name": Scalar.TEXT,
    "FirstName": Scalar.TEXT,
    "LastName": Scalar.TEXT,
    "CompanyNumber": Scalar.TEXT,
    "EmailAddress": Scalar.TEXT,
    "BankAccountDetails": Scalar.TEXT,
    "TaxNumber": Scalar.TEXT,
    "AccountsReceivableTaxType": Scalar.TEXT,
    "AccountsPayableTaxType": Scalar.TEXT,
    "DefaultCurrency": Scalar.TEXT,
    "SalesDefaultAccountCode": Scalar.TEXT,
    "PurchasesDefaultAccountCode": Scalar.TEXT,
    "SalesDefaultLineAmountType": _LINE_AMOUNT_TYPE,
    "PurchasesDefaultLineAmountType": _LINE_AMOUNT_TYPE,
    "Addresses": Many({"AddressType": choice(*ADDRESS_TYPES), **dict.fromkeys(ADDRESS_FIELDS, Scalar.TEXT)}),
    "Phones": Many({"PhoneType": choice(*PHONE_TYPES), **dict.fromkeys(PHONE_FIELDS, Scalar.TEXT)}),
    "ContactPersons": Many(
        {
            "FirstName": Scalar.TEXT,
            "LastName": Scalar.TEXT,
            "EmailAddress": Scalar.TEXT,
            "IncludeInEmails": Scalar.FLAG,
        }
    ),
    "PaymentTerms": One({"Bills": One(_TERM), "Sales": One(_TERM)}),
}
