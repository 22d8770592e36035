"""The generated wholesaler: what its bookkeeper decides, as a mapping of ours."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from zoho2xero.demo.prepare import Company

NAME: Final = "Harbour Lane Wholesale"
MODULES: Final = {
    "Accounts": "accounts",
    "Contacts": "contacts",
    "Vendors": "vendors",
    "Products": "products",
    "Invoices": "invoices",
    "Purchase_Orders": "purchase_orders",
    "Quotes": "quotes",
    "Sales_Orders": "sales_orders",
}
"""The CRM's module names -> the API's."""
CHOICES: Final = {"wait": "wait", "draft": "DRAFT", "approved": "AUTHORISED", "not_created": "not_created"}

Json = dict[str, Any]


@dataclass(frozen=True)
class Planted:
    """One fault that was put in on purpose. `holds` are records that can only wait for it; `then` is an edit that a
    person makes after the first sync."""

    kind: str
    module: str
    record_id: str
    goes: bool
    holds: tuple[tuple[str, str], ...]
    then: Json | None


def read_planted(story: Json) -> list[Planted]:
    """The faults of the generated company, in the API's module names."""
    return [
        Planted(
            kind=fault["kind"],
            module=MODULES[fault["module"]],
            record_id=str(fault["record_id"]),
            goes=bool(fault["goes"]),
            holds=tuple((MODULES[held["module"]], str(held["record_id"])) for held in fault["holds"]),
            then=fault.get("then"),
        )
        for fault in story["planted"]
    ]


def describe_company(story: Json) -> Company:
    """The set-up that the wholesaler's bookkeeper chooses, her one mistake included."""
    return Company(NAME, "eu", story["bookkeeper"]["books_start_date"], _write_mapping(story["bookkeeper"]))


def _write_mapping(chosen: Json) -> Mapping[str, Any]:
    taxes = chosen["taxes"]
    mistake = chosen["wrong_on_purpose"]["taxes"]["sales"]
    numbers = {MODULES[module]: field for module, field in chosen["number_fields"].items() if module in MODULES}
    return {
        "amounts": chosen["amounts"],
        "statuses": {
            MODULES[module]: {status: CHOICES[choice] for status, choice in table.items()}
            for module, table in chosen["statuses"].items()
        },
        "taxes": {**taxes, "sales": {**taxes["sales"], **mistake}},
        "accounts": chosen["accounts"],
        "number_fields": {**numbers, "supplier_number": chosen["number_fields"]["supplier_number"]},
        "primary_person_field": chosen["main_person_field"],
        "policies": {"currency_rate": chosen["currency_rate"]},
    }
