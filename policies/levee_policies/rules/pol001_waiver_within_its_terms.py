"""A waiver keeps the terms on which waivers are given.

## What

A waiver for a rule that can be waived ends soon enough: at most 14 days ahead for a critical rule, 30 for a high,
60 for a medium, 90 for a low one. Its subject names something: neither the whole stack (`prod/*`) nor everything of a
kind (`prod/stream/*`). Rules whose page says that they cannot be waived have none, on whichever feed they are judged,
and so have the rules on waivers themselves. A waiver outside these terms lets nothing through.

## Why

An exception that outlives its reason becomes the rule. The worse the breach, the sooner somebody looks at it again.

## Fix

Shorten the waiver, name what it is for, or fix what it excuses. Where a rule allows no waiver, remove the waiver and
fix the finding.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import waivers
from levee_policies.waivers import WaiverUse


def check(use: WaiverUse, facts: Facts) -> Iterator[Violation]:
    """Judge one waiver."""
    if not use.rule.waivable:
        yield Violation(
            current=f"{use.rule.id} is waived for {use.waiver.subject}",
            expected=f"no waiver: {use.rule.id} ({use.rule.title}) allows none",
            fix="remove the waiver, and fix what it excuses",
            at=("rule",),
        )
    elif use.too_broad:
        yield Violation(
            current=f"the waiver is for {use.waiver.subject}: everything of the stack, or of one kind",
            expected="a subject that names something: its kind in full, and at least how its name begins",
            fix="write for example `<stack>/stream/payments-*`, or one waiver for each subject",
            at=("subject",),
        )
    elif use.too_long:
        yield Violation(
            current=f"the waiver ends on {use.waiver.expires}",
            expected=f"an end at most {use.longest} days after {facts.context.as_of}: the rule is {use.rule.severity}",
            fix="bring the end forward; renew the waiver when it is due, if it still has to be",
            at=("expires",),
        )


RULE = Rule(
    id="RLS-POL-001",
    title="A waiver keeps the terms on which waivers are given",
    severity=Severity.HIGH,
    surfaces=frozenset(Surface),
    authorities=("levee Waivers", "NIST CM-3"),
    subjects=waivers,
    check=check,
    page=__doc__,
    waivable=False,
)
