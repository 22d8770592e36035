"""Everything that Xero knows: people, organisations, connections, tokens, windows, keys."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.xero.connections import ConnectionBook
from vendor_sandbox.xero.idempotency import IdempotencyStore
from vendor_sandbox.xero.limits import CallLimits
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.tokens import TokenBook


@dataclass(slots=True)
class XeroUser:
    """A person with a Xero login and the organisations that this person may connect."""

    user_id: str
    name: str
    tenant_ids: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Consent:
    """Who consents on the next authorize page, for which organisations (None = all), or who declines."""

    user_id: str
    tenant_ids: list[str] | None = None
    declines: bool = False


@dataclass(slots=True)
class XeroState:
    """The state of one simulated Xero. `in_flight` maps a call to the limits it holds a slot of."""

    core: SandboxCore
    organisations: dict[str, Organisation] = field(default_factory=dict)
    users: dict[str, XeroUser] = field(default_factory=dict)
    consent: Consent | None = None
    connections: ConnectionBook = field(default_factory=ConnectionBook)
    tokens: TokenBook = field(default_factory=TokenBook)
    limits: CallLimits = field(default_factory=CallLimits)
    idempotency: IdempotencyStore = field(default_factory=IdempotencyStore)

    def reset(self) -> None:
        """Forget everything."""
        self.organisations.clear()
        self.users.clear()
        self.consent = None
        self.connections = ConnectionBook()
        self.tokens = TokenBook()
        self.limits = CallLimits()
        self.idempotency = IdempotencyStore()

    def find_next_consent(self) -> Consent | None:
        """The chosen consent, else the newest user with all organisations; None when there is no user."""
        if self.consent is not None:
            return self.consent
        newest = next(reversed(self.users), None)
        return None if newest is None else Consent(newest)

    def list_consented_tenants(self, consent: Consent) -> list[str]:
        """The organisations that a consent connects."""
        if consent.tenant_ids is not None:
            return consent.tenant_ids
        return list(self.users[consent.user_id].tenant_ids)

    def now(self) -> datetime:
        """The virtual time."""
        return self.core.clock.now()
