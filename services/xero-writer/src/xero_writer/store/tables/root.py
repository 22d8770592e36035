"""The root of this service's tables, and the two kinds of column that they share."""

from typing import Any

from sqlalchemy import Column, MetaData
from sqlalchemy.orm import registry
from sqlmodel import SQLModel

from sync_kit.store import JsonText, UtcDateTime

METADATA = MetaData()


class Table(SQLModel, registry=registry(metadata=METADATA)):
    """Root of this service's tables; the metadata is its own, so that four services can live in one process."""


def time_column(*, nullable: bool = True) -> Any:
    """An aware time."""
    return Column(UtcDateTime, nullable=nullable)


def json_column(*, nullable: bool = True) -> Any:
    """JSON with exact decimals."""
    return Column(JsonText, nullable=nullable)
