"""Names that would shadow something, or say nothing."""

import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PACKAGES = ("levee", "infra", "policies")
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager", "handler"}
# Folders that Python puts first on sys.path when they are run as a plugin, a program or a policy pack.
RUN_AS_FOLDERS = ("infra", "policies", "infra/providers/kafka", "infra/providers/levee")
OWN = {"levee_infra", "levee_policies"}


def modules(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.py") if "__pycache__" not in path.parts]


@pytest.mark.parametrize("folder", RUN_AS_FOLDERS)
def test_no_child_shadows_the_standard_library_or_a_dependency(folder: str) -> None:
    children = {path.stem for path in (PROJECT / folder).iterdir() if path.suffix == ".py" or path.is_dir()}
    importable = set(sys.stdlib_module_names) | {name for name in packages_distributions() if name not in PACKAGES}
    assert children & importable - {"__pycache__", "__main__", *OWN} == set()


def test_every_module_has_a_name_that_says_something() -> None:
    paths = [path for package in PACKAGES for path in modules(PROJECT / package)]
    parts = {part for path in paths for part in (path.stem, path.parent.name)}
    assert parts & SAYS_NOTHING == set()


def test_modules_stay_readable_in_one_sitting() -> None:
    long = {
        str(path.relative_to(PROJECT)): lines
        for package in (*PACKAGES, "tests", "benchmarks")
        for path in modules(PROJECT / package)
        if (lines := len(path.read_text().splitlines())) > 400
    }
    assert long == {}


def test_every_test_module_is_collected() -> None:
    stray = [
        str(path.relative_to(PROJECT))
        for path in modules(PROJECT / "tests")
        if not path.name.startswith("test_") and path.name not in {"conftest.py", "__init__.py"}
        if "support" not in path.parts
    ]
    assert stray == []
