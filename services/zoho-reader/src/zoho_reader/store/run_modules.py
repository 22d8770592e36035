"""Modules of a run: what was emitted of them, and what had to be asked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from sqlalchemy import Boolean, RowMapping, and_, bindparam, func, or_, select, update

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import emissions, run_modules

Asked = Literal["asked_headers", "asked_groups", "asked_wholes", "further_pages"]

_OF_RUN: Final = select(run_modules).where(
    run_modules.c.tenant_id == bindparam("tenant_id"), run_modules.c.run_id == bindparam("run_id")
)
_EMITTED: Final = select(func.count(emissions.c.record_id)).where(
    emissions.c.tenant_id == run_modules.c.tenant_id,
    emissions.c.run_id == run_modules.c.run_id,
    emissions.c.module == run_modules.c.module,
)
_COUNT_EMITTED: Final = (
    update(run_modules)
    .where(
        run_modules.c.tenant_id == bindparam("of_tenant"),
        run_modules.c.run_id == bindparam("of_run"),
        run_modules.c.module.in_(bindparam("of_modules", expanding=True)),
    )
    .values(
        emitted=_EMITTED.scalar_subquery(),
        next_page=run_modules.c.next_page + bindparam("more_pages"),
        closed=or_(run_modules.c.closed, bindparam("closes", type_=Boolean())),
    )
    .returning(run_modules)
)
_THAT_MODULE: Final = _OF_RUN.where(run_modules.c.module == bindparam("module"))


@dataclass(frozen=True)
class ModuleRow:
    """`requested` is False for a module that only came in by wanted records."""

    module: Module
    requested: bool
    emitted: int
    next_page: int
    closed: bool
    failure: Reason | None
    asked_headers: int
    asked_groups: int
    asked_wholes: int
    further_pages: int


async def add_modules(session: Session, run: RunRow, modules: Iterable[Module], *, requested: bool) -> None:
    """Open modules in the run that are not there yet. One that was not requested is closed from the start."""
    await session.insert_missing(
        run_modules,
        [
            {
                "tenant_id": run.tenant_id,
                "run_id": run.run_id,
                "module": module.value,
                "requested": requested,
                "emitted": 0,
                "next_page": 1,
                "closed": not requested,
                "asked_headers": 0,
                "asked_groups": 0,
                "asked_wholes": 0,
                "further_pages": 0,
            }
            for module in modules
        ],
    )


async def list_modules(session: Session, run: RunRow) -> Mapping[Module, ModuleRow]:
    """The run's modules."""
    rows = [_read(row) for row in await session.fetch_all(_OF_RUN, _name(run))]
    return {row.module: row for row in rows}


async def open_module(session: Session, run: RunRow, module: Module) -> ModuleRow:
    """One module of the run, which need not have been requested."""
    given = {**_name(run), "module": module.value}
    row = await session.fetch_one(_THAT_MODULE, given)
    if row is None:
        await add_modules(session, run, [module], requested=False)
        row = await session.fetch_one(_THAT_MODULE, given)
    return _get(row, run, module)


async def save_module(session: Session, run: RunRow, module: Module, **values: Any) -> ModuleRow:
    """Set columns of the module; returns it as it stands now. Raises LookupError."""
    statement = update(run_modules).where(_is_module(run, module)).values(**values).returning(run_modules)
    return _get(await session.fetch_one(statement), run, module)


async def count_emitted(
    session: Session, run: RunRow, modules: Sequence[Module], *, more_pages: int = 0, closes: bool = False
) -> Sequence[ModuleRow]:
    """Save E, the distinct ids that the run emitted of each module; returns the modules as they stand now, in order."""
    given = {"of_tenant": run.tenant_id, "of_run": run.run_id, "of_modules": [module.value for module in modules]}
    rows = await session.fetch_all(_COUNT_EMITTED, {**given, "more_pages": more_pages, "closes": closes})
    return sorted(map(_read, rows), key=lambda row: modules.index(row.module))


async def count_asked(session: Session, run: RunRow, module: Module, asked: Mapping[Asked, int]) -> None:
    """Add to what had to be asked."""
    values = {name: run_modules.c[name] + count for name, count in asked.items()}
    await session.execute(update(run_modules).where(_is_module(run, module)).values(**values))


def _name(run: RunRow) -> dict[str, str]:
    return {"tenant_id": run.tenant_id, "run_id": run.run_id}


def _is_module(run: RunRow, module: Module) -> Any:
    columns = run_modules.c
    return and_(columns.tenant_id == run.tenant_id, columns.run_id == run.run_id, columns.module == module.value)


def _get(row: RowMapping | None, run: RunRow, module: Module) -> ModuleRow:
    if row is None:
        raise LookupError(f"module {module.value} is not in run {run.run_id}")
    return _read(row)


def _read(row: RowMapping) -> ModuleRow:
    names = ModuleRow.__dataclass_fields__.keys() - {"module", "failure"}
    failure = row["failure"]
    return ModuleRow(
        module=Module(row["module"]),
        failure=None if failure is None else Reason.model_validate(failure),
        **{name: row[name] for name in names},
    )
