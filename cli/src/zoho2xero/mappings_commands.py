"""`zoho2xero mappings ...`: see and change what CRM statuses, taxes, fields and numbers mean in Xero."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from zoho2xero.calling import (
    DEFAULT_URL,
    EXIT_REFUSED,
    AsJson,
    ClientId,
    ClientSecret,
    Url,
    call_api,
    print_json,
)
from zoho2xero.client import ApiClient, ApiError, Credentials
from zoho2xero.mapping_screen import (
    make_accounts_table,
    make_crm_table,
    make_rates_table,
    make_taxes_table,
    make_tracking_table,
    make_xero_table,
    show_changes,
    show_effect,
    show_faults,
)
from zoho2xero.mapping_yaml import MappingTextError, find_version, read_mapping, write_mapping

app = typer.Typer(no_args_is_help=True, help="What CRM statuses, taxes, fields and numbers mean in Xero.")

Json = dict[str, Any]
Tenant = Annotated[str, typer.Argument(help="Whose mapping.")]
MODULES = (*("accounts", "contacts", "vendors", "products", "invoices", "purchase_orders", "quotes", "sales_orders"),)
NOT_KNOWN_YET = 409


@app.command()
def show(
    tenant_id: Tenant,
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    version: Annotated[int | None, typer.Option(help="An earlier version.")] = None,
    as_json: AsJson = False,
) -> None:
    """Print the mapping as YAML, every choice explained."""
    path = f"/v1/mappings/{tenant_id}" + (f"/versions/{version}" if version is not None else "")
    found = call_api(Credentials(url, client_id, client_secret), lambda api: api.get(path))
    if as_json:
        print_json(found)
    else:
        typer.echo(write_mapping(tenant_id, found["version"], found["mapping"]), nl=False)


@app.command()
def edit(
    tenant_id: Tenant,
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    file: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Apply this text instead of opening $EDITOR.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Apply without asking.")] = False,
) -> None:
    """Change the mapping: shows what differs, what that brings about and costs, asks, and applies it."""
    credentials = Credentials(url, client_id, client_secret)
    console = Console()
    found = call_api(credentials, lambda api: api.get(f"/v1/mappings/{tenant_id}"))
    text = file.read_text() if file is not None else write_mapping(tenant_id, found["version"], found["mapping"])
    while True:
        if file is None:
            text = open_editor(text)
        looked = _look(credentials, tenant_id, text, found["version"])
        if isinstance(looked, Proposal):
            break
        console.print(looked.words, style="red", markup=False)
        show_faults(console, looked.faults)
        if file is not None or looked.final or not typer.confirm("Edit again?", default=True):
            raise typer.Exit(EXIT_REFUSED)
    if not looked.answer["changes"]:
        console.print(f"Nothing differs from version {looked.based_on}; nothing was changed.", markup=False)
        return
    console.print(f"Against version {looked.based_on}:", markup=False)
    show_changes(console, looked.answer["changes"])
    console.print("What that brings about:", markup=False)
    show_effect(console, looked.answer)
    if not yes and not typer.confirm("Apply it?", default=False):
        console.print("Nothing was changed.", markup=False)
        raise typer.Exit(EXIT_REFUSED)
    path, body, based_on = f"/v1/mappings/{tenant_id}", looked.body, str(looked.based_on)
    saved = call_api(credentials, lambda api: api.put(path, body, based_on=based_on))
    console.print(f"Version {saved['version']} is in force from the next sync on.", markup=False)


@app.command()
def diff(
    tenant_id: Tenant,
    older: Annotated[int, typer.Argument(help="The older version; 0: the defaults.")],
    client_id: ClientId,
    client_secret: ClientSecret,
    newer: Annotated[int | None, typer.Argument(help="The newer version; the one in force if left out.")] = None,
    url: Url = DEFAULT_URL,
    as_json: AsJson = False,
) -> None:
    """What differs between two versions."""
    path = f"/v1/mappings/{tenant_id}/diff"
    asked = {"from": older, "to": newer}
    found = call_api(Credentials(url, client_id, client_secret), lambda api: api.get(path, **asked))
    if as_json:
        print_json(found)
        return
    console = Console()
    console.print(f"From version {found['from_version']} to version {found['to_version']}:", markup=False)
    show_changes(console, found["changes"])


@app.command()
def fields(
    tenant_id: Tenant,
    client_id: ClientId,
    client_secret: ClientSecret,
    url: Url = DEFAULT_URL,
    module: Annotated[str | None, typer.Option(help="Only this module, such as invoices.")] = None,
    as_json: AsJson = False,
) -> None:
    """What there is to map from and to: the fields of both sides, Xero's accounts, tax rates and tracking."""
    if module is not None and module not in MODULES:
        raise typer.BadParameter(f"one of {', '.join(MODULES)}", param_hint="--module")
    names = [module] if module is not None else list(MODULES)
    found = call_api(Credentials(url, client_id, client_secret), lambda api: read_both_sides(api, tenant_id, names))
    if as_json:
        print_json(found)
        return
    console = Console()
    for table in _list_tables(found, console, with_lists=module is None):
        console.print(table)


