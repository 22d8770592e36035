"""What people see of mappings in the terminal: differences, what a change brings about, the fields of both sides."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

Json = Mapping[str, Any]
SIDE_NAMES: Mapping[str, str] = {"xero": "Xero", "crm": "the CRM"}


def show_changes(console: Console, changes: Iterable[Json]) -> None:
    """One line for each place that differs."""
    shown = False
    for change in changes:
        before, after = change["before"], change["after"]
        shown = True
        if before is None:
            console.print(f"  + {change['path']}: {_say(after)}", style="green", markup=False)
        elif after is None:
            console.print(f"  - {change['path']}: {_say(before)}", style="red", markup=False)
        else:
            console.print(f"  ~ {change['path']}: {_say(before)} -> {_say(after)}", style="yellow", markup=False)
    if not shown:
        console.print("  No differences.", markup=False)


def show_effect(console: Console, answer: Json) -> None:
    """What a change brings about, what is doubtful about it, and what it could not be compared with."""
    effect = answer["effect"]
    for sentence in effect["says"]:
        console.print(f"  {sentence}", markup=False)
    for each in effect["reopened"]:
        money = ", ".join(f"{currency} {amount}" for currency, amount in each["money"].items())
        amount = f" over {money}" if money else ""
        module = each["module"].replace("_", " ")
        console.print(f"      {module}, {each['code']}: {each['records']}{amount}", style="dim", markup=False)
    for warning in answer["warnings"]:
        console.print(
            f"  Worth a look: {name_place(warning['where'])}: {warning['what']}", style="yellow", markup=False
        )
    for side in answer["unchecked"]:
        console.print(
            f"  Not compared with {SIDE_NAMES.get(side, side)}, of which nothing was read yet; the next readiness "
            "check or sync reads it.",
            style="yellow",
            markup=False,
        )


def show_faults(console: Console, faults: Iterable[Json]) -> None:
    """Every fault with its place, as the text has it."""
    for fault in faults:
        console.print(f"  {name_place(str(fault.get('where')))}: {fault.get('what')}", style="red", markup=False)


def name_place(where: str) -> str:
    """The place as it stands in the text: the request's own `body.` means nothing to its writer."""
    return where.removeprefix("body.")


def make_xero_table(answer: Json) -> Table:
    """The Xero fields that may be mapped for a module."""
    document = f", as {answer['document'].replace('_', ' ')}" if answer["document"] else ""
    table = Table(title=f"Xero: fields for {answer['module'].replace('_', ' ')}{document}", title_justify="left")
    for column in ("Xero field", "takes", "remark"):
        table.add_column(column)
    for field in answer["items"]:
        remarks = ["only where Xero has none"] if field["only_when_blank"] else []
        remarks += [f"together with {', '.join(field['needs'])}"] if field["needs"] else []
        table.add_row(field["name"], field["rule"], "; ".join(remarks))
    return table


def make_crm_table(module: str, fields: Iterable[Json]) -> Table:
    """The CRM's fields of a module."""
    table = Table(title=f"Zoho CRM: fields of {module.replace('_', ' ')}", title_justify="left")
    for column in ("CRM field", "label", "type", "values"):
        table.add_column(column)
    for field in fields:
        values = list(field.get("values") or ())
        shown = ", ".join(values[:12]) + (", ..." if len(values) > 12 else "")
        table.add_row(field["api_name"], field["label"], field["data_type"], shown)
    return table


def make_taxes_table(taxes: Iterable[Json]) -> Table:
    """The CRM's taxes, by the names that the mapping uses."""
    table = Table(title="Zoho CRM: taxes", title_justify="left")
    for column in ("name", "percent"):
        table.add_column(column)
    for tax in taxes:
        table.add_row(tax["name"], tax["percent"])
    return table


def make_rates_table(rates: Iterable[Json]) -> Table:
    """Xero's tax rates that may be used, with the side that they are for."""
    table = Table(title="Xero: tax rates", title_justify="left")
    for column in ("code", "name", "percent", "for"):
        table.add_column(column)
    for rate in rates:
        sides = [
            side
            for side, may in (("sales", rate["applies_to_revenue"]), ("purchases", rate["applies_to_expenses"]))
            if may
        ]
        if rate["status"] == "ACTIVE" and sides:
            table.add_row(rate["tax_type"], rate["name"], rate["effective_rate"], " and ".join(sides))
    return table


def make_accounts_table(accounts: Iterable[Json]) -> Table:
    """Xero's accounts that may be the default of a side."""
    table = Table(title="Xero: accounts", title_justify="left")
    for column in ("code", "name", "type", "for"):
        table.add_column(column)
    for account in accounts:
        sides = [side for side in ("sales", "purchases") if account[f"usable_for_{side}"]]
        if sides:
            table.add_row(account["code"], account["name"], account["type"], " and ".join(sides))
    return table


def make_tracking_table(categories: Iterable[Json]) -> Table:
    """Xero's tracking categories with their options."""
    table = Table(title="Xero: tracking categories", title_justify="left")
    for column in ("category", "options"):
        table.add_column(column)
    for category in categories:
        if category["status"] == "ACTIVE":
            table.add_row(category["name"], ", ".join(category["options"]))
    return table


def _say(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
