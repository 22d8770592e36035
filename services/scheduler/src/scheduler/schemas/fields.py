"""Kinds of values that every resource uses."""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

Id = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$")]
Code = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[a-z_]+$")]
Money = Annotated[Decimal, PlainSerializer(str, return_type=str)]
"""An exact amount; text in JSON, since JSON's readers make floats of numbers."""


class Body(BaseModel):
    """Requests: unknown members are refused, so that a typing error never passes in silence."""

    model_config = ConfigDict(extra="forbid", frozen=True)
