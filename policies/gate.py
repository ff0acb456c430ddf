"""The offline gate: what stands in the files, judged before anything is asked or registered."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from levee.diagnostics import Rejected
from levee.loading.waivers import load_waivers
from levee.plan.planned import Plan
from policies.engine import evaluate
from policies.facts import Context
from policies.finding import Report
from policies.registry import RULES, on
from policies.report.as_text import diagnostic_of
from policies.report.places import locate_findings
from policies.rule import Rule, Surface
from policies.surroundings import surroundings


def context_of(project: Path, as_of: date) -> Context:
    """The context of an evaluation of this project's stacks. Raises Rejected where the waivers can't be read."""
    waivers = load_waivers(project, frozenset(rule.id for rule in RULES))
    return Context(as_of=as_of, waivers=waivers, surroundings=surroundings())


def offline_rules() -> tuple[Rule[Any], ...]:
    """The rules that files alone can be judged by."""
    return on(Surface.FILES)


def judge(plan: Plan, project: Path, as_of: date) -> Report:
    """What the offline rules say of a plan. Raises Rejected where the waivers can't be read."""
    return evaluate(plan, offline_rules(), context_of(project, as_of))


def enforce(plan: Plan, project: Path, as_of: date) -> Report:
    """Let a plan through that nothing stops; what is waived stands in the report.

    Raises Rejected (exit 1) with every finding that does, and (exit 2) where the waivers can't be read.
    """
    report = judge(plan, project, as_of)
    if report.gating:
        places = locate_findings(project, report.gating)
        raise Rejected((diagnostic_of(finding, places) for finding in report.gating), exit_code=1)
    return report
