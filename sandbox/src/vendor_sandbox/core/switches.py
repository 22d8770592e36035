"""What the vendors' documents leave open, as switches.

Each field is one question that no document answers, or that two documents answer
differently. The first allowed value is not always the default; the default is what the
better source says, or the answer that is harder to live with.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


class SwitchRefusedError(ValueError):
    """A switch name or value that does not exist; the message names it."""


def _choice(default: str, *others: str, about: str) -> Any:
    return field(default=default, metadata={"choices": (default, *others), "about": about})


def _number(default: int, *others: int, about: str) -> Any:
    choices = (default, *others) if others else None
    return field(default=default, metadata={"choices": choices, "about": about})


def _flag(default: bool, about: str) -> Any:
    return field(default=default, metadata={"choices": None, "about": about})


@dataclass(frozen=True)
class Switches:
    """One immutable set of answers. `with_changes` makes the next one."""

    # Both vendors
    limits: str = _choice("on", "off", about="rate limits, credits and concurrency of both vendors")
    latency_ms: int = _number(0, about="real milliseconds that every vendor call takes")
    consent: str = _choice("auto", "page", about="auto: the consent page redirects back at once; page: it asks")
    keep_bodies: bool = _flag(False, "keep answers whole in the ledger instead of cutting them at 4 KiB")
    # Zoho
    zoho_line_cap: int = _number(200, about="most line items that one record may be written with; 0 = no cap")
    zoho_rows_in_get: int = _number(200, about="most line items that a GET by id returns ($has_more); 0 = all")
    line_edit_bumps_parent: bool = _flag(True, "an edit of line items alone moves the parent's Modified_Time")
    coql_line_tax: str = _choice("allowed", "refused", about="may COQL select Line_Tax from a line module")
    coql_in_limit: int = _number(50, 100, about="most values in a COQL `in` list (the page says both)")
    coql_null_differs: bool = _flag(True, "do != , not in, not like, not between find records with no value")
    zoho_token_throttle_status: int = _number(200, 400, about="HTTP status of the token endpoint's throttle")
    zoho_modified_since: str = _choice("inclusive", "exclusive", about="If-Modified-Since: >= or >")
    zoho_missing_id: int = _number(204, 400, about="GET /{Module}/{id} of an id that does not exist")
    zoho_deleted_empty: int = _number(204, 304, about="GET /{Module}/deleted with If-Modified-Since and no rows")
    zoho_deleted_credits: int = _number(1, 2, about="credits of GET /{Module}/deleted")
    zoho_ids_limit: int = _number(50, 100, about="most ids in GET /{Module}?ids=")
    zoho_unknown_fields: str = _choice(
        "refused", "ignored", about="a field name that does not exist, in `fields` or in a written record"
    )
    zoho_line_module_list: str = _choice("allowed", "refused", about="GET /Invoiced_Items?fields=...")
    zoho_composite_over_limit: str = _choice(
        "cap", "refuse", about="a composite sub-request that asks for more than 25 rows"
    )
    zoho_sub_total: str = _choice(
        "before_tax", "with_tax", about="Sub_Total without line taxes (they are in Tax), or with them"
    )
    zoho_429_body: str = _choice("envelope", "old", about="body of 429: the v8 envelope, or the older shape")
    zoho_second_consent: str = _choice(
        "no_refresh_token", "refresh_token", about="a second approval without prompt=consent"
    )
    zoho_mixed_write_status: int = _number(207, 200, 202, about="HTTP status of a write that partly failed")
    zoho_currency_fields: str = _choice(
        "always", "multi_currency", about="Currency and Exchange_Rate exist always, or only with multi-currency"
    )
    # Xero
    item_codes: str = _choice("insensitive", "sensitive", about="are A1 and a1 the same item code")
    contact_names: str = _choice("insensitive", "sensitive", about="are Acme and ACME the same contact name")
    void_number_reusable: bool = _flag(True, "may a number of a VOIDED or DELETED invoice be used again")
    idempotency_in_flight: str = _choice(
        "replay", "conflict", about="a second request with a key whose first is still being served"
    )
    idempotency_caches_400: bool = _flag(False, "does the idempotency store keep a whole-request 400")
    archived_contact_number_unique: bool = _flag(True, "does an archived contact's ContactNumber block another")
    half_rounding: str = _choice("up", "even", about="how half a cent is rounded")
    xero_day_limit: int = _number(5000, 1000, about="calls a day and organisation, by pricing tier")
    xero_minute_limit: int = _number(60, about="calls a minute and organisation")
    xero_concurrent_limit: int = _number(5, about="calls at once and organisation")
    xero_app_minute_limit: int = _number(10_000, about="calls a minute of one app over all organisations")
    invoice_numbers: str = _choice(
        "insensitive", "sensitive", about="are INV-1 and inv-1 the same number (orders and quotes too)"
    )
    unknown_tracking: str = _choice("error", "dropped", about="a tracking option on a line that does not exist")
    xero_unarchive: str = _choice("refused", "allowed", about="may the API make an archived contact active again")
    xero_modified_since: str = _choice("exclusive", "inclusive", about="If-Modified-Since: > or >=")
    item_write_scope: str = _choice(
        "either", "settings", "invoices", about="scope of item writes: accounting.settings, .invoices, or either"
    )
    unauthenticated_xml: bool = _flag(False, "401 answers are XML unless JSON is asked for")
    tax_checked: str = _choice(
        "always", "approval", about="a tax rate that does not fit is refused on drafts too, or only on approval"
    )
    tax_side: str = _choice(
        "document",
        "account",
        about="a sales rate on a purchase (or the reverse) on an account that takes both: refused, or allowed",
    )
    unregistered_tax: str = _choice(
        "refused", "ignored", about="tax rates in the documents of an organisation that is not registered for tax"
    )
    missing_right: str = _choice(
        "element", "forbidden", about="a write that the person may not do: an element error, or 403 for the request"
    )
    currency_rate_direction: str = _choice(
        "foreign_per_base", "base_per_foreign", about="what a CurrencyRate of 1.25 says"
    )
    order_date: str = _choice("required", "today", about="a purchase order or quote without Date")
    order_line_accounts: str = _choice(
        "required", "optional", about="must lines of approved purchase orders and sent quotes have an account and a tax"
    )
    order_post_by_number: str = _choice(
        "overwrites", "refused", about="POST of a purchase order or quote with a known number and no id"
    )
    deleted_order_number_reusable: bool = _flag(True, "may a number of a DELETED purchase order or quote be used again")
    purchase_order_statuses: str = _choice(
        "strict", "loose", about="changes of a purchase order's status: forward only, or any but out of DELETED"
    )
    purchase_order_discounts: str = _choice("refused", "allowed", about="discounts on lines of purchase orders")
    purchase_order_rate: str = _choice("taken", "ignored", about="CurrencyRate sent with a purchase order")
    purchase_order_unitdp: str = _choice(
        "taken", "ignored", about="unitdp with purchase orders (their pages do not name it; ignored: two places)"
    )
    quote_statuses: str = _choice(
        "strict", "loose", about="changes of a quote's status: the steps of its page, or any but those seen to fail"
    )
    quote_update: str = _choice(
        "replaces", "sparse", about="texts, expiry and LineAmountTypes that an update of a quote leaves out"
    )
    quote_update_needs: str = _choice(
        "contact_and_date", "nothing", about="what every update of a quote must send again"
    )
    xero_not_modified: int = _number(200, 304, about="If-Modified-Since and nothing changed: empty list, or 304")

    def with_changes(self, changes: Mapping[str, object]) -> Switches:
        """A copy with other values. Raises SwitchRefusedError naming what does not exist."""
        known = {entry.name: entry for entry in dataclasses.fields(self)}
        checked: dict[str, Any] = {}
        for name, value in changes.items():
            if name not in known:
                raise SwitchRefusedError(f"there is no switch {name!r}")
            checked[name] = _check_value(known[name], value)
        return dataclasses.replace(self, **checked)

    def describe(self) -> dict[str, dict[str, object]]:
        """Every switch with its value, what may be chosen, and its question."""
        return {
            entry.name: {
                "value": getattr(self, entry.name),
                "default": entry.default,
                "choices": entry.metadata["choices"],
                "about": entry.metadata["about"],
            }
            for entry in dataclasses.fields(self)
        }


def load_switches(environment: Mapping[str, str]) -> Switches:
    """Read `SANDBOX_<NAME>` variables. Raises SwitchRefusedError for a value that does not fit.

    Variables that begin with SANDBOX_ but name no switch are left alone: they may belong to others.
    """
    changes: dict[str, object] = {}
    for entry in dataclasses.fields(Switches):
        text = environment.get(f"SANDBOX_{entry.name.upper()}")
        if text is None:
            continue
        changes[entry.name] = _parse_text(entry, text)
    return Switches().with_changes(changes)


def _parse_text(entry: dataclasses.Field[Any], text: str) -> object:
    if isinstance(entry.default, bool):
        lowered = text.lower()
        if lowered in {"true", "1", "on", "yes"}:
            return True
        if lowered in {"false", "0", "off", "no"}:
            return False
        return text
    if isinstance(entry.default, int) and text.isdigit():
        return int(text)
    return text


def _check_value(entry: dataclasses.Field[Any], value: object) -> object:
    choices: tuple[object, ...] | None = entry.metadata["choices"]
    if type(value) is not type(entry.default):
        raise SwitchRefusedError(f"switch {entry.name!r} does not take {value!r}")
    if choices is not None and value not in choices:
        raise SwitchRefusedError(f"switch {entry.name!r} takes one of {list(choices)}, not {value!r}")
    if isinstance(value, int) and value < 0:
        raise SwitchRefusedError(f"switch {entry.name!r} does not take {value!r}")
    return value
