"""The rules as a CrossGuard pack: `pulumi preview --policy-pack policies`.

One policy for each severity and stage, not one for each rule: the SDK deserializes a resource anew for every policy.
The rule's id is the first word of each message instead of the policy's name. What is waived is reported by one advisory
policy more, and so is what can't be read back.

A preview softens a mandatory policy that touches an unknown value: the SDK catches its own UnknownValueError and
reports advice. Here unknown values are found before any rule runs, and a rule that needs one reports a violation
like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyResource,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy import Severity as PulumiSeverity
from pulumi_policy.proxy import UnknownValueError

from levee.clock import Clock
from levee.diagnostics import LeveeError, Rejected
from levee.diagnostics.redaction import REDACTED, looks_secret
from levee.plan.registered import Registered
from levee.plan.unknown import unknown
from levee.targets import TYPES
from levee_policies.finding import Finding
from levee_policies.readback.observe import JUDGED, is_unread
from levee_policies.rule import Severity
from levee_policies.stack_evaluator import StackEvaluator, message, stack_of

COULD_NOT: Final = "RLS-POL-004"


def policies(project: Path, clock: Clock) -> list[Policy]:
    """The pack's policies; `project` is the folder with stacks/.

    Mandatory, but for those of low severity and those that tell what is waived
    or unread. A stack is judged by the day on which its first resource comes.
    """
    evaluator = lru_cache(maxsize=None)(lambda stack: StackEvaluator(project, stack, clock.today()))
    made: list[Policy] = []
    seen: set[str] = set()
    for severity in Severity:
        shown = PulumiSeverity(severity.value)
        made.append(
            ResourceValidationPolicy(
                name=f"levee-{severity}",
                description=f"Rules of severity {severity}, on each resource.",
                validate=_on_resource(evaluator, severity, seen),
                enforcement_level=_enforcement(severity),
                severity=shown,
            )
        )
        made.append(
            StackValidationPolicy(
                name=f"levee-{severity}-stack",
                description=f"Rules of severity {severity}, on all resources together and on the files.",
                validate=_on_stack(evaluator, severity, seen),
                enforcement_level=_enforcement(severity),
                severity=shown,
            )
        )
    made.append(
        StackValidationPolicy(
            name="levee-unread",
            description="Kinds of resources that no rule reads as registered yet: unknown, and judged by the files.",
            validate=_tell_unread(evaluator),
            enforcement_level=EnforcementLevel.ADVISORY,
        )
    )
    made.append(
        StackValidationPolicy(
            name="levee-waived",
            description="What dated waivers let through.",
            validate=_tell_waived(evaluator),
            enforcement_level=EnforcementLevel.ADVISORY,
        )
    )
    return made


def _enforcement(severity: Severity) -> EnforcementLevel:
    """Advice where a finding would be no more than a warning to levee itself."""
    return EnforcementLevel.ADVISORY if severity is Severity.LOW else EnforcementLevel.MANDATORY


def _on_resource(
    evaluator: Callable[[str], StackEvaluator], severity: Severity, seen: set[str]
) -> Callable[[ResourceValidationArgs, ReportViolation], None]:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if args.resource_type in JUDGED:
            seen.add(args.urn)
            _report(lambda: evaluator(stack_of(args.urn)).resource(registered(args)), severity, report)

    return validate


def _on_stack(
    evaluator: Callable[[str], StackEvaluator], severity: Severity, seen: AbstractSet[str]
) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """Of a run that refreshes first the engine shows what it will delete as well: what was `seen` is registered."""

    def findings(resources: Sequence[PolicyResource]) -> Iterable[Finding]:
        judged = evaluator(stack_of(resources[0].urn))
        yield from judged.declaration()
        of_program = [each for each in resources if each.resource_type in JUDGED and (not seen or each.urn in seen)]
        yield from judged.together([registered(each) for each in of_program])

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        if args.resources:
            _report(lambda: findings(args.resources), severity, report)

    return validate


def _tell_unread(evaluator: Callable[[str], StackEvaluator]) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """Once for each kind: what such resources hold is unknown here, which is no pass."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        kinds = Counter(each.resource_type for each in args.resources if is_unread(each.resource_type))
        with suppress(Exception):  # where the stack can't be read, the mandatory policies refuse it
            planned = evaluator(stack_of(args.resources[0].urn)).parts if args.resources else frozenset()
            of_parts = [(each.resource_type, each.name) for each in args.resources if each.resource_type in TYPES]
            kinds.update(kind for kind, name in of_parts if (kind, name) not in planned)
        for kind, count in sorted(kinds.items()):
            report(
                f"unknown: {kind} ({count} of it): no rule reads this kind as registered yet, or no file declares it; "
                "what the stack's files say is judged, by this pack and by `levee check`",
                None,
            )

    return validate


def _tell_waived(evaluator: Callable[[str], StackEvaluator]) -> Callable[[StackValidationArgs, ReportViolation], None]:
    """What can't be judged is left to the mandatory policies, which refuse it."""

    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        with suppress(Exception):  # whatever breaks, its text may hold a secret
            resources = [registered(each) for each in args.resources if each.resource_type in JUDGED]
            waived = evaluator(stack_of(args.resources[0].urn)).waived(resources) if args.resources else ()
            for finding in waived:
                report(message(finding), finding.origin.urn or None)

    return validate


def _report(judge: Callable[[], Iterable[Finding]], severity: Severity, report: ReportViolation) -> None:
    """Report what no waiver lets through. What can't be judged is a violation too, said once, by the worst severity's
    policy.
    """
    try:
        for finding in judge():
            if finding.gates and finding.rule.severity is severity:
                report(message(finding), finding.origin.urn or None)
    except Rejected as rejected:
        _refuse(
            severity, f"the stack's files can't be used: {rejected.diagnostics[0].message}; ask `levee check`", report
        )
    except LeveeError as error:
        _refuse(severity, f"{error.message}: nothing declares this stack here", report)
    except Exception as error:  # noqa: BLE001 - whatever breaks, nothing may pass unjudged; its text may hold a secret
        _refuse(severity, f"the rules could not be evaluated: {type(error).__name__}", report)


def _refuse(severity: Severity, text: str, report: ReportViolation) -> None:
    if severity is Severity.CRITICAL:
        report(f"{COULD_NOT} {text}", None)


def registered(resource: ResourceValidationArgs | PolicyResource) -> Registered:
    """The SDK's view of a resource as plain values, secrets left out."""
    return Registered(
        urn=resource.urn,
        type=resource.resource_type,
        name=resource.name,
        properties=_plain_mapping(resource.props, ()),
        protected=bool(resource.opts.protect),
        ignored=tuple(resource.opts.ignore_changes or ()),
    )


def _plain_mapping(values: Mapping[str, Any], path: tuple[str, ...]) -> dict[str, Any]:
    return {key: REDACTED if looks_secret(key) else _item(values, key, (*path, key)) for key in values}


def _item(values: Any, key: Any, path: tuple[str, ...]) -> Any:
    """One value out of a mapping or list; the SDK's proxies raise where it isn't known."""
    try:
        value = values[key]
    except UnknownValueError:
        return unknown(".".join(path))
    if isinstance(value, Mapping):
        return _plain_mapping(value, path)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index, (*path, str(index))) for index in range(len(value))]
    return value
