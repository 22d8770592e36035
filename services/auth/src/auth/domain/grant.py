"""A grant: what one consent gave us. A Xero grant belongs to (app, Xero user) and may carry many organisations;
a Zoho grant belongs to one org. One token record, one generation, one refresh per grant.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from sync_kit.contracts.vocabulary import Vendor

LENDING_MARGIN: Final = timedelta(minutes=5)
"""A token with less life than this is refreshed before it is lent: borrowers keep it for a while."""
YOUNG: Final = timedelta(seconds=60)
"""A token refused within this time after its birth will not be mended by another refresh."""
IDLE_BEFORE_WARMING: Final = timedelta(days=20)
"""Xero forgets a refresh token after 60 unused days; we use it well before."""


@dataclass(frozen=True)
class TokenPair:
    """What a vendor's token endpoint answered. `refresh_token` is None where the old one stays (Zoho refresh)."""

    access_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lives: timedelta
    scope: str | None = None
    api_domain: str | None = None
    subject: str | None = None
    """Xero: the xero_userid claim of the access token."""
    auth_event_id: str | None = None
    """Xero: the authentication_event_id claim, which names this one consent."""


@dataclass(frozen=True)
class Grant:
    """`generation` names the token pair, a newer one always by a higher number.

    `refused_at` is set once the vendor said invalid_grant.
    `subject` is the Xero user; a Zoho grant has none, since each consent there is a grant of its own.
    """

    grant_id: str
    vendor: Vendor
    app_client_id: str
    subject: str
    accounts_url: str
    api_url: str
    generation: int
    renewed_at: datetime
    access_expires_at: datetime
    refused_at: datetime | None = None


@dataclass(frozen=True)
class HeldTokens:
    """The secrets of a grant, opened."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class NextAct(StrEnum):
    """What to do with a request to borrow a token."""

    LEND = "lend"
    REFRESH = "refresh"
    ASK_PERSON = "ask_person"


def decide_next_act(grant: Grant, *, failed_generation: int | None, now: datetime) -> NextAct:
    """Lend what is there, refresh it first, or ask a person to connect again.

    A caller that names an older generation than the current one was refused before the last refresh: it simply gets
    the current token. A refusal of a token that is younger than a minute is not refreshed again.
    """
    if grant.refused_at is not None:
        return NextAct.ASK_PERSON
    if failed_generation is not None and failed_generation >= grant.generation:
        return NextAct.ASK_PERSON if now - grant.renewed_at < YOUNG else NextAct.REFRESH
    return NextAct.LEND if grant.access_expires_at - now > LENDING_MARGIN else NextAct.REFRESH
