"""Only a target's own folders ask which target a stack has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
NAMES = "aws|ibm|kafka"
BRANCH = re.compile(
    rf"\bTarget(?:\.|\[.?|\(.)(?:{NAMES})\b"  # by its name
    rf"|\btarget(?:\.value|\.name)? (?:(?:is|not|in|==|!=) )+(?:[\"'({{\[]|(?-i:[A-Z]))"  # by the stack's target
    rf"|[\"'](?:{NAMES})[\"'] (?:is|not|in|==|!=) "
    rf"|(?:plan|spec|stack|declared)\.(?:{NAMES})\b"  # by what it alone declares
    rf"|\.block is (?:not )?None|isinstance\([\w.]*\bblock,|type\([\w.]*\bblock\)",
    re.IGNORECASE,
)
OWN = ("levee/targets/", "infra/levee_infra/targets/", "infra/levee_infra/local/", "infra/levee_infra/carrier/")


def test_nothing_else_branches_on_a_target() -> None:
    found: dict[str, list[str]] = {}
    for folder in ("levee", "policies", "infra"):
        for path in (PROJECT / folder).rglob("*.py"):
            name = str(path.relative_to(PROJECT))
            branches = BRANCH.findall(path.read_text())
            if branches and not name.startswith(OWN):
                found[name] = branches
    assert found == {}


@pytest.mark.parametrize(
    "branch",
    [
        "if plan.target is Target.AWS:",
        "if spec.target == 'aws':",
        'if "aws" == stack.target:',
        "if plan.target in {Target.AWS, Target.IBM}:",
        'return stack.target not in ("kafka",)',
        "if plan.target.value != 'kafka':",
        'Target["AWS"]',
        'Target("ibm")',
        "if plan.aws is None:",
        "return self._plan.ibm.region",
        "if stack.block is not None:",
        "if isinstance(plan.block, AwsBlock):",
        "if type(plan.block) is AwsBlock:",
        "match plan.target:\n    case Target.KAFKA:",
    ],
)
def test_it_finds_a_branch_however_it_is_written(branch: str) -> None:
    assert BRANCH.search(branch)
