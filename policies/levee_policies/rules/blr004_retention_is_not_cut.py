"""Retention is cut by more than a tenth with an approval only.

## What

`retention.ms` and `retention.bytes` of a deployed topic get smaller by 10 % at most; by more with an approval of
`retention-cut` in the stream's file. No limit counts as more than any limit.

## Why

Brokers delete what is older or more than the limit within minutes of the change. Raising the limit again brings nothing
back.

## Fails

```yaml
before: {}
streams/payments-events.yaml:
  retention: 6d
```

## Passes

```yaml
before: {}
streams/payments-audit.yaml:
  retention: 365d
```

## Fix

Keep what is deployed; or write `approve: [{change: retention-cut, until: …, approved_by: …, reason: …, ticket: …}]` in
the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import GuardedChange
from levee_policies.approvals import is_approved
from levee_policies.changes import Kept, kept_topics, retention_cuts
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation

MOST_PERCENT = 10
KEYS = {"retention.ms": "retention", "retention.bytes": "retention_size"}


def check(topic: Kept, facts: Facts) -> Iterator[Violation]:
    """Judge one topic that stays."""
    cuts = [cut for cut in retention_cuts(topic.before, topic.after) if cut.percent > MOST_PERCENT]
    if is_approved(topic.after, GuardedChange.RETENTION_CUT, facts):
        return
    for cut in cuts:
        yield Violation(
            current=f"{cut.setting} becomes {cut.after} from {cut.before}, which is {cut.percent:.0f} % less",
            expected=f"at most {MOST_PERCENT} % less, or an approval of `retention-cut`",
            fix="write `approve: [{change: retention-cut, until: …, …}]` in the stream's file",
            at=(KEYS[cut.setting],),
        )


RULE = Rule(
    id="RLS-BLR-004",
    title="Retention is cut by more than a tenth with an approval only",
    severity=Severity.HIGH,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("NIST AU-11", "NIST CM-3", "PCI 10.5.1"),
    subjects=kept_topics,
    check=check,
    page=__doc__,
)
