"""`zoho2xero doctor`: look at everything, print what is wrong first, and say by the exit code whether it is well."""

import os
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import ValidationError
from rich.console import Console

from auth.app import build_vendors, list_data_centres
from auth.clients.vendor_oauth import Consent
from auth.settings import Settings
from sync_kit.clock import Clock, SystemClock
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.http import HttpClient
from zoho2xero.doctor.findings import Health, Look
from zoho2xero.doctor.settings import explain_settings, load_settings, look_at_environment, look_at_public_url
from zoho2xero.doctor.vendors import look_at_api, look_at_app, look_at_consent_page

SIGNS: Final[Mapping[Health, tuple[str, str]]] = {
    Health.BAD: ("x", "bold red"),
    Health.UNSURE: ("?", "yellow"),
    Health.GOOD: ("+", "green"),
}


async def run_doctor(console: Console, *, public_url: str, data_centres: Sequence[str]) -> int:
    """0 when nothing is bad, else 1."""
    clock = SystemClock()
    http = HttpClient(clock=clock)
    try:
        looks = await examine(http, clock, public_url, data_centres, environment=os.environ, vendors={})
    finally:
        await http.close()
    show(console, looks)
    return 1 if any(look.health is Health.BAD for look in looks) else 0


async def examine(
    http: HttpClient,
    clock: Clock,
    public_url: str,
    data_centres: Sequence[str],
    *,
    environment: Mapping[str, str],
    vendors: Mapping[str, Any],
) -> list[Look]:
    """Everything that was looked at. `vendors` are settings of auth that replace the environment's."""
    looks = [] if vendors else look_at_environment(environment)
    if any(look.health is not Health.GOOD for look in looks):
        return looks
    looks.append(look_at_public_url(public_url))
    if looks[-1].health is Health.BAD:
        return looks
    try:
        settings = load_settings(public_url, vendors)
    except ValidationError as error:
        return [*looks, *explain_settings(error)]
    looks += await _look_at_zoho(http, clock, settings, data_centres)
    looks += await _look_at_xero(http, clock, settings)
    return looks


async def _look_at_zoho(http: HttpClient, clock: Clock, settings: Settings, data_centres: Sequence[str]) -> list[Look]:
    centres = list_data_centres(settings)
    vendor = build_vendors(settings, http, centres)[Vendor.ZOHO]
    redirect_uri = f"{settings.public_url}/connect/{Vendor.ZOHO}/callback"
    looks = []
    for location in data_centres or (settings.zoho_default_data_centre,):
        name = f"Zoho ({location})"
        centre = centres.get(location)
        if centre is None:
            known = ", ".join(sorted(centres))
            looks.append(Look(name, Health.BAD, f"There is no data centre {location}.", f"Choose one of {known}."))
            continue
        consent = Consent(centre.accounts_url, centre.api_url, centre.web_url, location)
        variables = "AUTH_ZOHO_CLIENT_ID and AUTH_ZOHO_CLIENT_SECRET"
        looks.append(await look_at_app(name, vendor, consent, redirect_uri, variables))
        looks.append(await look_at_consent_page(http, name, vendor, redirect_uri, settings.zoho_scopes, location))
        looks += await look_at_api(http, clock, name, f"{centre.api_url}/crm/v8/org")
    return looks


async def _look_at_xero(http: HttpClient, clock: Clock, settings: Settings) -> list[Look]:
    vendor = build_vendors(settings, http, list_data_centres(settings))[Vendor.XERO]
    redirect_uri = f"{settings.public_url}/connect/{Vendor.XERO}/callback"
    consent = vendor.find_consent({}, None)
    variables = "AUTH_XERO_CLIENT_ID and AUTH_XERO_CLIENT_SECRET"
    return [
        await look_at_app("Xero", vendor, consent, redirect_uri, variables),
        await look_at_consent_page(http, "Xero", vendor, redirect_uri, settings.xero_scopes, None),
        *await look_at_api(http, clock, "Xero", f"{settings.xero_api_url}/connections"),
    ]


def show(console: Console, looks: Sequence[Look]) -> None:
    """What is wrong first, each with its remedy; then the sum of it."""
    for look in sorted(looks, key=lambda look: list(SIGNS).index(look.health)):
        sign, style = SIGNS[look.health]
        console.print(
            f"{sign} {look.subject}: {look.sentence}", style=style, markup=False, highlight=False, soft_wrap=True
        )
        if look.remedy is not None:
            console.print(f"    {look.remedy}", markup=False, highlight=False, soft_wrap=True)
    wrong = sum(look.health is Health.BAD for look in looks)
    console.print(
        f"{wrong} of {len(looks)} things must be mended." if wrong else "Nothing must be mended.", markup=False
    )
