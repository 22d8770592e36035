"""Know whether the first byte of a request has been written.

A request that never began may be repeated; one that began may have been executed, even if the write failed.
"""

from collections.abc import Callable, Mapping

WRITE_STARTED = "http11.send_request_headers.started"
ANSWER_AWAITED = "http11.receive_response_headers.started"


class SendingWatch:
    """Follows one request through the transport's trace and calls the two hooks, each once."""

    def __init__(self, before: Callable[[], None] | None, after: Callable[[], None] | None) -> None:
        self.begun = False
        self._before = before
        self._after = after

    def begin(self) -> None:
        """The next act is the write. What the hook raises stops the request before it."""
        if not self.begun:
            if self._before is not None:
                self._before()
            self.begun = True

    def end(self) -> None:
        """The request has left."""
        hook, self._after = self._after, None
        if hook is not None:
            hook()

    async def trace(self, event: str, info: Mapping[str, object]) -> None:
        """The transport's report of what it is about to do."""
        del info
        if event == WRITE_STARTED:
            self.begin()
        elif event == ANSWER_AWAITED:
            self.end()
