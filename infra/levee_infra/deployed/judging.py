"""What a change of what is deployed comes to, judged by the rules."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final

from levee.plan.change import Deployed, compare
from levee.plan.planned import Plan
from levee_policies.finding import Finding
from levee_policies.gate import context_of, judge_change, stops_deployment
from levee_policies.report.as_text import headline

MAX_REMOVED: Final = "LEVEE_MAX_REMOVED"
"""How many percent of what is deployed may go in one run: `--max-removed` of a command that Pulumi runs."""

# Access that grows: an interrupted run leaves topics whose services come with the next one, and Pulumi's state doesn't
# tell which. `levee guard` refuses it in the pipeline, where the files are compared.
TOLD_BY_PULUMI: Final = frozenset({"RLS-BLR-006"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A plan that is to be carried out on a day (UTC); `max_removed` is how many percent of what is deployed may go."""

    project: Path
    plan: Plan | None
    today: date
    max_removed: int


def refused_changes(
    change: Change, deployed: Deployed, report: Callable[[str], None], told: Collection[str] = ()
) -> tuple[Finding, ...]:
    """What stops the plan from changing what is deployed. The rest, and what the rules `told` find, is a warning.

    Nothing where nothing is deployed. Raises LeveeError where the waivers can't be read.
    """
    if change.plan is None or not (deployed.topics or deployed.principals):
        return ()
    context = replace(context_of(change.project, change.today), max_removed=change.max_removed)
    judged = judge_change(change.plan, compare(change.plan, deployed), context)
    stopping = []
    for finding in judged.findings:
        if stops_deployment(finding) and finding.rule.id not in told:
            stopping.append(finding)
        else:
            report(f"warning: {finding.rule.id} {headline(finding)}")
    return tuple(stopping)
