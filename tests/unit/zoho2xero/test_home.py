"""Secrets of a standalone system are made once and kept from others."""

import stat
from pathlib import Path

from zoho2xero.home import SECRETS_FILE, prepare_home, read_secrets


def test_secrets_are_made_once_and_found_again(tmp_path: Path) -> None:
    made = prepare_home(tmp_path / "home")
    assert prepare_home(tmp_path / "home") == made == read_secrets(tmp_path / "home")
    assert prepare_home(tmp_path / "other") != made


def test_nobody_else_can_read_them_and_nothing_prints_them(tmp_path: Path) -> None:
    made = prepare_home(tmp_path)
    assert stat.S_IMODE((tmp_path / SECRETS_FILE).stat().st_mode) == 0o600
    assert made.operator_token not in repr(made)


def test_a_start_that_was_killed_while_it_wrote_them_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / SECRETS_FILE).with_suffix(".draft").write_text('{"operator_')
    assert prepare_home(tmp_path).operator_token
