"""A waiver is there before the change that it excuses.

## What

What a change breaks is let through by waivers that the files it starts from have already. A waiver that comes with the
change, or that the change widens or renews, doesn't excuse what the change itself breaks. It may excuse what was broken
before.

Judged by `levee guard --against git REV`, where REV is what the change starts from: `origin/main` in a pull request. A
state and a preview record no waivers, so there this is unknown and isn't judged. Nor is it for a stack that REV
doesn't have.

## Why

Who breaks a rule would approve the exception too. Apart, the exception is seen by who answers for it, before anything
depends on it.

## Fix

Bring the waiver in by itself, with `change_by`, the day until which it may excuse nothing yet; have it approved, then
make the change.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.facts import Facts
from levee_policies.finding import Finding
from levee_policies.rule import Rule, Severity, Subject, Surface, Violation


def exemptions(facts: Facts) -> Iterator[Subject[Finding]]:
    """What only waivers of the change let through. Raises LookupError where that isn't known."""
    if facts.context.exemptions is None:
        raise LookupError("no waivers to compare with")
    for finding in facts.context.exemptions:
        yield Subject(finding.subject.partition("/")[2], finding.origin, finding)


def check(finding: Finding, _: Facts) -> Iterator[Violation]:
    """Yield one violation for each."""
    if finding.waiver is not None:
        yield Violation(
            current=f"the waiver of {finding.rule.id} for {finding.waiver.subject} comes with the change that it "
            f"excuses: {finding.current}",
            expected="a waiver that was there before",
            fix="bring the waiver in first, in a change of its own, with `change_by: <day>`; or fix what it excuses",
            origin=finding.waiver.origin,
        )


RULE = Rule(
    id="RLS-POL-005",
    title="A waiver is there before the change that it excuses",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("levee Waivers", "NIST AC-5", "NIST CM-3"),
    subjects=exemptions,
    check=check,
    page=__doc__,
    waivable=False,
)
