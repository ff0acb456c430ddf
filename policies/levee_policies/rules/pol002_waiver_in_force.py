"""No waiver has expired.

## What

A waiver whose day `expires` is past lets nothing through, and is a finding itself.

## Why

What it excused is judged again. The entry that stays behind would hide that somebody has to decide anew.

## Fix

Remove the waiver, or have it approved again with a new end.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation
from levee_policies.subjects import waivers
from levee_policies.waivers import WaiverUse


def check(use: WaiverUse, facts: Facts) -> Iterator[Violation]:
    """Judge one waiver."""
    if use.expired:
        yield Violation(
            current=f"the waiver of {use.rule.id} ended on {use.waiver.expires}; today is {facts.context.as_of}",
            expected="waivers in force only",
            fix="remove it, or have it approved again with a new end",
            at=("expires",),
        )


RULE = Rule(
    id="RLS-POL-002",
    title="No waiver has expired",
    severity=Severity.MEDIUM,
    surfaces=frozenset(Surface),
    authorities=("levee Waivers", "NIST CM-3"),
    subjects=waivers,
    check=check,
    page=__doc__,
    waivable=False,
)
