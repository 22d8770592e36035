"""A mapping as a text that people edit: YAML with a comment above every choice, and back.

Everything that is not left empty is read as text, so that account codes keep their zeros and a status called "No" or
"On" stays one; the API knows which places are numbers and switches. A key that stands twice is refused, since the
earlier one would be lost silently.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import yaml

Json = dict[str, Any]

_WIDTH: Final = 110
_NULL_TAG: Final = "tag:yaml.org,2002:null"
_FIRST_LINE: Final = re.compile(r"# Mapping of \S+, version (\d+)")
_OWN_WORDS: Final = frozenset({"amounts_values"})
_TYPES: Final = "Values: wait (not yet), DRAFT, SUBMITTED, AUTHORISED, not_created (never)."
EXPLANATIONS: Final[Mapping[str, tuple[str, ...]]] = {
    "number_fields": ("Which CRM field holds the document's number. It is never left to Xero.",),
    "number_fields.supplier_number": (
        "Field of purchase orders with the supplier's own invoice number; empty: the purchase order's number.",
    ),
    "statuses": ("What each CRM status means in Xero. A status that does not stand here holds its documents back.",),
    "statuses.invoices": (_TYPES,),
    "statuses.purchase_orders": (
        _TYPES,
        "SUBMITTED and AUTHORISED need policies.bills_beyond_draft: true.",
    ),
    "statuses.quotes": ("Values: wait, DRAFT, SENT, not_created. We never e-mail anybody.",),
    "statuses.sales_orders": ("Sales orders become draft invoices. Values: wait, DRAFT, not_created.",),
    "taxes": (
        "CRM tax -> Xero's code for the rate, for sales and for purchases. Several taxes on a line: their names in",
        'alphabetical order, joined by " + ". The codes: zoho2xero mappings fields TENANT.',
    ),
    "taxes.untaxed_sales": (
        "The rate of lines without a tax. Zero-rated, exempt and outside the scope are three things: say which.",
    ),
    "taxes.untaxed_purchases": ("The same for purchases.",),
    "accounts": ("Codes of Xero accounts that lines are posted to.",),
    "accounts.sales": ("Where neither the product below nor the item in Xero says otherwise.",),
    "accounts.rounding": ("For rounding lines of some cents; empty: the side's own account.",),
    "accounts.by_product": ("By product code, for example  CARR: {sales: '420', purchases: '425'}.",),
    "fields": (
        "More Xero fields, by module:  invoices: {Reference: {field: Order_Number, value: none}}.",
        "field: a CRM field; value: what is taken where that is blank, or always. A blank never erases anything.",
        "Which Xero fields may be filled: zoho2xero mappings fields TENANT --module invoices.",
    ),
    "tracking": (
        "Tracking categories of every line, at most two for each kind of document, for example",
        "invoices: [{category: Region, field: Territory, values: {EMEA: Europe}, default: UK}].",
    ),
    "gates": (
        "By module: the CRM checkbox that must be ticked before a record goes, for example invoices: Add_to_Xero.",
    ),
    "amounts": ("Amounts of CRM lines are: exclusive (tax on top), inclusive (tax included), none (no tax).",),
    "amounts_field": ("CRM field that says it for each document, and below what its values mean.",),
    "amounts_values": (),
    "primary_person_field": (
        "CRM checkbox that marks an account's main contact; empty: the oldest with an e-mail address.",
    ),
    "policies": ("Decisions that have no table.",),
    "policies.lock": ("seed: approved documents never change from the CRM. xero: they do, as far as Xero allows it.",),
    "policies.zero_total": ("Documents that add up to 0.00: skip or send.",),
    "policies.cent": ("Cents that Xero rounds differently: rounding_line, accept (Xero's total) or hold.",),
    "policies.currency_rate": ("Exchange rate of foreign currencies: xero (the day's) or crm.",),
    "policies.names": ('A name that somebody else has in Xero: ask (a person decides) or suffix ("Name (CRM id)").',),
    "policies.header_discount": (
        "A discount on the whole document was meant before_tax (it lowers the tax) or after_tax (it does not).",
    ),
    "policies.uncoded_products": ("Products without a code: hold, or as_text (lines without an item).",),
    "policies.ended_in_crm": (
        "A document canceled or deleted in the CRM: tell, or end (drafts are deleted, unpaid ones voided).",
    ),
    "policies.purchase_orders_as": ("CRM purchase orders become: bill or purchase_order.",),
    "policies.bills_beyond_draft": ("Your consent that bills may be made SUBMITTED or AUTHORISED: true or false.",),
    "policies.due_days": ("Days until due, where neither the CRM nor payment terms in Xero say it.",),
}
"""Place -> what stands above it. A test holds it complete."""


class MappingTextError(ValueError):
    """The text is no YAML, or no mapping; the message says where."""


def write_mapping(tenant_id: str, version: int, mapping: Mapping[str, Any]) -> str:
    """The mapping as a commented text; its first line names the version."""
    saved = "nothing is chosen yet: these are the defaults" if version == 0 else f"version {version}"
    head = [
        f"# Mapping of {tenant_id}, version {version}" + (f" ({saved})" if version == 0 else ""),
        "# What you take out goes back to its default. Apply with: zoho2xero mappings edit TENANT --file THIS",
    ]
    return "\n".join([*head, *_write_section("", mapping, 0)]) + "\n"


def read_mapping(text: str) -> Json:
    """The body for the API. Raises MappingTextError."""
    try:
        # a SafeLoader with fewer types: no tag of the text makes an object
        found = yaml.load(text, Loader=_TextLoader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark is not None else ""
        raise MappingTextError(f"this is no YAML{line}: {error.problem}") from error
    except yaml.YAMLError as error:
        raise MappingTextError(f"this is no YAML: {error}") from error
    if not isinstance(found, dict):
        raise MappingTextError("there is no mapping in it: sections such as taxes and accounts are expected")
    return {name: _without_empty(name, value) for name, value in found.items() if value is not None}


def _without_empty(name: str, section: object) -> object:
    """A place that is left empty is as good as taken out; only within tables of the tenant's own words it is a slip."""
    if not isinstance(section, dict) or name in _OWN_WORDS:
        return section
    return {place: value for place, value in section.items() if value is not None}


