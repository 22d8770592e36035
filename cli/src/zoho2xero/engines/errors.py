"""What the engines' room raises."""


class EngineError(Exception):
    """An engine cannot be had or did not start; the message says what to do, or shows the end of its log."""
