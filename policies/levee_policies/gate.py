"""The gates: what stands in the files, and what it changes of what is deployed, judged before anything is done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from levee.diagnostics import Rejected, taken
from levee.loading.conventions import load_conventions
from levee.loading.folder import strays
from levee.loading.sites import load_sites
from levee.loading.waivers import load_waivers
from levee.plan.change import ChangeSet
from levee.plan.planned import Plan
from levee_policies.ci_environment import surroundings
from levee_policies.engine import evaluate
from levee_policies.facts import Context
from levee_policies.finding import Finding, Report
from levee_policies.organization import rules_of
from levee_policies.registry import RULES, on
from levee_policies.report.as_text import diagnostic_of
from levee_policies.report.places import locate_findings
from levee_policies.rule import Rule, Surface
from levee_policies.rules.pol005_waiver_before_its_change import RULE as WAIVER_BEFORE_ITS_CHANGE
from levee_policies.same_change import Base, new_exemptions

# Rules of what lets a change through, not of the change. Once it is deployed its approval is left over, and one that
# isn't in force let nothing through: a run that goes on after an interruption must not be refused for either.
_OF_EXCEPTIONS: Final = frozenset({"RLS-BLR-007", "RLS-POL-001", "RLS-POL-002", "RLS-POL-003"})
# Of what time does to what is deployed: refusing another change would only hold that one up.
_OF_TIME: Final = frozenset({"RLS-IDN-012"})


def context_of(project: Path, as_of: date) -> Context:
    """The context of an evaluation of this project's stacks.

    Raises Rejected, with all of it, where its files or its own rules can't be read, or something lies among them that
    nothing reads.
    """
    refused = [*strays(project)]
    own_rules = taken(lambda: rules_of(project), refused)
    rules = (*RULES, *(own_rules or ()))
    known = None if own_rules is None else frozenset(rule.id for rule in rules)
    waivers = taken(lambda: load_waivers(project, known), refused)
    sites = taken(lambda: load_sites(project), refused)
    conventions = taken(lambda: load_conventions(project), refused)
    if refused or own_rules is None or waivers is None or sites is None or conventions is None:
        raise Rejected(refused)
    return Context(
        as_of=as_of,
        waivers=waivers,
        sites=sites,
        conventions=conventions,
        surroundings=surroundings(),
        never_waived=tuple(rule for rule in rules if not rule.waivable),
        own_rules=own_rules,
    )


def offline_rules(context: Context) -> tuple[Rule[Any], ...]:
    """The rules that files alone can be judged by."""
    return on(Surface.FILES, (*RULES, *context.own_rules))


def judge(plan: Plan, project: Path, as_of: date) -> Report:
    """What the offline rules say of a plan. Raises Rejected where waivers, sites or own rules can't be read."""
    context = context_of(project, as_of)
    return evaluate(plan, offline_rules(context), context)


def enforce(plan: Plan, project: Path, as_of: date) -> Report:
    """Let a plan through that nothing stops; what is waived or of low severity stands in the report.

    Raises Rejected (exit 1) with every finding that does, and (exit 2) where the waivers can't be read.
    """
    report = judge(plan, project, as_of)
    refuse(report.blocking, project)
    return report


def judge_change(plan: Plan, changes: ChangeSet, context: Context, base: Base | None = None) -> Report:
    """What the rules of changes say of what a plan changes; `context` has what else is known of the run.

    `base` are the files that the change starts from. Without them RLS-POL-005 can't be judged and is left out.
    """
    rules = on(Surface.CHANGE, (*RULES, *context.own_rules))
    changing = replace(context, changes=changes)
    if base is None:
        return evaluate(plan, [rule for rule in rules if rule is not WAIVER_BEFORE_ITS_CHANGE], changing)
    exemptions = new_exemptions(plan, base, (*offline_rules(context), *rules), changing)
    return evaluate(plan, rules, replace(changing, exemptions=exemptions))


def stops_deployment(finding: Finding) -> bool:
    """Whether a finding of `judge_change` stops a deployment. One that isn't about the change itself doesn't.

    One of low severity does: what was deployed without its approval can't be undone.
    """
    return finding.gates and finding.rule.id not in _OF_EXCEPTIONS | _OF_TIME


def refuse(findings: Iterable[Finding], project: Path) -> None:
    """Raises Rejected (exit 1) with the findings, each with its place, if there are any."""
    listed = list(findings)
    if listed:
        places = locate_findings(project, listed)
        raise Rejected((diagnostic_of(finding, places) for finding in listed), exit_code=1)
