"""Field definitions: what the fields API tells about a field, and what a value must look like."""

from __future__ import annotations

from dataclasses import dataclass

_JSON_TYPES = {
    "currency": "double",
    "double": "double",
    "percent": "double",
    "formula": "double",
    "integer": "integer",
    "bigint": "string",
    "boolean": "boolean",
    "lookup": "jsonobject",
    "ownerlookup": "jsonobject",
    "userlookup": "jsonobject",
    "subform": "jsonarray",
    "multiselectpicklist": "jsonarray",
    "line_tax": "jsonarray",
}
CUSTOM_TYPES = frozenset(
    {
        "text",
        "textarea",
        "picklist",
        "multiselectpicklist",
        "date",
        "datetime",
        "boolean",
        "currency",
        "double",
        "integer",
        "email",
        "phone",
        "website",
    }
)


@dataclass(frozen=True, slots=True)
class Field:
    """One field. `lookup` is a module, `subform` a line module; `choices` may grow by use."""

    api_name: str
    data_type: str
    label: str = ""
    length: int | None = None
    mandatory: bool = False
    read_only: bool = False
    choices: tuple[str, ...] = ()
    lookup: str | None = None
    subform: str | None = None
    unique: bool = False
    external: str | None = None
    custom: bool = False
    id: str = ""

    @property
    def display_label(self) -> str:
        """The label, or the API name with spaces."""
        return self.label or self.api_name.replace("_", " ")

    @property
    def json_type(self) -> str:
        """The JSON type of the value, in Zoho's words."""
        return _JSON_TYPES.get(self.data_type, "string")


def text(api_name: str, length: int = 255, *, mandatory: bool = False) -> Field:
    """A single line of text."""
    return Field(api_name, "text", length=length, mandatory=mandatory)


def typed(api_name: str, data_type: str, length: int | None = None, *, read_only: bool = False) -> Field:
    """A field whose type says enough."""
    return Field(api_name, data_type, length=length, read_only=read_only)


def picklist(api_name: str, *choices: str) -> Field:
    """A list to choose from; the API takes other values too and adds them (Zoho: "existing or new")."""
    return Field(api_name, "picklist", length=120, choices=choices)


def lookup(api_name: str, module: str, *, mandatory: bool = False) -> Field:
    """A reference to a record of another module."""
    return Field(api_name, "lookup", lookup=module, mandatory=mandatory)


def system_fields() -> list[Field]:
    """What every record has."""
    return [
        Field("id", "bigint", read_only=True),
        typed("Created_Time", "datetime", read_only=True),
        typed("Modified_Time", "datetime", read_only=True),
        Field("Created_By", "ownerlookup", read_only=True, lookup="users"),
        Field("Modified_By", "ownerlookup", read_only=True, lookup="users"),
    ]


def header_fields() -> list[Field]:
    """What every record has that is not a line."""
    return [
        *system_fields(),
        Field("Owner", "ownerlookup", lookup="users"),
        Field("Tag", "multiselectpicklist", read_only=True),
        typed("Locked__s", "boolean", read_only=True),
        typed("Record_Status__s", "text", 50, read_only=True),
        typed("Description", "textarea", 32_000),
    ]


def address_fields(prefix: str, code: str = "Code") -> list[Field]:
    """Street, city, state, code and country with a prefix such as "Billing_"."""
    return [
        text(f"{prefix}Street", 250),
        text(f"{prefix}City", 100),
        text(f"{prefix}State", 100),
        text(f"{prefix}{code}", 30),
        text(f"{prefix}Country", 100),
    ]


def currency_fields() -> list[Field]:
    """The record's currency and its rate."""
    return [picklist("Currency"), typed("Exchange_Rate", "double")]
