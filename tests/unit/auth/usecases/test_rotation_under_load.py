"""Keys and secrets are replaced while a hundred callers work: nobody is refused, nothing is lost, nothing old opens."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import SecretStr
from tests.unit.auth.house import NEW_KEY, OLD_KEY, House, Partner

from auth.app import build_keyring
from auth.domain.sealing import Keyring, SealedValue
from auth.usecases.refresh_grant import POLL_SECONDS
from auth.usecases.rewrap_vault import rewrap_vault
from sync_kit.app import ServiceRuntime
from sync_kit.contracts import codec
from sync_kit.testing import ApiAnswer

BOTH_KEYS = {"old": SecretStr(OLD_KEY), "new": SecretStr(NEW_KEY)}
ROUNDS = 4
CALLERS = 100
REWRAPS = 3


@dataclass(frozen=True)
class Borrower:
    """A connected tenant."""

    tenant_id: str
    vendor: str


@asynccontextmanager
async def two_processes(house: House) -> AsyncIterator[Sequence[ServiceRuntime]]:
    """Both know both keys; the first still seals with the old one, the second with the new."""
    first = house.rebuild(vault_keys=BOTH_KEYS, vault_current_key="old")
    second = house.rebuild(vault_keys=BOTH_KEYS, vault_current_key="new")
    try:
        yield first, second
    finally:
        await first.close()
        await second.close()


async def connect_six(house: House, partner: Partner) -> list[Borrower]:
    """Three tenants at each vendor, each with a grant of its own."""
    borrowers = []
    for number in range(3):
        await house.add_zoho_org("us", f"Org {number}")
        await house.add_xero_user(f"Books {number}")
        tenant_id = await partner.add_tenant(f"Tenant {number}")
        for vendor in ("zoho", "xero"):
            await partner.connect(tenant_id, vendor)
            borrowers.append(Borrower(tenant_id, vendor))
    return borrowers


def ring(house: House, current: str) -> Keyring:
    return build_keyring(
        house.settings.model_copy(update={"vault_keys": BOTH_KEYS, "vault_current_key": current}),
    )


def read_vault(house: House) -> list[tuple[str, str, SealedValue]]:
    """Owner, purpose and seal of every value."""
    rows = house.query("SELECT owner_id, purpose, key_id, blob FROM vault")
    return [(owner, purpose, SealedValue(key_id, blob)) for owner, purpose, key_id, blob in rows]


def open_saved_refresh_tokens(house: House, keyring: Keyring) -> set[str]:
    """What the vault holds of refresh tokens."""
    return {
        codec.loads(keyring.open(sealed, owner=owner, purpose=purpose))["refresh_token"]
        for owner, purpose, sealed in read_vault(house)
        if purpose in {"zoho", "xero"}
    }


def list_last_issued(house: House) -> set[str]:
    """The newest refresh token of each grant, as the vendors' own books have it."""
    newest: dict[int, tuple[datetime, str]] = {}
    for token, entry in house.sandbox.xero.state.tokens._refresh.items():
        known = newest.get(id(entry.grant))
        if known is None or entry.issued_at >= known[0]:
            newest[id(entry.grant)] = (entry.issued_at, token)
    return {token for _, token in newest.values()} | set(house.sandbox.zoho.state.tokens.refresh_tokens)


async def lend_while_rewrapping(
    house: House, processes: Sequence[ServiceRuntime], generations: Mapping[Borrower, int], *, turn: int
) -> list[tuple[Borrower, ApiAnswer]]:
    """A hundred callers at both processes, each of whom says that the last token was refused."""
    borrowers = list(generations)

    async def rewrap(switch: int) -> None:
        """Again and again, each time for the other current key."""
        for step in range(switch, switch + REWRAPS):
            keyring = ring(house, ("old", "new")[step % 2])
            await rewrap_vault(store=processes[step % 2].store, keyring=keyring)

    async def lend(number: int) -> tuple[Borrower, ApiAnswer]:
        borrower = borrowers[number % len(borrowers)]
        app = processes[number // len(borrowers) % 2].app
        report = {"failed_generation": generations[borrower]} if generations[borrower] else {}
        return borrower, await house.borrow(borrower.tenant_id, borrower.vendor, app=app, **report)

    moving = asyncio.create_task(keep_time_moving(house))
    rewrapping = [asyncio.create_task(rewrap(turn)), asyncio.create_task(rewrap(turn + 1))]
    answers = await asyncio.gather(*(lend(number) for number in range(CALLERS)))
    await asyncio.gather(*rewrapping)
    moving.cancel()
    return answers


async def test_the_vaults_key_changes_under_a_hundred_lendings_and_no_token_is_lost(
    house: House, partner: Partner
) -> None:
    borrowers = await connect_six(house, partner)
    generations = dict.fromkeys(borrowers, 0)
    refreshes_before = house.count_token_calls("xero") + house.count_token_calls("zoho")
    async with two_processes(house) as processes:
        for turn in range(ROUNDS):
            house.advance(timedelta(minutes=3))
            answers = await lend_while_rewrapping(house, processes, generations, turn=turn)
            assert [answer.body for _, answer in answers if answer.status != 200] == []
            for borrower, answer in answers:
                assert answer.json["generation"] > generations[borrower]
            generations = {borrower: answer.json["generation"] for borrower, answer in answers}
            assert open_saved_refresh_tokens(house, ring(house, "new")) == list_last_issued(house)
        refreshes = house.count_token_calls("xero") + house.count_token_calls("zoho") - refreshes_before
        assert refreshes == (ROUNDS - 1) * len(borrowers), "a hundred refusals are one refresh for each grant"

        await rewrap_vault(store=processes[0].store, keyring=ring(house, "old"))
        old_blobs = [sealed.blob for _, _, sealed in read_vault(house)]
        await rewrap_vault(store=processes[1].store, keyring=ring(house, "new"))
        assert {sealed.key_id for _, _, sealed in read_vault(house)} == {"new"}
        files = house.read_store()
    assert old_blobs
    assert not any(blob in files for blob in old_blobs), "what the old key sealed lies about no more"

    alone = house.rebuild(vault_keys={"new": SecretStr(NEW_KEY)}, vault_current_key="new")
    house.advance(timedelta(minutes=3))
    for borrower in borrowers:
        again = await house.borrow(
            borrower.tenant_id, borrower.vendor, app=alone.app, failed_generation=generations[borrower]
        )
        assert (again.status, again.json["generation"] > generations[borrower]) == (200, True)
    await alone.close()


async def keep_time_moving(house: House) -> None:
    """Callers of one process look every quarter of a second whether the other has refreshed: the clock must not stand
    still for them, nor outrun the work."""
    while True:
        await asyncio.sleep(0.05)
        wake = house.clock.find_next_wake()
        if wake is not None and wake <= POLL_SECONDS:
            house.clock.advance(wake)


async def test_the_search_for_lost_tokens_can_fail(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    await partner.connect(await partner.add_tenant(), "xero")
    assert open_saved_refresh_tokens(house, ring(house, "old")) == list_last_issued(house)
    ((token, entry),) = house.sandbox.xero.state.tokens._refresh.items()
    house.sandbox.xero.state.tokens.issue_pair(house.sandbox.core.mint, entry.grant, entry.issued_at)
    assert list_last_issued(house) != {token}
    assert open_saved_refresh_tokens(house, ring(house, "old")) == {token}
