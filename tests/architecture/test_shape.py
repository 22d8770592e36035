"""What imports cannot see of the house's shape: sizes, names, and that all services are built alike."""

import re
import statistics
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(file for room in ("libs", "services", "sandbox", "cli") for file in (ROOT / room).rglob("src/**/*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SERVICES = {"auth": "auth", "zoho-reader": "zoho_reader", "xero-writer": "xero_writer", "scheduler": "scheduler"}
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "base", "manager"}

MOST_SOURCE_LINES = 400
MOST_TEST_LINES = 600
MEDIAN_SOURCE_LINES = 100


def count_lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def test_no_source_file_swells_beyond_400_lines_and_no_test_beyond_600() -> None:
    swollen = [
        f"{file.relative_to(ROOT)}: {count_lines(file)}" for file in SOURCES if count_lines(file) > MOST_SOURCE_LINES
    ]
    swollen += [
        f"{file.relative_to(ROOT)}: {count_lines(file)}" for file in TESTS if count_lines(file) > MOST_TEST_LINES
    ]
    assert swollen == []


def test_half_of_the_source_files_stay_below_100_lines() -> None:
    lengths = [count_lines(file) for file in SOURCES if count_lines(file) > 0]
    assert statistics.median(lengths) < MEDIAN_SOURCE_LINES


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert [str(file) for file in SOURCES + TESTS if file.stem in NAMES_THAT_SAY_NOTHING] == []


@pytest.mark.parametrize(("folder", "package"), SERVICES.items())
def test_every_service_has_the_same_rooms(folder: str, package: str) -> None:
    service = ROOT / "services" / folder
    rooms = ["README.md", "pyproject.toml", "migrations/env.py", "migrations/versions"]
    rooms += [f"src/{package}/{name}" for name in ("__init__.py", "__main__.py", "app.py", "settings.py", "metrics.py")]
    rooms += [f"src/{package}/{name}" for name in ("errors.py", "usecases", "store", "domain")]
    missing = [room for room in rooms if not (service / room).exists()]
    for either in ("routes", "schemas", "consumer", "store/tables"):
        place = service / "src" / package / either
        if not place.is_dir() and not place.with_suffix(".py").exists():
            missing.append(either)
    assert missing == []


@pytest.mark.parametrize(
    ("pattern", "allowed", "why"),
    [
        (r"datetime\.(now|utcnow)\(|time\.time\(", {"clock.py"}, "time is a dependency, read through Clock"),
        (
            r"\bfloat\(",
            {"loops.py", "limits.py", "retry_after.py", "backoff.py"},
            "money is Decimal; floats are for spans of time alone",
        ),
        (r"^\s*print\(", set(), "services speak through structured logs"),
        (r"\bTODO\b|\bFIXME\b|NotImplementedError", set(), "nothing is half built"),
    ],
)
def test_habits_that_only_a_search_can_hold(pattern: str, allowed: set[str], why: str) -> None:
    rooms = [file for file in SOURCES if "sandbox" not in file.parts and "cli" not in file.parts]
    found = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in rooms
        if file.name not in allowed
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if re.search(pattern, line)
    ]
    assert found == [], why


def test_unit_tests_mirror_the_source_tree() -> None:
    packages = {file.parent for file in SOURCES if file.name == "__init__.py"}
    known = {"/".join(folder.parts[folder.parts.index("src") + 1 :]) for folder in packages}
    modules = {"/".join(file.with_suffix("").parts[file.parts.index("src") + 1 :]) for file in SOURCES}
    unit = ROOT / "tests" / "unit"
    strays = sorted(
        {
            str(file.parent.relative_to(unit))
            for file in unit.rglob("test_*.py")
            if str(file.parent.relative_to(unit)) not in known | modules
        }
    )
    assert strays == []
