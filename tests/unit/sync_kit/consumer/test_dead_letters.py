"""What was set aside is listed without its payload, and goes back through the same handlers by command."""

import asyncio
import io
import json

import pytest
from tests.fixtures.kit_post import Post, drain, make_run, make_tenant

from sync_kit.bus import Message
from sync_kit.consumer import Consumer
from sync_kit.consumer.consuming import LOOK_EVERY
from sync_kit.consumer.dead_letters import list_dead_letters, manage_dead_letters, replay_dead_letters
from sync_kit.store import Store


async def set_two_aside(post: Post) -> Consumer:
    """Events 2 and 3 are dead letters; the consumer has come to rest."""
    await post.send(make_tenant("t1"), make_run("t1", "a"), make_run("t1", "b"))
    post.refusing.update("ab")
    consumer = post.open_consumer()
    await drain(consumer)
    return consumer


async def replay(post: Post, *event_ids: str) -> list[str]:
    async with post.house.store.transaction() as session:
        return await replay_dead_letters(session, post.house.tables, event_ids or None)


async def step_until_it_looks(consumer: Consumer) -> None:
    for _ in range(LOOK_EVERY):
        await consumer.step()
    await drain(consumer)


async def test_a_list_tells_why_and_shows_no_payload(post: Post) -> None:
    await set_two_aside(post)
    async with post.house.store.reading() as session:
        letters = await list_dead_letters(session, post.house.tables, most=1)
    (letter,) = letters
    assert letter["type"] == "sync.run-cancelled.v1"
    assert (letter["reason"], letter["tenant_id"], letter["topic"]) == ("handler_failed", "t1", "sync.runs.v1")
    assert letter["bytes"] > 0
    assert "value" not in letter
    assert "headers" not in letter


async def test_a_replayed_letter_is_taken_in_by_the_service_that_runs(post: Post) -> None:
    consumer = await set_two_aside(post)
    post.refusing.clear()
    assert await replay(post, "event-2") == ["event-2"]
    await step_until_it_looks(consumer)
    assert await post.read_runs() == {"t1 a": 1}
    assert await post.read_column("dead_letters", "event_id") == ["event-3"]
    assert await post.read_column("parked_events", "event_id") == []


async def test_all_of_them_go_back_when_none_is_named(post: Post) -> None:
    consumer = await set_two_aside(post)
    post.refusing.clear()
    assert await replay(post) == ["event-2", "event-3"]
    await step_until_it_looks(consumer)
    assert await post.read_runs() == {"t1 a": 1, "t1 b": 1}
    assert await replay(post) == []


async def test_a_letter_that_fails_again_is_a_dead_letter_again(post: Post) -> None:
    consumer = await set_two_aside(post)
    await replay(post, "event-2")
    await step_until_it_looks(consumer)
    assert await post.read_column("dead_letters", "event_id") == ["event-2", "event-3"]
    assert await post.read_column("parked_events", "event_id") == []


async def test_an_unreadable_letter_without_a_tenant_can_be_replayed_too(post: Post) -> None:
    await post.bus.publish([Message("sync.runs.v1", "", {}, b"\xff")])
    consumer = post.open_consumer()
    await drain(consumer)
    (event_id,) = await replay(post)
    await step_until_it_looks(consumer)
    assert await post.read_column("dead_letters", "event_id") == [event_id]
    assert await post.read_column("parked_events", "event_id") == []


async def test_an_id_that_is_not_there_changes_nothing(post: Post) -> None:
    await set_two_aside(post)
    assert await replay(post, "event-9") == []
    assert await post.read_column("dead_letters", "event_id") == ["event-2", "event-3"]


class Command:
    """The command on a store in a file, between two lives of the service."""

    def __init__(self, post: Post, url: str) -> None:
        self._post = post
        self._url = url
        self.out = io.StringIO()

    def run(self, *arguments: str) -> int:
        house = self._post.house

        def open_store() -> Store:
            return Store.open(self._url, metadata=house.tables.outbox.metadata, clock=house.clock, name="command")

        self.out = io.StringIO()
        return manage_dead_letters(
            ["dead-letters", *arguments], open_store, house.tables, program="python -m service", out=self.out
        )


@pytest.mark.parametrize("house", ["file"], indirect=True)
async def test_the_command_lists_and_replays(post: Post, store_url: str) -> None:
    consumer = await set_two_aside(post)
    command = Command(post, store_url)
    assert await asyncio.to_thread(command.run, "list") == 0
    lines = [json.loads(line) for line in command.out.getvalue().splitlines()]
    assert sorted(line["event_id"] for line in lines) == ["event-2", "event-3"]
    assert await asyncio.to_thread(command.run, "replay", "--id", "event-9") == 1
    assert "no such dead letter" in command.out.getvalue()
    post.refusing.clear()
    assert await asyncio.to_thread(command.run, "replay", "--all") == 0
    assert command.out.getvalue() == "event-2 goes back\nevent-3 goes back\n"
    await step_until_it_looks(consumer)
    assert await post.read_runs() == {"t1 a": 1, "t1 b": 1}
    assert await asyncio.to_thread(command.run, "replay", "--all") == 0
    assert command.out.getvalue() == "no dead letters\n"


@pytest.mark.parametrize("arguments", [[], ["replay"], ["replay", "--all", "--id", "x"], ["burn"]])
async def test_a_wrong_argument_is_refused(
    post: Post, arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        Command(post, "sqlite://").run(*arguments)
    assert caught.value.code == 2
    assert "usage" in capsys.readouterr().err
