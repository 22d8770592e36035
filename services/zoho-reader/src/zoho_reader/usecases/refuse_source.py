"""Zoho does not let the connected user read a module: what needs it fails with its reason, the rest goes on."""

from dataclasses import replace

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.sources import Source, list_modules_fed
from zoho_reader.domain.steps import TaskState, list_failing
from zoho_reader.store.run_modules import add_modules, list_modules, save_module
from zoho_reader.store.staged import drop_held
from zoho_reader.store.tasks import list_tasks, save_tasks
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import announce_modules


async def refuse_source(session: Session, work: Slice, source: Source) -> None:
    """Fail the run's modules that cannot go on without `source`, and stop reading what only they need."""
    work.metrics.refusals.labels(kind="module").inc()
    for module in list_failing(source, work.run.modules):
        await fail_module(session, work, module, source)
    modules = await list_modules(session, work.run)
    living = [module for module, row in modules.items() if row.failure is None]
    tasks = await list_tasks(session, work.run)
    idle = [task for task in tasks if task.source is source or not list_modules_fed(task.source, living)]
    await save_tasks(
        session,
        work.run,
        [replace(task, state=TaskState.REFUSED) for task in idle if task.state is TaskState.OPEN],
    )


async def fail_module(session: Session, work: Slice, module: Module, source: Source) -> None:
    """The module ends with `permission_missing`; what was emitted of it counts, wanted records stay wanted."""
    reason = Reason(code="permission_missing", facts={"what": f"read {source.value} in Zoho CRM"})
    await add_modules(session, work.run, [module], requested=False)
    row = await save_module(session, work.run, module, failure=reason.model_dump())
    await drop_held(session, work.run, module, None)
    if row.closed:
        await announce_modules(session, work.run, [row])
