"""What may be told of an unexpected error: its kind and place, never its text, which can quote people's data."""

import traceback
from pathlib import PurePath


def name_error(error: BaseException) -> str:
    """Such as `KeyError at intake.py:41`: the innermost line that raised it."""
    frames = traceback.extract_tb(error.__traceback__)
    if not frames:
        return type(error).__name__
    last = frames[-1]
    return f"{type(error).__name__} at {PurePath(last.filename).name}:{last.lineno}"
