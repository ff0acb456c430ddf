"""A rule of an organization's own that fires on every compliant stack. Each test breaks one thing."""

from __future__ import annotations

from pathlib import Path
from typing import Final

OWN_RULE: Final = '''\
"""An owner is a crew.

## What

The name of a stream's owner ends in `-crew`.
"""

from collections.abc import Iterator

from levee.plan.planned import PlannedTopic
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import topics


def check(topic: PlannedTopic, facts: Facts) -> Iterator[Violation]:
    if not topic.owner.endswith("-crew"):
        yield Violation(f"owner {topic.owner}", "a crew", "name a crew", at=("owner",))


RULE = Rule(
    id="ACME-OWN-001",
    title="An owner is a crew",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.FILES, Surface.RESOURCE}),
    authorities=("ACME handbook 3.1",),
    subjects=topics,
    check=check,
    page=__doc__,
)
'''


def write_rule(project: Path, text: str = OWN_RULE, name: str = "own001_owners_are_crews.py") -> Path:
    """Put a rule's file in a project."""
    file = project / "policies" / "rules" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file
