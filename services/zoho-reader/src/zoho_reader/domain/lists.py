"""Questions that are plain GETs: lists of a module (where COQL cannot serve), and what was deleted.

Zoho (Get Records page): at most 200 rows a page; a page token is bound to every parameter, lives 24 hours and ends at
100,000 records, after which the reading goes on in a new window that begins with the last change seen. Rows are asked
for in the order of their change, so that such a window leaves nothing out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from zoho_reader.domain.coql import write_time
from zoho_reader.domain.sources import Source

MOST_LISTED: Final = 200
MOST_IN_WINDOW: Final = 100_000
TOKEN_REFUSALS: Final = frozenset({"EXPIRED_VALUE", "TOKEN_BOUND_DATA_MISMATCH", "PAGINATION_LIMIT_EXCEEDED"})
"""Zoho's words for a token that leads no further; another user's token is INVALID_DATA."""


@dataclass(frozen=True)
class ListQuestion:
    """A page of a module's list: what changed since, the page behind a token, or the rows with those ids."""

    source: Source
    columns: tuple[str, ...]
    since: datetime | None = None
    token: str | None = None
    limit: int = MOST_LISTED
    record_ids: tuple[str, ...] = ()

    @property
    def by_time(self) -> bool:
        """Whether its rows come in the order of their change."""
        return not self.record_ids

    @property
    def params(self) -> Mapping[str, str]:
        """The query string, the token apart always the same for one window."""
        asked = {"fields": ",".join(self.columns), "per_page": str(self.limit)}
        if self.record_ids:
            return asked | {"ids": ",".join(self.record_ids)}
        asked |= {"sort_by": "Modified_Time", "sort_order": "asc"}
        return asked if self.token is None else asked | {"page_token": self.token}

    @property
    def headers(self) -> Mapping[str, str]:
        """Zoho takes ISO 8601 here, not the date of HTTP."""
        return {} if self.since is None else {"If-Modified-Since": write_time(self.since)}


@dataclass(frozen=True)
class DeletedQuestion:
    """A page of what was deleted since; pages have numbers (Zoho: Get Deleted Records page)."""

    source: Source
    since: datetime
    page: int = 1
    limit: int = MOST_LISTED

    @property
    def params(self) -> Mapping[str, str]:
        """The query string."""
        return {"type": "all", "page": str(self.page), "per_page": str(self.limit)}

    @property
    def headers(self) -> Mapping[str, str]:
        """As for lists."""
        return {"If-Modified-Since": write_time(self.since)}


def ask_listed_ids(source: Source, columns: tuple[str, ...], record_ids: Sequence[str]) -> ListQuestion:
    """Those rows of the source that exist among at most 50 ids."""
    return ListQuestion(source, columns, record_ids=tuple(record_ids))
