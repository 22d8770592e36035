"""The local log's file: plain SQLite statements, each function one transaction, run in the log's own thread."""

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from sync_kit.bus.protocol import MOST_BYTES_PER_POLL, Delivery, Message
from sync_kit.contracts import codec

SCHEMA = (
    """CREATE TABLE IF NOT EXISTS messages (
        position INTEGER PRIMARY KEY AUTOINCREMENT, topic TEXT NOT NULL, key TEXT NOT NULL, headers TEXT NOT NULL,
        value BLOB NOT NULL, published_at TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS ix_messages_topic ON messages (topic, position)",
    "CREATE INDEX IF NOT EXISTS ix_messages_published_at ON messages (published_at)",
    """CREATE TABLE IF NOT EXISTS offsets (
        consumer_group TEXT NOT NULL, topic TEXT NOT NULL, position INTEGER NOT NULL,
        PRIMARY KEY (consumer_group, topic)) WITHOUT ROWID""",
)

MESSAGE = "SELECT topic, key, headers, value FROM messages WHERE position = ?"


class Found(NamedTuple):
    """The result of one look: what lies there, and whether more lies behind it."""

    deliveries: list[Delivery]
    more: bool


class LogFile:
    """The messages and each group's committed positions. Not safe for two threads at once."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: sqlite3.Connection | None = None

    def append(self, messages: Sequence[Message], published_at: datetime) -> None:
        """All of them or none, on the disk when this returns."""
        moment = _to_text(published_at)
        rows = [(m.topic, m.key, codec.dumps(dict(m.headers)).decode(), m.value, moment) for m in messages]
        connection = self._open()
        connection.execute("PRAGMA synchronous = FULL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "INSERT INTO messages (topic, key, headers, value, published_at) VALUES (?, ?, ?, ?, ?)", rows
            )

    def read_offsets(self, group: str, topics: Sequence[str]) -> dict[str, int]:
        """The group's committed position by topic, 0 where it has none; makes the group known to the purge."""
        connection = self._open()
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR IGNORE INTO offsets VALUES (?, ?, 0)", [(group, t) for t in topics])
            rows = connection.execute("SELECT topic, position FROM offsets WHERE consumer_group = ?", (group,))
            known: dict[str, int] = dict(rows.fetchall())
        return {topic: known[topic] for topic in topics}

    def save_offsets(self, group: str, offsets: Mapping[str, int]) -> None:
        """Move forward, never back. Losing this to a power cut only means that messages come again."""
        connection = self._open()
        connection.execute("PRAGMA synchronous = NORMAL")
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE offsets SET position = max(position, ?) WHERE consumer_group = ? AND topic = ?",
                [(position, group, topic) for topic, position in offsets.items()],
            )

    def count_after_offsets(self, group: str, topics: Sequence[str]) -> int:
        """How many messages of the topics lie behind the group's committed positions."""
        committed = "(SELECT o.position FROM offsets o WHERE o.consumer_group = ? AND o.topic = ?)"
        query = f"SELECT count(*) FROM messages WHERE topic = ? AND position > coalesce({committed}, 0)"  # noqa: S608
        connection = self._open()
        return sum(int(connection.execute(query, (topic, group, topic)).fetchone()[0]) for topic in topics)

    def read(self, after: Mapping[str, int], most: int) -> Found:
        """The next messages of those topics in the order of publishing, at most that many and about 2 MiB.

        Positions first: SQLite sorts what it brings together, and a hundred messages may have a hundred megabytes.
        """
        if not after or most < 1:
            return Found([], more=False)
        # Only constants are put together here, the values are bound.
        of_one_topic = (
            "SELECT * FROM (SELECT position FROM messages WHERE topic = ? AND position > ? ORDER BY position LIMIT ?)"
        )
        query = " UNION ALL ".join([of_one_topic] * len(after)) + " ORDER BY position LIMIT ?"
        values = [value for topic, position in after.items() for value in (topic, position, most + 1)]
        connection = self._open()
        deliveries: list[Delivery] = []
        size = 0
        for (position,) in connection.execute(query, [*values, most + 1]).fetchall():
            if len(deliveries) == most:
                return Found(deliveries, more=True)
            topic, key, headers, value = connection.execute(MESSAGE, (position,)).fetchone()
            if deliveries and size + len(value) > MOST_BYTES_PER_POLL:
                return Found(deliveries, more=True)
            deliveries.append(Delivery(Message(topic, key, codec.loads(headers), value), (0, position)))
            size += len(value)
        return Found(deliveries, more=False)

    def delete(self, taken_in_before: datetime, *, whatever_before: datetime, compacted: Sequence[str]) -> int:
        """Delete messages older than the first time that every known group has taken in, and all of those older
        than the second; of compacted topics only what a newer message of the same key replaces."""
        connection = self._open()
        marks = ", ".join("?" * len(compacted))
        taken_in = "(SELECT min(o.position) FROM offsets o WHERE o.topic = messages.topic)"
        replacing = "n.topic = messages.topic AND n.key = messages.key AND n.position > messages.position"
        with connection:
            connection.execute("BEGIN IMMEDIATE")
            plain = connection.execute(
                f"DELETE FROM messages WHERE topic NOT IN ({marks}) AND (published_at < ?"  # noqa: S608
                f" OR (published_at < ? AND position <= coalesce({taken_in}, 0)))",
                (*compacted, _to_text(whatever_before), _to_text(taken_in_before)),
            ).rowcount
            replaced = connection.execute(
                f"DELETE FROM messages WHERE topic IN ({marks}) AND published_at < ?"  # noqa: S608
                f" AND EXISTS (SELECT 1 FROM messages n WHERE {replacing})",
                (*compacted, _to_text(taken_in_before)),
            ).rowcount
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return plain + replaced

    def close(self) -> None:
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _open(self) -> sqlite3.Connection:
        if self._opened is None:
            if self._path is not None:
                self._path.parent.mkdir(parents=True, exist_ok=True)
                self._path.touch(mode=0o600)
            self._opened = sqlite3.connect(self._path or ":memory:", isolation_level=None, check_same_thread=False)
            for pragma in ("journal_mode = WAL", "busy_timeout = 10000", "secure_delete = ON"):
                self._opened.execute(f"PRAGMA {pragma}")
            for statement in SCHEMA:
                self._opened.execute(statement)
        return self._opened


def _to_text(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")
