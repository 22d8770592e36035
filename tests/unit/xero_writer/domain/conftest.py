"""Every reason that a test brings about must be published, fill its sentence, and leave nothing unknown."""

from collections.abc import Iterator

import pytest

from sync_kit.contracts.reason_catalogue import advise, explain, get_reason_entry
from sync_kit.contracts.reasons import Reason

_MAY_BE_UNKNOWN = {"ended_in_crm": "due", "lines_incomplete": "crm"}


@pytest.fixture(autouse=True)
def reasons_are_whole(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    made: list[Reason] = []
    plain_init = Reason.__init__

    def remember(self: Reason, **values: object) -> None:
        plain_init(self, **values)
        made.append(self)

    monkeypatch.setattr(Reason, "__init__", remember)
    yield
    for reason in made:
        get_reason_entry(reason.code)
        sentence = explain(reason) + advise(reason)
        if reason.code not in _MAY_BE_UNKNOWN:
            assert "(unknown)" not in sentence, sentence
