"""What is written down of an engine can be read by another command, and by nobody else."""

import os
from pathlib import Path

import pytest

from zoho2xero.engines import EngineError
from zoho2xero.engines.engine_folder import EngineFolder, EngineRecord
from zoho2xero.engines.owned_process import OwnedProcess, ProcessMark, find_beginning

RECORD = EngineRecord(port=21000, controller_port=21001, password="not-to-be-seen")


def test_another_command_reads_what_was_written(tmp_path: Path) -> None:
    EngineFolder(tmp_path, "kafka").write_record(RECORD)
    assert EngineFolder(tmp_path, "kafka").get_record() == RECORD


def test_the_record_holds_a_password_and_is_private(tmp_path: Path) -> None:
    EngineFolder(tmp_path, "kafka").write_record(RECORD)
    assert [oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()] == ["0o600"]


def test_an_engine_that_was_never_started_has_no_address(tmp_path: Path) -> None:
    folder = EngineFolder(tmp_path, "kafka")
    assert folder.find_record() is None
    assert folder.find_process() is None
    with pytest.raises(EngineError, match="kafka was never started"):
        folder.get_record()


def test_the_process_of_an_earlier_command_is_found(tmp_path: Path) -> None:
    me = ProcessMark(pid=os.getpid(), began=str(find_beginning(os.getpid())))
    EngineFolder(tmp_path, "kafka").keep_process(OwnedProcess(me), RECORD)
    found = EngineFolder(tmp_path, "kafka").find_process()
    assert found is not None
    assert found.mark == me


def test_a_mark_from_before_the_machine_was_restarted_is_not_a_running_engine(tmp_path: Path) -> None:
    before = ProcessMark(pid=os.getpid(), began="an earlier beginning")
    EngineFolder(tmp_path, "kafka").keep_process(OwnedProcess(before), RECORD)
    assert EngineFolder(tmp_path, "kafka").find_process() is None
