"""Everything that the simulated Zoho knows."""

from __future__ import annotations

from typing import Any

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.zoho.orgs import Org, create_org
from vendor_sandbox.zoho.page_tokens import PageTokens
from vendor_sandbox.zoho.tokens import TokenStore


class ZohoState:
    """Orgs of all data centres, tokens, and who consents next."""

    def __init__(self, core: SandboxCore) -> None:
        self.core = core
        self.reset()

    def reset(self) -> None:
        """No orgs, no tokens."""
        self.orgs: dict[str, Org] = {}
        self.tokens = TokenStore(self.core.mint)
        self.page_tokens = PageTokens(self.core.mint)
        self._consent_by_dc: dict[str, str] = {}
        self._latest_consent: str | None = None

    def add_org(self, **properties: Any) -> Org:
        """A new org; properties as in `create_org`. Raises ValueError."""
        always = self.core.switches.zoho_currency_fields == "always"
        with_currency_fields = always or bool(properties.get("multi_currency"))
        org = create_org(len(self.orgs) + 1, with_currency_fields=with_currency_fields, **properties)
        self.orgs[org.id] = org
        return org

    def choose_consent(self, org: Org, via: str | None = None) -> None:
        """The user of this org signs in from now on where a consent starts at `via` (default: its own
        data centre); where nobody was chosen, the user who was chosen last signs in."""
        self._consent_by_dc[via or org.dc] = org.id
        self._latest_consent = org.id

    def find_consenting_org(self, dc: str) -> Org | None:
        """Whose user signs in at a data centre: chosen there, chosen last, or the newest org there."""
        chosen = self._consent_by_dc.get(dc) or self._latest_consent
        if chosen is not None:
            return self.orgs.get(chosen)
        candidates = [org for org in self.orgs.values() if org.dc == dc] or list(self.orgs.values())
        return candidates[-1] if candidates else None
