"""What a first load may ask before other answers have come, and how a run ends."""

from collections.abc import Mapping
from dataclasses import replace

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import (
    CloseModules,
    Complete,
    Ending,
    Finish,
    Need,
    ReportFindings,
    Rest,
    TakeUpWanted,
    Task,
    TaskState,
    Way,
    choose_ending,
    foresee_scans,
)

SOURCES = (
    Source.CONTACTS,
    Source.ACCOUNTS,
    Source.VENDORS,
    Source.PRODUCTS,
    Source.INVOICE_LINES,
    Source.INVOICES,
    Source.PURCHASE_LINES,
    Source.PURCHASE_ORDERS,
)


def _list_tasks(*read: Source, begun: Source | None = None) -> list[Task]:
    tasks = []
    for source in SOURCES:
        task = Task(source, Way.SCAN, TaskState.OPEN, scanned=2000 if source is begun else None)
        tasks.append(replace(task, way=Way.CHANGES) if source in read else task)
    return tasks


def _foresee(*read: Source, begun: Source | None = None) -> list[Source]:
    return [task.source for task in foresee_scans(_list_tasks(*read, begun=begun))]


def test_accounts_wait_for_their_people_and_others_do_not() -> None:
    assert _foresee() == [Source.CONTACTS, Source.VENDORS, Source.PRODUCTS, Source.INVOICE_LINES]
    assert _foresee(Source.CONTACTS)[0] is Source.ACCOUNTS


def test_nothing_is_asked_behind_documents_and_their_lines() -> None:
    parents = SOURCES[:4]
    assert _foresee(*parents) == [Source.INVOICE_LINES]
    assert _foresee(*parents, Source.INVOICE_LINES) == [Source.INVOICES]


def test_beside_a_source_of_many_pages_nothing_else_is_asked() -> None:
    assert _foresee(begun=Source.CONTACTS) == [Source.CONTACTS]


def test_what_changed_is_not_asked_ahead() -> None:
    assert _foresee(*SOURCES) == []
    assert foresee_scans([]) == []


def _end(
    *modules: Module,
    unfinished: Mapping[tuple[Module, Need], int] | None = None,
    wanted: int = 0,
    unreported: bool = False,
) -> Ending:
    return choose_ending(Rest(modules, unfinished or {}, wanted, unreported))


def test_modules_of_which_nothing_is_missing_close_at_once_and_in_order() -> None:
    assert _end(Module.INVOICES, Module.VENDORS, Module.ACCOUNTS) == CloseModules(
        (Module.ACCOUNTS, Module.VENDORS, Module.INVOICES)
    )


def test_a_module_does_not_close_before_those_ahead_of_it_are_complete() -> None:
    modules = (Module.ACCOUNTS, Module.INVOICES, Module.PURCHASE_ORDERS)
    missing = {(Module.INVOICES, Need.WHOLE): 3, (Module.INVOICES, Need.CHILDREN): 1}
    assert _end(*modules, unfinished=missing) == CloseModules((Module.ACCOUNTS,))
    assert _end(*modules[1:], unfinished=missing) == Complete(Module.INVOICES, Need.CHILDREN)


def test_debts_come_before_any_end_and_findings_after_all() -> None:
    assert _end(Module.ACCOUNTS, wanted=1) == TakeUpWanted()
    assert _end(unreported=True) == ReportFindings()
    assert _end() == Finish()
