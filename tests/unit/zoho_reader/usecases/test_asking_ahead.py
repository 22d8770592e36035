"""Questions of a first load leave while a page is committed; a few at once, and never one too many."""

import asyncio
from typing import Any

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.usecases import read_source
from zoho_reader.usecases.open_slice import MOST_AHEAD, Slice


class Watch:
    """Counts questions that were under way while a page was committed, and how many were at once."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.at_once = 0
        self.most_at_once = 0
        self.beside_commits = 0
        ask, commit = ZohoCrm.ask, Slice.commit

        async def watched_ask(crm: ZohoCrm, question: Any) -> Any:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            try:
                return await ask(crm, question)
            finally:
                self.at_once -= 1

        async def watched_commit(work: Slice, take: Any) -> None:
            async def take_slowly(session: Session) -> None:
                await take(session)
                self.beside_commits += work.awaits_answer

            await asyncio.sleep(0)
            await commit(work, take_slowly)

        monkeypatch.setattr(ZohoCrm, "ask", watched_ask)
        monkeypatch.setattr(Slice, "commit", watched_commit)


async def test_the_next_question_of_a_first_load_leaves_while_a_page_is_committed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_crm(world)
    watch = Watch(monkeypatch)
    await world.say(request := world.request())
    await world.settle()
    assert watch.beside_commits > 3
    assert 1 < watch.most_at_once <= MOST_AHEAD
    assert world.report(request.run_id).state == "done"
    assert len(world.calls()) == FIRST_LOAD == world.report(request.run_id).calls
    world.assert_all_newest()


async def test_pages_of_one_source_are_asked_ahead_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 2)
    fill_crm(world, invoices=9)
    watch = Watch(monkeypatch)
    await world.say(request := world.request())
    await world.settle()
    assert watch.beside_commits > 8
    texts = [call.request_body for call in world.calls()]
    assert len(texts) == len(set(texts)) == world.report(request.run_id).calls
    assert len(world.emitted(Module.INVOICES, request.run_id)) == 9
    world.assert_all_newest()


async def test_an_answer_that_was_asked_ahead_is_used_before_the_slice_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 1)
    fill_crm(world, invoices=25)
    await world.say(request := world.request())
    await world.settle()
    texts = [call.request_body for call in world.calls()]
    assert len(texts) > 25
    assert len(texts) == len(set(texts)) == world.report(request.run_id).calls


async def test_nothing_is_asked_ahead_when_the_slice_has_had_its_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_crm(world)
    watch = Watch(monkeypatch)
    monkeypatch.setattr(Slice, "has_time", property(lambda work: work.calls == 0))
    await world.say(request := world.request())
    await world.settle()
    assert world.report(request.run_id).state == "done"
    assert watch.beside_commits <= 2 * MOST_AHEAD
    assert len(world.calls()) == FIRST_LOAD == world.report(request.run_id).calls


async def test_a_long_source_keeps_what_was_asked_beside_its_first_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 2)
    fill_crm(world, contacts=9)
    await world.say(request := world.request())
    await world.settle()
    texts = [call.request_body for call in world.calls()]
    assert len(texts) == len(set(texts)) == world.report(request.run_id).calls
    world.assert_all_newest()


async def test_a_refusal_of_what_was_asked_ahead_is_faced_like_any_other(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", "status", method="POST", path="coql", times=1, skip=3, status=500)
    await world.say(request := world.request())
    await world.settle()
    assert world.report(request.run_id).state == "done"
    # The one that was refused, and those beside it, whose answers nobody waited for.
    assert FIRST_LOAD < len(world.calls()) <= FIRST_LOAD + MOST_AHEAD
    assert world.report(request.run_id).calls == len(world.calls())
    world.assert_all_newest()
