"""Refusals of the control API, which is ours and not a vendor's."""

from __future__ import annotations


class ControlRefusedError(Exception):
    """Answered as `status` with `{"error": message}` (plus `details` when given)."""

    def __init__(self, message: str, *, status: int = 400, details: object = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.details = details
