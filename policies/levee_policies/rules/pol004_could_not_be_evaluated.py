"""Every rule could be evaluated.

## What

A rule that breaks instead of judging is a finding. It says which rule broke, on which subject, and by which kind of
error; the error's text is left out, for it may hold a value that must not be shown.

## Why

A check that crashes and is skipped looks like a check that passed.

## Fix

A rule of the organization's own is told with its file and line: correct it there. Any other is a fault in levee, not in
the stack: report it with the rule, the subject and the kind of error.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee_policies.facts import Facts
from levee_policies.failure import Failure
from levee_policies.rule import Rule, Severity, Subject, Surface, Violation


def failures(facts: Facts) -> Iterator[Subject[Failure]]:
    """What broke."""
    for failure in facts.failures:
        yield Subject(failure.subject.partition("/")[2], failure.origin, failure)


def check(failure: Failure, _: Facts) -> Iterator[Violation]:
    """Yield one violation for everything that broke."""
    if failure.line:
        place = f"{failure.origin.file}:{failure.line}"
        yield Violation(
            current=f"the rule {failure.rule}, {place}, failed: {failure.error}",
            expected="a judgement",
            fix=f"correct {place}; until then the subject counts as unknown",
            unknown=True,
        )
        return
    yield Violation(
        current=f"{failure.rule} could not be evaluated: {failure.error}",
        expected="a judgement",
        fix="report this: it is a fault in levee; until it is fixed the subject counts as unknown",
        unknown=True,
    )


RULE = Rule(
    id="RLS-POL-004",
    title="Every rule could be evaluated",
    severity=Severity.HIGH,
    surfaces=frozenset(Surface),
    authorities=("levee Waivers",),
    subjects=failures,
    check=check,
    page=__doc__,
    waivable=False,
)
