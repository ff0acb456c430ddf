"""A regulated topic is deleted, replaced or unprotected only after its retirement.

## What

A deployed topic that is protected, or of a regulated class, keeps its stream's file, its name and its protection. It
may go once its `retire` entry has been due and deployed, which lifts the protection where it is deployed; a protection
that is to be lifted for another reason needs an approval of `unprotect` in the stream's file.

What is deployed decides, not the file as it is now: nobody can retire and delete in one step. A state knows protection
and no classes, so a topic that somebody unprotected by hand counts as released; a comparison with a git revision
knows its class. Run both.

## Why

A removed file, a changed key or a new topic name is a deleted topic with every record in it. A class that is changed
to an unregulated one does the same in two steps.

## Fails

```yaml
before: {}
streams/payments-audit.yaml:
  topic: eu.payments.audit.v2
```

## Passes

```yaml
before: {}
streams/payments-events.yaml:
  topic: eu.payments.events.v2
```

## Fix

Write `retire: {on: …, approved_by: …, reason: …, ticket: …}` in the stream's file, deploy on or after that day, and
remove the file in a later change. For a new name write a new stream. A file that was renamed gets its old name back: a
topic stays with its stream's key, which is the file's name.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import GuardedChange
from levee.plan.change import TopicChange
from levee.plan.planned import PlannedTopic
from levee_policies.approvals import is_approved
from levee_policies.changes import deployed_topics, loses_protection
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation

RETIRED = "a retirement that was due and deployed before the topic goes"


def check(change: TopicChange, facts: Facts) -> Iterator[Violation]:
    """Judge what becomes of one deployed topic."""
    before, after, as_of = change.before, change.after, facts.context.as_of
    if after is None:
        if before.protected:
            yield Violation(
                current=f"its stream is gone, so that topic {before.name} would be deleted",
                expected=RETIRED,
                fix=_declared_elsewhere(before, facts)
                or "put the file back with `retire: {on: …, approved_by: …, reason: …, ticket: …}`, deploy on or "
                "after that day, then remove the file (docs/how-to/retire-a-stream.md)",
            )
    elif change.loses_records and (before.protected or after.protected):
        yield _replaced(before, after)
    elif loses_protection(before, after, as_of) and not is_approved(after, GuardedChange.UNPROTECT, facts):
        yield Violation(
            current="its protection would be lifted",
            expected="a retirement that is due, or an approval of `unprotect`",
            fix="keep its class; or write `approve: [{change: unprotect, until: …, …}]` in the stream's file",
            at=("class",),
        )


def _declared_elsewhere(before: PlannedTopic, facts: Facts) -> str:
    """What to do where another stream declares the same topic: retiring it would be its end. Else empty."""
    declared = facts.named.get(before.name)
    if declared is None:
        return ""
    return (
        f"topic {before.name} is declared in {declared.origin.file} now: give that file its old name, "
        f"{before.stream}.yaml (a topic stays with its stream's key)"
    )


def _replaced(before: PlannedTopic, after: PlannedTopic) -> Violation:
    current = (
        f"the engine would delete or replace topic {before.name}"
        if before.name == after.name
        else f"its topic becomes {after.name}, so that {before.name} would be deleted"
    )
    return Violation(
        current=current,
        expected=RETIRED,
        fix="undo what makes it so; for another name write a stream of its own, and retire this one",
        at=("topic",),
    )


RULE = Rule(
    id="RLS-BLR-001",
    title="A regulated topic is deleted, replaced or unprotected only after its retirement",
    severity=Severity.CRITICAL,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("NIST AU-9", "NIST AC-3(2)", "PCI 10.3.2"),
    subjects=deployed_topics,
    check=check,
    page=__doc__,
    waivable=False,
)
