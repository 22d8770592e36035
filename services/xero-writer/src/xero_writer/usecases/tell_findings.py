"""Check runs: tell what the writer found out about the set-up, once everything that would go has been judged."""

from datetime import date

from sqlalchemy import RowMapping

from sync_kit.contracts.codec import content_digest
from sync_kit.contracts.events import FindingsReported
from sync_kit.contracts.vocabulary import Stage
from sync_kit.store import Session
from xero_writer.domain.findings import SetUp, find_facts, find_findings, list_denied
from xero_writer.domain.keys import number_key
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.store import counters, ledger, references, runs, staging
from xero_writer.usecases.count_least_calls import estimate_calls
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_reference import load_reference
from xero_writer.usecases.read_set_up import RIGHTS_PART
from xero_writer.usecases.tell import write


async def tell_findings(desk: Desk, session: Session, run: RowMapping) -> None:
    """FindingsReported, if it says something new or the stage was asked to tell again. `run` is its newest row."""
    set_up = await _gather(desk, session)
    if set_up is None:
        return
    findings, facts = find_findings(set_up), find_facts(set_up)
    digest = content_digest({"findings": [each.model_dump() for each in findings], "facts": facts})
    if digest == run["findings_digest"] and not run["tell_again"]:
        return
    event = FindingsReported(
        tenant_id=desk.tenant_id,
        run_id=run["run_id"],
        stage=Stage.WRITER,
        progress_seq=await counters.take_progress_number(session, desk.tenant_id),
        findings=findings,
        facts=facts,
    )
    await write(session, [event])
    await runs.change_run(session, desk.tenant_id, run["run_id"], findings_digest=digest)


async def _gather(desk: Desk, session: Session) -> SetUp | None:
    reference = await load_reference(session, desk.partition)
    if reference is None:
        return None
    rights = await references.find_part(session, desk.partition, RIGHTS_PART)
    return SetUp(
        reference=reference,
        mapping=desk.mapping,
        modules=frozenset(desk.modules),
        start=date.fromisoformat(desk.request["settings"]["books_start_date"]),
        denied=list_denied(rights["payload"]) if rights is not None else frozenset(),
        calls_left=desk.allowance.day_remaining,
        calls_needed=await estimate_calls(desk, session),
        foreign_numbers=await _count_foreign_numbers(desk, session),
    )


async def _count_foreign_numbers(desk: Desk, session: Session) -> int:
    """Contacts in Xero with a number that is no id of this CRM's. Readiness counts what the ledger has shown; ids that
    were never read are not known to be ours, so only a CRM that was read whole is spoken of."""
    numbers = await ledger.list_contact_numbers(session, desk.partition)
    if not numbers:
        return 0
    ours = set()
    for module in sorted(CONTACT_MODULES):
        for record_id in await staging.list_record_ids(session, desk.partition, module):
            ours.add(number_key(record_id, desk.digest_key))
    return len(numbers - ours)
