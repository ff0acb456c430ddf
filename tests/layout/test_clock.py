"""One module reads the machine's clock; programs hand it on, and what decides gets a day."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from levee_infra.cli.main import command_line

PROJECT = Path(__file__).parents[2]
THE_CLOCK = "levee/clock.py"
IMPORTS_TIME = re.compile(r"^\s*(?:from|import)\b.*\b(?:date)?time\b", re.MULTILINE)
READS = {
    f"{moment}.{how}"
    for moment in ("datetime.datetime", "datetime.date")
    for how in ("now", "today", "utcnow")
} | {f"time.{how}" for how in ("time", "time_ns", "clock_gettime", "clock_gettime_ns")}  # fmt: skip
READS_WITHOUT_A_TIME = {f"time.{how}" for how in ("gmtime", "localtime", "ctime", "asctime")}
PROGRAMS = {
    "infra/levee_infra/__main__.py": "the Pulumi program",
    "infra/levee_infra/providers/levee/__main__.py": "the provider's process",
    "infra/levee_infra/cli/main.py": "the command line",
    "policies/levee_policies/__main__.py": "the policy pack's process",
    "infra/levee_infra/kafka/login/token_endpoint.py": "an answer may name the end of a token as a moment",
    "infra/levee_infra/kafka/login/tokens.py": "librdkafka takes the end of a token as a moment",
    "infra/levee_infra/local/ibm/__main__.py": "the process that plays IBM Cloud",
    "infra/levee_infra/engines/embedded/lock.py": "since when a run holds a stack: for people to read",
}


def modules(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((PROJECT / folder).rglob("*.py"))]


def readings(text: str) -> Iterator[str]:
    """Every use of the machine's clock, by its full name, whatever it was imported as."""
    if not IMPORTS_TIME.search(text):
        return
    tree = ast.parse(text)
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            known |= {each.asname or each.name: each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            known |= {each.asname or each.name: f"{node.module}.{each.name}" for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute | ast.Name) and full_name(node, known) in READS:
            yield full_name(node, known)
        elif isinstance(node, ast.Call):
            called = full_name(node.func, known)
            if called in READS_WITHOUT_A_TIME and not node.args:
                yield called
            if called == "time.strftime" and len(node.args) < 2:
                yield called


def full_name(node: ast.expr, known: dict[str, str]) -> str:
    """The dotted name of an expression; empty for one that has none."""
    if isinstance(node, ast.Name):
        return known.get(node.id, "")
    if isinstance(node, ast.Attribute):
        owner = full_name(node.value, known)
        return f"{owner}.{node.attr}" if owner else ""
    return ""


def test_nothing_but_the_clock_reads_the_time() -> None:
    found = {
        str(path.relative_to(PROJECT)): reads
        for path in modules("levee", "infra", "policies", "benchmarks", "tests")
        if (reads := sorted(readings(path.read_text(encoding="utf-8"))))
    }
    assert found == {THE_CLOCK: ["datetime.datetime.now"]}


def test_only_programs_choose_the_machines_clock() -> None:
    found = {
        str(path.relative_to(PROJECT))
        for path in modules("levee", "infra", "policies")
        if "SYSTEM_CLOCK" in path.read_text(encoding="utf-8")
    }
    assert found == {THE_CLOCK, *PROGRAMS}


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import date\nx = date.today()",
        "from datetime import date as day\nx = map(day.today, y)",
        "import datetime\nx = datetime.datetime.now(datetime.UTC)",
        "import datetime as dt\nx = dt.date.today()",
        "def f():\n    from datetime import datetime\n    return datetime.utcnow()",
        "import time\nx = time.time()",
        "from time import time_ns as now\nx = now()",
        "import time\nx = time.strftime('%Y')",
        "import time\nx = time.localtime().tm_mday",
    ],
)
def test_a_reading_is_found(text: str) -> None:
    assert list(readings(text))


@pytest.mark.parametrize(
    "text",
    [
        "import time\nx = time.monotonic()",
        "from levee.clock import Clock\nx = Clock(read).today()",
        "from datetime import UTC, datetime\nx = datetime.fromtimestamp(0, UTC)",
        "import time\nx = time.strftime('%Y', time.gmtime(0))",
    ],
)
def test_what_is_none_is_not(text: str) -> None:
    assert not list(readings(text))


def test_only_offline_commands_judge_by_another_day() -> None:
    commands = command_line()._subparsers
    assert commands is not None
    (choices,) = (action.choices for action in commands._group_actions)
    assert isinstance(choices, dict)
    shifted = {name for name, parser in choices.items() if "--as-of" in parser.format_help()}
    assert shifted == {"check", "guard", "plan"}
