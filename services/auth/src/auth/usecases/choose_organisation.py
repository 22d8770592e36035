"""A person chooses which of several Xero organisations a tenant's connection is for: on our page, or by API."""

from collections.abc import Sequence
from dataclasses import dataclass

from auth.domain.attempt import Attempt, find_choice
from auth.domain.client_secrets import digest_of
from auth.domain.connection import Connection, Organisation
from auth.errors import ConnectLinkError
from auth.store.attempts import find_attempt_by_choice, find_open_choice
from auth.store.connections import get_connection
from auth.usecases.attach_organisation import attach_organisation
from sync_kit.errors import ConflictError, Fault, InvalidInputError
from sync_kit.store import Session, Store


@dataclass(frozen=True)
class Chosen:
    """The connection, connected, and where the browser goes now."""

    connection: Connection
    organisation_name: str
    return_url: str | None


async def list_choices(partner_id: str, connection_id: str, *, store: Store) -> Sequence[Organisation]:
    """What a connection may be tied to. Raises NotFoundError, ConflictError `nothing_to_choose`."""
    async with store.reading() as session:
        return (await _get_open_choice(session, partner_id, connection_id)).choices


async def choose_for_connection(partner_id: str, connection_id: str, external_id: str, *, store: Store) -> Chosen:
    """Choose by API.

    Raises NotFoundError, ConflictError (`nothing_to_choose`, `organisation_in_use`), InvalidInputError for an
    organisation that was not offered.
    """
    async with store.transaction() as session:
        return await _choose(session, await _get_open_choice(session, partner_id, connection_id), external_id)


async def choose_by_token(choice_token: str, external_id: str, *, store: Store) -> Chosen:
    """Choose on the page that holds the token. Raises ConnectLinkError for a used or too old one, and as above."""
    async with store.transaction() as session:
        attempt = await find_attempt_by_choice(session, digest_of(choice_token))
        if attempt is None or attempt.expires_at <= await session.now():
            raise ConnectLinkError("This page is too old. Ask for a new link.", code="choice_expired")
        return await _choose(session, attempt, external_id)


async def _get_open_choice(session: Session, partner_id: str, connection_id: str) -> Attempt:
    await get_connection(session, partner_id, connection_id)
    attempt = await find_open_choice(session, connection_id)
    if attempt is None:
        raise ConflictError("Nobody has consented yet, or the choice was made.", code="nothing_to_choose")
    return attempt


async def _choose(session: Session, attempt: Attempt, external_id: str) -> Chosen:
    organisation = find_choice(attempt, external_id)
    if organisation is None or attempt.grant_id is None:
        raise InvalidInputError(
            "This organisation was not offered.",
            faults=[Fault("body.xero_tenant_id", "is not one of the organisations of this consent")],
        )
    connection = await attach_organisation(
        session,
        attempt.connection_id,
        organisation,
        grant_id=attempt.grant_id,
        attempt_id=attempt.attempt_id,
        data_centre=None,
    )
    return Chosen(connection, organisation.name, attempt.return_url)
