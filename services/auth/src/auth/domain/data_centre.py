"""Zoho's data centres, and which addresses we may trust after a consent.

`accounts-server` comes back through the browser, so whoever holds the link can change it; `api_domain` comes from
whoever answered. Both are compared with this list before anything is sent there (Zoho: multi-dc page).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class DataCentre:
    """One location: where people consent and tokens are made, where the API is, where people open the CRM."""

    accounts_url: str
    api_url: str
    web_url: str


def _real(accounts_host: str, api_host: str, web_host: str) -> DataCentre:
    return DataCentre(f"https://{accounts_host}", f"https://{api_host}", f"https://{web_host}")


ZOHO_DATA_CENTRES: Final[Mapping[str, DataCentre]] = {
    "us": _real("accounts.zoho.com", "www.zohoapis.com", "crm.zoho.com"),
    "eu": _real("accounts.zoho.eu", "www.zohoapis.eu", "crm.zoho.eu"),
    "in": _real("accounts.zoho.in", "www.zohoapis.in", "crm.zoho.in"),
    "au": _real("accounts.zoho.com.au", "www.zohoapis.com.au", "crm.zoho.com.au"),
    "jp": _real("accounts.zoho.jp", "www.zohoapis.jp", "crm.zoho.jp"),
    "ca": _real("accounts.zohocloud.ca", "www.zohoapis.ca", "crm.zohocloud.ca"),
    "sa": _real("accounts.zoho.sa", "www.zohoapis.sa", "crm.zoho.sa"),
    "uk": _real("accounts.zoho.uk", "www.zohoapis.uk", "crm.zoho.uk"),
    "cn": _real("accounts.zoho.com.cn", "www.zohoapis.com.cn", "crm.zoho.com.cn"),
    "ae": _real("accounts.zoho.ae", "www.zohoapis.ae", "crm.zoho.ae"),
}


def find_by_accounts_url(centres: Mapping[str, DataCentre], accounts_url: str) -> str | None:
    """The location whose accounts server is exactly this address, a trailing slash aside."""
    wanted = accounts_url.rstrip("/")
    return next((name for name, centre in centres.items() if centre.accounts_url.rstrip("/") == wanted), None)


def may_call(centre: DataCentre, api_domain: str) -> bool:
    """Whether the API address of a token answer is the one of the data centre that gave it."""
    return api_domain.rstrip("/") == centre.api_url.rstrip("/")
