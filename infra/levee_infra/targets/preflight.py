"""What only the live cluster and the stack's target can tell, asked before anything is registered.

All contradictions of a run are reported at once; nothing is changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from levee.diagnostics import LeveeError, Rejected
from levee.loading.locate import diagnose
from levee.model.problem import Problem
from levee.plan.planned import Plan
from levee_infra.kafka.live_cluster import LiveCluster, contradictions, identity_problems, look
from levee_infra.kafka.reach import doubtful_grants
from levee_infra.targets.findings import MISSING_RIGHTS, Findings
from levee_infra.targets.registry import target_of


def preflight(plan: Plan, project: Path, *, changing: bool) -> tuple[str, ...]:
    """Look at the live cluster and the target, and refuse a plan that they contradict.

    What is doubtful and stops nothing is returned, a line each: show it. Not `changing` anything, a caller may lack the
    rights to. Raises Rejected (exit 1), and LeveeError where nobody can be asked.
    """
    found, live = _look(plan, project, changing=changing)
    _refuse([*found.problems, *contradictions(plan, live)], project)
    return (*found.warnings, *live.overruled, *doubtful_grants(plan, live.others))


def doubts(plan: Plan, project: Path) -> tuple[str, ...]:
    """What is doubtful before plan and cluster are compared, a line each: what differs is the comparison's to tell.

    Raises Rejected (exit 1) where it is another cluster or another account, and LeveeError where nobody can be asked.
    """
    found, live = _look(plan, project, changing=False)
    _refuse([*found.problems, *identity_problems(plan, live)], project)
    return (*found.warnings, *live.overruled)


def _look(plan: Plan, project: Path, *, changing: bool) -> tuple[Findings, LiveCluster]:
    found = target_of(plan).preflight(plan, project)
    if not changing:
        found = found.tolerating(MISSING_RIGHTS)
    try:
        return found, look(plan, project)
    except LeveeError:
        _refuse(found.problems, project)  # why the cluster can't be asked may be among them
        raise


def _refuse(problems: Sequence[Problem], project: Path) -> None:
    if problems:
        raise Rejected(diagnose(project, problems), exit_code=1)
