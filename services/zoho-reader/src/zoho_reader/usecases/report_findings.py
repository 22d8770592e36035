"""What a check found out about the CRM: who it is, what it cannot give, how many calls a sync needs."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from sync_kit.contracts.events import FindingsReported
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.vocabulary import Stage
from sync_kit.outbox import write_events
from sync_kit.store import Session
from zoho_reader.domain.editions import find_allowance
from zoho_reader.domain.pace import Pace
from zoho_reader.domain.slow_way import count_coql_calls, count_listed_calls
from zoho_reader.domain.sources import SHAPES, Source
from zoho_reader.store import KIT
from zoho_reader.store.columns import list_left_out, list_slow
from zoho_reader.store.credits import list_hours
from zoho_reader.store.descriptions import DescriptionRow, find_description
from zoho_reader.store.run_modules import list_modules
from zoho_reader.store.runs import RunRow, count_progress, save_run
from zoho_reader.store.tasks import list_tasks
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import SOURCE_NAME, count_least

METADATA_LIFE = Pace().metadata_life
Fact = str | int | Decimal | bool | None


async def report_findings(work: Slice) -> None:
    """The last step of a check."""
    async with work.telling() as session:
        await save_run(session, work.run, reported=True)
        await tell_findings(session, work.run)


async def tell_findings(session: Session, run: RunRow) -> None:
    """Tell them (again), from what is in the store."""
    run = await count_progress(session, run)
    description = await find_description(session, run.tenant_id)
    slow = await list_slow(session, run.tenant_id, since=await session.now() - METADATA_LIFE)
    least = await count_least(session, run)
    needed = run.calls if set(slow) & {task.source for task in await list_tasks(session, run)} else least
    left = await _count_left(session, run, description)
    facts: dict[str, Fact] = {"zoho_calls_left": left, "zoho_calls_needed": needed}
    if description is not None:
        facts["zoho_organisation"] = description.organisation.get("name")
        facts["zoho_country"] = description.organisation.get("country")
        facts["zoho_currency"] = description.organisation.get("currency")
    findings = await _list_unreadable(session, run, description)
    if left is not None and left < run.credits:
        findings.append(Finding(code="zoho_calls_low", facts={"left": left, "needed": run.credits}))
    findings += await _list_slow_ways(session, run, slow)
    report = FindingsReported(
        tenant_id=run.tenant_id,
        run_id=run.run_id,
        stage=Stage.READER,
        progress_seq=run.progress_seq,
        findings=tuple(findings),
        facts=facts,
    )
    await write_events(session, KIT, [report], source=SOURCE_NAME)


async def _count_left(session: Session, run: RunRow, description: DescriptionRow | None) -> int | None:
    """What Zoho said last; while it is silent, what the edition allows less what we spent. Others may spend too."""
    hours = await list_hours(session, run.tenant_id, await session.now() - timedelta(hours=24))
    said = [hour.credits_remaining for hour in hours if hour.credits_remaining is not None]
    if said:
        return said[-1]
    if description is None:
        return None
    allowed = find_allowance(description.organisation.get("edition"), description.organisation.get("users"))
    return None if allowed is None else max(0, allowed - sum(hour.credits for hour in hours))


async def _list_unreadable(session: Session, run: RunRow, description: DescriptionRow | None) -> list[Finding]:
    findings = []
    modules = await list_modules(session, run)
    for module in run.modules:
        if module in modules and modules[module].failure is not None:
            findings.append(Finding(code="module_unreadable", facts={"module": SHAPES[module].headers.label}))
    left_out = await list_left_out(session, run.tenant_id, since=await session.now() - METADATA_LIFE)
    for module in run.modules:
        source = SHAPES[module].headers
        described = None if description is None else description.event.fields.get(module)
        names = None if described is None else {each.api_name for each in described}
        for column in run.extra_fields.get(source, ()):
            if column in left_out.get(source, ()) or (names is not None and column not in names):
                facts = {"field": column, "module": source.label}
                findings.append(Finding(code="field_unreadable", facts=facts))
    return findings


async def _list_slow_ways(session: Session, run: RunRow, slow: Mapping[Source, str]) -> list[Finding]:
    findings = []
    for task in await list_tasks(session, run):
        if task.source in slow:
            facts = {
                "cause": slow[task.source],
                "module": task.source.label,
                "needed": count_listed_calls(task.rows),
                "least": count_coql_calls(task.rows),
            }
            findings.append(Finding(code="zoho_slow_way", facts=facts))
    return findings
