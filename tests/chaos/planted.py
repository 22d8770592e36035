"""Faults planted into the product to prove that a chaos run finds them. They exist in one process only.

Each takes one guarantee away, in the place that gives it; everything else stays as it is.
"""

import sys
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import RowMapping
from tests.chaos.replacing import replace

from sync_kit import leases, worker
from sync_kit.bus import Delivery
from sync_kit.consumer import Consumer, consuming
from sync_kit.contracts.vocabulary import Module
from sync_kit.relay import Relay
from sync_kit.store import KitTables, Session, Store
from xero_writer.store import intents, staging
from xero_writer.store.intents import IntentState
from xero_writer.usecases import commit_answer, settle_intents
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.sendings import Sending
from zoho_reader.domain.watermark import move_watermark
from zoho_reader.usecases import close_modules

TOO_EARLY: Final = timedelta(minutes=5)


def plant(name: str) -> None:
    """Break the product for the rest of this process. Raises KeyError for a fault that is not on the list."""
    PLANTED[name]()


def forget_intents() -> None:
    """As if nothing had been written down before sending: what a dead process had on its way is ready again."""

    async def forget(desk: Desk, opened: Sequence[RowMapping]) -> int:
        orphans = [
            each for each in opened if each["state"] == IntentState.SENT or each["boot_id"] != desk.tools.boot_id
        ]
        for orphan in orphans:
            await desk.write(partial(_forget, desk, orphan))
        return len(orphans)

    async def _forget(desk: Desk, orphan: RowMapping, session: Session) -> None:
        for record in await intents.list_records(session, orphan["intent_id"]):
            module = Module(record["module"])
            await staging.leave_intent(session, desk.tenant_id, module, record["record_id"])
        await intents.close_intent(session, orphan["intent_id"])

    replace(settle_intents, "_find_orphans", forget)


def take_lost_answers_for_failures() -> None:
    """An answer that was lost is taken to say that nothing was written: sent again at once, under a new key."""

    right = commit_answer._read_what_came

    def read(desk: Desk, sending: Sending, came: commit_answer.Came) -> commit_answer.Landing:
        landing = right(desk, sending, came)
        return commit_answer._put_back(desk, sending) if landing.uncertain else landing

    replace(commit_answer, "_read_what_came", read)


def move_checkpoints_early() -> None:
    """A checkpoint moves beyond what was read: whoever edits in those minutes is not heard."""
    right = move_watermark

    def move_too_far(before: datetime | None, **known: Any) -> datetime:
        return right(before, **known) + TOO_EARLY

    replace(close_modules, "move_watermark", move_too_far)


def lease_without_fence() -> None:
    """A lease keeps nobody out: it ends at once, and who held it goes on writing and sending."""
    right = leases.check_fence
    claim = leases.claim_next

    async def claim_for_a_moment(store: Store, tables: KitTables, owner: str, seconds: float) -> leases.Lease | None:
        del seconds
        return await claim(store, tables, owner, 0.01)

    async def let_pass(*_: object) -> None:
        return None

    for module in list(sys.modules.values()):
        if getattr(module, "check_fence", None) is right:
            replace(module, "check_fence", let_pass)
    replace(leases.Lease, "ensure_time", lambda *_: None)
    replace(worker, "claim_next", claim_for_a_moment)


def mark_before_publishing() -> None:
    """The outbox says that an event was published before it was: who dies in between has told nobody."""

    async def publish(relay: Relay) -> int:
        ids, messages = await relay._store.read(lambda session: relay._read_batch(session, skip_locked=False))
        if not ids:
            return 0
        await relay._store.transact(lambda session: relay._mark(session, ids))
        await relay._publish(messages)
        return len(ids)

    replace(Relay, "_publish_unlocked", publish)


def save_offsets_early() -> None:
    """A consumer says that it has taken in events before it has: who dies in between has never heard of them."""
    right = Consumer._take_in

    async def take_in(consumer: Consumer, deliveries: Sequence[Delivery]) -> Sequence[Delivery]:
        await consumer._subscription.commit(deliveries)
        return await right(consumer, deliveries)

    replace(Consumer, "_take_in", take_in)


def forget_parked_events() -> None:
    """What came before the run or the tenant that it is about is never looked at again."""

    async def list_none(*_: object) -> list[str]:
        return []

    replace(consuming, "list_released_tenants", list_none)


PLANTED: Final[Mapping[str, Callable[[], None]]] = {
    "no-intent": forget_intents,
    "lost-answer-is-failure": take_lost_answers_for_failures,
    "checkpoint-early": move_checkpoints_early,
    "no-fence": lease_without_fence,
    "mark-before-publish": mark_before_publishing,
    "offsets-early": save_offsets_early,
    "parked-for-ever": forget_parked_events,
}
