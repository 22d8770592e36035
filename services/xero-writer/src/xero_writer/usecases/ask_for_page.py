"""A page of records that cannot be read is not lost: its envelope still says which one, and it is asked for again."""

from collections.abc import Mapping

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import RecordsExtracted, RecordsWanted
from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.errors import UnreadableEventError
from sync_kit.store import Session
from xero_writer.usecases.tell import write


async def ask_for_page(session: Session, headers: Mapping[str, str]) -> None:
    """Want the page of a record event that was set aside; others are only dead letters."""
    try:
        envelope = Envelope.from_headers(headers)
    except UnreadableEventError:
        return
    if envelope.type != RecordsExtracted.type or envelope.run_id is None or envelope.page is None:
        return
    if envelope.module not in {module.value for module in Module}:
        return
    wanted = RecordsWanted(
        tenant_id=envelope.tenant_id,
        run_id=envelope.run_id,
        module=Module(envelope.module),
        cause=WantedCause.PAGE_UNREADABLE,
        page=envelope.page,
    )
    await write(session, [wanted])