class Proposal:
    """A text that the API would take: the body, the version it is based on, and what it would bring about."""

    def __init__(self, body: Json, based_on: int, answer: Json) -> None:
        self.body = body
        self.based_on = based_on
        self.answer = answer


class Rejection:
    """A text that cannot be applied; `final`: editing it again would not help."""

    def __init__(self, words: str, faults: Sequence[Json] = (), *, final: bool = False) -> None:
        self.words = words
        self.faults = faults
        self.final = final


def _look(credentials: Credentials, tenant_id: str, text: str, in_force: int) -> Proposal | Rejection:
    """Ask what the text would bring about; nothing is changed by that."""
    try:
        body = read_mapping(text)
    except MappingTextError as error:
        return Rejection(str(error))
    stated = find_version(text)
    based_on = in_force if stated is None else stated

    async def work(api: ApiClient) -> Proposal | Rejection:
        try:
            answer = await api.put(f"/v1/mappings/{tenant_id}?dry_run=true", body, based_on=str(based_on))
        except ApiError as error:
            if error.problem.get("code") == "mapping_changed":
                words = f"This text was made from version {based_on}, and {error}. Compare: zoho2xero mappings diff"
                return Rejection(words, final=True)
            if error.problem.get("faults"):
                return Rejection("The mapping has faults; nothing was changed.", error.problem["faults"])
            raise
        return Proposal(body, based_on, answer)

    return call_api(credentials, work)


async def read_both_sides(api: ApiClient, tenant_id: str, modules: Sequence[str]) -> Json:
    """Fields of both sides by module, and Xero's lists; what is not known yet is null."""
    found: Json = {"xero": {}, "zoho": {}}
    for module in modules:
        found["xero"][module] = await api.get(f"/v1/xero/{tenant_id}/fields", module=module)
        found["zoho"][module] = await _find(api, f"/v1/zoho/{tenant_id}/fields", module=module)
    found["crm_taxes"] = await _find(api, f"/v1/zoho/{tenant_id}/taxes")
    for name in ("accounts", "tax-rates", "tracking-categories", "currencies"):
        found[name.replace("-", "_")] = await _find(api, f"/v1/xero/{tenant_id}/{name}")
    return found


async def _find(api: ApiClient, path: str, **query: str) -> Json | None:
    """The answer, or None while that side was never asked for it."""
    try:
        return await api.get(path, **query)
    except ApiError as error:
        if error.status == NOT_KNOWN_YET:
            return None
        raise


def _list_tables(found: Json, console: Console, *, with_lists: bool) -> list[Table]:
    tables = []
    for module, answer in found["xero"].items():
        crm = found["zoho"][module]
        if crm is None:
            console.print(
                f"The CRM's fields of {module.replace('_', ' ')} are not known yet: the next check reads them.",
                style="yellow",
                markup=False,
            )
        else:
            tables.append(make_crm_table(module, crm["fields"]))
        tables.append(make_xero_table(answer))
    lists = (
        ("crm_taxes", "taxes", "The CRM's taxes", make_taxes_table),
        ("tax_rates", "items", "Xero's tax rates", make_rates_table),
        ("accounts", "items", "Xero's accounts", make_accounts_table),
        ("tracking_categories", "items", "Xero's tracking categories", make_tracking_table),
    )
    for name, rows, words, make in lists if with_lists else ():
        if found[name] is None:
            console.print(f"{words} are not known yet: the next check reads them.", style="yellow", markup=False)
        else:
            tables.append(make(found[name][rows]))
    return tables


def open_editor(text: str) -> str:
    """The text as $VISUAL or $EDITOR leaves it. Exits with words when neither is set or the editor fails."""
    command = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    if not command:
        Console(stderr=True).print(
            "No editor is chosen: set EDITOR, or save `zoho2xero mappings show` into a file, change it and give it as "
            "--file.",
            style="red",
            markup=False,
        )
        raise typer.Exit(EXIT_REFUSED)
    with tempfile.TemporaryDirectory() as folder:
        draft = Path(folder) / "mapping.yaml"
        draft.write_text(text)
        ended = subprocess.run([*shlex.split(command), str(draft)], check=False)  # noqa: S603 - the user's own editor
        if ended.returncode != 0:
            Console(stderr=True).print(f"{command} failed; nothing was changed.", style="red", markup=False)
            raise typer.Exit(EXIT_REFUSED)
        return draft.read_text()
