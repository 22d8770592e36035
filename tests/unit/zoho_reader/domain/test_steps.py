"""What a first load may ask before other answers have come."""

from dataclasses import replace

from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import Task, TaskState, Way, foresee_scans

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
