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
from levee.loading.load import load_plan
from levee.plan.planned import Plan
from levee.plan.registered import Registered
from levee.targets import TYPES
from levee_policies.engine import META_GROUP, evaluate
from levee_policies.facts import Context
from levee_policies.finding import Finding
from levee_policies.gate import context_of, offline_rules
from levee_policies.index import Index
from levee_policies.readback import acl
from levee_policies.readback.observe import JUDGED, observe
from levee_policies.registry import RULES, on
from levee_policies.rule import Rule, Surface
from levee_policies.subjects import waivers

_SHARED: Final = frozenset({acl.TYPE, *TYPES})
"""Types of resources that only together show something."""
_OF_WAIVERS: Final = tuple(rule for rule in RULES if rule.subjects is waivers)


class _Rules:
    """levee's rules and the organization's, by what of a stack shows them."""

    def __init__(self, own: Iterable[Rule[Any]]) -> None:
        rules = tuple(rule for rule in (*RULES, *own) if rule.group != META_GROUP)
        self.of_resources = on(Surface.RESOURCE, rules)
        self.of_stack = on(Surface.STACK, rules)
        self.of_both = tuple(rule for rule in self.of_stack if rule in self.of_resources)
        self.of_either = tuple(rule for rule in rules if rule in self.of_resources or rule in self.of_stack)
        self.of_resources_alone = tuple(rule for rule in self.of_either if Surface.FILES not in rule.surfaces)


@dataclass(frozen=True)
class StackEvaluator:
    """Judges the resources of one stack against what its files declare. The files are read once.

    `plan` is what they come to, from a caller that has just read them; None: they are read when they are needed. Every
    method raises LeveeError where they can't be: nothing is let through unjudged.
    """

    project: Path
    stack: str
    as_of: date
    plan: Plan | None = None

    @cached_property
    def _declared(self) -> tuple[Index, Context]:
        plan = self.plan or load_plan(self.project, self.stack, self.as_of)
        return Index(plan), context_of(self.project, self.as_of)

    @property
    def parts(self) -> Collection[tuple[str, str]]:
        """What the stack's target registers beside topics and credentials, by type and name."""
        return self._declared[0].parts.keys()

    @cached_property
    def _rules(self) -> _Rules:
        _, context = self._declared
        return _Rules(context.own_rules)

    def resource(self, resource: Registered) -> tuple[Finding, ...]:
        """What the rules say of one resource, before it is made. Nothing of a kind that no rule is about."""
        return self._observed([resource], self._rules.of_resources) if resource.type in JUDGED else ()

    def together(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What only all resources together show: principals whose ACLs are several resources, parts that are missing or
        refer to another than the plan's, and waivers.

        What one resource shows by itself is left out: `resource` says it. A service credential holds all its ACLs.
        """
        listed = list(resources)
        shared = [resource for resource in listed if resource.type in _SHARED]
        both = self._rules.of_both
        alone = {each.key for each in chain.from_iterable(self._observed([one], both) for one in shared)}
        found = self._observed(shared, self._rules.of_stack, complete=True)
        shown = [finding for finding in found if finding.key not in alone]
        return (*shown, *self._waivers(listed))

    def everything(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What the rules say of resources that are all known at once."""
        listed = list(resources)
        return (*self._observed(listed, self._rules.of_either, complete=True), *self._waivers(listed))

    def waived(self, resources: Iterable[Registered]) -> tuple[Finding, ...]:
        """What waivers let through, of the files and of the resources, each reported once."""
        found = (*self.declaration(), *self._observed(list(resources), self._rules.of_either, complete=True))
        return tuple({each.key: each for each in found if each.waiver is not None}.values())

    def declaration(self) -> tuple[Finding, ...]:
        """What the rules say of the files themselves, for a program that doesn't ask them."""
        index, context = self._declared
        return evaluate(index.plan, offline_rules(context), context, index).findings

    def _waivers(self, resources: list[Registered]) -> tuple[Finding, ...]:
        """What is wrong with waivers of rules that no file can be judged by: only here is it seen what they excuse."""
        _, context = self._declared
        if not {waiver.rule for waiver in context.waivers} & {rule.id for rule in self._rules.of_resources_alone}:
            return ()
        found = self._observed(resources, (*self._rules.of_resources_alone, *_OF_WAIVERS))
        return tuple(finding for finding in found if finding.rule in _OF_WAIVERS)

    def _observed(
        self, resources: list[Registered], rules: tuple[Rule[Any], ...], *, complete: bool = False
    ) -> tuple[Finding, ...]:
        index, context = self._declared
        observed = replace(context, observed=observe(resources, index, complete=complete))
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
