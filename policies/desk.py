"""Registered resources judged for an engine: Pulumi's through the policy pack, or the embedded one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from policies.engine import META_GROUP, evaluate
from policies.facts import Context
from policies.finding import Finding
from policies.gate import context_of
from policies.index import Index
from policies.readback import acl
from policies.readback.observe import JUDGED, observe
from policies.readback.registered import Registered
from policies.registry import RULES
from policies.rule import Rule, Surface

_OF_RESOURCES: Final = tuple(rule for rule in RULES if Surface.RESOURCE in rule.surfaces and rule.group != META_GROUP)
_OF_STACK: Final = tuple(rule for rule in RULES if Surface.STACK in rule.surfaces and rule.group != META_GROUP)
_OF_EITHER: Final = tuple(rule for rule in RULES if rule in _OF_RESOURCES or rule in _OF_STACK)
_OF_FILES: Final = tuple(rule for rule in RULES if Surface.FILES in rule.surfaces)


@dataclass(frozen=True)
class Desk:
    """Judges the resources of one stack against what its files declare. The files are read once.

    `plan` is what they come to, from whoever has read them just now; None: they are read when they are needed. Every
    method raises LeveeError where they can't be: nothing is let through unjudged.
    """

    project: Path
    stack: str
    as_of: date
    plan: Plan | None = None

    @cached_property
    def _declared(self) -> tuple[Index, Context]:
        plan = self.plan or build_plan(load_stack(self.project, self.stack), self.as_of)
        return Index(plan), context_of(self.project, self.as_of)

    def resource(self, resource: Registered) -> tuple[Finding, ...]:
        """What the rules say of one resource, before it is made. Nothing of a kind that no rule is about."""
        return self._observed([resource], _OF_RESOURCES) if resource.type in JUDGED else ()

    def together(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What only all resources together show: principals whose ACLs are several resources.

        What one resource shows by itself is left out: `resource` says it. A service credential holds all its ACLs.
        """
        acls = [resource for resource in resources if resource.type == acl.TYPE]
        alone = {each.key for each in chain.from_iterable(self._observed([one], _OF_STACK) for one in acls)}
        return tuple(finding for finding in self._observed(acls, _OF_STACK) if finding.key not in alone)

    def everything(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What the rules say of resources that are all known at once."""
        return self._observed(list(resources), _OF_EITHER)

    def declaration(self) -> tuple[Finding, ...]:
        """What the rules say of the files themselves, for a program that doesn't ask them."""
        index, context = self._declared
        return evaluate(index.plan, _OF_FILES, context, index).findings

    def _observed(self, resources: list[Registered], rules: tuple[Rule[Any], ...]) -> tuple[Finding, ...]:
        index, context = self._declared
        observed = replace(context, observed=observe(resources, index))
        return evaluate(index.plan, rules, observed, index).findings


def stack_of(urn: str) -> str:
    """The stack in a URN. Raises LeveeError for a text that is none."""
    parts = urn.split("::")
    if not urn.startswith("urn:pulumi:") or len(parts) < 4:
        raise LeveeError("a resource has no URN: its stack is unknown")
    return parts[0].removeprefix("urn:pulumi:")


def message(finding: Finding) -> str:
    """A finding for a list that shows no place: the rule's id first."""
    place = f" [{finding.origin.file}]" if finding.origin.file else ""
    return (
        f"{finding.rule.id} {finding.subject}: {finding.current}; expected {finding.expected}. "
        f"{finding.remediation}.{place}"
    )
