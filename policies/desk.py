"""Registered resources judged for an engine: Pulumi's through the policy pack, or the embedded one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
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
from policies.engine import META_GROUP, evaluate, without
from policies.facts import Context
from policies.finding import Finding
from policies.gate import context_of
from policies.readback import acl
from policies.readback.observe import JUDGED, observe
from policies.readback.registered import Registered
from policies.registry import RULES
from policies.rule import Rule, Surface

_OF_RESOURCES: Final = tuple(rule for rule in RULES if Surface.RESOURCE in rule.surfaces and rule.group != META_GROUP)
_OF_STACK: Final = tuple(rule for rule in RULES if Surface.STACK in rule.surfaces and rule.group != META_GROUP)
_OF_FILES: Final = tuple(rule for rule in RULES if Surface.FILES in rule.surfaces)


@dataclass(frozen=True)
class Desk:
    """Judges the resources of one stack against what its files declare. The files are read once.

    Every method raises LeveeError where they can't be: nothing is let through unjudged.
    """

    project: Path
    stack: str
    as_of: date

    @cached_property
    def _declared(self) -> tuple[Plan, Context]:
        plan = build_plan(load_stack(self.project, self.stack), self.as_of)
        return plan, context_of(self.project, self.as_of)

    def resource(self, resource: Registered) -> tuple[Finding, ...]:
        """What the rules say of one resource, before it is made. Nothing of a kind that no rule is about."""
        return self._observed([resource], _OF_RESOURCES) if resource.type in JUDGED else ()

    def together(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What only all resources together show: principals whose ACLs are several resources.

        What one resource shows by itself is left out: `resource` says it. A service credential holds all its ACLs.
        """
        acls = [resource for resource in resources if resource.type == acl.TYPE]
        alone = chain.from_iterable(self._observed([each], _OF_STACK) for each in acls)
        plan, context = self._declared
        report = evaluate(plan, _OF_STACK, replace(context, observed=observe(acls, plan)))
        return without(report, alone).findings

    def declaration(self) -> tuple[Finding, ...]:
        """What the rules say of the files themselves, for a program that doesn't ask them."""
        plan, context = self._declared
        return evaluate(plan, _OF_FILES, context).findings

    def all(self, resources: Sequence[Registered]) -> Iterator[Finding]:
        """Everything that is to be said of these resources."""
        for resource in resources:
            yield from self.resource(resource)
        yield from self.together(resources)

    def _observed(self, resources: list[Registered], rules: tuple[Rule[Any], ...]) -> tuple[Finding, ...]:
        plan, context = self._declared
        return evaluate(plan, rules, replace(context, observed=observe(resources, plan))).findings


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
