"""Which findings of a change are let through only by a waiver that the change itself brings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from levee.model.waiver import Waiver
from levee.plan.planned import Plan
from levee_policies.engine import META_GROUP, evaluate
from levee_policies.facts import Context
from levee_policies.finding import Finding
from levee_policies.rule import Rule, Surface


@dataclass(frozen=True, slots=True, kw_only=True)
class Base:
    """The files that a change starts from: what they declare of the stack, and the project's waivers there."""

    plan: Plan
    waivers: tuple[Waiver, ...]


def new_exemptions(plan: Plan, base: Base, rules: Iterable[Rule[Any]], context: Context) -> tuple[Finding, ...]:
    """The waived findings that the base's own waivers wouldn't let through, less those that the base has already.

    `rules` are those of files and changes.
    """
    judged = [rule for rule in rules if rule.group != META_GROUP]
    waived = evaluate(plan, judged, context).waived
    if not waived:
        return ()
    governed = _keys(evaluate(plan, judged, replace(context, waivers=base.waivers)).waived)
    of_files = [rule for rule in judged if Surface.FILES in rule.surfaces]
    older = _keys(evaluate(base.plan, of_files, replace(context, waivers=(), changes=None)).findings)
    return tuple(finding for finding in waived if finding.key not in governed | older)


def _keys(findings: Iterable[Finding]) -> set[tuple[str, str, str]]:
    return {finding.key for finding in findings}
