"""Registered resources judged for an engine: Pulumi's through the policy pack, or the embedded one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any, Final

from levee.diagnostics import LeveeError
from levee.diagnostics.text import one_line
from levee.loading.load import load_stack
from levee.plan.build import build_plan
from levee.plan.planned import Plan
from levee_policies.engine import META_GROUP, evaluate
from levee_policies.facts import Context
from levee_policies.finding import Finding
from levee_policies.gate import context_of
from levee_policies.index import Index
from levee_policies.readback import acl, part
from levee_policies.readback.observe import JUDGED, observe
from levee_policies.readback.registered import Registered
from levee_policies.registry import RULES
from levee_policies.rule import Rule, Surface
from levee_policies.subjects import waivers

_OF_RESOURCES: Final = tuple(rule for rule in RULES if Surface.RESOURCE in rule.surfaces and rule.group != META_GROUP)
_OF_STACK: Final = tuple(rule for rule in RULES if Surface.STACK in rule.surfaces and rule.group != META_GROUP)
_OF_BOTH: Final = tuple(rule for rule in _OF_STACK if rule in _OF_RESOURCES)
_OF_EITHER: Final = tuple(rule for rule in RULES if rule in _OF_RESOURCES or rule in _OF_STACK)
_OF_RESOURCES_ALONE: Final = tuple(rule for rule in _OF_EITHER if Surface.FILES not in rule.surfaces)
_SHARED: Final = frozenset({acl.TYPE, *part.TYPES})
"""Types of resources that only together show something."""

_OF_WAIVERS: Final = tuple(rule for rule in RULES if rule.subjects is waivers)
_OF_FILES: Final = tuple(rule for rule in RULES if Surface.FILES in rule.surfaces)


@dataclass(frozen=True)
class StackEvaluator:
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

    @property
    def parts(self) -> Collection[tuple[str, str]]:
        """What the stack's target registers beside topics and credentials, by type and name."""
        return self._declared[0].parts.keys()

    def resource(self, resource: Registered) -> tuple[Finding, ...]:
        """What the rules say of one resource, before it is made. Nothing of a kind that no rule is about."""
        return self._observed([resource], _OF_RESOURCES) if resource.type in JUDGED else ()

    def together(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What only all resources together show: principals whose ACLs are several resources, parts that are missing or
        refer to another than the plan's, and waivers.

        What one resource shows by itself is left out: `resource` says it. A service credential holds all its ACLs.
        """
        listed = list(resources)
        shared = [resource for resource in listed if resource.type in _SHARED]
        alone = {each.key for each in chain.from_iterable(self._observed([one], _OF_BOTH) for one in shared)}
        shown = [finding for finding in self._observed(shared, _OF_STACK) if finding.key not in alone]
        return (*shown, *self._waivers(listed))

    def everything(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What the rules say of resources that are all known at once."""
        listed = list(resources)
        return (*self._observed(listed, _OF_EITHER), *self._waivers(listed))

    def waived(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What waivers let through, of the files and of the resources, each told once."""
        found = (*self.declaration(), *self._observed(list(resources), _OF_EITHER))
        return tuple({each.key: each for each in found if each.waiver is not None}.values())

    def declaration(self) -> tuple[Finding, ...]:
        """What the rules say of the files themselves, for a program that doesn't ask them."""
        index, context = self._declared
        return evaluate(index.plan, _OF_FILES, context, index).findings

    def _waivers(self, resources: list[Registered]) -> tuple[Finding, ...]:
        """What is wrong with waivers of rules that no file can be judged by: only here is it seen what they excuse."""
        _, context = self._declared
        if not {waiver.rule for waiver in context.waivers} & {rule.id for rule in _OF_RESOURCES_ALONE}:
            return ()
        found = self._observed(resources, (*_OF_RESOURCES_ALONE, *_OF_WAIVERS))
        return tuple(finding for finding in found if finding.rule in _OF_WAIVERS)

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
    """A finding for a list that shows no place: the rule's id first, or `waived:` and until when by whom."""
    place = f" [{finding.origin.file}]" if finding.origin.file else ""
    if finding.waiver is not None:
        waiver = finding.waiver
        terms = f"until {waiver.expires}, owner {waiver.owner}, {waiver.ticket}, approved by {waiver.approved_by}"
        return one_line(
            f"waived: {finding.rule.id} {finding.subject}: {finding.current}; {terms}: {waiver.reason}{place}"
        )
    return one_line(
        f"{finding.rule.id} {finding.subject}: {finding.current}; expected {finding.expected}. "
        f"{finding.remediation}.{place}"
    )
