"""What is written down of an engine: its ports, its secret, and its process."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict

from zoho2xero.engines.errors import EngineError
from zoho2xero.engines.owned_process import OwnedProcess, ProcessMark
from zoho2xero.private_file import write_private_file


class EngineRecord(BaseModel):
    """`process` is None before the first start; afterwards it names the last one, whether or not it still runs."""

    model_config = ConfigDict(frozen=True)

    port: int
    controller_port: int | None = None
    password: str = ""
    process: ProcessMark | None = None


class EngineFolder:
    """The folder of one engine, which any command may look into."""

    def __init__(self, path: Path, name: str) -> None:
        self.path = path
        self.log_file = path / f"{name}.log"
        self._name = name
        self._record_file = path / "record.json"
        self._process: OwnedProcess | None = None

    def find_record(self) -> EngineRecord | None:
        """None before the first start."""
        if not self._record_file.exists():
            return None
        return EngineRecord.model_validate_json(self._record_file.read_bytes())

    def get_record(self) -> EngineRecord:
        """Raises EngineError before the first start."""
        record = self.find_record()
        if record is None:
            raise EngineError(f"{self._name} was never started in {self.path}")
        return record

    def write_record(self, record: EngineRecord) -> None:
        """Keep it."""
        write_private_file(self._record_file, record.model_dump_json().encode())

    def find_process(self) -> OwnedProcess | None:
        """The engine's process if it runs, started by this command or by another."""
        if self._process is None:
            record = self.find_record()
            self._process = OwnedProcess.find(record.process) if record is not None else None
        if self._process is not None and not self._process.is_alive():
            self._process = None
        return self._process

    def keep_process(self, process: OwnedProcess, record: EngineRecord) -> None:
        """Remember the process that was just started."""
        self._process = process
        self.write_record(record.model_copy(update={"process": process.mark}))
