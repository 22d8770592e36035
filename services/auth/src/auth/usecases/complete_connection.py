"""The vendor sent the browser back: exchange the code, see which organisation it opened, tie it to the connection.

Nothing is sent to an address that the browser brought unless it is allow-listed. A state works once, for ten minutes,
for the vendor that it was made for. Whatever goes wrong afterwards, the tokens of the consent are either used or
given back to the vendor.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from auth.clients.vendor_oauth import Consent, VendorOAuth
from auth.domain.attempt import CHOICE_LIFE, Attempt, check_state
from auth.domain.client_secrets import digest_of, make_secret
from auth.domain.connection import Organisation
from auth.domain.grant import Grant, TokenPair
from auth.domain.sealing import Keyring
from auth.errors import AppRefusedError, ConnectLinkError, GrantRefusedError, VendorTroubleError
from auth.store.attempts import change_attempt, find_attempt_by_state, find_held_grant, offer_choices, use_state
from auth.store.connections import find_connection
from auth.store.vault import find_secret
from auth.usecases.attach_organisation import attach_organisation, mend_siblings
from auth.usecases.land_grant import land_grant
from auth.usecases.open_connect_link import PKCE_PURPOSE
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import AnswerLostError, ProblemError, TryLaterError
from sync_kit.logs import get_logger
from sync_kit.store import Store

_log = get_logger(__name__)


@dataclass(frozen=True)
class Connected:
    """It worked; the browser goes to `return_url` if there is one."""

    connection_id: str
    organisation_name: str
    return_url: str | None


@dataclass(frozen=True)
class ChoiceNeeded:
    """The Xero user has several organisations; `choice_token` entitles the page to choose one of them."""

    connection_id: str
    organisations: Sequence[Organisation]
    return_url: str | None
    choice_token: str = field(repr=False)


@dataclass(frozen=True)
class Refused:
    """It did not work, and why; the state is used up, the link may be opened again."""

    connection_id: str
    problem: ProblemError
    return_url: str | None


_DENIED: Final[Mapping[Vendor, str]] = {
    # Zoho: grant tokens, 10 in 10 minutes for an app, then the same access_denied as for a person who declines.
    Vendor.ZOHO: "Zoho says that the consent was not given, or it has had too many sign-ins within ten minutes. "
    "If nobody declined, open the link again in ten minutes.",
    Vendor.XERO: "Xero says that the consent was not given.",
}

ConnectResult = Connected | ChoiceNeeded | Refused


@dataclass(frozen=True)
class ConnectDesk:
    """What it takes to complete a connection."""

    store: Store
    keyring: Keyring
    vendors: Mapping[Vendor, VendorOAuth]
    redirect_uris: Mapping[Vendor, str]


async def complete_connection(vendor: Vendor, answer: Mapping[str, str], desk: ConnectDesk) -> ConnectResult:
    """Raises ConnectLinkError when the answer belongs to no open attempt; all else is told in the result."""
    attempt, verifier = await _take_state(vendor, answer.get("state", ""), desk)
    try:
        return await _complete(attempt, verifier, answer, desk)
    except ProblemError as error:
        problem = error
    except GrantRefusedError:
        problem = ConnectLinkError(
            "The vendor did not accept its own answer. Open the link again.", code="code_refused"
        )
    except AppRefusedError:
        _log.error("vendor_app_refused", vendor=str(vendor))
        problem = VendorTroubleError("The vendor does not accept our application.", code="app_refused")
    except (TryLaterError, AnswerLostError):
        problem = VendorTroubleError("The vendor did not answer. Open the link again.", code="vendor_trouble")
    await _let_grant_go(attempt, desk)
    return Refused(attempt.connection_id, problem, attempt.return_url)


async def _take_state(vendor: Vendor, state: str, desk: ConnectDesk) -> tuple[Attempt, str]:
    async with desk.store.transaction() as session:
        found = await find_attempt_by_state(session, digest_of(state))
        attempt = check_state(found, vendor, await session.now())
        verifier = await find_secret(session, desk.keyring, owner=attempt.attempt_id, purpose=PKCE_PURPOSE)
        if verifier is None or not await use_state(session, attempt):
            raise ConnectLinkError("This answer was used already. Open the link again.", code="state_used")
    return attempt, verifier.decode()


async def _complete(
    attempt: Attempt, verifier: str, answer: Mapping[str, str], desk: ConnectDesk
) -> Connected | ChoiceNeeded:
    if "error" in answer or not answer.get("code"):
        raise ConnectLinkError(_DENIED[attempt.vendor], code="consent_denied")
    vendor = desk.vendors[attempt.vendor]
    consent = vendor.find_consent(answer, attempt.data_centre)
    tokens = await vendor.exchange_code(
        answer["code"], consent, redirect_uri=desk.redirect_uris[attempt.vendor], verifier=verifier
    )
    grant = await land_grant(
        attempt, consent, tokens, app_client_id=vendor.client_id, store=desk.store, keyring=desk.keyring
    )
    return await _tie(attempt, grant, consent, tokens, desk)


async def _tie(
    attempt: Attempt, grant: Grant, consent: Consent, tokens: TokenPair, desk: ConnectDesk
) -> Connected | ChoiceNeeded:
    opened = await desk.vendors[attempt.vendor].list_organisations(consent, tokens)
    await mend_siblings(grant.grant_id, opened.reachable, but=attempt.connection_id, store=desk.store)
    async with desk.store.reading() as session:
        connection = await find_connection(session, attempt.connection_id)
    wanted = connection.external_id if connection is not None else None
    again = [organisation for organisation in opened.reachable if organisation.external_id == wanted]
    candidates = again or opened.offered
    if not candidates:
        raise ConnectLinkError("The consent opened no organisation.", code="no_organisation")
    if wanted is not None and not again:
        # Tying the first of them says "different organisation" in the words of the rule.
        candidates = candidates[:1]
    if len(candidates) > 1:
        return await _offer(attempt, grant, candidates, desk)
    chosen = candidates[0]
    async with desk.store.transaction() as session:
        await attach_organisation(
            session,
            attempt.connection_id,
            chosen,
            grant_id=grant.grant_id,
            attempt_id=attempt.attempt_id,
            data_centre=consent.data_centre,
        )
    return Connected(attempt.connection_id, chosen.name, attempt.return_url)


async def _offer(attempt: Attempt, grant: Grant, candidates: Sequence[Organisation], desk: ConnectDesk) -> ChoiceNeeded:
    token = make_secret()
    async with desk.store.transaction() as session:
        expires_at = await session.now() + CHOICE_LIFE
        await offer_choices(
            session,
            attempt.attempt_id,
            grant_id=grant.grant_id,
            choices=candidates,
            choice_digest=digest_of(token),
            expires_at=expires_at,
            forget_at=expires_at,
        )
    return ChoiceNeeded(attempt.connection_id, candidates, attempt.return_url, token)


async def _let_grant_go(attempt: Attempt, desk: ConnectDesk) -> None:
    """The attempt holds on to no grant any more; one that nobody else needs is given back to the vendor."""
    async with desk.store.transaction() as session:
        held = await find_held_grant(session, attempt.attempt_id)
        if held is not None:
            await change_attempt(session, attempt.attempt_id, grant_id=None)
            await release_grant_if_unneeded(session, held)
