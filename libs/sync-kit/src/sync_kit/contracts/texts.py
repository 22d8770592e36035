"""What every text from outside must keep to."""

from typing import Final

from pydantic import AfterValidator


def _refuse_null_byte(text: str) -> str:
    if "\x00" in text:
        raise ValueError("holds a null byte")
    return text


NO_NULL_BYTE: Final = AfterValidator(_refuse_null_byte)
"""For a field that is kept as it was given: PostgreSQL takes a null byte in no text."""
