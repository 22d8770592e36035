"""HTTP in: parse, call a use case, show the result."""

from fastapi import APIRouter

from sync_kit.store import Store
from xero_writer.routes import links, mappings, questions, xero


def build_routes(store: Store) -> list[APIRouter]:
    """All routes of this service over its store."""
    return [
        mappings.make_router(store),
        links.make_router(store),
        questions.make_router(store),
        xero.make_router(store),
    ]
