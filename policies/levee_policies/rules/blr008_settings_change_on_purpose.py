"""A setting that can cost records changes with an approval only.

## What

A deployed topic's setting that can lose, shorten, hide or outlive records changes for the worse with an approval of
`setting-change` in the stream's file: another cleanup policy, compression, kind of timestamp or place of storage, fewer
replicas in sync, smaller batches, records refused that are late, segments, early dates and removed files that live on
for longer. What isn't set is taken for Kafka's default. Retention itself is RLS-BLR-004.

## Why

`max.message.bytes` a little smaller, and a source's largest records are refused; another codec, and an old reader sees
nothing. The line is one of many, and what it costs comes to light later.

## Fails

```yaml
before: {}
streams/payments-events.yaml:
  settings: {compression.type: zstd}
```

## Passes

```yaml
before: {}
streams/payments-events.yaml:
  settings: {compression.type: zstd}
  approve:
    - change: setting-change
      until: 2026-11-30
      approved_by: payments-architect
      reason: every reader has the codec
      ticket: GOV-1234
```

## Fix

Keep what is deployed; or write `approve: [{change: setting-change, until: …, approved_by: …, reason: …, ticket: …}]` in
the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import GuardedChange
from levee_policies.approvals import is_approved
from levee_policies.changes import Kept, kept_topics, setting_changes
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation


def check(topic: Kept, facts: Facts) -> Iterator[Violation]:
    """Judge one topic that stays."""
    if is_approved(topic.after, GuardedChange.SETTING_CHANGE, facts):
        return
    for change in setting_changes(topic.before, topic.after):
        yield Violation(
            current=f"{change.setting} becomes {change.after} from {change.before}: {change.why}",
            expected="what is deployed, or an approval of `setting-change`",
            fix="write `approve: [{change: setting-change, until: …, …}]` in the stream's file",
            at=("settings", change.setting),
        )


RULE = Rule(
    id="RLS-BLR-008",
    title="A setting that can cost records changes with an approval only",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("Kafka Topic configs", "NIST AU-9", "NIST CM-3"),
    subjects=kept_topics,
    check=check,
    page=__doc__,
)
