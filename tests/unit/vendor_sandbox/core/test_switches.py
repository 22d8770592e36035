"""The switches."""

import pytest

from vendor_sandbox.core.switches import Switches, SwitchRefusedError, load_switches


def test_a_change_makes_a_new_set_and_leaves_the_old_one() -> None:
    before = Switches()
    after = before.with_changes({"coql_in_limit": 100, "void_number_reusable": False})
    assert (after.coql_in_limit, after.void_number_reusable) == (100, False)
    assert (before.coql_in_limit, before.void_number_reusable) == (50, True)


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"no_such_switch": 1}, "no_such_switch"),
        ({"coql_in_limit": 75}, "coql_in_limit"),
        ({"coql_in_limit": "100"}, "coql_in_limit"),
        ({"item_codes": "both"}, "item_codes"),
        ({"void_number_reusable": 1}, "void_number_reusable"),
        ({"latency_ms": -1}, "latency_ms"),
        ({"latency_ms": True}, "latency_ms"),
    ],
)
def test_an_unknown_name_or_value_is_refused_by_name(changes: dict[str, object], named: str) -> None:
    with pytest.raises(SwitchRefusedError, match=named):
        Switches().with_changes(changes)


def test_switches_come_from_the_environment() -> None:
    loaded = load_switches(
        {
            "SANDBOX_ITEM_CODES": "sensitive",
            "SANDBOX_LATENCY_MS": "5",
            "SANDBOX_KEEP_BODIES": "yes",
            "SANDBOX_PORT": "1",
        }
    )
    assert (loaded.item_codes, loaded.latency_ms, loaded.keep_bodies) == ("sensitive", 5, True)


def test_a_wrong_value_in_the_environment_is_refused() -> None:
    with pytest.raises(SwitchRefusedError, match="latency_ms"):
        load_switches({"SANDBOX_LATENCY_MS": "fast"})


def test_every_switch_says_what_it_asks() -> None:
    for name, told in Switches().describe().items():
        assert told["about"], name
        choices = told["choices"]
        assert choices is None or told["default"] in choices, name  # type: ignore[operator]
