"""The outermost ASGI app: each vendor behind its prefix, everything else to the control app."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.types import ASGIApp, Receive, Scope, Send

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.vendor_call import VendorMount, serve_vendor_call


def create_asgi_app(core: SandboxCore, mounts: Sequence[VendorMount], control: ASGIApp) -> ASGIApp:
    """Send each request to the vendor whose prefix it has; everything else is ours."""
    prefixes = [(f"{mount.prefix}/", mount) for mount in mounts]

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"]
            for prefix, mount in prefixes:
                if path.startswith(prefix):
                    await serve_vendor_call(core, mount, scope, receive, send)
                    return
            core.late_commits.run_due(core.clock.now())
        await control(scope, receive, send)

    return serve
