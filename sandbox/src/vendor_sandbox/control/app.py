"""Puts the control routes of the core and of both vendors together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from vendor_sandbox.control.core_routes import core_routes
from vendor_sandbox.control.requests import respond
from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.core.messages import VendorMount
from vendor_sandbox.core.state import SandboxCore


def create_control_app(
    core: SandboxCore,
    mounts: Sequence[VendorMount],
    vendor_routes: Mapping[str, Sequence[BaseRoute]],
    joint_routes: Sequence[BaseRoute] = (),
) -> Starlette:
    """The app behind /_control and /healthz. `joint_routes` concern both vendors and carry their whole path."""

    async def show_health(_: Request) -> Response:
        return respond({"status": "ok"})

    routes: list[BaseRoute] = [Route("/healthz", show_health)]
    routes += [Mount(f"/_control/{vendor}", routes=list(own)) for vendor, own in vendor_routes.items()]
    routes += [*joint_routes, *core_routes(core, mounts)]
    return Starlette(routes=routes, exception_handlers={ControlRefusedError: _refuse})


def _refuse(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, ControlRefusedError)  # noqa: S101 - registered for this class alone
    body: dict[str, object] = {"error": problem.message}
    if problem.details is not None:
        body["details"] = problem.details
    return respond(body, problem.status)
