"""What must not be committed."""

import re
import subprocess
from pathlib import Path

PROJECT = Path(__file__).parents[2]
MACHINE = re.compile(r"/(?:root|home/\w+|opt|work|tmp/\w+)/")  # a path of somebody's machine
INDEX = re.compile(r"files\.pythonhosted|pypi\.(?:org|python)|repo1?\.maven|maven\.org|index-url", re.IGNORECASE)
ROOT = {
    ".ci", ".gitignore", "CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "Makefile", "NOTICE", "Pulumi.yaml", "README.md",
    ".pre-commit-hooks.yaml", ".github", "benchmarks", "docs", "infra", "levee", "policies", "pyproject.toml",
    "requirements", "stacks", "tests", "tools",
}  # fmt: skip


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    return [PROJECT / name for name in listed.decode().split("\0") if name and (PROJECT / name).is_file()]


def lines_matching(pattern: re.Pattern[str]) -> list[str]:
    found = []
    for path in committed():
        if path == Path(__file__) or path.suffix in {".png", ".jar"}:
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(PROJECT)}:{number}: {line.strip()[:100]}")
    return found


def test_no_path_of_a_machine() -> None:
    assert lines_matching(MACHINE) == []


def test_no_package_index_is_named() -> None:
    named = [line for line in lines_matching(INDEX) if not line.startswith("Makefile:")]
    assert named == []


def test_the_root_holds_only_what_it_should() -> None:
    assert {path.relative_to(PROJECT).parts[0] for path in committed()} - ROOT == set()


def test_no_committed_file_is_a_state_a_secret_or_a_binary() -> None:
    suspicious = [path for path in committed() if path.suffix in {".pem", ".key", ".jks", ".p12", ".jar", ".password"}]
    assert suspicious == []