def find_version(text: str) -> int | None:
    """The version that the text was made from, by its first line."""
    found = _FIRST_LINE.match(text)
    return int(found.group(1)) if found is not None else None


def _write_section(path: str, section: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for name, value in section.items():
        place = f"{path}.{name}" if path else name
        if depth == 0:
            yield ""
        yield from (f"{indent}# {line}" for line in EXPLANATIONS.get(place, ()))
        if isinstance(value, Mapping) and value and _has_explained(place):
            yield f"{indent}{name}:"
            yield from _write_section(place, value, depth + 1)
        else:
            text = yaml.dump(
                {name: _plain(value)}, Dumper=_PlainDumper, sort_keys=False, allow_unicode=True, width=_WIDTH
            )
            yield from (indent + line for line in text.splitlines())


def _has_explained(place: str) -> bool:
    return any(name.startswith(f"{place}.") for name in EXPLANATIONS)


def _plain(value: object) -> object:
    """Without what is not chosen inside tables, which only makes them longer."""
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items() if item is not None}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


class _PlainDumper(yaml.SafeDumper):
    """Writes what is not chosen as nothing at all."""


_PlainDumper.add_representer(type(None), lambda dumper, _: dumper.represent_scalar(_NULL_TAG, ""))


class _TextLoader(yaml.SafeLoader):
    """Reads scalars as text but for empty ones, and refuses a key that stands twice."""


_TextLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag == _NULL_TAG]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _construct_table(loader: _TextLoader, node: yaml.MappingNode) -> Json:
    table: Json = {}
    for key_node, value_node in node.value:
        key = loader.construct_object(key_node, deep=True)
        if not isinstance(key, str) or key in table:
            problem = f'"{key}" stands twice' if isinstance(key, str) else "a name is expected here"
            raise yaml.constructor.ConstructorError(None, None, problem, key_node.start_mark)
        table[key] = loader.construct_object(value_node, deep=True)
    return table


_TextLoader.add_constructor(yaml.resolver.BaseResolver.DEFAULT_MAPPING_TAG, _construct_table)
