"""Check runs: read anew all that the findings rest on: reference data, what the connected user may do, the contacts.

Xero: GET /Organisation/Actions lists the key actions, each ALLOWED or NOT-ALLOWED.
"""

from typing import Final

from sync_kit.contracts.codec import content_digest
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.lanes import Lane
from xero_writer.domain.reference import ReferencePart
from xero_writer.store import references
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_ledger import has_read, read_ledger
from xero_writer.usecases.read_reference import read_parts

RIGHTS_PART: Final = "rights"


async def read_set_up(desk: Desk) -> None:
    """Read what this run has not read yet. Raises SliceOverError in between."""
    async with desk.tools.store.reading() as session:
        parts = await references.list_parts(session, desk.partition)
    fresh = {row["part"] for row in parts if row["run_id"] == desk.run_id}
    await read_parts(desk, [part for part in ReferencePart if part.value not in fresh])
    if RIGHTS_PART not in fresh:
        await _read_rights(desk)
    if not await has_read(desk, Lane.CONTACTS):
        # Another integration shows by the numbers that it gave to contacts.
        await read_ledger(desk, Lane.CONTACTS)


async def _read_rights(desk: Desk) -> None:
    answer = await desk.read(XeroRequest("GET", "Organisation/Actions"), may_be_refused=True)
    # An app that may not ask this is no reason to stop: what the user may not do is told by the refusals.
    body = answer.body if answer.status == 200 else {"Actions": []}
    async with desk.writing() as session:
        await references.save_part(
            session, desk.partition, RIGHTS_PART, payload=body, digest=content_digest(body), run_id=desk.run_id
        )
