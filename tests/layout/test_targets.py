"""Only a target's own folders ask which target a stack has."""

from __future__ import annotations

import re
from pathlib import Path

PROJECT = Path(__file__).parents[2]
BRANCH = re.compile(r"Target\.(?:AWS|IBM|KAFKA)\b|\btarget (?:is|==|in) [\"'({]|\.aws is (?:not )?None")
OWN = ("levee/targets/", "infra/levee_infra/targets/", "infra/levee_infra/local/", "infra/levee_infra/carrier/")
LEFT = {
    "levee/loading/stack_values.py": 1,  # reads a target's block
    "levee/plan/carriers.py": 1,  # a log group's events, until a target plans them
    "levee/plan/planned.py": 1,  # its MSK cluster, until a target's block is opaque
    "levee/plan/places.py": 1,  # names in a target's block
}


def test_nothing_else_branches_on_a_target() -> None:
    found = {}
    for folder in ("levee", "policies", "infra"):
        for path in (PROJECT / folder).rglob("*.py"):
            name = str(path.relative_to(PROJECT))
            count = len(BRANCH.findall(path.read_text()))
            if count and not name.startswith(OWN):
                found[name] = count
    assert found == LEFT
