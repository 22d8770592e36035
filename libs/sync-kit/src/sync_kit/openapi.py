"""What our OpenAPI documents say beyond what FastAPI writes by itself: every refusal is a problem."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute

from sync_kit.problems import PROBLEM_JSON, Problem

_PROBLEM_REF = "#/components/schemas/Problem"


def name_operation(route: APIRoute) -> str:
    """The operation's id is its function's name; it must be unique in a service."""
    return route.name


def problem_openapi(app: FastAPI) -> Callable[[], dict[str, Any]]:
    """A replacement for `app.openapi` in which each operation's refusals are problem+json."""

    def build() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            _add_problems(document)
            _name_scopes(document)
            app.openapi_schema = document
        return app.openapi_schema

    return build


def _add_problems(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    problem = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs", {}))
    schemas["Problem"] = problem
    content = {PROBLEM_JSON: {"schema": {"$ref": _PROBLEM_REF}}}
    for path in document.get("paths", {}).values():
        for operation in path.values():
            responses = operation.setdefault("responses", {})
            if "422" in responses:
                responses["422"] = {"description": "The request has faults; each is named", "content": content}
            responses["default"] = {"description": "A refusal", "content": content}
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)


def _name_scopes(document: dict[str, Any]) -> None:
    used = {
        (scheme, scope)
        for path in document.get("paths", {}).values()
        for operation in path.values()
        for demand in operation.get("security", [])
        for scheme, scopes in demand.items()
        for scope in scopes
    }
    schemes = document.get("components", {}).get("securitySchemes", {})
    for scheme, scope in sorted(used):
        for flow in schemes.get(scheme, {}).get("flows", {}).values():
            flow["scopes"][scope] = ""
