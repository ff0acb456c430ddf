"""Every waiver excuses something.

## What

A waiver that matches no finding, or whose findings an earlier waiver lets through already, is a finding. One with a day
`change_by` may match none up to and including that day: the change that it is for is still to come.

## Why

An exception that nothing needs waits for a breach to excuse: the next one it matches passes unseen.

## Fix

Remove the waiver. Where two overlap, keep the narrower one. Where its change comes later, say so by `change_by`.
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
        return  # RLS-POL-001 says so
    if use.matched == 0 and not _awaits_its_change(use, facts):
        yield Violation(
            current=f"the waiver of {use.rule.id} for {use.waiver.subject} matches no finding",
            expected="waivers that are needed only",
            fix="remove it; if it should match, correct its subject (reports print the subject of each finding)",
        )
    elif use.shadowed_by is not None:
        yield Violation(
            current=f"the waiver for {use.shadowed_by.subject} lets the same findings through",
            expected="one waiver for each finding",
            fix="keep the narrower of the two",
        )


def _awaits_its_change(use: WaiverUse, facts: Facts) -> bool:
    return use.waiver.change_by is not None and facts.context.as_of <= use.waiver.change_by


RULE = Rule(
    id="RLS-POL-003",
    title="Every waiver excuses something",
    severity=Severity.MEDIUM,
    surfaces=frozenset(Surface),
    authorities=("levee Waivers", "NIST CM-3"),
    subjects=waivers,
    check=check,
    page=__doc__,
    waivable=False,
)
