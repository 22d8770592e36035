"""The process dies where it hurts most; another one goes on and nothing is lost, doubled or read again."""

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm
from tests.unit.zoho_reader.world import CrashError, World

from sync_kit.contracts.vocabulary import Module
from sync_kit.points import hooked
from sync_kit.store import Session
from zoho_reader.domain.answers import Page
from zoho_reader.domain.coql import Question
from zoho_reader.domain.steps import Task
from zoho_reader.usecases import read_source
from zoho_reader.usecases.form_question import form_question
from zoho_reader.usecases.open_slice import MOST_AHEAD, Slice

pytestmark = pytest.mark.thorough


async def crash_at(world: World, point: str, nth: int) -> None:
    """Work until the nth passing of the point, die there, and come back as a new process."""
    seen = 0

    def die(name: str) -> None:
        nonlocal seen
        seen += name == point
        if name == point and seen == nth:
            raise CrashError

    with hooked(die), pytest.raises(CrashError):
        await world.settle()
    await world.restart()


async def crash_after_every_page(world: World) -> int:
    """A process that dies after each page that it commits, until the run is done; how often it died."""
    for deaths in range(100):
        try:
            await crash_at(world, "page.committed", 1)
        except pytest.fail.Exception:  # it lived: nothing was left to commit
            return deaths
    raise AssertionError("the run finds no end")


async def test_after_every_crash_no_finished_page_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 3)
    fill_crm(world, invoices=7)
    world.advance(600)
    calls_before: dict[str, int] = {}
    take_scanned = read_source.take_scanned

    async def note_and_take(session: Session, work: Slice, task: Task, page: Page) -> None:
        before = next(each for each in work.tasks if each.source is task.source)
        question = form_question(work, before, read_source.MOST_ROWS, together=False)
        assert isinstance(question, Question)
        calls_before[question.text] = len(world.calls())
        await take_scanned(session, work, task, page)

    monkeypatch.setattr(read_source, "take_scanned", note_and_take)
    await world.say(request := world.request())
    assert await crash_after_every_page(world) > 14
    texts = [call.request_body or "" for call in world.calls()]
    assert len(calls_before) == len(set(texts)) - 2, "all but two composites were scans"
    for text, count in calls_before.items():
        assert not any(text in later for later in texts[count:]), "a finished page was read again"
    assert max(texts.count(text) for text in texts) <= 1 + MOST_AHEAD
    assert {module: event.emitted for module, event in world.announced(request.run_id).items()} == {
        Module.ACCOUNTS: 3,
        Module.CONTACTS: 2,
        Module.VENDORS: 0,
        Module.PRODUCTS: 3,
        Module.INVOICES: 7,
        Module.PURCHASE_ORDERS: 0,
    }
    assert len(set(texts)) <= world.report(request.run_id).calls <= len(texts)
    assert world.report(request.run_id).state == "done"
    world.assert_all_newest()


@pytest.mark.parametrize("point", ["relay.published", "consumer.committed"])
async def test_a_crash_around_the_bus_only_doubles_events(world: World, point: str) -> None:
    fill_crm(world)
    await world.say(world.request())
    await crash_at(world, point, 1)
    await world.settle()
    world.assert_all_newest()
    assert world.report("run-1").state == "done"


async def test_a_crash_between_answer_and_commit_asks_the_page_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_crm(world)
    await world.say(world.request())
    real = read_source.take_scanned

    async def die(*_: object) -> None:
        raise CrashError

    monkeypatch.setattr(read_source, "take_scanned", die)
    with pytest.raises(CrashError):
        await world.settle()
    monkeypatch.setattr(read_source, "take_scanned", real)
    await world.restart()
    await world.settle()
    world.assert_all_newest()
    # The page that was answered, and what was asked ahead of its commit.
    assert len(world.calls()) == FIRST_LOAD + 1 + MOST_AHEAD
