"""Read what the CRM has and tell the others: fields, line fields and taxes, so that a mapping can be checked."""

from collections.abc import Sequence
from dataclasses import asdict

from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.vocabulary import Module
from sync_kit.outbox import write_events
from sync_kit.store import Session
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.clients.zoho_exchange import Call
from zoho_reader.domain.coql import MOST_TOGETHER
from zoho_reader.domain.description import (
    SUSPICIOUS_COUNT,
    Found,
    fit_into_event,
    read_fields,
    read_organisation,
    read_taxes,
)
from zoho_reader.domain.sources import SHAPES, Source
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store import KIT
from zoho_reader.store.descriptions import find_description, save_description
from zoho_reader.store.runs import save_run
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import SOURCE_NAME

_ORG = Call("GET", "/org")
_TAXES = Call("GET", "/org/taxes")


async def describe_in_run(work: Slice) -> None:
    """A step of a check: the modules of the run."""
    found = await read_description(work.crm, work.run.modules, together=work.composites)
    async with work.committing() as session:
        await keep_description(session, work.run.tenant_id, found)
        await save_run(session, work.run, described=True)


async def read_description(crm: ZohoCrm, modules: Sequence[Module], *, together: bool) -> Found:
    """Ask for everything, five in a call. What is refused is left out; other trouble is raised."""
    asked: dict[str, tuple[Module, Source]] = {}
    calls: dict[str, Call] = {"org": _ORG, "taxes": _TAXES}
    for module in modules:
        shape = SHAPES[module]
        for source in (shape.headers, *((shape.children,) if shape.is_document and shape.children else ())):
            calls[source.value] = Call("GET", "/settings/fields", params={"module": source.value})
            asked[source.value] = (module, source)
    bodies = await _ask(crm, calls, together=together)
    found = Found()
    for name, body in bodies.items():
        if isinstance(body, ModuleRefusedError | QuestionRefusedError):
            continue
        if name == "org":
            found.organisation = read_organisation(body)
        elif name == "taxes":
            found.taxes = read_taxes(body)
        else:
            module, source = asked[name]
            kept = found.fields if source is SHAPES[module].headers else found.line_fields
            kept[module] = read_fields(body)
    return found


async def _ask(crm: ZohoCrm, calls: dict[str, Call], *, together: bool) -> dict[str, object]:
    names = list(calls)
    bodies: dict[str, object] = {}
    for start in range(0, len(names), MOST_TOGETHER):
        chunk = names[start : start + MOST_TOGETHER]
        if together:
            try:
                answers, _ = await crm.call_together([calls[name] for name in chunk], chunk)
                bodies |= zip(chunk, answers, strict=True)
                continue
            except (ModuleRefusedError, QuestionRefusedError):
                together = False
        answers = await crm.call_one_by_one([calls[name] for name in chunk], chunk)
        bodies |= zip(chunk, answers, strict=True)
    doubtful = (
        [name for name in names if name not in {"org", "taxes"} and _may_be_cut(bodies[name])] if together else []
    )
    answers = await crm.call_one_by_one([calls[name] for name in doubtful], doubtful)
    return bodies | dict(zip(doubtful, answers, strict=True))


def _may_be_cut(body: object) -> bool:
    return isinstance(body, dict) and isinstance(listed := body.get("fields"), list) and len(listed) == SUSPICIOUS_COUNT


async def keep_description(session: Session, tenant_id: str, found: Found) -> None:
    """Save it and tell it. Modules that were not read now stay as they were read last."""
    before = await find_description(session, tenant_id)
    known = before.event if before is not None else None
    event = fit_into_event(
        CrmDescribed(
            tenant_id=tenant_id,
            version=1 if known is None else known.version + 1,
            described_at=await session.now(),
            fields={**(known.fields if known else {}), **found.fields},
            line_fields={**(known.line_fields if known else {}), **found.line_fields},
            taxes=found.taxes if found.taxes is not None else known.taxes if known else (),
        )
    )
    organisation = before.organisation if before is not None else {}
    if found.organisation is not None:
        organisation = asdict(found.organisation)
    await save_description(session, event, organisation)
    await write_events(session, KIT, [event], source=SOURCE_NAME)
