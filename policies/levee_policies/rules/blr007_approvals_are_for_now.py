"""Every approval is in force and for a change of this run.

## What

An entry of `approve` ends today or later, at most 30 days ahead, and speaks of a change that this run makes. One of
`recreated` speaks of a thing that somebody else made: only its day is judged, its `identity` lets nothing else through.
One that was in the file already when what is deployed was deployed is spent: it lets nothing more through, and is no
finding.

## Why

An approval that outlives its change waits for another one: the next cut of the same stream's retention would pass
unseen.

## Fails

```yaml
before: {}
streams/payments-audit.yaml:
  approve:
    - change: retention-cut
      until: 2026-11-30
      approved_by: data-protection-officer
      reason: the archive keeps what is older
      ticket: GOV-1234
```

## Passes

```yaml
before: {}
streams/payments-events.yaml:
  retention: 1d
  approve:
    - change: retention-cut
      until: 2026-11-30
      approved_by: data-protection-officer
      reason: the archive keeps what is older
      ticket: GOV-1234
```

## Fix

Remove an approval of no change of this run. Renew one that ended before its change was deployed. For a second change
write a second entry.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import LONGEST_DAYS, Approval, GuardedChange, in_force
from levee.plan.change import TopicChange, widenings
from levee_policies.approvals import is_spent
from levee_policies.changes import Approved, approvals, changes_of, loses_protection, retention_cuts, setting_changes
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation


def check(approved: Approved, facts: Facts) -> Iterator[Violation]:
    """Judge one approval."""
    approval, as_of = approved.approval, facts.context.as_of
    if is_spent(approved.stream, approval, facts):
        return
    if not in_force(approval, as_of):
        yield Violation(
            current=f"the approval of {approval.change} is until {approval.until.isoformat()}",
            expected=f"a day from {as_of.isoformat()} on, at most {LONGEST_DAYS} days ahead",
            fix="remove it where its change is deployed; else have it approved for the days around the change",
            at=("until",),
        )
    elif not _is_needed(approved, facts):
        yield Violation(
            current=f"this run makes no change of the kind {approval.change} that it could let through",
            expected="approvals of this run's changes only",
            fix="remove it",
            at=("change",),
        )


def _is_needed(approved: Approved, facts: Facts) -> bool:
    if approved.approval.change is GuardedChange.RECREATED:
        return True  # what stands outside is not in the files
    topic = changes_of(facts).by_stream.get(approved.stream)
    if topic is None:
        return False
    if approved.approval.change is GuardedChange.GRANT_WIDENING:
        return _widens(approved, facts)
    return _changes(topic, approved.approval, facts)


def _changes(topic: TopicChange, approval: Approval, facts: Facts) -> bool:
    before, after = topic.before, facts.topics[topic.before.stream]
    match approval.change:
        case GuardedChange.UNPROTECT:
            return loses_protection(before, after, facts.context.as_of)
        case GuardedChange.RETENTION_CUT:
            return any(retention_cuts(before, after))
        case GuardedChange.SETTING_CHANGE:
            return any(setting_changes(before, after))
        case _:
            return after.partitions > before.partitions


def _widens(approved: Approved, facts: Facts) -> bool:
    changes = changes_of(facts)
    change = changes.by_service.get(approved.approval.service or "")
    return change is not None and any(approved.stream in each.streams for each in widenings(changes, change))


RULE = Rule(
    id="RLS-BLR-007",
    title="Every approval is in force and for a change of this run",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("levee Waivers", "NIST CM-3"),
    subjects=approvals,
    check=check,
    page=__doc__,
)
