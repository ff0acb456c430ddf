"""A service's access to deployed streams grows with an approval only.

## What

A service that may do more on a topic that is deployed - another operation, another topic, a wider prefix, or a service
that is new - has an approval of `grant-widening`, with its name, in the file of each stream that it comes to reach. A
wider prefix that reaches no deployed topic yet has no such file and takes a waiver. A grant on a stream or in a stack
that is itself new opens nothing that is there, and needs none; groups and transactional ids are kept apart when files
are read.

Access is somebody's: where a service comes to log in as another `principal`, or as one in place of the users that levee
makes, or the other way round, all that it may do is new to who holds it then. A new `generation` is the same holder.

## Why

Access creeps: a grant among forty changed lines is a reader of every payment. The approval makes somebody who owns the
stream look at exactly this.

## Fails

```yaml
before: {}
streams/payments-events.yaml:
  consumers:
    - {service: payments-dashboard, groups: [payments-dashboard-*]}
    - {service: auditor, groups: [auditor-events]}
```

## Passes

```yaml
before: {}
streams/payments-events.yaml:
  consumers: [{service: payments-dashboard, groups: [payments-dashboard-*, dashboard-2]}]
```

## Fix

Have the stream's owner write `approve: [{change: grant-widening, service: …, until: …, approved_by: …, reason: …,
ticket: …}]` in the stream's file.
"""

from __future__ import annotations

from collections.abc import Iterator

from levee.model.approval import GuardedChange
from levee.plan.change import PrincipalChange, Widening, widenings
from levee_policies.approvals import is_approved
from levee_policies.changes import changes_of, services
from levee_policies.facts import Facts
from levee_policies.rule import Rule, Severity, Surface, Violation

NAMED = 5


def check(change: PrincipalChange, facts: Facts) -> Iterator[Violation]:
    """Judge what one service may do from now on."""
    for widening in widenings(changes_of(facts), change):
        open_ = [stream for stream in widening.streams if not _is_approved(stream, widening.service, facts)]
        if open_:
            yield _violation(
                widening, change, "streams " + ", ".join(open_[:NAMED]) + ("…" if len(open_) > NAMED else "")
            )
        elif not widening.streams:
            yield _violation(widening, change, "no deployed stream yet, and every one to come")


def _is_approved(stream: str, service: str, facts: Facts) -> bool:
    return is_approved(facts.topics[stream], GuardedChange.GRANT_WIDENING, facts, service)


def _violation(widening: Widening, change: PrincipalChange, reached: str) -> Violation:
    access, before = widening.access, change.before
    who = f"{change.after.name}, in place of {before.name}," if before and not change.kept else "it"
    return Violation(
        current=f"{who} may newly {', '.join(widening.operations)} {access.pattern} {access.name}: {reached}",
        expected="an approval of `grant-widening` in the file of each stream that it comes to reach",
        fix=f"write `approve: [{{change: grant-widening, service: {widening.service}, until: …, …}}]` there",
        origin=access.origin,
    )


RULE = Rule(
    id="RLS-BLR-006",
    title="A service's access to deployed streams grows with an approval only",
    severity=Severity.MEDIUM,
    surfaces=frozenset({Surface.CHANGE}),
    authorities=("NIST AC-6", "NIST AC-3(8)", "PCI 7.2.5"),
    subjects=services,
    check=check,
    page=__doc__,
)
